"""Lossless parts become one GIF: a palette made of the whole file, even dithering, times without drift."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renderer.errors import RenderError, Stopped
from renderer.media.remux import writing
from renderer.media.runs import Run, open_video, reading
from renderer.output import Canvas

if TYPE_CHECKING:
    from av import VideoFrame
    from av.filter import Graph
    from av.filter.context import FilterContext

DITHER = "sierra3"
"""Error diffusion over a wide neighbourhood: as true as sierra2_4a in a fifth less bytes (docs/decisions)."""

TICKS = 100
"""A GIF counts hundredths of a second."""


def write_gif(
    runs: Sequence[Run], canvas: Canvas, temporary: Path, *, shown: Path, stop: threading.Event
) -> Iterator[int]:
    """Write `temporary`; yields now and then how many frames are done, counting each of the two passes for half.

    Frame `n` appears at the hundredth of a second nearest to `n / fps`, so no rounding adds up, and the GIF loops for
    ever. Raises Stopped soon after `stop`, StoreError naming `shown`, MediaError for a part that cannot be read.
    """
    import av

    total = sum(run.frame_count for run in runs)
    palette = yield from _palette(runs, canvas, stop)
    options = {"loop": "0", "final_delay": str(gif_time(total, canvas.fps) - gif_time(total - 1, canvas.fps))}
    with writing(shown), av.open(f"file:{temporary}", "w", format="gif", options=options) as container:
        stream = container.add_stream("gif", rate=TICKS)
        stream.width, stream.height, stream.pix_fmt = canvas.width, canvas.height, "pal8"
        stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
        for number, frame in enumerate(_reduced(_frames(runs, stop), palette, canvas)):
            frame.pts, frame.time_base = gif_time(number, canvas.fps), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
            if number % 10 == 0:
                yield (total + number) // 2
        container.mux(stream.encode(None))
    yield total


def gif_time(frame: int, fps: Fraction) -> int:
    """When a frame appears, in hundredths of a second."""
    return round(frame * TICKS / fps)


def _frames(runs: Sequence[Run], stop: threading.Event) -> Iterator[VideoFrame]:
    for run in runs:
        container, stream = open_video(run.path)
        seen = 0
        with container, reading(run.path):
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                if stop.is_set():
                    raise Stopped
                seen += 1
                yield frame
        if seen != run.frame_count:
            raise RenderError(
                f"{run.path} holds {seen} frames where {run.frame_count} belong.",
                action="Clear the cache with `reelwright cache clear` and render again.",
            )


def _palette(runs: Sequence[Run], canvas: Canvas, stop: threading.Event) -> Any:
    from av.filter import Graph

    graph = Graph()
    source = _source(graph, canvas.width, canvas.height, canvas.pixel_format)
    find = graph.add("palettegen", "reserve_transparent=1" if canvas.has_alpha else "reserve_transparent=0")
    sink = graph.add("buffersink")
    source.link_to(find)
    find.link_to(sink)
    graph.configure()
    for number, frame in enumerate(_frames(runs, stop)):
        _stamp(frame, number)
        source.push(frame)
        if number % 10 == 0:
            yield number // 2
    source.push(None)
    return sink.pull()


def _reduced(frames: Iterator[VideoFrame], palette: VideoFrame, canvas: Canvas) -> Iterator[VideoFrame]:
    """The frames in the palette's colours."""
    import av
    from av.filter import Graph

    graph = Graph()
    source = _source(graph, canvas.width, canvas.height, canvas.pixel_format)
    colours = _source(graph, palette.width, palette.height, palette.format.name)
    use = graph.add("paletteuse", f"dither={DITHER}:diff_mode=rectangle:alpha_threshold=128")
    sink = graph.add("buffersink")
    source.link_to(use, 0, 0)
    colours.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    _stamp(palette, 0)
    colours.push(palette)
    colours.push(None)

    def ready() -> Iterator[VideoFrame]:
        while True:
            try:
                yield sink.pull()  # type: ignore[misc]
            except (av.error.BlockingIOError, av.error.EOFError):
                return

    for number, frame in enumerate(frames):
        _stamp(frame, number)
        source.push(frame)
        yield from ready()
    source.push(None)
    yield from ready()


def _source(graph: Graph, width: int, height: int, pixel_format: str) -> FilterContext:
    from av.video.format import VideoFormat

    return graph.add_buffer(width=width, height=height, format=VideoFormat(pixel_format), time_base=Fraction(1, TICKS))


def _stamp(frame: VideoFrame, number: int) -> None:
    frame.pts, frame.time_base = number, Fraction(1, TICKS)
