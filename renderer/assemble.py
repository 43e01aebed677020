"""From parts and the mix to one finished file: joined without encoding anything again."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

from renderer.errors import RenderError
from renderer.events import AssembleProgress, OutputDone, RenderEvent
from renderer.media.runs import Run
from renderer.plan import RenderPlan


def assemble(
    plan: RenderPlan, parts: Mapping[int, Path], mix: Path | None, target: Path, *, stop: threading.Event
) -> Iterator[RenderEvent]:
    """Join the encoded parts (by chunk index), the copied packets that the plan names and the mix into `target`.

    The file appears whole or not at all: it is written beside its place, made durable, then renamed over it. Yields
    AssembleProgress a few times a second and OutputDone at the end. Raises Stopped soon after `stop` is set,
    StoreError where the target cannot be written, MediaError where a part or source is not what it should be.
    Runs on the caller's thread; closing the iterator leaves no file.
    """
    runs = _runs(plan, parts)
    temporary = target.with_name(f".reelwright-{uuid4().hex[:12]}.part")
    try:
        written = _writer(plan, runs, mix, temporary, target, stop)
        for frames in written:
            yield AssembleProgress(frames, _size(temporary))
        size_bytes = _size(temporary)
        _put(temporary, target)
    finally:
        _remove(temporary)
    yield OutputDone(str(target), size_bytes, float(plan.duration_s), plan.frame_count)


def _writer(
    plan: RenderPlan, runs: tuple[Run, ...], mix: Path | None, temporary: Path, target: Path, stop: threading.Event
) -> Iterator[int]:
    from renderer.media.join import join

    return join(plan, runs, mix, temporary, shown=target, stop=stop)


def _runs(plan: RenderPlan, parts: Mapping[int, Path]) -> tuple[Run, ...]:
    """The plan's chunks as stretches of packets, in file order."""
    runs = []
    for chunk in plan.chunks:
        if chunk.method == "copy":
            if chunk.packets is None or plan.output.video is None:
                raise RenderError(f"Chunk {chunk.index} names no packets to copy.", retryable=False)
            video = plan.facts[chunk.packets.path].video
            assert video is not None
            start = round(chunk.packets.start_s * plan.output.video.canvas.fps)
            path = Path(plan.folder) / chunk.packets.path
            runs.append(
                Run(path, chunk.frame_count, start, video.start_s, chunk.packets.reorder_depth, video.index, True)
            )
        elif chunk.index not in parts:
            raise RenderError(f"Part {chunk.index} is missing.", action="Run the same again.")
        else:
            runs.append(Run(parts[chunk.index], chunk.frame_count))
    return tuple(runs)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _put(temporary: Path, target: Path) -> None:
    from renderer.media.remux import cannot_write

    try:
        with temporary.open("rb+") as whole:
            os.fsync(whole.fileno())
        temporary.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error


def _remove(temporary: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
