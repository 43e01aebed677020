"""Joins runs of packets and the mixed sound into one file, in the order of their times."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import RenderError, Stopped
from renderer.media.remux import Index, Muxer
from renderer.media.runs import Run, RunReader, open_video
from renderer.media.sound import SoundReader
from renderer.media.splice import Splice
from renderer.plan import RenderPlan

if TYPE_CHECKING:
    from renderer.output import VideoOutput

PROGRESS_EVERY_S = 0.25


def join(
    plan: RenderPlan, runs: Sequence[Run], mix: Path | None, temporary: Path, *, shown: Path, stop: threading.Event
) -> Iterator[int]:
    """Write `temporary`; yields the number of frames written a few times a second.

    Picture `n` of the file is shown at exactly `n / fps`, whatever times the sources had. Memory does not grow with
    the length. Raises Stopped soon after `stop`, StoreError naming `shown`, MediaError naming the part or source.
    """
    video = plan.output.video
    assert video is not None
    with closing(RunReader(video.canvas.fps)) as reader, closing(SoundReader(mix)) as sound:
        depth = max(reader.reorder_depth(run) for run in runs)
        splice = Splice.of(runs, reader)
        index = Index(plan.frame_count, sound.packet_limit, len(plan.chapters))
        with Muxer(
            temporary, plan.output.format, shown=shown, title=plan.title, chapters=plan.chapters, index=index
        ) as muxer:
            template, stream = open_video(runs[0].path, runs[0].stream_index if runs[0].is_copy else None)
            with template:
                muxer.add_video(stream, video, extradata=splice.extradata)
            if sound.stream is not None:
                muxer.add_audio(sound.stream)
            yield from _write(runs, reader, splice, sound, muxer, depth, video, stop)


def _write(
    runs: Sequence[Run],
    reader: RunReader,
    splice: Splice,
    sound: SoundReader,
    muxer: Muxer,
    depth: int,
    video: VideoOutput,
    stop: threading.Event,
) -> Iterator[int]:
    written = base = 0
    told = time.monotonic()
    frame_s = float(1 / video.canvas.fps)
    for number, run in enumerate(runs):
        change = splice.changes[number]
        for packet in reader.packets(run):
            if stop.is_set():
                raise Stopped
            shown = packet.pts
            assert shown is not None
            if shown + base < written - depth:
                raise RenderError(
                    f"{run.path} shows frame {shown} later than it said it would.", action="Render with --copy never."
                )
            for heard in sound.until((written - depth) * frame_s):
                muxer.write_sound(heard)
            muxer.write_frame(packet if change is None else change(packet), shown + base, written - depth)
            written += 1
            if time.monotonic() - told > PROGRESS_EVERY_S:
                told = time.monotonic()
                yield written
        base += run.frame_count
    for heard in sound.rest():
        if stop.is_set():
            raise Stopped
        muxer.write_sound(heard)
    yield written
