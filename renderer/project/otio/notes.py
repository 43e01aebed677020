"""What of a project is kept in a timeline's metadata, where other programs leave it alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from renderer.errors import Problem

OURS = "reelwright"
"""The key of our own metadata on timelines, markers, tracks and clips."""


def noted(**notes: Any) -> dict[str, Any]:
    """Metadata that `ours` reads back exactly.

    Each value is JSON text: numbers of a timeline's own metadata come back changed in their last digits, and other
    programs turn whole ones into floats.
    """
    return {OURS: {key: json.dumps(value) for key, value in notes.items()}}


def ours(item: Any) -> dict[str, Any]:
    """Our own metadata on an item of a timeline; empty where there is none."""
    found = plain(item.metadata).get(OURS)
    notes: dict[str, Any] = {}
    for key, text in found.items() if isinstance(found, dict) else ():
        try:
            notes[key] = json.loads(text)
        except (TypeError, ValueError, RecursionError):
            continue  # somebody else's, or damaged: the timeline itself says enough
    return notes


def plain(value: Any) -> Any:
    """A timeline's metadata as ordinary values."""
    from opentimelineio.core import serialize_json_to_string

    return json.loads(serialize_json_to_string(value))


class Told:
    """Collects notes on what could not be kept; what is said of many items is said once, with the first few names."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[str]] = {}

    def tell(self, name: str, what: str, action: str = "") -> None:
        """Note that `what` happened to the item called `name`."""
        names = self._found.setdefault((what, action), [])
        if name not in names:
            names.append(name)

    def problems(self) -> tuple[Problem, ...]:
        return tuple(
            Problem(_listed(names), what, action, blocking=False) for (what, action), names in self._found.items()
        )


def _listed(names: Iterable[str]) -> str:
    said = [name[:60] for name in names]
    return ", ".join(said[:3]) + (f" and {len(said) - 3} more" if len(said) > 3 else "")
