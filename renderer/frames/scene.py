"""The pictures of a whole scene: its segments one after the other, and how they go over into each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from renderer.facts import Facts
from renderer.frames.source import FrameRequest, FrameSource
from renderer.output import Canvas
from renderer.timeline import Placed, SceneTimeline

if TYPE_CHECKING:
    from av import VideoFrame

KEPT_OPEN = 2
"""Sources kept open behind the current one: a transition needs two."""


class SceneFrames:
    """A FrameSource over a scene's frames. Sources are opened when first needed and closed when left behind."""

    def __init__(self, timeline: SceneTimeline, folder: Path, canvas: Canvas, facts: Facts) -> None:
        self._timeline = timeline
        self._folder = folder
        self._canvas = canvas
        self._facts = facts
        self._open: dict[str, FrameSource] = {}

    def frame(self, index: int) -> VideoFrame:
        """See FrameSource. Raises IndexError outside the scene."""
        places = self._timeline.at(index)
        if not places:
            raise IndexError(f"frame {index} is outside the scene's {self._timeline.frame_count}")
        pictures = [self._source(place).frame(index - place.start) for place in places]
        if len(pictures) == 1:
            return pictures[0]
        from renderer.media.blend import crossfade

        overlap = places[0].stop - places[1].start
        # At the middle of each frame's time, so that a fade and its mirror image meet in the middle.
        amount = (index - places[1].start + 0.5) / overlap
        return crossfade(pictures[0], pictures[1], amount, self._canvas)

    def close(self) -> None:
        """See FrameSource."""
        for source in self._open.values():
            source.close()
        self._open.clear()

    def _source(self, place: Placed) -> FrameSource:
        key = place.segment.id
        if key in self._open:
            self._open[key] = self._open.pop(key)
            return self._open[key]
        while len(self._open) >= KEPT_OPEN:
            self._open.pop(next(iter(self._open))).close()
        request = FrameRequest(self._folder, self._canvas, self._facts, place.frame_count)
        self._open[key] = place.segment.open_frames(request)
        return self._open[key]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
