"""Which frames of a clip can be taken as the packets they already are, and why or why not. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from renderer.facts import MediaFacts, VideoFacts
from renderer.media.nal import NAL_CODECS
from renderer.media.packets import PacketIndex
from renderer.media.parameter_sets import SetName, allocate
from renderer.output import VideoOutput
from renderer.plan import PacketRange
from renderer.segments.clip import ClipSegment

SOURCE_CODECS = {"h264": "h264", "hevc": "h265", "av1": "av1", "vp9": "vp9", "prores": "prores"}
"""FFmpeg's name of a clip's codec → the output codec it can stand in for."""

SHORTEST_S = Fraction(1)
"""A shorter run is not worth a part of its own, unless it saves encoding a whole stretch."""

WORTH_BITS_PER_PIXEL = 0.12
"""What H.264 at CRF 23 takes for ordinary film; every 6 CRF less double it."""

CODEC_WORTH = {"h264": 1.0, "h265": 0.6, "av1": 0.5, "vp9": 0.65}
"""Bits a codec needs for the same picture, against H.264."""

TOLERATED = 1.5
"""In `auto`, a clip may have this many times the bits that the chosen quality is worth and is still copied."""


@dataclass(frozen=True)
class CopyRange:
    """Frames `first_frame <= n < stop_frame` of the segment, and the packets that show them."""

    first_frame: int
    stop_frame: int
    packets: PacketRange


@dataclass(frozen=True)
class CopyVerdict:
    """What can be copied, ascending and apart from each other, and the reason in words either way.

    `codec` and `sets` describe the packets, for `settle_copies`.
    """

    ranges: tuple[CopyRange, ...]
    reason: str
    codec: str = ""
    sets: tuple[SetName, ...] = ()

    @property
    def frame_count(self) -> int:
        return sum(each.stop_frame - each.first_frame for each in self.ranges)


def copyable(
    segment: ClipSegment,
    media: MediaFacts,
    index: PacketIndex | None,
    first_frame: int,
    stop_frame: int,
    video: VideoOutput,
) -> CopyVerdict:
    """What of the segment's frames `first_frame <= n < stop_frame` can be copied into an output like `video`.

    The caller leaves out frames that a transition or a layer touches. At most one range comes back: it begins at the
    first keyframe that needs nothing before it and ends at the last frame that packets can end at, in the middle of a
    group of pictures too, since nothing that is shown earlier depends on what is decoded later.
    """
    facts = media.video
    if video.copy == "never":
        return _no("copying is switched off for this output")
    if facts is None or index is None:
        return _no("it holds no pictures that can be copied")
    obstacle = _obstacle(segment, facts, index, video)
    if obstacle:
        return _no(obstacle)
    first = _source_frame(segment, facts, index, first_frame)
    if first is None:
        return _no("its in point lies between two frames")
    stop = min(first + stop_frame - first_frame, index.frame_count)
    starts = [keyframe.frame for keyframe in index.keyframes if keyframe.clean and first <= keyframe.frame < stop]
    if not starts:
        return _no("no keyframe that stands by itself lies between its ends")
    start, end = starts[0], index.end_at_or_before(stop)
    whole = start == first and end == first + stop_frame - first_frame
    if end <= start or (end - start < SHORTEST_S * index.rate and not whole):
        return _no(f"less than {float(SHORTEST_S):g} s lies between its keyframes")
    packets = PacketRange(
        path=media.path,
        start_s=_clip_time(start, facts, index),
        stop_s=_clip_time(end, facts, index),
        size_bytes=_size_bytes(index, start, end),
        reorder_depth=index.reorder_depth,
    )
    copied = CopyRange(start - first + first_frame, end - first + first_frame, packets)
    return CopyVerdict((copied,), _yes(whole, video), facts.codec, index.sets)


def settle_copies(verdicts: Sequence[CopyVerdict]) -> tuple[CopyVerdict, ...]:
    """The verdicts of a whole plan, in its order, less those whose packets cannot stand in one file with the others.

    Clips of different encoders may go together: their parameter sets get numbers of their own when the file is joined
    (see `media.splice`). Only where the codec's numbers run out, after some 16 different encoders, the clips with the
    fewest copied frames are encoded instead. Encoded parts always find a number.
    """
    frames: dict[tuple[str, tuple[SetName, ...]], int] = defaultdict(int)
    for verdict in verdicts:
        if verdict.ranges and verdict.codec in NAL_CODECS:
            frames[verdict.codec, verdict.sets] += verdict.frame_count
    crowded: set[tuple[str, tuple[SetName, ...]]] = set()
    for codec in NAL_CODECS.values():
        sources = sorted((key for key in frames if key[0] == codec.name), key=lambda key: (-frames[key], str(key)))
        bundles = [_encoded_sets(codec.name), *(sets for _, sets in sources)]
        crowded |= {key for key, numbers in zip(sources, allocate(codec, bundles)[1:], strict=True) if numbers is None}
    return tuple(
        replace(verdict, ranges=(), reason="encoded: too many differently made clips for one file")
        if (verdict.codec, verdict.sets) in crowded
        else verdict
        for verdict in verdicts
    )


def _obstacle(segment: ClipSegment, facts: VideoFacts, index: PacketIndex, video: VideoOutput) -> str:
    """Why nothing of the clip can be copied; "" where something may."""
    canvas = video.canvas
    size = f"{facts.width}x{facts.height}"
    checks = (
        (segment.speed != 1, "it is played at another speed"),
        (facts.is_still, "it is a still"),
        (SOURCE_CODECS.get(facts.codec) != video.codec, f"it is {facts.codec} and the file is to be {video.codec}"),
        (
            (facts.width, facts.height) != (canvas.width, canvas.height),
            f"it is {size}, not {canvas.width}x{canvas.height}",
        ),
        (facts.sample_aspect not in (0, 1), "its pixels are not square"),
        (facts.rotation != 0, "it is turned by its rotation flag"),
        (facts.interlaced, "it is interlaced"),
        (facts.pixel_format != canvas.pixel_format, f"its pixels are {facts.pixel_format}, not {canvas.pixel_format}"),
        (facts.has_alpha or canvas.has_alpha, "transparency is always encoded"),
        (not _is_bt709(facts), f"its colours are {_color_words(facts)} and not BT.709"),
        (bool(index.trouble), index.trouble),
        (index.rate != canvas.fps, f"it has {float(index.rate):.6g} frames a second, not {float(canvas.fps):.6g}"),
        (not (index.sets or index.self_contained), "its keyframes do not bring their description"),
        (not _is_aligned(facts, index), "its first picture is hidden"),
        (video.copy == "auto" and index.bit_rate > _worth(video), _too_rich(index, video)),
    )
    return next((words for holds, words in checks if holds), "")


def _is_bt709(facts: VideoFacts) -> bool:
    """Tagged BT.709, or untagged in HD, where every player assumes it; and limited range."""
    color = facts.color
    untagged = ("", "unknown", "unspecified")
    matrix = color.matrix == "bt709" or (color.matrix in untagged and facts.height >= 720)
    primaries = color.primaries in (*untagged, "bt709")
    return matrix and primaries and color.transfer in (*untagged, "bt709") and not color.full_range


def _color_words(facts: VideoFacts) -> str:
    color = facts.color
    words = color.transfer if color.is_hdr else color.matrix or color.primaries or "untagged"
    return f"{words}, full range" if color.full_range else words


def _is_aligned(facts: VideoFacts, index: PacketIndex) -> bool:
    """Whether the clip's time zero is a frame of the index."""
    off = (facts.start_s - index.start_s) * index.rate
    return abs(off - round(off)) <= max(2 * index.tick_s * index.rate, Fraction(1, 1000))


