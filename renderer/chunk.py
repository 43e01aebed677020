"""One chunk of a plan becomes one part; the sound becomes one mix."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Self

from renderer.errors import Stopped, UsageError
from renderer.frames.scene import SceneFrames
from renderer.plan import Chunk, RenderPlan
from renderer.timeline import lay_out

if TYPE_CHECKING:
    from renderer.audio.mix import MixResult
    from renderer.media.encode import EncodedPart

TELL_S = 0.1
"""Least time between two calls of `progress`."""


class ChunkRenderer:
    """Renders any chunks of one plan. Neighbouring ones share their open clips, so order makes speed, never pixels.

    Used on one thread; whoever opens closes.
    """

    def __init__(self, plan: RenderPlan) -> None:
        self._plan = plan
        self._scene = ""
        self._frames: SceneFrames | None = None

    def suffix(self) -> str:
        """File ending of this plan's parts."""
        from renderer.media.encode import PART_SUFFIX

        assert self._plan.output.video is not None
        return PART_SUFFIX.get(self._plan.output.video.codec, ".mp4")

    def render(self, index: int, target: Path, *, progress: Callable[[int], None], stop: Event) -> EncodedPart:
        """Encode chunk `index` into `target`; `progress` hears the number of frames done so far.

        Raises Stopped soon after `stop` is set, MediaError for a clip that cannot be read, RenderError, StoreError.
        """
        from renderer.media.encode import PartEncoder

        chunk = self._chunk(index)
        assert self._plan.output.video is not None
        frames = self._open(chunk.scene)
        told_at = time.monotonic()
        with PartEncoder(target, self._plan.output.video) as encoder:
            for number in range(chunk.start, chunk.stop):
                if stop.is_set():
                    raise Stopped
                encoder.encode(frames.frame(number))
                if time.monotonic() - told_at >= TELL_S:
                    told_at = time.monotonic()
                    progress(number + 1 - chunk.start)
            return encoder.close()

    def mix(self, target: Path, *, progress: Callable[[str, float], None], stop: Event) -> MixResult:
        """Mix the plan's sound into `target`."""
        from renderer.audio.mix import mix

        if self._plan.audio is None or self._plan.output.audio is None:
            raise UsageError("This plan has no sound.")
        folder = Path(self._plan.folder)
        return mix(
            self._plan.audio,
            folder,
            self._plan.output.audio,
            target,
            facts=self._plan.facts,
            stop=stop,
            progress=progress,
        )

    def close(self) -> None:
        """Let go of all clips."""
        if self._frames is not None:
            self._frames.close()
        self._frames, self._scene = None, ""

    def _chunk(self, index: int) -> Chunk:
        if not 0 <= index < len(self._plan.chunks):
            raise UsageError(f"There is no chunk {index}.", action=f"The plan has {len(self._plan.chunks)}.")
        return self._plan.chunks[index]

    def _open(self, scene_id: str) -> SceneFrames:
        if self._frames is None or self._scene != scene_id:
            self.close()
            plan = self._plan
            assert plan.output.video is not None
            canvas = plan.output.video.canvas
            timeline = lay_out(plan.project.scene(scene_id), canvas.fps, plan.facts)
            self._frames = SceneFrames(timeline, Path(plan.folder), canvas, plan.facts)
            self._scene = scene_id
        return self._frames

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def mix_suffix(plan: RenderPlan) -> str:
    """File ending of the plan's mix."""
    assert plan.output.audio is not None
    return {"aac": ".m4a", "opus": ".webm", "pcm": ".wav", "mp3": ".mp3"}[plan.output.audio.codec]
