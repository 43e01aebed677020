"""From `project.json` to a project: read, brought to this format, checked, with every problem told at once."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from renderer.errors import Problem, ProjectError
from renderer.layers import KINDS as LAYERS
from renderer.project.explain import Kinds, explain
from renderer.project.json_text import SIZE_LIMIT_BYTES, JsonPath, broken_values, position, read_json, without
from renderer.project.migrate import STEPS, migrate, version_of
from renderer.project.model import FORMAT_VERSION, Project
from renderer.project.paths import project_file
from renderer.project.rules import broken_rules
from renderer.segments import KINDS as SEGMENTS
from renderer.timebase import parse_rate

KINDS: Kinds = {"segments": SEGMENTS, "layers": LAYERS}

MOST_PROBLEMS = 50
"""More are counted, not listed."""


def load(path: Path) -> Project:
    """The project in a folder, or in its `project.json`. Raises ProjectError with every problem found."""
    file = project_file(path)
    place = str(file)
    return parse(read_json(_content(file, place), place), place)


def parse(data: object, place: str) -> Project:
    """The project that JSON values describe, whatever their format version. Raises ProjectError with all problems."""
    if not isinstance(data, dict):
        raise ProjectError(
            "is not a project: its outermost value is no object.", place=place, action='Write {"reelwright": 1, …}.'
        )
    problems = broken_values(data, place)
    version = _version(data, place)
    data = migrate(data, version, STEPS)
    fps = _fps(data)
    try:
        project = _validated(data, fps)
        problems |= broken_rules(data, fps)
    except ValidationError as error:
        problems = explain(error, Project, data, KINDS) | problems
        problems = _hidden_problems(data, fps, tuple(problems)) | problems
    if problems:
        raise _refusal(problems, data, place, version)
    return project


def _validated(data: dict[str, Any], fps: Fraction) -> Project:
    return Project.model_validate(data, context={"fps": fps}, by_alias=True, by_name=False)


def _hidden_problems(data: dict[str, Any], fps: Fraction, wrong: tuple[JsonPath, ...]) -> dict[JsonPath, Problem]:
    """Rules that are broken between values that are right, seen once those that are `wrong` are out of the way."""
    rest = without(data, wrong)
    found = broken_rules(rest, fps)
    try:
        _validated(rest, fps)
    except ValidationError as error:
        found |= explain(error, Project, rest, KINDS, rules_only=True)
    return found


def _content(file: Path, place: str) -> bytes:
    # Opened before it is looked at, and without waiting for a writer: the file may be a pipe, or be swapped.
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise ProjectError(
            "is not there.", place=place, action="Give a folder with a project.json, or make one with `reelwright new`."
        ) from error
    except (OSError, ValueError) as error:
        raise ProjectError(f"cannot be opened: {_reason(error)}.", place=place) from error
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ProjectError("is not a file.", place=place, action="Give a project's folder or its project.json.")
        try:
            content = stream.read(SIZE_LIMIT_BYTES + 1)
        except OSError as error:
            raise ProjectError(f"cannot be read: {_reason(error)}.", place=place) from error
    if len(content) > SIZE_LIMIT_BYTES:
        raise ProjectError(
            f"is larger than {SIZE_LIMIT_BYTES // 1_000_000} MB.", place=place, action="This is no project file."
        )
    return content


def _version(data: dict[str, Any], place: str) -> int:
    version = version_of(data)
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        problem = Problem(f"{Path(place).name}: reelwright", "is not a format version.", f"Write {FORMAT_VERSION}.")
        raise ProjectError("cannot be used:", (problem,), place=place)
    if version > FORMAT_VERSION:
        raise ProjectError(
            f"was made with a newer Reelwright (format {version}; this one knows up to {FORMAT_VERSION}).",
            place=place,
            action="Update Reelwright to open it; the file is fine and stays as it is.",
        )
    return version


def _fps(data: dict[str, Any]) -> Fraction:
    """The rate that frame timecode counts by. A rate that cannot be is told where it stands, not at each time."""
    try:
        return parse_rate(data.get("fps", Project.model_fields["fps"].default))
    except ValueError:
        return Fraction(Project.model_fields["fps"].default)


def _refusal(problems: dict[JsonPath, Problem], data: object, place: str, version: int) -> ProjectError:
    name = Path(place).name
    ordered = [problems[path] for path in sorted(problems, key=lambda path: position(data, path))]
    told = tuple(replace(problem, place=f"{name}: {problem.place}".rstrip(": ")) for problem in ordered[:MOST_PROBLEMS])
    count = "one problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    more = f", of which these are the first {MOST_PROBLEMS}" if len(ordered) > MOST_PROBLEMS else ""
    older = f" (read as format {FORMAT_VERSION}, which the places below belong to)" if version < FORMAT_VERSION else ""
    return ProjectError(f"cannot be used{older}; {count}{more}:", told, place=place)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