def _source_frame(segment: ClipSegment, facts: VideoFacts, index: PacketIndex, frame: int) -> int | None:
    """The frame of the index that is seen at the segment's `frame`, as `media.decode` chooses it; None where unsure.

    That is the last one whose time, in the container's ticks, has come. Where the container rounds times, an in point
    less than a tick away from a frame's time, though not on it, may show one frame twice: that is left to decoding.
    """
    at_s = segment.in_ + facts.start_s - index.start_s
    ticks_a_frame = 1 / (index.rate * index.tick_s)
    if ticks_a_frame.denominator == 1:
        return max(0, floor(floor(at_s / index.tick_s + Fraction(1, 2)) / ticks_a_frame) + frame)
    position = at_s * index.rate
    off = position - round(position)
    if off and abs(off) < 1 / ticks_a_frame:
        return None
    return max(0, floor(position) + frame)


def _clip_time(frame: int, facts: VideoFacts, index: PacketIndex) -> Fraction:
    return Fraction(frame - round((facts.start_s - index.start_s) * index.rate)) / index.rate


def _size_bytes(index: PacketIndex, start: int, stop: int) -> int:
    """About how many bytes: whole groups of pictures exactly, the last one by its share."""
    total = 0.0
    bounds = [keyframe.frame for keyframe in index.keyframes[1:]] + [index.frame_count]
    for keyframe, bound in zip(index.keyframes, bounds, strict=True):
        seen = min(bound, stop) - max(keyframe.frame, start)
        if seen > 0:
            total += keyframe.size_bytes * seen / max(1, bound - keyframe.frame)
    return ceil(total)


def _worth(video: VideoOutput) -> float:
    """The most bits a second that `auto` lets a copied clip have."""
    if video.codec not in CODEC_WORTH:
        return float("inf")
    canvas = video.canvas
    bits_per_pixel = WORTH_BITS_PER_PIXEL * CODEC_WORTH[video.codec] * 2 ** ((23 - video.quality.crf) / 6)
    return TOLERATED * bits_per_pixel * canvas.width * canvas.height * float(canvas.fps)


def _too_rich(index: PacketIndex, video: VideoOutput) -> str:
    return (
        f"it has {index.bit_rate / 1e6:.1f} Mbit/s and the chosen quality is worth {_worth(video) / 1e6:.1f} at most; "
        "choose quality match, or --copy always, to keep it as it is"
    )


def _encoded_sets(codec: str) -> tuple[SetName, ...]:
    """Stand-ins for the parameter sets that our own parts bring: one of each kind, numbered 0."""
    kinds = NAL_CODECS[codec].parameter_sets
    return tuple(SetName(kind, 0, 0 if kind == kinds[2] else -1, "ours") for kind in kinds if kind >= 0)


def _yes(whole: bool, video: VideoOutput) -> str:
    if whole:
        return f"copied: it is {video.codec} of the right size and rate already"
    return f"copied between its keyframes: it is {video.codec} of the right size and rate already"


def _no(words: str) -> CopyVerdict:
    return CopyVerdict((), f"encoded: {words}")
