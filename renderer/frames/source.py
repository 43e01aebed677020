"""The one protocol all pictures come through, and what a segment kind is given to open its source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from renderer.facts import Facts
from renderer.output import Canvas

if TYPE_CHECKING:
    from av import VideoFrame


class FrameSource(Protocol):
    """The pictures of one segment, by frame number on the segment's own timeline.

    `frame(n)` for `0 <= n < frame_count` gives a picture of exactly the canvas's size and pixel format. It is a pure
    function of `n`: any order gives the same pictures, ascending order is the fast one. The frame belongs to the
    caller until the next call, who must not write into its planes. Raises MediaError naming the file and the time.
    Used on one thread; whoever opens closes.
    """

    def frame(self, index: int) -> VideoFrame: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


@dataclass(frozen=True)
class FrameRequest:
    """What a segment needs to open its source: where the project lies, what the picture is to be, how long it lasts."""

    folder: Path
    canvas: Canvas
    facts: Facts
    frame_count: int
