"""Canvas pictures become one part: a run of closed GOPs whose bytes depend on the pictures alone, not on the machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from renderer.errors import RenderError, StoreError
from renderer.media.convert import BT709, LIMITED
from renderer.output import VideoOutput

PART_SUFFIX = {"vp9": ".webm", "prores": ".mov", "prores4444": ".mov", "png": ".mov", "gif": ".mov"}
"""Codec → container of its parts; .mp4 for all others."""

ENCODERS = {
    "h264": "libx264",
    "h265": "libx265",
    "av1": "libsvtav1",
    "vp9": "libvpx-vp9",
    "prores": "prores_ks",
    "prores4444": "prores_ks",
    "gif": "png",
    "png": "png",
}
"""Ours → FFmpeg's. GIF parts are lossless pictures; the palette is made of the whole file."""

CRF_SHIFT = {"h264": 0, "h265": 3, "av1": 8, "vp9": 8}
"""Added to the x264 CRF for about the same look; from the codecs' own guides (x265 ≈ +2 to +5, AV1 and VP9 ≈ +8)."""

X265_REORDER = 2
"""How many pictures x265 may decode ahead of showing them, with its pyramid of B pictures."""

_X264_LOOKAHEAD = {"veryfast": 10, "fast": 25, "medium": 25, "slow": 25}
"""Pictures held for deciding. The presets' own 30 to 50 cost 100 MB more at 1080p and, in parts of 3 s, gain nothing:
90 busy frames at medium CRF 23 took 435 MB and 2.72 MB of file with 40, 340 MB and 2.68 MB with 25."""

_AV1_SPEED = {"veryfast": "10", "fast": "9", "medium": "8", "slow": "6"}
_VP9_SPEED = {"veryfast": "6", "fast": "5", "medium": "3", "slow": "2"}


@dataclass(frozen=True)
class EncodedPart:
    """What came out: pictures in it, and its size on disk."""

    frame_count: int
    size_bytes: int


class PartEncoder:
    """Encodes consecutive pictures, from frame 0, into the file `target`. Used on one thread.

    Raises RenderError where the encoder is
    missing or refuses, StoreError where the file cannot be written.
    """

    def __init__(self, target: Path, video: VideoOutput) -> None:
        self._target = target
        self._video = video
        self._count = 0
        self._muxed = 0
        self._closed = False
        options = encoder_options(video)
        with self._told():
            self._container = av.open(f"file:{target}", "w")
            rate = video.canvas.fps
            stream = self._container.add_stream(ENCODERS[video.codec], rate=rate, options=options)
            assert isinstance(stream, VideoStream)
            self._stream = stream
            self._describe()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._closed:
            self._closed = True
            if kind is None:
                self.close()
            else:
                with contextlib.suppress(av.FFmpegError, OSError):
                    self._container.close()

    def encode(self, frame: VideoFrame) -> None:
        """Encode the next picture, which must have the canvas's size and pixel format."""
        keep = (frame.pts, frame.pict_type)
        frame.pts, frame.time_base, frame.pict_type = self._count, 1 / self._video.canvas.fps, 0
        with self._told():
            for packet in self._stream.encode(frame):
                self._mux(packet)
        frame.pts, frame.pict_type = keep
        self._count += 1

    def close(self) -> EncodedPart:
        """Write what is left and close the file."""
        self._closed = True
        with self._told():
            for packet in self._stream.encode(None):
                self._mux(packet)
            self._container.close()
        return EncodedPart(self._count, self._target.stat().st_size)

    def _mux(self, packet: Packet[VideoStream]) -> None:
        if self._video.codec == "h265":
            # x265 leaves decoding times unset, by chance, in parts of fewer pictures than it reorders.
            packet.dts = self._muxed - X265_REORDER
        self._muxed += 1
        self._container.mux(packet)

    def _describe(self) -> None:
        canvas, stream = self._video.canvas, self._stream
        stream.width, stream.height, stream.pix_fmt = canvas.width, canvas.height, canvas.pixel_format
        stream.time_base = 1 / canvas.fps
        context = stream.codec_context
        context.thread_count = thread_count(self._video)
        context.thread_type = "NONE" if context.thread_count == 1 else "AUTO"
        context.gop_size = gop_frames(canvas.fps)
        if canvas.pixel_format.startswith("yuv"):
            context.color_primaries = context.color_trc = context.colorspace = BT709
            context.color_range = LIMITED
        if self._video.codec == "h265":
            context.codec_tag = "hvc1"

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except av.error.EncoderNotFoundError as error:
            raise RenderError(
                f"The encoder {ENCODERS[self._video.codec]} is not there.",
                action="Run `reelwright doctor`.",
                retryable=False,
            ) from error
        except (av.FFmpegError, OSError) as error:
            if getattr(error, "errno", None) in (27, 28, 30, 13, 122):
                raise StoreError(
                    f"cannot be written: {getattr(error, 'strerror', error)}.",
                    place=str(self._target),
                    action="Free some disk space.",
                ) from error
            raise RenderError(
                f"Encoding failed: {getattr(error, 'strerror', None) or error}.", place=str(self._target)
            ) from error


