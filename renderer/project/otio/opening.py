"""Opening an OpenTimelineIO file that may come from anywhere."""

from __future__ import annotations

import json
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from renderer.errors import ProjectError, UsageError

SIZE_LIMIT_BYTES = 100_000_000
DEPTH_LIMIT = 400


def open_timeline(file: Path) -> Any:
    """What an `.otio` file holds. Raises UsageError for other formats, ProjectError for what is no timeline.

    The OpenTimelineIO library follows values and references recursively, and the whole program dies where there are
    too many levels or where one holds itself. So the file is looked at before the library sees it.
    """
    place = str(file)
    if file.suffix.lower() != ".otio":
        raise UsageError(f"{file} is no .otio file.", action="Export the timeline as OpenTimelineIO (.otio).")
    try:
        with file.open("rb") as stream:
            content = stream.read(SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        raise ProjectError(f"cannot be read: {error.strerror}.", place=place) from error
    if len(content) > SIZE_LIMIT_BYTES:
        raise ProjectError(f"is larger than {SIZE_LIMIT_BYTES // 1_000_000} MB.", place=place)
    try:
        text = content.decode("utf-8-sig")
        problem = _danger(json.loads(text))
    except RecursionError:
        problem = _TOO_DEEP
    except ValueError as error:
        raise ProjectError(f"is no timeline: {error}.", place=place, action="Export it again.") from error
    if problem:
        raise ProjectError(problem, place=place, action="Export it again.")
    return _deserialized(text, place)


_TOO_DEEP = f"is nested more than {DEPTH_LIMIT} levels deep."


def _danger(data: Any) -> str:
    """What in a file's values would bring the library down; empty where nothing would."""
    holds = TopologicalSorter[object]()
    todo: list[tuple[int, Any, object]] = [(0, data, None)]
    while todo:
        depth, value, holder = todo.pop()
        if depth > DEPTH_LIMIT:
            return _TOO_DEEP
        if isinstance(value, dict):
            if str(value.get("OTIO_SCHEMA")).startswith("SerializableObjectRef"):
                holds.add(holder, str(value.get("id")))
            elif "OTIO_REF_ID" in value:
                holds.add(holder, str(value["OTIO_REF_ID"]))
                holder = str(value["OTIO_REF_ID"])
            todo += [(depth + 1, child, holder) for child in value.values()]
        elif isinstance(value, list):
            todo += [(depth + 1, child, holder) for child in value]
    try:
        holds.prepare()
    except CycleError:
        return "holds an item that lies in itself."
    return ""


def _deserialized(text: str, place: str) -> Any:
    from opentimelineio.core import deserialize_json_from_string
    from opentimelineio.exceptions import OTIOError

    try:
        return deserialize_json_from_string(text)
    except (OTIOError, ValueError, TypeError, LookupError, RuntimeError) as error:
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ProjectError(f"is no timeline: {said}.", place=place, action="Export it again.") from error
