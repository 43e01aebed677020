"""One pass over a stream's packets, and what it says about cutting. Decodes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from renderer.media.description import units_of_description
from renderer.media.nal import NAL_CODECS, NalCodec, split_lengths, split_start_codes
from renderer.media.packets import Keyframe, PacketIndex
from renderer.media.parameter_sets import SetName, sets_of_units

if TYPE_CHECKING:
    from av import VideoStream

SELF_CONTAINED = ("vp8", "vp9", "prores")
"""Codecs whose keyframes need no description beside the packets."""


@dataclass
class Scan:
    """What one pass over the packets gathers, in decoding order."""

    pts: list[int]
    sizes: list[int]
    hidden: list[int]
    """Positions of packets that the file says are not to be shown."""
    keys: list[tuple[int, bool]]
    """Positions of keyframes, and whether the packet itself is a clean start."""
    units: dict[bytes, None]
    """Parameter sets met inside packets and in the description."""
    bare_keys: int = 0
    """AV1 keyframes without a sequence header of their own."""
    missing_pts: bool = False


def scan(container: Any, stream: VideoStream) -> Scan:
    """Read every packet of the stream. Raises av.FFmpegError where the file cannot be read."""
    name = stream.codec_context.codec.canonical_name
    codec = _nal_codec(stream)
    units, length_bytes = _described(stream) if codec else ((), 0)
    found = Scan([], [], [], [], dict.fromkeys(units))
    position = 0
    for packet in container.demux(stream):
        size = packet.size
        if size == 0:
            continue
        if packet.pts is None:
            found.missing_pts = True
            break
        found.pts.append(packet.pts)
        found.sizes.append(size)
        if packet.is_discard or packet.is_corrupt:
            found.hidden.append(position)
        if packet.is_keyframe:
            clean = True
            if codec is not None:
                data = bytes(packet)
                units_here = list(split_lengths(data, length_bytes) if length_bytes else split_start_codes(data))
                clean = any(codec.kind(unit) in codec.clean_keyframe for unit in units_here)
                found.units.update(
                    (bytes(unit), None) for unit in units_here if codec.kind(unit) in codec.parameter_sets
                )
            elif name == "av1":
                found.bare_keys += not _has_sequence_header(bytes(packet))
            found.keys.append((position, clean))
        position += 1
    return found


def index_of(scan: Scan, stream: VideoStream) -> PacketIndex:
    """What the packets say about cutting."""
    assert stream.time_base is not None
    tick_s = stream.time_base
    count = len(scan.pts)
    sets, trouble = _sets(scan, stream)
    if scan.missing_pts or count == 0:
        return PacketIndex(0, Fraction(1), Fraction(0), tick_s, 0, 0, (), "0", trouble="its pictures carry no times")
    pts = np.array(scan.pts, dtype=np.int64)
    shown = np.ones(count, dtype=bool)
    shown[scan.hidden] = False
    if not shown.any():
        return PacketIndex(0, Fraction(1), Fraction(0), tick_s, 0, 0, (), "0", trouble="it shows no picture")
    first = int(pts[shown].min())
    ordered = np.sort(pts[shown])
    rate = _rate(ordered, stream)
    if rate is None:
        trouble = trouble or "its frame rate is not constant"
        rate = Fraction(stream.average_rate or 1)
    spacing = 1 / (rate * tick_s)
    numbers = np.rint((pts - first) / float(spacing)).astype(np.int64)
    hidden_before = int((~shown & (numbers < 0)).sum())
    hidden_after = int((~shown & (numbers > numbers[shown].max())).sum())
    # With hidden pictures at the front, every position is told from the first shown one.
    positions = np.arange(count) - hidden_before
    highest = np.maximum.accumulate(numbers)
    is_end = np.concatenate(([hidden_before == 0], highest == positions))
    ends = np.packbits(is_end[hidden_before:], bitorder="little")
    extradata = stream.codec_context.extradata or b""
    return PacketIndex(
        frame_count=int(shown.sum()),
        rate=rate,
        start_s=first * tick_s,
        tick_s=tick_s,
        reorder_depth=int(max(0, (positions - numbers).max())),
        size_bytes=sum(scan.sizes),
        keyframes=_keyframes(scan, numbers, positions, is_end, shown),
        ends=f"{int.from_bytes(ends.tobytes(), 'little'):x}",
        sets=sets,
        self_contained=_is_self_contained(stream, scan),
        description=hashlib.sha256(extradata).hexdigest()[:16],
        trouble=trouble
        or ("pictures in its middle are hidden" if len(scan.hidden) > hidden_before + hidden_after else ""),
    )


def _described(stream: VideoStream) -> tuple[tuple[bytes, ...], int]:
    """The units of the stream's description and the bytes of a length in its packets; nothing for a broken one."""
    codec = _nal_codec(stream)
    assert codec is not None
    try:
        return units_of_description(codec, stream.codec_context.extradata or b"")
    except ValueError:
        return (), 4


