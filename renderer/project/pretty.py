"""JSON as a person would lay it out: what fits on a line stands on one, so that a change is a short diff."""

from __future__ import annotations

import json
from typing import Any

LINE_WIDTH = 110


def pretty_json(data: Any) -> str:
    """`data` as text that ends with a line break. The same data gives the same text."""
    return _laid_out(data, 0, outermost=True) + "\n"


def _laid_out(value: Any, indent: int, *, outermost: bool = False) -> str:
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        items = [
            f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(child, indent + 2)}" for key, child in value.items()
        ]
    else:
        items = [_laid_out(child, indent + 2) for child in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    one_line = indent + sum(len(item) + 2 for item in items) <= LINE_WIDTH and not any("\n" in item for item in items)
    if one_line and not outermost and not _holds_objects(value):
        return f"{opening}{', '.join(items)}{closing}"
    body = f",\n{inner}".join(items)
    return f"{opening}\n{inner}{body}\n{' ' * indent}{closing}"


def _holds_objects(value: Any) -> bool:
    """A list of objects gets a line for each."""
    return isinstance(value, list) and any(isinstance(child, dict) for child in value)
