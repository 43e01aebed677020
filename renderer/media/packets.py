"""Where a clip's packets may be cut without encoding: found by reading its packets once, decoding nothing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from renderer.errors import MediaError
from renderer.media.parameter_sets import SetName


@dataclass(frozen=True)
class Keyframe:
    """A place where decoding can begin.

    `frame` is the number of its picture. `size_bytes` counts all packets up to the next keyframe. `clean` promises
    that everything shown from it on decodes without anything before it, and that nothing shown before it comes later.
    """

    frame: int
    size_bytes: int
    clean: bool


@dataclass(frozen=True)
class PacketIndex:
    """The packets of one video stream, as far as cutting is concerned. Plain values, cheap to keep as JSON.

    Frame `n` is shown `n / rate` seconds after `start_s` of the container's clock, to within `tick_s`; `trouble` says
    why that is not so, or why else no packets can be taken, and is empty for a stream that can be cut.
    """

    frame_count: int
    rate: Fraction
    start_s: Fraction
    tick_s: Fraction
    reorder_depth: int
    size_bytes: int
    keyframes: tuple[Keyframe, ...]
    ends: str
    """Hex; bit `n` (of value 2**n) tells that the first `n` packets are exactly the first `n` pictures."""
    sets: tuple[SetName, ...] = ()
    """Parameter sets of H.264 and H.265; empty for codecs without."""
    self_contained: bool = True
    """Each keyframe brings, or the codec does not need, a description beside the packets."""
    description: str = ""
    """A digest of that description."""
    trouble: str = ""

    @property
    def bit_rate(self) -> int:
        """Mean bits a second."""
        return round(8 * self.size_bytes * self.rate / self.frame_count) if self.frame_count else 0

    def end_at_or_before(self, frame: int) -> int:
        """The last frame number not after `frame` that packets can stop at; 0 where there is none."""
        bits = int(self.ends or "0", 16) & (1 << min(frame, self.frame_count) + 1) - 1
        return max(0, bits.bit_length() - 1)


def packet_index(path: Path, stream_index: int | None = None) -> PacketIndex:
    """Read every packet of the file's video once. Raises MediaError for a file that cannot be opened or read."""
    import av

    from renderer.media.packet_scan import index_of, scan
    from renderer.media.runs import open_video

    container, stream = open_video(path, stream_index)
    with container:
        try:
            return index_of(scan(container, stream), stream)
        except av.FFmpegError as error:
            raise MediaError(f"cannot be read: {error}.", place=str(path)) from error
