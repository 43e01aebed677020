"""From bytes that may be anything to JSON values that are safe to look at."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from renderer.errors import Problem, ProjectError

SIZE_LIMIT_BYTES = 20_000_000
VALUES_LIMIT = 500_000
DEPTH_LIMIT = 100
"""Guards against files that are no projects: ten hours of one-second cuts come to a tenth of these."""

JsonPath = tuple[str | int, ...]


@dataclass(frozen=True)
class BadNumber:
    """Stands where a number was that cannot be used: `NaN`, `Infinity`, or hundreds of digits."""

    text: str


class _Repeating(dict[str, Any]):
    """An object with a key written more than once; `keys_twice` names them. The last value counts."""

    keys_twice: tuple[str, ...] = ()


def read_json(content: bytes, place: str) -> Any:
    """The values in a JSON file. Numbers that cannot be used are BadNumbers.

    Raises ProjectError where the whole cannot be read: not UTF-8, not JSON, nested too deep.
    """
    text = _decode(content, place)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=BadNumber,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        raise _syntax_error(error, place) from error
    except RecursionError as error:
        raise _too_deep(place) from error


def json_path(steps: JsonPath) -> str:
    """`scenes[0].segments[2].clip` as people and JavaScript write it."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_$][\w$]*", step, re.ASCII):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step[:60])}]"
    return text


def position(data: object, path: JsonPath) -> tuple[int, ...]:
    """Sorts paths as they come in the file; what is missing there comes before what is."""
    order: list[int] = []
    for step in path:
        if isinstance(data, dict):
            order.append(next((number for number, key in enumerate(data) if key == step), -1))
        else:
            order.append(step if isinstance(step, int) else -1)
        data = child(data, step)
    return tuple(order)


def without(data: Any, paths: Iterable[JsonPath]) -> Any:
    """A copy of JSON values that lacks the keys at `paths`. Items of lists stay, so that paths mean the same."""
    rest = copy.deepcopy(data)
    for path in paths:
        owner = rest
        for step in path[:-1]:
            owner = child(owner, step)
        if isinstance(owner, dict) and path:
            owner.pop(path[-1], None)
    return rest


def child(value: object, step: str | int) -> Any:
    """What stands at a key of an object or a place of a list; None where nothing does."""
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _decode(content: bytes, place: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ProjectError("is UTF-16 text.", place=place, action="Save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProjectError(
            f"is not UTF-8 text: byte {error.start}, in line {line}, cannot be read.",
            place=place,
            action="Save it as UTF-8, or check that it is a project file.",
        ) from error
    if not text.strip():
        raise ProjectError(
            "is empty.", place=place, action="Restore it from a copy, or make one with `reelwright new`."
        )
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    twice = dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    repeating = _Repeating(made)
    repeating.keys_twice = tuple(twice)
    return repeating


def _int(text: str) -> int | BadNumber:
    return int(text) if len(text) <= 40 else BadNumber(text)


def _float(text: str) -> float | BadNumber:
    number = float(text)
    return number if math.isfinite(number) else BadNumber(text)


def broken_values(data: Any, place: str) -> dict[JsonPath, Problem]:
    """What is wrong with single JSON values, whatever they are to mean: bad numbers, keys written twice.

    Raises ProjectError for what is not worth a closer look: too many values, nested too deep, broken text.
    """
    found: dict[JsonPath, Problem] = {}
    todo: list[tuple[JsonPath, Any]] = [((), data)]
    count = 0
    while todo:
        path, value = todo.pop()
        count += 1
        if count > VALUES_LIMIT:
            raise ProjectError(
                f"holds more than {VALUES_LIMIT:,} values.", place=place, action="This is no project file."
            )
        if len(path) > DEPTH_LIMIT:
            raise _too_deep(place)
        if isinstance(value, str) and not _is_text(value):
            raise _broken_text(place, path)
        if isinstance(value, BadNumber):
            shown = value.text if len(value.text) <= 20 else f"a number of {len(value.text)} characters"
            found[path] = Problem(json_path(path), f"{shown} cannot be used.", "Write an ordinary number.")
        elif isinstance(value, dict):
            for key in value.keys_twice if isinstance(value, _Repeating) else ():
                found[(*path, key)] = Problem(
                    json_path((*path, key)), "this key stands twice in the same object.", "Keep one of them."
                )
            if not all(_is_text(str(key)) for key in value):
                raise _broken_text(place, path)
            todo += [((*path, str(key)), child) for key, child in value.items()]
        elif isinstance(value, list):
            todo += [((*path, index), child) for index, child in enumerate(value)]
    return found


def _is_text(text: str) -> bool:
    """Half a surrogate pair can be written as an escape, but not in UTF-8, in a file name or on a screen."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _broken_text(place: str, path: JsonPath) -> ProjectError:
    return ProjectError(
        "holds half a character, such as \\ud83d without its other half.",
        place=f"{place}: {json_path(path)}".rstrip(": "),
        action="Write the whole character.",
    )


def _too_deep(place: str) -> ProjectError:
    return ProjectError(
        f"is nested more than {DEPTH_LIMIT} levels deep.", place=place, action="This is no project file."
    )


def _syntax_error(error: json.JSONDecodeError, place: str) -> ProjectError:
    rest = error.doc[error.pos : error.pos + 20].split("\n")[0].strip()
    near = f" at `{rest}`" if rest else " at the end of the file" if not error.doc[error.pos :].strip() else ""
    return ProjectError(
        f"is not JSON: {_reason(error)}{near}.",
        place=f"{place}: line {error.lineno}, column {error.colno}",
        action=_remedy(error),
    )


def _reason(error: json.JSONDecodeError) -> str:
    said = error.msg.split(":")[0].rstrip(".")
    return said[:1].lower() + said[1:]


def _remedy(error: json.JSONDecodeError) -> str:
    rest, before = error.doc[error.pos :], error.doc[: error.pos].rstrip()
    tests: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: not rest.strip(), "Something is missing at the end; was the file cut off?"),
        (lambda: rest.lstrip().startswith(("//", "/*", "#")), "JSON has no comments; take it out."),
        (lambda: rest.startswith("'"), 'Text stands in double quotes: "…".'),
        (lambda: rest[:1] in "]}" and before.endswith(","), "Take out the comma before it."),
        (lambda: rest.startswith(","), "Take out the comma, or write the value before it."),
        (lambda: rest.startswith(("True", "False", "None")), "Write true, false or null."),
        (lambda: "delimiter" in error.msg, "Something is missing before it, such as a comma."),
        (lambda: "property name" in error.msg, 'Keys stand in double quotes: "clip".'),
        (lambda: "control character" in error.msg, r"Inside text write \n for a line break and \t for a tab."),
        (lambda: "escape" in error.msg, r"Write a backslash as \\, or use / in paths."),
    )
    return next((remedy for applies, remedy in tests if applies()), "Mend it there.")
