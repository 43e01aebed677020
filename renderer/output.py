"""What file comes out: resolution, rate, quality, format and codecs, and which combinations can work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from renderer.errors import UsageError

RESOLUTIONS = {"360p": 360, "480p": 480, "720p": 720, "1080p": 1080, "1440p": 1440, "2160p": 2160}
"""Short side of the picture in pixels; the long side follows the project's aspect ratio."""


@dataclass(frozen=True)
class Quality:
    """CRF on the x264 scale and the encoder's speed; both are translated for other codecs in `media.encode`."""

    crf: int
    speed: str


QUALITIES = {
    "low": Quality(32, "veryfast"),
    "medium": Quality(28, "fast"),
    "high": Quality(23, "medium"),
    "ultra": Quality(18, "slow"),
}


@dataclass(frozen=True)
class Format:
    """A container and what fits in it. The first codec of each tuple is its default."""

    name: str
    extension: str
    video: tuple[str, ...]
    audio: tuple[str, ...]
    alpha: tuple[str, ...] = ()
    """Video codecs that carry alpha in this container."""


FORMATS = {
    form.name: form
    for form in (
        Format("mp4", ".mp4", ("h264", "h265", "av1"), ("aac",)),
        Format("webm", ".webm", ("vp9", "av1"), ("opus",), alpha=("vp9",)),
        Format("mov", ".mov", ("prores", "prores4444"), ("pcm",), alpha=("prores4444",)),
        Format("gif", ".gif", ("gif",), (), alpha=("gif",)),
        Format("png", "", ("png",), (), alpha=("png",)),
        Format("wav", ".wav", (), ("pcm",)),
        Format("mp3", ".mp3", (), ("mp3",)),
        Format("m4a", ".m4a", (), ("aac",)),
    )
}
"""By name. `png` is a folder of numbered pictures."""


@dataclass(frozen=True)
class Canvas:
    """The picture every frame source fills: even-sized where the pixel format needs it, square pixels, BT.709."""

    width: int
    height: int
    fps: Fraction
    pixel_format: str
    """`yuv420p` and the like are limited range BT.709; `rgb24` and `rgba` are sRGB, full range."""
    background: str = "#000000"
    """`#rrggbb`, or `#rrggbbaa` where the pixel format has alpha."""

    @property
    def has_alpha(self) -> bool:
        return self.pixel_format in ("rgba", "yuva420p", "yuva444p10le")


@dataclass(frozen=True)
class VideoOutput:
    """How pictures are encoded. `copy` is `auto`, `always` or `never`: whether spans that fit are copied as they are."""

    codec: str
    canvas: Canvas
    quality: Quality
    copy: str = "auto"


@dataclass(frozen=True)
class AudioOutput:
    """How sound is encoded. `bit_rate` in bits a second, 0 for lossless; `channels` is 2."""

    codec: str
    sample_rate: int = 48000
    bit_rate: int = 192_000
    channels: int = 2


@dataclass(frozen=True)
class Output:
    """One wish for a file, settled: nothing is left to guess. `video` or `audio` is None where the format has none."""

    format: str
    video: VideoOutput | None
    audio: AudioOutput | None

    @property
    def extension(self) -> str:
        return FORMATS[self.format].extension


PIXEL_FORMATS = {
    "h264": ("yuv420p", ""),
    "h265": ("yuv420p", ""),
    "av1": ("yuv420p", ""),
    "vp9": ("yuv420p", "yuva420p"),
    "prores": ("yuv422p10le", ""),
    "prores4444": ("yuv444p10le", "yuva444p10le"),
    "gif": ("rgb24", "rgba"),
    "png": ("rgb24", "rgba"),
}
"""Codec → pixel format without and with alpha."""


def parse_resolution(text: str, width: int, height: int) -> tuple[int, int]:
    """Pixels from `1080p`, `1920x1080` or `match`, for a project of `width`×`height`; both sides come out even.

    Raises UsageError for anything else and for sizes outside 16 to 8192.
    """
    wanted = text.strip().lower()
    if wanted in ("match", ""):
        size = (width, height)
    elif wanted in RESOLUTIONS:
        short = RESOLUTIONS[wanted]
        size = (round(width * short / height), short) if width >= height else (short, round(height * short / width))
    elif match := re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", wanted):
        size = (int(match[1]), int(match[2]))
    else:
        raise UsageError(
            f'"{text}" is not a resolution.',
            place="--resolution",
            action=f"Use one of {', '.join(RESOLUTIONS)}, WIDTHxHEIGHT, or match.",
        )
    even = (size[0] + size[0] % 2, size[1] + size[1] % 2)
    if not all(16 <= side <= 8192 for side in even):
        raise UsageError(f"{size[0]}x{size[1]} is outside 16 to 8192 pixels.", place="--resolution")
    return even
