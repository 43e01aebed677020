"""A segment of one colour."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

from pydantic import Field

from renderer.errors import Problem
from renderer.facts import Facts
from renderer.frames.source import FrameRequest, FrameSource
from renderer.project.fields import HexColor, Length
from renderer.segments.base import SegmentBase


class ColorSegment(SegmentBase):
    """One colour for a while."""

    kind_key: ClassVar[str] = "color"

    color: HexColor = Field(description="#rrggbb or #rrggbbaa.")
    duration: Length = Field(description="How long, in seconds.")

    def duration_s(self, facts: Facts) -> Fraction:
        return self.duration

    def assets(self) -> tuple[str, ...]:
        return ()

    def problems(self, facts: Facts) -> tuple[Problem, ...]:
        return ()

    def wish(self, first_frame: int, stop_frame: int, fps: Fraction, facts: Facts) -> dict[str, Any]:
        return {"color": self.color, "frames": stop_frame - first_frame}

    def open_frames(self, request: FrameRequest) -> FrameSource:
        from renderer.frames.color import ColorFrames

        return ColorFrames(self.color, request)
