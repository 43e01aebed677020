"""What must hold between the parts of a project: names are unique, what is referred to exists, transitions fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from renderer.errors import Problem, ReelwrightError
from renderer.kinds import kind_keys
from renderer.project.json_text import JsonPath, json_path
from renderer.segments import KINDS, SegmentBase
from renderer.timebase import as_seconds


@dataclass(frozen=True)
class _Item:
    """An object of a list that has an id."""

    path: JsonPath
    value: dict[str, Any]
    id: str


def broken_rules(data: dict[str, Any], fps: Fraction) -> dict[JsonPath, Problem]:
    """Problems between the parts of a project, by JSON path.

    Reads the file's own values, so that these problems are told together with those of single values: what is of the
    wrong shape is passed over here.
    """
    found: dict[JsonPath, Problem] = {}
    for path, what, action in _broken(data, fps):
        found.setdefault(path, Problem(json_path(path), what, action))
    return found


def _broken(data: dict[str, Any], fps: Fraction) -> Iterator[tuple[JsonPath, str, str]]:
    scenes = _items(data, (), "scenes")
    yield from _twice(scenes, "scene")
    for number, scene in enumerate(_objects(data.get("scenes"))):
        here: JsonPath = ("scenes", number)
        segments, audio = _items(scene, here, "segments"), _items(scene, here, "audio")
        yield from _twice(segments, "segment")
        yield from _twice(audio, "audio clip")
        yield from _lost_anchors(audio, {segment.id for segment in segments})
        yield from _long_transitions(_objects(scene.get("segments")), here, fps)


def _objects(value: object) -> list[dict[str, Any]]:
    """The items of a list in their places; what is no object is empty."""
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _items(owner: dict[str, Any], path: JsonPath, name: str) -> list[_Item]:
    objects = enumerate(_objects(owner.get(name)))
    return [
        _Item((*path, name, number), item, item["id"]) for number, item in objects if isinstance(item.get("id"), str)
    ]


def _twice(items: list[_Item], noun: str) -> Iterator[tuple[JsonPath, str, str]]:
    first: dict[str, _Item] = {}
    for item in items:
        earlier = first.setdefault(item.id, item)
        if earlier is not item:
            what = f'"{item.id[:64]}" is also the id of {json_path(earlier.path)}.'
            yield (*item.path, "id"), what, f"Give this {noun} an id of its own."


def _lost_anchors(audio: list[_Item], segments: set[str]) -> Iterator[tuple[JsonPath, str, str]]:
    for clip in audio:
        anchor = clip.value.get("anchor")
        if isinstance(anchor, str) and anchor not in segments:
            listed = ", ".join(sorted(segments)[:12]) + (" …" if len(segments) > 12 else "")
            action = f"Use one of {listed}, or leave it out." if segments else "Leave it out."
            yield (*clip.path, "anchor"), f'"{anchor[:64]}" is no segment of this scene.', action


def _long_transitions(
    segments: list[dict[str, Any]], here: JsonPath, fps: Fraction
) -> Iterator[tuple[JsonPath, str, str]]:
    entering = Fraction(0)
    for number, (value, next_value) in enumerate(pairwise(segments)):
        segment = _segment(value, fps) if "transition" in value else None
        transition = segment.transition if segment is not None else None
        leaving = transition.duration if transition is not None else Fraction(0)
        length, next_length = _length(segment), _length(_segment(next_value, fps) if leaving else None)
        path = (*here, "segments", number, "transition", "duration")
        if leaving and length is not None and entering + leaving > length:
            both = f" together with the one before ({as_seconds(entering)} s)" if entering else ""
            what = f"the transition{both} is longer than the segment, which has {_rounded(length)} s."
            yield path, what, f"Write at most {_rounded(max(length - entering, Fraction(0)))}."
        elif leaving and next_length is not None and leaving > next_length:
            what = f"the transition is longer than the next segment, which has {_rounded(next_length)} s."
            yield path, what, f"Write at most {_rounded(next_length)}."
        entering = leaving


def _segment(value: dict[str, Any], fps: Fraction) -> SegmentBase | None:
    keys = kind_keys(value, KINDS)
    if len(keys) != 1:
        return None
    try:
        return KINDS[keys[0]].model_validate(value, context={"fps": fps}, by_alias=True, by_name=False)
    except ValidationError:
        return None


def _length(segment: SegmentBase | None) -> Fraction | None:
    """How long a segment plays, where that is known without its media."""
    if segment is None:
        return None
    try:
        return segment.duration_s({})
    except (ReelwrightError, KeyError):
        return None


def _rounded(seconds: Fraction) -> str:
    """Rounded down, so that what is offered fits."""
    return as_seconds(Fraction(int(seconds * 1000), 1000))
