"""The field types that the project's records are made of."""

from __future__ import annotations

from fractions import Fraction
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from renderer.timebase import as_seconds, parse_rate, parse_time


class Record(BaseModel):
    """A frozen part of a project; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


def _seconds(value: Any, info: ValidationInfo) -> Fraction:
    fps = info.context.get("fps") if isinstance(info.context, dict) else None
    return parse_time(value, fps)


def _relative_path(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('is the path of a file in the project folder, such as "media/dock.mp4"')
    path = value.replace("\\", "/")
    if "\0" in path or path.startswith("/") or (len(path) > 1 and path[1] == ":") or "://" in path:
        raise ValueError(
            f'"{value[:80]}" is not inside the project folder; put the file there and write its relative path'
        )
    if ".." in PurePosixPath(path).parts:
        raise ValueError(f'"{value[:80]}" leaves the project folder; put the file there and write its relative path')
    return str(PurePosixPath(path))


_TIME_SCHEMA = {
    "anyOf": [{"type": "number"}, {"type": "string"}],
    "description": 'Seconds: a number, "1.5", "3/2", "HH:MM:SS.mmm" or timecode "HH:MM:SS:FF".',
}

Time = Annotated[Fraction, BeforeValidator(_seconds), PlainSerializer(as_seconds), WithJsonSchema(_TIME_SCHEMA)]
"""Exact seconds, any sign."""


def _not_negative(value: Any, info: ValidationInfo) -> Fraction:
    seconds = _seconds(value, info)
    if seconds < 0:
        raise ValueError("is a length or position and cannot be negative")
    return seconds


Seconds = Annotated[Fraction, BeforeValidator(_not_negative), PlainSerializer(as_seconds), WithJsonSchema(_TIME_SCHEMA)]
"""Exact seconds, not negative."""

Rate = Annotated[
    Fraction,
    BeforeValidator(parse_rate),
    PlainSerializer(as_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string"}], "description": 'Frames per second: 25 or "30000/1001".'}
    ),
]

MediaPath = Annotated[
    str,
    BeforeValidator(_relative_path),
    WithJsonSchema({"type": "string", "description": "A file, relative to the project folder."}),
]

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]

HexColor = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$", to_lower=True)]
"""`#rrggbb` or `#rrggbbaa`."""
