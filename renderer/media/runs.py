"""Stretches of packets in file order: a whole encoded part, or whole frames of a clip taken as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renderer.errors import MediaError
from renderer.media.grid import Grid

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer
    from av.video.stream import VideoStream


@dataclass(frozen=True)
class Run:
    """`frame_count` consecutive frames of one file, starting at its frame `start_frame` with a clean keyframe.

    `zero_s` is the time of the file's frame 0 in its container's clock; None where that is its first picture.
    `reorder_depth` is how many packets a frame may be decoded before it is shown; None to read it from the file.
    """

    path: Path
    frame_count: int
    start_frame: int = 0
    zero_s: Fraction | None = None
    reorder_depth: int | None = None
    stream_index: int = 0
    is_copy: bool = False


def open_video(
    path: Path, stream_index: int | None = None, *, packets_only: bool = False
) -> tuple[InputContainer, VideoStream]:
    """The file and its video stream: the one asked for, else the first that is no cover picture.

    With `packets_only` nothing is decoded to find out more than the container says: 0.3 ms instead of 20 at 1080p.
    Raises MediaError where the file cannot be opened or holds no such stream.
    """
    from av.stream import Disposition

    from renderer.media.probe import open_local

    container = _open_packets(path) if packets_only else open_local(path)
    for stream in container.streams.video:
        if stream.index == stream_index or (stream_index is None and not stream.disposition & Disposition.attached_pic):
            return container, stream
    container.close()
    raise MediaError("holds no picture.", place=str(path))


def _open_packets(path: Path) -> InputContainer:
    import av

    # FFmpeg opens a decoder while it looks at a file; one that no name is allowed for is left out.
    options = {"protocol_whitelist": "file", "codec_whitelist": "none"}
    try:
        return av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"cannot be read: {error}.", place=str(path), action="Mend or replace it.") from error


@dataclass(frozen=True)
class Survey:
    """FFmpeg's name of the codec, the description beside the packets, and how far ahead the first one is decoded."""

    codec: str
    extradata: bytes
    reorder_depth: int


class RunReader:
    """Reads runs one after the other; a file that several runs in a row come from stays open. Used on one thread."""

    def __init__(self, fps: Fraction) -> None:
        self._fps = fps
        self._surveys: dict[Path, Survey] = {}
        self._path: Path | None = None
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None

    def stream(self, run: Run) -> VideoStream:
        """The open video stream that `run` comes from."""
        if self._path != run.path or self._stream is None:
            self.close()
            self._container, self._stream = open_video(
                run.path, run.stream_index if run.is_copy else None, packets_only=True
            )
            self._path = run.path
        return self._stream

    def survey(self, run: Run) -> Survey:
        """How the run's file describes its stream; each file is looked at once."""
        if run.path not in self._surveys:
            stream = self.stream(run)
            assert self._container is not None
            context = stream.codec_context
            with reading(run.path):
                first = next((packet for packet in self._container.demux(stream) if packet.size), None)
            lead = 0 if first is None or first.pts is None or first.dts is None else first.pts - first.dts
            depth = ceil(lead * _time_base(stream) * self._fps)
            self._surveys[run.path] = Survey(context.codec.canonical_name, context.extradata or b"", depth)
            self.close()
        return self._surveys[run.path]

    def reorder_depth(self, run: Run) -> int:
        """How many packets before it is shown a frame of `run` may be decoded."""
        return self.survey(run).reorder_depth if run.reorder_depth is None else run.reorder_depth

    def packets(self, run: Run) -> Iterator[Packet[Any]]:
        """The run's packets in decoding order, each with its frame number within the run as `pts`.

        Raises MediaError where the file does not hold exactly the frames it should.
        """
        with reading(run.path):
            yield from self._copied(run) if run.is_copy else self._whole(run)

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._path = self._container = self._stream = None

    def _whole(self, run: Run) -> Iterator[Packet[Any]]:
        stream = self.stream(run)
        assert self._container is not None
        seen = factor = shift = 0
        divisor = 1
        for packet in self._container.demux(stream):
            ticks = packet.pts
            if packet.size == 0 or ticks is None:
                continue
            if seen == 0:
                factor, shift, divisor = self._grid(stream, ticks * _time_base(stream)).terms()
            packet.pts = (ticks * factor - shift) // divisor
            seen += 1
            yield packet
        if seen != run.frame_count:
            raise MediaError(
                f"holds {seen} frames where {run.frame_count} belong.",
                place=str(run.path),
                action="Clear the cache with `reelwright cache clear` and render again.",
            )

    def _copied(self, run: Run) -> Iterator[Packet[Any]]:
        seen = 0
        for number, packet in self._from_keyframe(run):
            if not 0 <= number < run.frame_count or packet.is_corrupt:
                break
            packet.pts = number
            seen += 1
            yield packet
            if seen == run.frame_count:
                return
        raise MediaError(
            f"was to give {run.frame_count} frames from frame {run.start_frame} on, and gave {seen}.",
            place=str(run.path),
            action="The file has changed, or cannot be cut there: render again with --copy never.",
        )

    def _from_keyframe(self, run: Run) -> Iterator[tuple[int, Packet[Any]]]:
        """Packets from the keyframe of the run's first frame on; starts further back where a seek lands too late."""
        for back_s in (Fraction(1, 2), Fraction(10), None):
            if back_s is None:
                self.close()
            stream = self.stream(run)
            assert self._container is not None
            first_s = Fraction(stream.start_time or 0) * _time_base(stream)
            grid = self._grid(stream, (first_s if run.zero_s is None else run.zero_s) + run.start_frame / self._fps)
            if back_s is not None:
                self._container.seek(grid.ticks(0) - int(back_s / grid.time_base), stream=stream, backward=True)
            factor, shift, divisor = grid.terms()
            found = False
            for packet in self._container.demux(stream):
                ticks = packet.pts
                if packet.size == 0 or ticks is None:
                    continue
                number = (ticks * factor - shift) // divisor
                if not found and packet.is_keyframe and number >= 0:
                    if number > 0:
                        break
                    found = True
                if found:
                    yield number, packet
            if found:
                return

    def _grid(self, stream: VideoStream, zero_s: Fraction) -> Grid:
        return Grid(_time_base(stream), self._fps, zero_s)


def _time_base(stream: VideoStream) -> Fraction:
    assert stream.time_base is not None
    return stream.time_base


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what FFmpeg says about a file being read into MediaError."""
    import av

    try:
        yield
    except av.FFmpegError as error:
        raise MediaError(f"cannot be read: {error}.", place=str(path)) from error
