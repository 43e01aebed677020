"""File names: valid on every system, inside the target folder, and free."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import UsageError
from renderer.naming import FIELDS, NAME_LIMIT_BYTES, Naming, check_pattern, file_name, free_name

HARBOUR = Naming("Harbour", "intro", "Cold open", "Web", 1920, 1080, "29.97", datetime(2026, 5, 31, 14, 5, 9))
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")}

hostile = st.text(max_size=300) | st.sampled_from(
    [
        "../../etc/passwd",
        "CON",
        "nul.",
        "a" * 300,
        "👩‍👩‍👧‍👦" * 60,
        "e\u0301" * 200,
        "\u202eexe.mp4",
        "\ud800",
        "-rf",
        "~",
        ".",
        "..",
        "%d",
    ]
)
patterns = st.lists(
    st.sampled_from([f"{{{field}}}" for field in FIELDS]) | st.text("ab_- .", max_size=4),
    min_size=1,
    max_size=6,
    unique=True,
).map("".join)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{project}", "Harbour.mp4"),
        ("{project}_{scene}_{name}_v{n}", "Harbour_intro_Cold open_v1.mp4"),
        ("{project} {preset} {date} {time}", "Harbour Web 2026-05-31 140509.mp4"),
        ("{width}-{height}-{resolution}-{fps}", "1920-1080-1920x1080-29.97.mp4"),
        ("{name}_v{n:03}", "Cold open_v001.mp4"),
        ("film.MP4", "film.mp4"),
    ],
)
def test_a_pattern_becomes_a_name(pattern: str, name: str) -> None:
    assert free_name(pattern, HARBOUR, ".mp4") == name


def test_an_empty_value_takes_its_separator_with_it() -> None:
    joined = Naming("Harbour")

    assert free_name("{project}_{scene}_{name}_v{n}", joined, ".mp4") == "Harbour_v1.mp4"
    assert free_name("{scene} - {project}", joined, ".mp4") == "Harbour.mp4"
    assert free_name("{project}_{scene}", joined, ".mp4") == "Harbour.mp4"
    assert free_name("{scene}", joined, ".mp4") == "untitled.mp4"


def test_the_version_is_one_more_than_the_highest_and_never_fills_a_gap() -> None:
    existing = ["Harbour_v1.mp4", "Harbour_v7.mp4", "Other_v20.mp4", "Harbour_v3.mov"]

    assert free_name("{project}_v{n}", HARBOUR, ".mp4", existing=existing) == "Harbour_v8.mp4"
    assert free_name("{project}_v{n}", HARBOUR, ".gif", existing=existing) == "Harbour_v8.gif"


def test_a_name_that_is_there_gets_a_number_instead_of_being_replaced() -> None:
    existing = ["harbour.MP4", "Harbour-2.mp4"]

    assert free_name("{project}", HARBOUR, ".mp4", existing=existing) == "Harbour-3.mp4"
    assert free_name("{project}", HARBOUR, ".mp4", existing=existing, reuse=True) == "Harbour.mp4"


def test_two_files_of_one_render_never_share_a_name_even_with_overwrite(tmp_path: Path) -> None:
    first = file_name("{project}", HARBOUR, tmp_path, ".mp4", overwrite=True)
    second = file_name("{project}", HARBOUR, tmp_path, ".mp4", taken=[first], overwrite=True)

    assert (first.name, second.name) == ("Harbour.mp4", "Harbour-2.mp4")


def test_a_job_that_goes_on_takes_the_names_of_its_own_files_again(tmp_path: Path) -> None:
    own = tmp_path / "Harbour_v1.mp4"
    own.write_text("")

    assert file_name("{project}_v{n}", HARBOUR, tmp_path, ".mp4", own=[own]) == own
    assert file_name("{project}_v{n}", HARBOUR, tmp_path, ".mp4").name == "Harbour_v2.mp4"


def test_a_composed_and_a_decomposed_name_are_the_same_file() -> None:
    assert free_name("Café", HARBOUR, ".mp4", existing=["Cafe\u0301.mp4"]) == "Café-2.mp4"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{projct}", "Did you mean {project}"),
        ("{bogus}", "{resolution}"),
        ("{project", "brace"),
        ("project}", "brace"),
        ("../{project}", "leaves the target folder"),
        ("a\\b", "leaves the target folder"),
        ("{n}{n}", "twice"),
        ("{project:3}", r"Only \{n\}"),
        ("{n:99}", r"Only \{n\}"),
        ("", "empty"),
        ("...", "empty"),
        ("x" * 500, "too long"),
        ("{project.__class__}", "no part of a name"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused_with_the_way_out(pattern: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_pattern(pattern)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patterns, hostile, hostile, hostile, st.sampled_from([".mp4", ".webm", ""]))
def test_whatever_a_title_holds_its_name_is_valid_everywhere_and_stays_in_the_folder(
    tmp_path: Path, pattern: str, project: str, scene: str, name: str, extension: str
) -> None:
    naming = Naming(project, scene, name, "Web", 1920, 1080, "25")
    try:
        check_pattern(pattern)
    except UsageError:
        return

    path = file_name(pattern, naming, tmp_path, extension)

    assert path.parent == tmp_path
    assert path.resolve() == tmp_path.resolve() / path.name
    assert not set(path.name) & set('<>:"/\\|?*')
    assert all(ord(char) >= 32 and ord(char) != 127 for char in path.name)
    assert len(path.name.encode()) <= NAME_LIMIT_BYTES < 255
    assert path.name.split(".")[0].strip().lower() not in RESERVED
    assert path.name[-1] not in ". "
    assert path.name[0] not in ".- ~"
    path.write_text("")
    path.unlink()


@settings(deadline=None)
@given(patterns, hostile, st.integers(1, 6))
def test_names_given_one_after_the_other_are_all_different(pattern: str, project: str, count: int) -> None:
    try:
        check_pattern(pattern)
    except UsageError:
        return
    existing: list[str] = []

    for _ in range(count):
        existing.append(free_name(pattern, Naming(project), ".mp4", existing=existing))

    assert len({name.casefold() for name in existing}) == count


def test_a_long_title_is_shortened_and_its_version_is_not() -> None:
    name = free_name("{project}_{scene}_v{n}", Naming("ü" * 400, "intro"), ".mp4")

    assert name.endswith("_intro_v1.mp4")
    assert 200 < len(name.encode()) <= NAME_LIMIT_BYTES
