"""A segment of a video clip."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any, ClassVar

from pydantic import Field

from renderer.errors import Problem, ProjectError
from renderer.facts import Facts
from renderer.frames.source import FrameRequest, FrameSource
from renderer.project.fields import Decibels, MediaPath, Seconds, Speed
from renderer.segments.base import SegmentBase
from renderer.segments.still import Fit
from renderer.timebase import as_seconds

CHUNK_S = 3
"""Length of a chunk in seconds of the source; a compromise between GOP cost and what one edit renders again."""


class ClipSegment(SegmentBase):
    """A stretch of a video file, `in` to `out` on the file's own clock, whose zero is its first picture."""

    kind_key: ClassVar[str] = "clip"

    clip: MediaPath = Field(description="A video file.")
    in_: Seconds = Field(Fraction(0), alias="in", description="First moment used.")
    out: Seconds | None = Field(None, description="Moment after the last one used; the clip's end when left out.")
    speed: Speed = Field(Fraction(1), description="2 plays twice as fast; 0.01 to 100.")
    fit: Fit = Field("contain", description="How the picture meets the frame.")
    gain_db: Decibels = Field(0.0, ge=-120, le=40, description="Gain of the clip's own sound in dB.")

    def rules(self) -> Iterator[Problem]:
        if self.out is not None and self.out <= self.in_:
            yield Problem("out", "`out` does not lie after `in`, so nothing is left.", "Move `in` before `out`.")

    def duration_s(self, facts: Facts) -> Fraction:
        out = self.out
        if out is None:
            if self.clip not in facts:
                raise ProjectError(f"The length of {self.clip} is not known.", action="Give `out`, or mend the file.")
            out = facts[self.clip].clip_duration_s
        return (out - self.in_) / self.speed

    def assets(self) -> tuple[str, ...]:
        return (self.clip,)

    def problems(self, facts: Facts) -> tuple[Problem, ...]:
        media = facts.get(self.clip)
        if media is None:
            return ()
        if media.video is None:
            return (
                Problem("clip", f"{self.clip} holds no video.", "Use it as an audio clip, or choose another file."),
            )
        end = media.clip_duration_s
        if self.out is not None and self.out > end + 1 / media.video.rate:
            return (
                Problem(
                    "out",
                    f"{self.clip} ends at {float(end):.3f} s, before {float(self.out):.3f} s.",
                    "Trim the segment.",
                ),
            )
        if self.in_ >= (self.out if self.out is not None else end):
            return (Problem("in", f"nothing is left between in and out of {self.clip}.", "Move `in` before `out`."),)
        return ()

    def wish(self, first_frame: int, stop_frame: int, fps: Fraction, facts: Facts) -> dict[str, Any]:
        at = self.in_ + first_frame / fps * self.speed
        return {
            "clip": facts[self.clip].sha256,
            "at": as_seconds(at),
            "frames": stop_frame - first_frame,
            "speed": as_seconds(self.speed),
            "fit": self.fit,
        }

    def open_frames(self, request: FrameRequest) -> FrameSource:
        from renderer.frames.clip import ClipFrames

        return ClipFrames(self.clip, request, in_s=self.in_, speed=self.speed, fit=self.fit)

    def cut_frames(self, frame_count: int, fps: Fraction) -> tuple[int, ...]:
        step_s = CHUNK_S * self.speed
        shortest = floor(fps)
        first = ceil(self.in_ / step_s)
        end_s = self.in_ + frame_count / fps * self.speed
        cuts = (ceil((k * step_s - self.in_) * fps / self.speed) for k in range(first, ceil(end_s / step_s)))
        return tuple(cut for cut in cuts if shortest <= cut <= frame_count - shortest)
