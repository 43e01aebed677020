"""The kinds of segments: every module of this package that defines one, found by looking, not by a list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Tag

from renderer.segments.base import SegmentBase, Transition

__all__ = ["KINDS", "AnySegment", "SegmentBase", "Transition"]


def _find() -> dict[str, type[SegmentBase]]:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return {kind.kind_key: kind for kind in SegmentBase.__subclasses__()}


KINDS = _find()
"""JSON key → segment class."""


def _kind_of(value: Any) -> str | None:
    if isinstance(value, SegmentBase):
        return value.kind_key
    if isinstance(value, dict):
        return next((key for key in KINDS if key in value), None)
    return None


if TYPE_CHECKING:
    AnySegment = SegmentBase
else:
    AnySegment = Annotated[
        reduce(or_, (Annotated[kind, Tag(key)] for key, kind in sorted(KINDS.items()))),
        Discriminator(
            _kind_of,
            custom_error_type="segment_kind",
            custom_error_message=f"a segment has one of the keys {', '.join(sorted(KINDS))}",
        ),
    ]
