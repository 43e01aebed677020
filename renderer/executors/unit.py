"""One unit of work, done and made durable: a chunk's part or the mix. What every executor here comes down to."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from renderer.chunk import ChunkRenderer, mix_suffix
from renderer.events import ChunkDone, FramesDone, MixDone, MixProgress, MixStarted, RenderEvent, Warned
from renderer.plan import RenderPlan
from renderer.store.parts import PartStore

Tell = Callable[[RenderEvent], None]


def do_chunk(
    renderer: ChunkRenderer, plan: RenderPlan, index: int, parts: PartStore, work: Path, tell: Tell, stop: Event
) -> None:
    """Render a chunk in the folder `work` and keep it; tells FramesDone and, once it is durable, ChunkDone."""
    started = time.monotonic()
    target = work / f"chunk-{index}{renderer.suffix()}"
    made = renderer.render(index, target, progress=lambda frames: tell(FramesDone(index, frames)), stop=stop)
    kept = parts.keep(plan.chunks[index].digest, target, frame_count=made.frame_count)
    tell(ChunkDone(index, kept.frame_count, kept.size_bytes, round(time.monotonic() - started, 3)))


def do_mix(renderer: ChunkRenderer, plan: RenderPlan, parts: PartStore, work: Path, tell: Tell, stop: Event) -> None:
    """Mix the sound in the folder `work` and keep it; tells MixStarted, MixProgress and, once durable, MixDone."""
    assert plan.audio is not None
    tell(MixStarted(plan.audio.sample_count / plan.audio.sample_rate, len(plan.audio.sounds)))
    target = work / f"mix{mix_suffix(plan)}"
    made = renderer.mix(target, progress=lambda step, done_s: tell(MixProgress(step, round(done_s, 3))), stop=stop)
    measured = {"loudness_lufs": made.loudness_lufs, "true_peak_dbtp": made.true_peak_dbtp}
    facts = {name: value for name, value in measured.items() if value is not None}
    kept = parts.keep(plan.audio.digest, target, frame_count=0, facts=facts)
    for warning in made.warnings:
        tell(Warned(warning))
    tell(MixDone(kept.size_bytes, False, made.loudness_lufs, made.true_peak_dbtp))
