"""The loop that every render is: reuse what is there, make what is missing, assemble. First run, retry and resume alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

from renderer.assemble import assemble
from renderer.errors import ReelwrightError, Stopped, UsageError
from renderer.events import (
    ChunkCopied,
    ChunkFailed,
    ChunkReused,
    JobDone,
    JobFailed,
    JobStarted,
    JobStopped,
    MixDone,
    MixFailed,
    PhaseStarted,
    RenderEvent,
)
from renderer.executors.protocol import Executor, Work
from renderer.plan import RenderPlan
from renderer.store.parts import Part, PartStore
from renderer.timebase import as_seconds


def render(
    plan: RenderPlan, executor: Executor, parts: PartStore, stop: Event, target: Path, *, overwrite: bool = False
) -> Iterator[RenderEvent]:
    """Make the plan's file at `target`. Ends with JobDone, JobFailed or JobStopped.

    Finished parts are kept in `parts` whatever happens, so running the same again goes on where this ended. Raises
    UsageError before any work where the target is taken. Runs on the caller's thread; closing the iterator ends all.
    """
    if target.exists() and not overwrite:
        raise UsageError("is there already.", place=str(target), action="Choose another name, or --overwrite.")
    started_s = time.monotonic()
    yield JobStarted(
        job=plan.job,
        title=plan.title,
        chunks=len(plan.chunks),
        frames=plan.frame_count if plan.output.video is not None else 0,
        fps=as_seconds(plan.output.video.canvas.fps) if plan.output.video is not None else "0",
        audio=plan.audio is not None,
        target=str(target),
    )
    try:
        with parts.pinned(_digests(plan)):
            yield from _render(plan, executor, parts, stop, target, started_s)
        parts.prune()
    except Stopped:
        yield _stopped(plan, parts)
    except ReelwrightError as error:
        yield JobFailed(str(error))


def _render(
    plan: RenderPlan, executor: Executor, parts: PartStore, stop: Event, target: Path, started_s: float
) -> Iterator[RenderEvent]:
    yield PhaseStarted("prepare")
    found = {chunk.index: parts.find(chunk.digest) for chunk in plan.chunks if chunk.method == "encode"}
    yield from _already(plan, found)
    mix = parts.find(plan.audio.digest) if plan.audio is not None else None
    if mix is not None:
        yield MixDone(mix.size_bytes, True, mix.facts.get("loudness_lufs"), mix.facts.get("true_peak_dbtp"))
    missing = tuple(index for index, part in found.items() if part is None)
    problems: list[str] = []
    if missing or (plan.audio is not None and mix is None):
        yield PhaseStarted("render")
        work = Work(plan, missing, plan.audio is not None and mix is None, parts.folder)
        with closing(executor.run(work, stop)) as events:  # type: ignore[type-var]
            for event in events:
                if isinstance(event, ChunkFailed | MixFailed) and event.final:
                    problems.append(event.problem)
                yield event
    if stop.is_set():
        raise Stopped
    if problems:
        yield JobFailed(problems[0])
        return
    yield PhaseStarted("assemble")
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {index: _kept(parts, plan.chunks[index].digest) for index in found}
    sound = _kept(parts, plan.audio.digest) if plan.audio is not None else None
    yield from assemble(plan, files, sound, target, stop=stop)
    copied = sum(chunk.method == "copy" for chunk in plan.chunks)
    reused = len(found) - len(missing)
    yield JobDone(round(time.monotonic() - started_s, 3), reused, copied, len(missing))


def _already(plan: RenderPlan, found: dict[int, Part | None]) -> Iterator[RenderEvent]:
    for chunk in plan.chunks:
        part = found.get(chunk.index)
        if chunk.packets is not None:
            yield ChunkCopied(chunk.index, chunk.frame_count, chunk.packets.size_bytes, chunk.reason)
        elif part is not None:
            yield ChunkReused(chunk.index, chunk.frame_count, part.size_bytes, "rendered before and unchanged")


def _kept(parts: PartStore, digest: str) -> Path:
    part = parts.find(digest)
    if part is None:
        raise ReelwrightError("A part is missing from the cache though it was made.", action="Run the same again.")
    return part.path


def _digests(plan: RenderPlan) -> list[str]:
    return [chunk.digest for chunk in plan.chunks] + ([plan.audio.digest] if plan.audio is not None else [])


def _stopped(plan: RenderPlan, parts: PartStore) -> JobStopped:
    encoded = [chunk for chunk in plan.chunks if chunk.method == "encode"]
    kept = sum(parts.find(chunk.digest) is not None for chunk in encoded)
    return JobStopped(kept, len(encoded) - kept)
