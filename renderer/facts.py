"""What is known about a media file: plain values, filled in by `media.probe`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Color:
    """How numbers mean light, in FFmpeg's names (`bt709`, `smpte170m`, `bt2020nc`, `smpte2084` …); "" is untagged."""

    primaries: str = ""
    transfer: str = ""
    matrix: str = ""
    full_range: bool = False

    @property
    def is_hdr(self) -> bool:
        return self.transfer in ("smpte2084", "arib-std-b67")


@dataclass(frozen=True)
class VideoFacts:
    """One video stream. `width`×`height` are as stored; `display_size` is after aspect ratio and rotation."""

    codec: str
    profile: str
    width: int
    height: int
    pixel_format: str
    bit_depth: int
    rate: Fraction
    """The nominal frame rate (r_frame_rate where it is sane, else the average)."""
    time_base: Fraction
    start_s: Fraction
    """Presentation time of the first frame in the container's own clock: the clip's time zero."""
    duration_s: Fraction
    frame_count: int
    """As the container tells; 0 where it does not."""
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    """Clockwise degrees to turn the stored picture for display: 0, 90, 180 or 270."""
    interlaced: bool = False
    top_field_first: bool = True
    color: Color = Color()
    has_alpha: bool = False
    is_still: bool = False
    bit_rate: int = 0
    index: int = 0

    @property
    def display_size(self) -> tuple[int, int]:
        width, height = round(self.width * self.sample_aspect), self.height
        return (height, width) if self.rotation in (90, 270) else (width, height)


@dataclass(frozen=True)
class AudioFacts:
    """One audio stream. `start_s` is in the container's own clock."""

    codec: str
    sample_rate: int
    channels: int
    layout: str
    start_s: Fraction
    duration_s: Fraction
    bit_rate: int = 0
    index: int = 0


@dataclass(frozen=True)
class MediaFacts:
    """One file. `sha256` names its bytes; `container` is FFmpeg's format name (`mov,mp4,…`)."""

    path: str
    """As the project writes it: relative to the project folder, with forward slashes."""
    sha256: str
    size_bytes: int
    container: str
    start_s: Fraction
    duration_s: Fraction
    video: VideoFacts | None = None
    audio: AudioFacts | None = None
    """The stream that players choose: the default one, else the first."""
    audio_streams: int = 0

    @property
    def clip_duration_s(self) -> Fraction:
        """How long the clip plays, from its time zero: video where it has some, else audio."""
        if self.video and not self.video.is_still:
            return self.video.duration_s
        return self.audio.duration_s if self.audio else Fraction(0)

    @property
    def zero_s(self) -> Fraction:
        """Time zero of the clip in the container's clock: the first picture's time, else the first sound's."""
        if self.video and not self.video.is_still:
            return self.video.start_s
        return self.audio.start_s if self.audio else self.start_s


Facts = Mapping[str, MediaFacts]
"""By the path as the project writes it."""
