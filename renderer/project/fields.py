"""The field types that the project's records are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from renderer.errors import Problem
from renderer.timebase import as_seconds, parse_rate, parse_time


class BrokenRules(ValueError):
    """A record whose fields are fine one by one, but not together. `problems` have places relative to the record."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem) for problem in problems))


class Record(BaseModel):
    """A frozen part of a project; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)

    def rules(self) -> Iterable[Problem]:
        """What is wrong between this record's fields. Called once all of them are valid one by one."""
        return ()

    @model_validator(mode="after")
    def _keep_rules(self) -> Self:
        problems = tuple(self.rules())
        if problems:
            raise BrokenRules(problems)
        return self


@dataclass(frozen=True)
class Written:
    """How a person writes a field, for the documentation's tables."""

    how: str


def _seconds(value: Any, info: ValidationInfo) -> Fraction:
    fps = info.context.get("fps") if isinstance(info.context, dict) else None
    return parse_time(value, fps)


def _not_negative(value: Any, info: ValidationInfo) -> Fraction:
    seconds = _seconds(value, info)
    if seconds < 0:
        raise ValueError("a length or position cannot be negative; write 0 or more")
    return seconds


def _positive(value: Any, info: ValidationInfo) -> Fraction:
    seconds = _seconds(value, info)
    if seconds <= 0:
        raise ValueError('a length is more than 0; write seconds, such as "3"')
    return seconds


def _speed(value: Any) -> Fraction:
    speed = parse_time(value)
    if not Fraction(1, 100) <= speed <= 100:
        raise ValueError("a speed lies between 0.01 and 100; 1 is as recorded, 2 twice as fast")
    return speed


def _relative_path(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('a file is named by its path in the project folder, such as "media/dock.mp4"')
    path = value.replace("\\", "/")
    pure = PurePosixPath(path)
    if path.startswith("/") or path[1:2] == ":" or "://" in path or ".." in pure.parts:
        raise ValueError(f'"{value[:80]}" leaves the project folder; put the file there and write its relative path')
    if CONTROL.search(path):
        raise ValueError("the path of a file has no control characters; rename the file")
    if not pure.parts or len(path) > 4000:
        raise ValueError(f'"{value[:80]}" cannot be a file; write a path such as "media/dock.mp4"')
    return str(pure)


CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Characters that would steer a terminal, end a name early, or break a line where a name is shown."""

IDENTIFIER = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
_COLOR = "^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$"


def _one_line(value: Any) -> Any:
    if isinstance(value, str) and CONTROL.search(value):
        raise ValueError("a name is one line without control characters; take them out")
    return value


def _identifier(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(IDENTIFIER.rstrip("$"), value):
        return value
    shown = f'"{value[:80]}"' if isinstance(value, str) else "this"
    raise ValueError(f'{shown} cannot be an id; use 1 to 64 of the letters a-z, digits, "_", "-" and "."')


def _color(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(_COLOR.rstrip("$"), value):
        return value.lower()
    shown = f'"{value[:80]}"' if isinstance(value, str) else "this"
    raise ValueError(f'{shown} is not a colour; write "#rrggbb", or "#rrggbbaa" with transparency')


def _plain_number(value: float) -> float | int:
    return int(value) if value.is_integer() else value


_NUMBER_OR_TEXT = [{"type": "number"}, {"type": "string"}]
_TIME_SCHEMA = {
    "anyOf": _NUMBER_OR_TEXT,
    "description": 'Seconds: a number, "1.5", "3/2", "HH:MM:SS.mmm" or timecode "HH:MM:SS:FF".',
}
_AS_TEXT = PlainSerializer(as_seconds, return_type=str)

Time = Annotated[
    Fraction, BeforeValidator(_seconds), _AS_TEXT, WithJsonSchema(_TIME_SCHEMA), Written("time, may be negative")
]
"""Exact seconds, any sign."""

Seconds = Annotated[Fraction, BeforeValidator(_not_negative), _AS_TEXT, WithJsonSchema(_TIME_SCHEMA), Written("time")]
"""Exact seconds, not negative."""

Length = Annotated[
    Fraction, BeforeValidator(_positive), _AS_TEXT, WithJsonSchema(_TIME_SCHEMA), Written("time, more than 0")
]
"""Exact seconds, more than none."""

Speed = Annotated[
    Fraction,
    BeforeValidator(_speed),
    _AS_TEXT,
    WithJsonSchema({"anyOf": _NUMBER_OR_TEXT, "description": 'How fast: 2, "0.5" or "2/3".'}),
    Written("number, 0.01 to 100"),
]
"""An exact factor."""

Rate = Annotated[
    Fraction,
    BeforeValidator(parse_rate),
    _AS_TEXT,
    WithJsonSchema({"anyOf": _NUMBER_OR_TEXT, "description": 'Frames per second: 25 or "30000/1001".'}),
    Written("rate"),
]

MediaPath = Annotated[
    str,
    BeforeValidator(_relative_path),
    WithJsonSchema({"type": "string", "minLength": 1, "description": "A file, relative to the project folder."}),
    Written("path"),
]

Name = Annotated[str, Field(max_length=200), BeforeValidator(_one_line), Written("text")]
"""A line of text for people."""

Identifier = Annotated[
    str,
    BeforeValidator(_identifier),
    WithJsonSchema({"type": "string", "pattern": IDENTIFIER}),
    Written("id"),
]

HexColor = Annotated[
    str, BeforeValidator(_color), WithJsonSchema({"type": "string", "pattern": _COLOR}), Written("colour")
]
"""`#rrggbb` or `#rrggbbaa`, lower case."""

Decibels = Annotated[
    float, Strict(), Field(allow_inf_nan=False), PlainSerializer(_plain_number, return_type=float | int)
]
"""A number that is surely one: text, true and false are refused."""

Flag = Annotated[bool, Strict()]

Whole = Annotated[int, Strict()]
