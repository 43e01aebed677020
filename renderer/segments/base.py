"""What every segment kind is and promises; one module of this package per kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import Any, ClassVar, Literal

from pydantic import Field

from renderer.errors import Problem
from renderer.facts import Facts
from renderer.frames.source import FrameRequest, FrameSource
from renderer.project.fields import Identifier, Length, Record


class Transition(Record):
    """How a segment goes over into the next one; both play during `duration`, so the scene is that much shorter."""

    kind: Literal["crossfade"] = Field("crossfade", description="Only `crossfade` so far.")
    duration: Length = Field(description="How long both segments are seen, in seconds.")


class SegmentBase(Record, ABC):
    """One piece of a scene's picture. A kind adds its own module here, its model and its frame source; no other file.

    `kind_key` is the JSON key that tells the kind (`clip`, `still`, `color`).
    """

    kind_key: ClassVar[str]

    id: Identifier = Field(description="Unique in its scene.")
    transition: Transition | None = Field(None, description="How this segment goes over into the next one.")

    @abstractmethod
    def duration_s(self, facts: Facts) -> Fraction:
        """How long the segment plays, in seconds; > 0. Raises ProjectError where the media cannot tell."""

    @abstractmethod
    def assets(self) -> tuple[str, ...]:
        """Project-relative paths of the files whose bytes shape the picture."""

    @abstractmethod
    def problems(self, facts: Facts) -> tuple[Problem, ...]:
        """What stands in the way of rendering, found without decoding. `place` is relative to the segment (`clip`)."""

    @abstractmethod
    def wish(self, first_frame: int, stop_frame: int, fps: Fraction, facts: Facts) -> dict[str, Any]:
        """Everything besides canvas and engine that shapes frames `first_frame..stop_frame`, as plain JSON values.

        Two equal wishes give equal pictures: this is what a part's digest is made of. Names files by sha256.
        """

    @abstractmethod
    def open_frames(self, request: FrameRequest) -> FrameSource:
        """The segment's pictures. Heavy libraries are imported here, not at the top of the module."""

    def cut_frames(self, frame_count: int, fps: Fraction) -> tuple[int, ...]:
        """Where chunks may start inside the segment, ascending, without 0 and `frame_count`; every 3 s by default.

        A kind that can be trimmed cuts on a grid of its source, so that trimming one end leaves the other chunks alone.
        """
        step = round(3 * fps)
        return tuple(range(step, frame_count - step // 3, step))