def available_encoders() -> frozenset[str]:
    """FFmpeg's names of the encoders in PyAV's libraries."""
    return frozenset(av.codecs_available)


def gop_frames(fps: Fraction) -> int:
    """Longest distance between keyframes: four seconds, so that a part is one GOP and players can seek."""
    return ceil(4 * fps) + 1


def thread_count(video: VideoOutput) -> int:
    """Threads of one encoder, by picture size alone: the bytes must not depend on the machine's cores."""
    pixels = video.canvas.width * video.canvas.height
    if video.codec == "vp9":
        return 1
    return 1 if pixels <= 1920 * 1088 else 2 if pixels <= 2560 * 1440 else 4


def _steady_asm() -> str:
    """Keeps x264 from its AVX-512 code, which reads memory nobody wrote: the bytes would then depend on chance.

    Found with x264 core 165 at sizes that are no multiple of 16 (docs/decisions/0010); AVX2 and below agree with plain C.
    """
    # numpy's own look at the CPU; it has no public name on all versions.
    features = import_module("numpy._core._multiarray_umath").__cpu_features__
    return ":asm=avx2" if features.get("AVX512F") and features.get("AVX2") else ""


def encoder_options(video: VideoOutput) -> dict[str, str]:
    """The encoder's own options."""
    codec, speed = video.codec, video.quality.speed
    crf = str(video.quality.crf + CRF_SHIFT.get(codec, 0))
    threads = thread_count(video)
    if codec == "h264":
        x264 = f"open-gop=0:scenecut=40:threads={threads}:sliced-threads=0"
        x264 += f":rc-lookahead={_X264_LOOKAHEAD[speed]}{_steady_asm()}"
        return {"crf": crf, "preset": speed, "x264-params": x264}
    if codec == "h265":
        x265 = f"open-gop=0:log-level=error:pools=none:frame-threads={min(threads, 3)}:wpp=0:info=0"
        return {"crf": crf, "preset": speed, "x265-params": x265}
    if codec == "av1":
        svt = f"lp={threads}:fast-decode=0:scd=0"
        return {"crf": crf, "preset": _AV1_SPEED[speed], "svtav1-params": svt}
    if codec == "vp9":
        return {
            "crf": crf, "b": "0", "deadline": "good", "cpu-used": _VP9_SPEED[speed], "row-mt": "0", "lag-in-frames": "25",
            "auto-alt-ref": "0" if video.canvas.has_alpha else "1",
        }  # fmt: skip
    if codec == "prores":
        return {"profile": "3", "vendor": "apl0"}
    if codec == "prores4444":
        return {"profile": "4", "vendor": "apl0", "alpha_bits": "16"}
    return {"compression_level": "2", "pred": "mixed"}
