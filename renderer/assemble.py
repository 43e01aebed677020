"""From parts and the mix to one finished file: joined without encoding anything again."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

from renderer.errors import RenderError, Stopped, StoreError
from renderer.events import AssembleProgress, OutputDone, RenderEvent
from renderer.media.runs import Run
from renderer.plan import Chunk, RenderPlan

TELL_EVERY_S = 0.25


def assemble(
    plan: RenderPlan, parts: Mapping[int, Path], mix: Path | None, target: Path, *, stop: threading.Event
) -> Iterator[RenderEvent]:
    """Join the encoded parts (by chunk index), the copied packets that the plan names and the mix into `target`.

    The file, or for pictures the folder, appears whole or not at all: it is written beside its place, made durable,
    then renamed over it. Yields AssembleProgress a few times a second and OutputDone at the end. Raises Stopped soon
    after `stop` is set, StoreError where the target cannot be written, MediaError or RenderError where a part or a
    source is not what it should be. Runs on the caller's thread; closing the iterator leaves nothing behind.
    """
    temporary = target.with_name(f".reelwright-{uuid4().hex[:12]}.part")
    told = -TELL_EVERY_S
    try:
        for frames in _write(plan, _runs(plan, parts), mix, temporary, target, stop):
            if time.monotonic() - told >= TELL_EVERY_S:
                told = time.monotonic()
                yield AssembleProgress(frames, _size_bytes(temporary))
        _make_durable(temporary, target, stop)
        size_bytes = _size_bytes(temporary)
        _put(temporary, target)
    finally:
        _remove(temporary)
    yield AssembleProgress(plan.frame_count, size_bytes)
    yield OutputDone(str(target), size_bytes, float(plan.duration_s), plan.frame_count)


def _write(
    plan: RenderPlan, runs: tuple[Run, ...], mix: Path | None, temporary: Path, target: Path, stop: threading.Event
) -> Iterator[int]:
    from renderer.media.gif import write_gif
    from renderer.media.join import join
    from renderer.media.pictures import write_pictures
    from renderer.media.sound_file import write_sound_file

    video = plan.output.video
    if video is None:
        if mix is None:
            raise RenderError("There is no sound for the file.", retryable=False)
        return write_sound_file(plan, mix, temporary, shown=target, stop=stop)
    if plan.output.format == "gif":
        return write_gif(runs, video.canvas, temporary, shown=target, stop=stop)
    if plan.output.format == "png":
        return write_pictures(runs, video.canvas.fps, temporary, shown=target, stop=stop)
    return join(plan, runs, mix, temporary, shown=target, stop=stop)


def _runs(plan: RenderPlan, parts: Mapping[int, Path]) -> tuple[Run, ...]:
    """The plan's chunks as runs of packets, in file order."""
    return tuple(_run(plan, chunk, parts) for chunk in plan.chunks)


def _run(plan: RenderPlan, chunk: Chunk, parts: Mapping[int, Path]) -> Run:
    if chunk.packets is None:
        if chunk.index not in parts:
            raise RenderError(f"Part {chunk.index} is missing.", action="Run the same again.")
        return Run(parts[chunk.index], chunk.frame_count)
    video, output = plan.facts[chunk.packets.path].video, plan.output.video
    if video is None or output is None:
        raise RenderError(f"{chunk.packets.path} holds no pictures to copy.", retryable=False)
    return Run(
        path=Path(plan.folder) / chunk.packets.path,
        frame_count=chunk.frame_count,
        start_frame=round(chunk.packets.start_s * output.canvas.fps),
        zero_s=video.start_s,
        reorder_depth=chunk.packets.reorder_depth,
        stream_index=video.index,
        is_copy=True,
    )


def _make_durable(temporary: Path, target: Path, stop: threading.Event) -> None:
    """Wait until the disk has all of it. A disk may take long over it, so it happens beside this thread."""
    failures: list[OSError] = []

    def flush() -> None:
        try:
            for path in sorted(temporary.iterdir()) if temporary.is_dir() else [temporary]:
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
        except OSError as error:
            failures.append(error)

    flushing = threading.Thread(target=flush, name="flush")
    flushing.start()
    while flushing.is_alive():
        flushing.join(0.1)
        if stop.is_set():
            raise Stopped
    if failures:
        raise _cannot_write(target, failures[0]) from failures[0]


def _put(temporary: Path, target: Path) -> None:
    """Rename into place. A folder cannot be renamed over another, so an older one steps aside first."""
    try:
        if not temporary.is_dir() or not target.exists():
            temporary.replace(target)
            return
        old = target.with_name(f".reelwright-{uuid4().hex[:12]}.old")
        target.replace(old)
        try:
            temporary.replace(target)
        except OSError:
            old.replace(target)
            raise
        _remove(old)
    except OSError as error:
        raise _cannot_write(target, error) from error


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _size_bytes(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.iterdir())
        return path.stat().st_size
    except OSError:
        return 0


def _cannot_write(target: Path, error: OSError) -> StoreError:
    from renderer.media.remux import cannot_write

    return cannot_write(target, error)
