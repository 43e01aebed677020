"""What is written is what was meant, and nothing is lost on the way."""

from __future__ import annotations

import json
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import ProjectError, StoreError
from renderer.project import load, parse, save
from renderer.project.model import Project
from renderer.project.pretty import pretty_json
from tests.projects import a_color, a_scene, harbour, projects


@given(projects())
@settings(deadline=None)
def test_a_project_is_read_back_exactly_as_it_was_written(project: Project) -> None:
    with TemporaryDirectory() as folder:
        save(project, Path(folder))

        assert load(Path(folder)) == project


@given(projects())
@settings(deadline=None, max_examples=25)
def test_writing_twice_gives_the_same_bytes(project: Project) -> None:
    with TemporaryDirectory() as folder:
        save(project, Path(folder))
        first = (Path(folder) / "project.json").read_bytes()
        save(load(Path(folder)), Path(folder))

        assert (Path(folder) / "project.json").read_bytes() == first


def test_what_is_as_by_default_is_not_written_but_the_format_is(tmp_path: Path) -> None:
    save(Project(scenes=(a_scene(a_color(1)),)), tmp_path)

    written = json.loads((tmp_path / "project.json").read_text())

    assert written == {
        "reelwright": 1,
        "scenes": [{"id": "a", "segments": [{"id": "s", "color": "#336699", "duration": "1"}]}],
    }


def test_an_editors_schema_line_is_kept_at_the_top(tmp_path: Path) -> None:
    project = parse({"$schema": "../docs/project.schema.json", **harbour()}, "project.json")

    save(project, tmp_path)

    lines = (tmp_path / "project.json").read_text().splitlines()
    assert lines[1:3] == ['  "$schema": "../docs/project.schema.json",', '  "reelwright": 1,']


def test_a_change_of_one_value_changes_one_line(tmp_path: Path) -> None:
    def lines_of(length: int) -> list[str]:
        save(Project(scenes=(a_scene(a_color(1, segment_id="s1"), a_color(length, segment_id="s2")),)), tmp_path)
        return (tmp_path / "project.json").read_text().splitlines()

    before, after = lines_of(2), lines_of(3)

    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_a_project_that_could_not_be_opened_again_is_not_written(tmp_path: Path) -> None:
    save(Project(scenes=(a_scene(a_color(1)),)), tmp_path)
    before = (tmp_path / "project.json").read_bytes()
    twice = Project(scenes=(a_scene(a_color(1)), a_scene(a_color(2))))

    with pytest.raises(ProjectError, match=r'scenes\[1\]\.id: "a" is also the id of scenes\[0\]'):
        save(twice, tmp_path)

    assert (tmp_path / "project.json").read_bytes() == before


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """A full disk, as far as this process can tell."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    save(Project(title="old", scenes=(a_scene(a_color(1)),)), tmp_path)
    large = Project(scenes=(a_scene(*(a_color(1, segment_id=f"s{n}") for n in range(500))),))

    with files_of_at_most(4096), pytest.raises(StoreError, match="What was there is unchanged"):
        save(large, tmp_path)

    assert load(tmp_path).title == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "project.json"]


def test_a_folder_that_is_a_file_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(StoreError, match="cannot be written"):
        save(Project(scenes=(a_scene(a_color(1)),)), tmp_path / "taken" / "project")


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    project = Project(scenes=(a_scene(a_color(1)),))

    save(project, tmp_path / "new" / "harbour")

    assert load(tmp_path / "new" / "harbour" / "project.json") == project


def test_a_link_to_the_file_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    project = Project(scenes=(a_scene(a_color(1)),))
    real = tmp_path / "real.json"
    save(project, real)
    real.chmod(0o640)
    link = tmp_path / "project.json"
    link.symlink_to(real)

    save(project.model_copy(update={"title": "New"}), tmp_path)

    assert link.is_symlink()
    assert load(real).title == "New"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_the_layout_never_changes_the_values(value: object) -> None:
    assert json.loads(pretty_json(value)) == value


def test_times_stay_exact_over_a_save(tmp_path: Path) -> None:
    third = Fraction(1, 3)
    save(Project(scenes=(a_scene(a_color(third)),)), tmp_path)

    assert load(tmp_path).scenes[0].segments[0].duration_s({}) == third
