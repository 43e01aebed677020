"""From pydantic's errors to sentences for people: where it is in the file, what is wrong, what to write instead."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from renderer.errors import Problem
from renderer.project.fields import BrokenRules, Record
from renderer.project.json_text import BadNumber, JsonPath, child, json_path

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

Kinds = Mapping[str, Mapping[str, type[Record]]]
"""List name → JSON key → class, for lists whose items tell their kind by a key of their own."""


@dataclass(frozen=True)
class _Spot:
    """Where an error is: its JSON path, the record that it is in, the field, and the value that stands there."""

    path: JsonPath
    record: type[Record]
    field: FieldInfo | None
    kinds: Mapping[str, type[Record]]
    value: Any


def explain(
    error: ValidationError, model: type[Record], data: object, kinds: Kinds, *, rules_only: bool = False
) -> dict[JsonPath, Problem]:
    """Every problem in `data` that kept it from being a `model`, by JSON path. Places are paths in `data`.

    With `rules_only`, only those between the fields of a record.
    """
    found: dict[JsonPath, Problem] = {}
    for detail in error.errors(include_url=False, include_input=False):
        if rules_only and not isinstance(detail.get("ctx", {}).get("error"), BrokenRules):
            continue
        spot = _spot(detail["loc"], model, data, kinds)
        for steps, problem in _problems(detail, spot):
            path = (*spot.path, *steps)
            found.setdefault(path, replace(problem, place=json_path(path)))
    return found


def known_keys(record: type[Record]) -> tuple[str, ...]:
    """The keys that a record has in a file."""
    return tuple(field.alias or name for name, field in record.model_fields.items())


def record_in(annotation: Any) -> type[Record] | None:
    """The record class that an annotation such as `tuple[Scene, ...] | None` is about."""
    if inspect.isclass(annotation) and issubclass(annotation, Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := record_in(part))), None)


def limits(field: FieldInfo) -> tuple[float | None, float | None]:
    """The lowest and the highest number that a field takes, where it has such limits."""
    marks = [*field.metadata, *_marks(field.annotation)]
    low = next((mark.ge for mark in marks if getattr(mark, "ge", None) is not None), None)
    high = next((mark.le for mark in marks if getattr(mark, "le", None) is not None), None)
    return low, high


def _marks(annotation: Any) -> Iterator[Any]:
    """What `Annotated` says inside an annotation such as `Annotated[float, Field(ge=0)] | None`."""
    for mark in getattr(annotation, "__metadata__", ()):
        yield from getattr(mark, "metadata", (mark,))
    for part in get_args(annotation):
        yield from _marks(part)


def _spot(loc: tuple[str | int, ...], model: type[Record], data: object, kinds: Kinds) -> _Spot:
    path: list[str | int] = []
    record, value = model, data
    field: FieldInfo | None = None
    choices: Mapping[str, type[Record]] = {}
    for step in loc:
        if choices and isinstance(step, str):  # pydantic names the chosen kind here, which the file does not
            record, choices, field = choices[step], {}, None
            continue
        path.append(step)
        value = child(value, step)
        if isinstance(step, int):
            choices = kinds.get(str(path[-2]), {})
            continue
        owner = record_in(field.annotation) if field is not None else None
        record = owner or record
        field = next((found for name, found in record.model_fields.items() if (found.alias or name) == step), None)
    return _Spot(tuple(path), record, field, choices, value)


def _problems(detail: ErrorDetails, spot: _Spot) -> Iterator[tuple[JsonPath, Problem]]:
    if isinstance(spot.value, BadNumber):
        return
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, BrokenRules):
        yield from ((_steps(problem.place), problem) for problem in cause.problems)
    elif detail["type"] == "too_short" and spot.value:
        return  # its items are wrong, and each of them has been told
    elif isinstance(cause, ValueError):
        yield (), Problem("", _sentence(str(cause)))
    else:
        sentence = _SENTENCES.get(detail["type"], _other)
        yield (), sentence(detail, spot)


def _missing(detail: ErrorDetails, spot: _Spot) -> Problem:
    said = _said(spot).rstrip(".")
    about = f" ({said[:1].lower()}{said[1:]})" if said else ""
    return Problem("", "is missing.", f"Write `{detail['loc'][-1]}`{about}.")


def _unknown(detail: ErrorDetails, spot: _Spot) -> Problem:
    name = str(detail["loc"][-1])
    known = known_keys(spot.record)
    return Problem("", "is not a key of the format.", _suggestion(name, known) or f"Known here: {', '.join(known)}.")


def _choice(detail: ErrorDetails, spot: _Spot) -> Problem:
    known = options(spot.field.annotation) if spot.field is not None else ()
    listed = ", ".join(_shown(option) for option in known)
    near = _suggestion(spot.value, [str(option) for option in known]) if isinstance(spot.value, str) else ""
    return Problem("", f"{_shown(spot.value)} is not known here.", f"{near} Use one of {listed}.".strip())


def _kind(detail: ErrorDetails, spot: _Spot) -> Problem:
    keys = ", ".join(f"`{key}`" for key in spot.kinds)
    if not isinstance(spot.value, dict):
        return Problem("", f"{_shown(spot.value)} cannot stand here.", f"Write an object with one of {keys}.")
    several = [f"`{key}`" for key in spot.kinds if key in spot.value]
    if several:
        return Problem("", f"has {' and '.join(several)} at once.", "Keep the one that is meant.")
    known = {key for kind in spot.kinds.values() for key in known_keys(kind)}
    near = next((hint for key in spot.value if key not in known and (hint := _suggestion(key, spot.kinds))), "")
    return Problem("", "does not say what is seen.", f"{near} Write one of {keys}.".strip())


def _range(detail: ErrorDetails, spot: _Spot) -> Problem:
    low, high = limits(spot.field) if spot.field is not None else (None, None)
    if low is not None and high is not None:
        return Problem("", f"{_shown(spot.value)} is out of range.", f"Write a number from {low} to {high}.")
    return _other(detail, spot)


def _too_short(detail: ErrorDetails, spot: _Spot) -> Problem:
    return Problem("", f"is empty. {_said(spot)}".strip(), "Write at least one.")


def _too_long(detail: ErrorDetails, spot: _Spot) -> Problem:
    return Problem("", "is too long.", f"Use at most {detail['ctx']['max_length']} characters.")


def _wrong(meant: str) -> Callable[[ErrorDetails, _Spot], Problem]:
    return lambda detail, spot: Problem("", f"{_shown(spot.value)} cannot stand here.", f"Write {meant}.")


def _object(detail: ErrorDetails, spot: _Spot) -> Problem:
    record = (record_in(spot.field.annotation) if spot.field is not None else None) or spot.record
    example = ", ".join(f'"{key}": …' for key in known_keys(record)[:2])
    return Problem("", f"{_shown(spot.value)} cannot stand here.", f"Write an object, {{{example}}}.")


def _other(detail: ErrorDetails, spot: _Spot) -> Problem:
    return Problem("", _sentence(detail["msg"]))


_NUMBER, _LIST, _TEXT = _wrong("a number"), _wrong("a list, […]"), _wrong('text in double quotes, "…"')
_SENTENCES: Mapping[str, Callable[[ErrorDetails, _Spot], Problem]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "invalid_key": _unknown,
    "literal_error": _choice,
    "kind": _kind,
    "greater_than_equal": _range,
    "less_than_equal": _range,
    "too_short": _too_short,
    "string_too_long": _too_long,
    "int_type": _wrong("a whole number"),
    "int_from_float": _wrong("a whole number"),
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _wrong("true or false"),
    "string_type": _TEXT,
    "string_unicode": _wrong("text without half characters"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _object,
    "model_attributes_type": _object,
    "dict_type": _object,
}


def _said(spot: _Spot) -> str:
    """What the documentation says about the field."""
    return (spot.field.description or "") if spot.field is not None else ""


def options(annotation: Any) -> tuple[Any, ...]:
    """The values that an annotation allows, where they are a fixed few."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(option for part in get_args(annotation) for option in options(part))


def _suggestion(name: object, known: Iterable[str]) -> str:
    meant = str(name)[:60].lower()
    near = get_close_matches(meant, [*known], n=1, cutoff=0.6) or [key for key in known if key.startswith(f"{meant}_")]
    return f'Did you mean "{near[0]}"?' if near else ""


def _shown(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return str(value)[:60]


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _steps(place: str) -> JsonPath:
    """`gain_curve[1].at` as the steps that lead there."""
    return tuple(int(index) if index else key for index, key in re.findall(r"\[(\d+)\]|([^.\[\]]+)", place))
