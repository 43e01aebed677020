"""Older formats of the project file: one pure step per version, taken in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""JSON object of one version → the same project in the next version.

A step changes shape only: it never fails and never drops what it does not know, because the checks that follow say
what is wrong. It returns new objects and leaves the given ones as they are. Its result's `reelwright` is the next
version.
"""


def migrate(data: dict[str, Any], version: int, steps: Mapping[int, Step]) -> dict[str, Any]:
    """`data` of format `version` in the newest format that `steps` lead to."""
    while version in steps:
        data = steps[version](data)
        version += 1
    return data


def version_of(data: dict[str, Any]) -> object:
    """What the file says about its format; 0 where it says nothing."""
    return data.get("reelwright", 0)


def _one_scene(data: dict[str, Any]) -> dict[str, Any]:
    """Format 0, the short form that people write by hand: no version, and a single scene's segments at the top."""
    scene_keys = ("segments", "layers", "audio")
    rest = {key: value for key, value in data.items() if key != "reelwright"}
    if "scenes" in rest or not any(key in rest for key in scene_keys):
        return {"reelwright": 1, **rest}
    scene = {"id": "main", **{key: rest.pop(key) for key in scene_keys if key in rest}}
    for key in ("segments", "audio"):
        if isinstance(scene.get(key), list):
            scene[key] = _with_ids(scene[key], key[0])
    return {"reelwright": 1, **rest, "scenes": [scene]}


def _with_ids(items: list[Any], letter: str) -> list[Any]:
    """In the short form ids may be left out where nothing refers to them."""
    taken = {item.get("id") for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)}
    named: list[Any] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict) or "id" in item:
            named.append(item)
            continue
        name = f"{letter}{number}"
        while name in taken:
            name += "x"
        taken.add(name)
        named.append({"id": name, **item})
    return named


STEPS: Mapping[int, Step] = {0: _one_scene}
"""Version → the step that leads from it to the next one."""
