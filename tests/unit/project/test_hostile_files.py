"""Files that are no projects, by accident or on purpose: one clear sentence, no crash, no hang."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import ProjectError
from renderer.project import load, parse
from renderer.project.json_text import broken_values, read_json
from tests.projects import harbour


def said_of(content: bytes, folder: Path) -> str:
    (folder / "project.json").write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        load(folder)
    return str(caught.value)


def said_of_values(read: Callable[[], object]) -> str:
    try:
        read()
    except ProjectError as error:
        return str(error)
    return "fine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty."),
        (b" \n", "is empty."),
        (b"[" * 1_000_000, "is nested more than 100 levels deep."),
        (b'{"a":' * 1_000_000, "is nested more than 100 levels deep."),
        (b'{"scenes":' + b"[" * 200 + b"]" * 200 + b"}", "is nested more than 100 levels deep."),
        (b"[]", "its outermost value is no object."),
        (b"null", "its outermost value is no object."),
        (b'{"title": "\xe9"}', "is not UTF-8 text: byte 11, in line 1"),
        ('{"reelwright": 1}'.encode("utf-16"), "is UTF-16 text. Save it as UTF-8."),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not UTF-8 text"),
        (b'{"title": "\\ud800", "reelwright": 1}', "title: holds half a character"),
        (b'{"\\ud800": 1}', "holds half a character"),
        (b'{"width": NaN, "scenes": []}', "width: NaN cannot be used. Write an ordinary number."),
        (b'{"width": 1e999}', "width: 1e999 cannot be used."),
        (b'{"width": -Infinity}', "width: -Infinity cannot be used."),
        (b'{"width": ' + b"9" * 5000 + b"}", "width: a number of 5000 characters cannot be used."),
        (b'{"a": [' + b"0," * 600_000 + b"0]}", "holds more than 500,000 values."),
        (b'{"title": "A", "title": "B"}', "title: this key stands twice in the same object."),
        (b'{"mix": {"loudness": -9, "loudness": -14}}', "mix.loudness: this key stands twice in the same object."),
    ],
    ids=range(19),
)  # fmt: skip
def test_what_is_no_project_is_refused_with_a_reason(content: bytes, said: str, tmp_path: Path) -> None:
    assert said in said_of(content, tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "column", "remedy"),
    [
        ('{\n  "title": "A"\n  "width": 3}', 3, 3, "Something is missing before it, such as a comma."),
        ('{"a": [1,]}', 1, 10, "Take out the comma before it."),
        ('{"a": 1,}', 1, 9, "Take out the comma before it."),
        ("{'a': 1}", 1, 2, "Text stands in double quotes"),
        ("{a: 1}", 1, 2, "Keys stand in double quotes"),
        ('{"a": 1 // one\n}', 1, 9, "JSON has no comments"),
        ('{"a": [1, 2', 1, 12, "was the file cut off?"),
        ('{"a": True}', 1, 7, "Write true, false or null."),
        ('{"a": "x\ny"}', 1, 9, r"Inside text write \n for a line break"),
        ('{"a": "C:\\media"}', 1, 10, r"Write a backslash as \\"),
    ],
)
def test_what_is_not_json_is_shown_by_line_and_column(
    text: str, line: int, column: int, remedy: str, tmp_path: Path
) -> None:
    said = said_of(text.encode(), tmp_path)

    assert f"project.json: line {line}, column {column}: is not JSON" in said
    assert remedy in said


def test_a_file_of_a_hundred_megabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "project.json").open("wb") as file:
        file.truncate(100_000_000)

    with pytest.raises(ProjectError, match="is larger than 20 MB"):
        load(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "project.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(harbour()).encode())

    assert load(tmp_path).title == "Harbour"


def test_a_pipe_is_no_project_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "project.json")

    with pytest.raises(ProjectError, match="is not a file"):
        load(tmp_path / "project.json")


def test_values_that_are_no_json_are_refused_too() -> None:
    with pytest.raises(ProjectError, match="title"):
        parse({"reelwright": 1, "title": object(), "scenes": [{"id": "a", "segments": [{1: 2}]}]}, "here")


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    assert said_of_values(lambda: broken_values(read_json(content, "p"), "p")).startswith(("p: ", "fine"))


_keys = st.sampled_from(
    ["reelwright", "scenes", "segments", "audio", "clip", "still", "id", "in", "out", "duration", "mix", "duck", "fps"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.data())
def test_no_values_crash_the_checks(data: st.DataObject) -> None:
    project = harbour()
    owner = data.draw(
        st.sampled_from([project, project["scenes"][0], project["scenes"][0]["segments"][0], project["mix"]])
    )
    owner[data.draw(_keys)] = data.draw(json_values)

    said = said_of_values(lambda: parse(project, "project.json"))

    assert "Tuple" not in said
    assert "Input should" not in said
