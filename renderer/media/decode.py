"""Pictures of a clip by time: exactly the one that a player shows at that moment."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from math import floor
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from renderer.errors import MediaError
from renderer.facts import VideoFacts
from renderer.media.probe import open_local

JUMP_S = Fraction(5, 2)
"""Further ahead than this, seeking beats decoding on."""

BACK_OFF_S = (0, 1, 4, 16, 64)
"""How much earlier each next try of a seek aims, when the one before landed after its target."""

BROKEN_LIMIT = 300
"""Packets in a row that may fail to decode before the clip is given up."""


class ClipReader:
    """Reads one video stream. `frame_at` holds the first picture before the clip and the last one after it.

    Used on one thread; whoever opens closes. Memory is that of a few pictures.
    """

    def __init__(self, path: Path, video: VideoFacts, *, threads: int = 1) -> None:
        self._path = path
        self._video = video
        self._threads = threads
        self._before: VideoFrame | None = None
        self._current: VideoFrame | None = None
        self._next: VideoFrame | None = None
        self._tick_s = video.time_base
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._before = self._current = self._next = None
        self._frames.close()
        self._container.close()

    def frame_at(self, at_s: Fraction) -> VideoFrame:
        """The picture shown `at_s` seconds after the clip's first one: the last whose time is not later.

        Times are compared in the stream's own ticks, so that a container that rounds them (Matroska to milliseconds)
        gives the picture that was meant. Raises MediaError when nothing there can be decoded.
        """
        return self.frames_around(at_s)[1]

    def frames_around(self, at_s: Fraction) -> tuple[VideoFrame | None, VideoFrame, VideoFrame | None]:
        """The picture shown at `at_s`, with its neighbours before and after where there are any."""
        wanted = floor((self._video.start_s + at_s) / self._tick_s + Fraction(1, 2))
        if self._must_seek(wanted):
            self._seek(wanted)
        while self._next is not None and self._ticks(self._next) <= wanted:
            self._step()
        if self._current is None:
            raise MediaError(
                f"has no picture that can be decoded near {float(at_s):.2f} s.",
                place=str(self._path),
                action="Mend or replace the file, or trim the segment.",
            )
        return self._before, self._current, self._next

    def _open(self) -> None:
        self._container = open_local(self._path)
        self._stream = next(s for s in self._container.streams.video if s.index == self._video.index)
        self._stream.thread_count = self._threads
        self._stream.thread_type = "NONE" if self._threads == 1 else "FRAME"
        self._decoder = self._decoder_for(self._stream.codec_context)
        self._before = self._current = self._next = None
        self._last_ticks: int | None = None
        # AVI tells the order of pictures in the file, not when they are shown: they are counted instead.
        self._untimed = self._container.format.name in ("avi", "h264", "hevc", "m4v", "mpegvideo")
        self._from_start = True
        self._frames = self._decode()
        self._fill()

    def _decoder_for(self, context: VideoCodecContext) -> VideoCodecContext:
        if not (self._video.has_alpha and context.name in ("vp8", "vp9")):
            return context
        # FFmpeg's own VP8 and VP9 decoders drop the alpha plane, which lies beside the picture; libvpx's keep it.
        decoder = av.CodecContext.create({"vp8": "libvpx", "vp9": "libvpx-vp9"}[context.name], "r")
        assert isinstance(decoder, VideoCodecContext)
        return decoder

    def _must_seek(self, wanted: int) -> bool:
        if self._current is None:
            return not self._from_start
        here = self._ticks(self._current)
        if wanted < here:
            return not self._from_start or self._before is not None
        return self._next is not None and (wanted - here) * self._tick_s > JUMP_S

    def _seek(self, wanted: int) -> None:
        for back_s in BACK_OFF_S:
            aim = wanted - round(back_s / self._tick_s)
            if aim * self._tick_s <= self._video.start_s:
                break
            if not self._seek_to(aim):
                continue
            if self._current is not None and self._ticks(self._current) <= wanted:
                return
        self._container.close()
        self._open()

    def _seek_to(self, aim: int) -> bool:
        try:
            self._container.seek(aim, stream=self._stream, backward=True)
        except (av.FFmpegError, OSError):
            return False
        self._decoder.flush_buffers()
        self._before = self._current = self._next = None
        self._last_ticks = None
        self._from_start = False
        self._frames = self._decode()
        self._fill()
        return True

    def _fill(self) -> None:
        self._current = next(self._frames, None)
        self._next = next(self._frames, None) if self._current is not None else None

    def _step(self) -> None:
        self._before, self._current = self._current, self._next
        self._next = next(self._frames, None)

    def _decode(self) -> Generator[VideoFrame, None, None]:
        broken = 0
        for packet in self._container.demux(self._stream):
            if self._untimed and self._last_ticks is None and packet.dts is not None:
                self._last_ticks = packet.dts - self._step_ticks()
            try:
                frames = self._decoder.decode(packet) if packet.size else self._decoder.decode(None)
            except av.error.EOFError:
                return
            except av.FFmpegError as error:
                broken += 1
                if broken > BROKEN_LIMIT:
                    raise MediaError(
                        f"cannot be decoded: {error.strerror}.",
                        place=str(self._path),
                        action="Mend or replace the file.",
                    ) from error
                continue
            for frame in frames:
                broken = 0
                if frame.pts is None or self._untimed:
                    frame.pts = self._after_last()
                if self._last_ticks is not None and frame.pts <= self._last_ticks:
                    continue  # a time that does not grow is never shown
                self._last_ticks = frame.pts
                yield frame

    def _after_last(self) -> int:
        if self._last_ticks is None:
            return floor(self._video.start_s / self._tick_s)
        return self._last_ticks + self._step_ticks()

    def _step_ticks(self) -> int:
        return max(1, round(1 / self._video.rate / self._tick_s))

    def _ticks(self, frame: VideoFrame) -> int:
        assert frame.pts is not None
        return frame.pts
