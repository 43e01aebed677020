"""The kinds of segments: every module of this package that defines one, found by looking, not by a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renderer.kinds import any_of, find_kinds
from renderer.segments.base import SegmentBase, Transition

__all__ = ["KINDS", "AnySegment", "SegmentBase", "Transition"]

KINDS = find_kinds(__name__, __path__, SegmentBase.__subclasses__)
"""JSON key → segment class."""

if TYPE_CHECKING:
    AnySegment = SegmentBase
else:
    AnySegment = any_of(KINDS, "a segment")
