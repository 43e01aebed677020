"""A segment of one picture."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, Literal

from pydantic import Field

from renderer.errors import Problem
from renderer.facts import Facts
from renderer.frames.source import FrameRequest, FrameSource
from renderer.project.fields import Length, MediaPath
from renderer.segments.base import SegmentBase

Fit = Literal["contain", "cover", "stretch"]


class StillSegment(SegmentBase):
    """One picture for a while."""

    kind_key: ClassVar[str] = "still"

    still: MediaPath = Field(description="A picture: PNG, JPEG, WebP, TIFF …")
    duration: Length = Field(description="How long, in seconds.")
    fit: Fit = Field("contain", description="How the picture meets the frame.")

    def duration_s(self, facts: Facts) -> Fraction:
        return self.duration

    def assets(self) -> tuple[str, ...]:
        return (self.still,)

    def problems(self, facts: Facts) -> tuple[Problem, ...]:
        media = facts.get(self.still)
        if media is not None and media.video is None:
            return (Problem("still", f"{self.still} holds no picture.", "Choose a picture file."),)
        return ()

    def wish(self, first_frame: int, stop_frame: int, fps: Fraction, facts: Facts) -> dict[str, Any]:
        return {"still": facts[self.still].sha256, "fit": self.fit, "frames": stop_frame - first_frame}

    def open_frames(self, request: FrameRequest) -> FrameSource:
        from renderer.frames.still import StillFrames

        return StillFrames(self.still, self.fit, request)