def _sets(scan: Scan, stream: VideoStream) -> tuple[tuple[SetName, ...], str]:
    """The parameter sets of the whole stream, and why packets that need them cannot be taken."""
    codec = _nal_codec(stream)
    if codec is None:
        return (), ""
    try:
        sets = tuple(item.name for item in sets_of_units(codec, scan.units))
        described = {item.name for item in sets_of_units(codec, _described(stream)[0])}
    except ValueError:
        return (), "its stream description is broken"
    if len({(name.kind, name.number) for name in sets}) < len(sets):
        return sets, "its stream description changes along the way"
    if set(sets) != described or not sets:
        return sets, "its stream description is not whole"
    return sets, ""


def _keyframes(scan: Scan, numbers: Any, positions: Any, is_end: Any, shown: Any) -> tuple[Keyframe, ...]:
    sums = [0]
    for size in scan.sizes:
        sums.append(sums[-1] + size)
    stops = [position for position, _ in scan.keys[1:]] + [len(scan.sizes)]
    return tuple(
        Keyframe(
            int(numbers[position]),
            sums[stop] - sums[position],
            bool(clean and shown[position] and is_end[position] and numbers[position] == positions[position]),
        )
        for (position, clean), stop in zip(scan.keys, stops, strict=True)
        if numbers[position] >= 0
    )


def _rate(ordered: Any, stream: VideoStream) -> Fraction | None:
    """The constant rate that all times lie on, to within the container's own rounding; None where there is none."""
    assert stream.time_base is not None
    count = len(ordered)
    candidates = [rate for rate in (stream.guessed_rate, stream.base_rate, stream.average_rate) if rate]
    if count > 1 and ordered[-1] > ordered[0]:
        mean = Fraction(count - 1, int(ordered[-1] - ordered[0])) / stream.time_base
        candidates += [near for near in _usual_rates() if abs(near / mean - 1) < Fraction(1, 400)] + [mean]
    for rate in candidates:
        spacing = float(1 / (rate * stream.time_base))
        late = ordered - ordered[0] - np.arange(count) * spacing
        if abs(late).max() <= min(1.0, spacing / 4) + 1e-6:
            return Fraction(rate)
    return None


def _usual_rates() -> tuple[Fraction, ...]:
    whole = (24, 25, 30, 48, 50, 60, 120)
    return tuple(map(Fraction, whole)) + tuple(Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 120))


def _is_self_contained(stream: VideoStream, scan: Scan) -> bool:
    name: str = stream.codec_context.codec.canonical_name
    if name == "av1":
        return scan.bare_keys == 0
    return name in SELF_CONTAINED


def _nal_codec(stream: VideoStream) -> NalCodec | None:
    return NAL_CODECS.get(stream.codec_context.codec.canonical_name)


def _has_sequence_header(data: bytes) -> bool:
    """Whether an AV1 packet holds a sequence header, which lets decoding begin without the file's head."""
    at = 0
    while at < len(data):
        kind, has_extension, has_size = data[at] >> 3 & 15, data[at] >> 2 & 1, data[at] >> 1 & 1
        if kind == 1:
            return True
        at += 1 + has_extension
        if not has_size:
            return False
        size = shift = 0
        while at < len(data) and shift < 56:
            byte = data[at]
            size, shift, at = size | (byte & 127) << shift, shift + 7, at + 1
            if byte < 128:
                break
        at += size
    return False
