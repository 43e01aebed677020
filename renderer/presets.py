"""Named choices: the built-in ones that come with the program, and the user's own, one JSON file each."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from renderer.errors import InputError, Problem, StoreError, UsageError
from renderer.naming import check_pattern, clean
from renderer.project.model import Project
from renderer.resources import resource
from renderer.settings import Preset, Settings
from renderer.settle import settle_output

SIZE_LIMIT_BYTES = 65_536
"""No honest preset is longer."""

_BELONGS_TO_A_PROJECT = ("scenes", "range")


@dataclass(frozen=True)
class StoredPreset:
    """A preset and the file it lies in. Built-in ones cannot be changed or removed."""

    preset: Preset
    path: Path
    built_in: bool


@dataclass(frozen=True)
class Shelf:
    """Every preset that can be used, built-in ones first, and what is wrong with the files that cannot."""

    presets: tuple[StoredPreset, ...]
    problems: tuple[Problem, ...] = ()

    def find(self, name: str) -> StoredPreset:
        """The preset of that name, without regard to case. Raises UsageError, with the nearest name."""
        wanted = _key(name)
        for stored in self.presets:
            if _key(stored.preset.name) == wanted:
                return stored
        names = [stored.preset.name for stored in self.presets]
        near = get_close_matches(wanted, [_key(known) for known in names], n=1, cutoff=0.5)
        known = next((one for one in names if near and _key(one) == near[0]), "")
        hint = f'Did you mean "{known}"?' if known else f"There are: {', '.join(names)}."
        broken = "".join(f" {problem}" for problem in self.problems)
        raise UsageError(f'There is no preset "{name[:80]}".', place="--preset", action=hint + broken)


def presets(user_folder: Path) -> Shelf:
    """Built-in presets and those in `user_folder`, which need not exist. A broken file costs itself alone."""
    built_in = [StoredPreset(read_preset(path), path, True) for path in sorted(resource("presets").glob("*.json"))]
    found, problems = {_key(stored.preset.name): stored for stored in built_in}, []
    for path in sorted(user_folder.glob("*.json")) if user_folder.is_dir() else []:
        try:
            preset = read_preset(path)
            if _key(preset.name) in found:
                raise InputError(f'there is another preset named "{preset.name}".', place=str(path))
            found[_key(preset.name)] = StoredPreset(preset, path, False)
        except InputError as error:
            problems.append(Problem(str(path), str(error).removeprefix(f"{path}: "), blocking=False))
    return Shelf(tuple(found.values()), tuple(problems))


def find(name: str, user_folder: Path) -> Preset:
    """The preset of that name, without regard to case. Raises UsageError, with the nearest name."""
    return presets(user_folder).find(name).preset


def read_preset(path: Path) -> Preset:
    """The preset in a JSON file, checked through. Raises InputError naming the file, the keys and what to write."""
    data = _read_object(path)
    try:
        preset = Preset.model_validate(data)
    except ValidationError as error:
        raise InputError("is not a preset:", _problems(error), place=str(path)) from error
    if found := _setting_problems(preset.settings):
        raise InputError("holds settings that cannot be:", found, place=str(path))
    if not clean(preset.name):
        raise InputError("has a name without a visible letter.", place=str(path), action="Give it a name.")
    return preset


def save_preset(preset: Preset, user_folder: Path, *, overwrite: bool = False) -> Path:
    """Keep a preset in the user's folder, whole or not at all; without the scenes and range of one project.

    Raises UsageError for the name of a built-in preset, for one that is there already unless `overwrite`, and for
    settings that cannot be; StoreError where the folder cannot be written.
    """
    if found := _setting_problems(preset.settings.model_copy(update={"scenes": None, "range": ""})):
        raise UsageError(str(found[0]))
    if not clean(preset.name):
        raise UsageError("A preset needs a name.", action="Give it one.")
    path = user_folder / f"{_file_stem(preset.name)}.json"
    there = next((s for s in presets(user_folder).presets if _key(s.preset.name) == _key(preset.name)), None)
    if there is not None and there.built_in:
        raise UsageError(f'"{there.preset.name}" is built in and stays as it is.', action="Choose another name.")
    if there is not None:
        path = there.path
    if (there is not None or path.exists()) and not overwrite:
        raise UsageError(f'There is a preset "{preset.name}" already.', action="Use --overwrite to replace it.")
    settings = preset.settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    kept = {key: value for key, value in settings.items() if key not in _BELONGS_TO_A_PROJECT}
    content = {"name": preset.name, "description": preset.description, "settings": kept}
    _write(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return path


def remove_preset(name: str, user_folder: Path) -> None:
    """Delete one of the user's presets. Raises UsageError for a built-in or unknown one."""
    stored = presets(user_folder).find(name)
    if stored.built_in:
        raise UsageError(f'"{stored.preset.name}" is built in and stays.', action="Only your own can be removed.")
    try:
        stored.path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{stored.path} cannot be removed: {error.strerror}.") from error


def _read_object(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", place=str(path)) from error
    if len(raw) > SIZE_LIMIT_BYTES:
        raise InputError("is too long for a preset.", place=str(path))
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"is not JSON: {error.msg} at {where}.", place=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise InputError("is not JSON text.", place=str(path)) from error
    if not isinstance(data, dict):
        raise InputError('is not a preset: write {"name": "…", "settings": {…}}.', place=str(path))
    return data


def _setting_problems(settings: Settings) -> tuple[Problem, ...]:
    """What would be refused later on, found now: the same rules, on a project that has nothing special."""
    problems = [
        Problem(f"settings.{name}", "is a choice within one project.", "Leave it out of the preset.")
        for name in _BELONGS_TO_A_PROJECT
        if getattr(settings, name)
    ]
    try:
        check_pattern(settings.pattern)
        settle_output(settings, _plain_project(), {})
    except UsageError as error:
        problems.append(Problem(error.place.replace("--", "settings."), error.what, error.action))
    return tuple(problems)


def _plain_project() -> Project:
    color = {"id": "s", "color": "#000000", "duration": 1}
    return Project.model_validate({"reelwright": 1, "scenes": [{"id": "s", "segments": [color]}]})


def _problems(error: ValidationError) -> tuple[Problem, ...]:
    """Pydantic's findings in our words, at most ten."""
    found = []
    for item in error.errors(include_url=False, include_context=False, include_input=False)[:10]:
        *above, key = item["loc"] or ("",)
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] != "extra_forbidden":
            found.append(Problem(place, f"{item['msg'].removeprefix('Value error, ')}."))
            continue
        known = _names(Settings if above else Preset)
        near = get_close_matches(str(key), known, n=1)
        hint = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(known)}."
        found.append(Problem(place[:200], "is not known.", hint))
    return tuple(found)


_Model = TypeVar("_Model", bound=BaseModel)


def _names(model: type[_Model]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _key(name: str) -> str:
    return clean(name).casefold()


def _file_stem(name: str) -> str:
    kept = "".join(char if char.isalnum() or char in "-_" else "-" for char in clean(name).casefold())
    stem = kept.encode()[:100].decode(errors="ignore").strip("-") or "preset"
    return f"my-{stem}"  # no system reserves a name that begins so


def _write(path: Path, text: str) -> None:
    temp = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".", suffix=".tmp", delete=False
        ) as file:
            temp = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temp).replace(path)
    except OSError as error:
        if temp:
            Path(temp).unlink(missing_ok=True)
        raise StoreError(
            f"{path} cannot be written: {error.strerror}.", action="Free some space, or mend its folder."
        ) from error
