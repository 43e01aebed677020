"""Reading a project: every problem at once, each with its place."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from renderer.errors import Problem, ProjectError
from renderer.project.json_text import json_path, read_json
from renderer.project.migrate import STEPS, migrate, version_of
from renderer.project.model import Project
from renderer.timebase import parse_rate


def load(path: Path) -> Project:
    file = path / "project.json" if path.is_dir() else path
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise ProjectError(
            "There is no project here.", place=str(file), action="Make one with `reelwright new`, or name its folder."
        ) from error
    except OSError as error:
        raise ProjectError(f"cannot be read: {error.strerror}.", place=str(file)) from error
    data, broken = read_json(content, str(file))
    if broken:
        raise ProjectError(f"{file} cannot be used:", tuple(broken.values()))
    return parse(data, str(file))


def parse(data: object, place: str) -> Project:
    if not isinstance(data, dict):
        raise ProjectError("A project is a JSON object.", place=place)
    version = version_of(data)
    if not isinstance(version, int) or version > 1:
        raise ProjectError(f"was made with a newer Reelwright (format {version}).", place=place, action="Update.")
    migrated = migrate(data, version, STEPS)
    try:
        fps = parse_rate(migrated.get("fps", 30))
        return Project.model_validate(migrated, context={"fps": fps})
    except ValidationError as error:
        problems = tuple(Problem(json_path(each["loc"]), f"{each['msg']}.") for each in error.errors())
        raise ProjectError(f"{place} cannot be used:", problems) from error
    except ValueError as error:
        raise ProjectError(f"{error}.", place=f"{place}: fps") from error
