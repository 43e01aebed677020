"""The units that H.264 and H.265 packets are made of: finding them, and reading and changing a few of their bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

START_CODE = b"\x00\x00\x01"
CUT_AFTER_BYTES = 24
"""The fields that name a parameter set lie well within the first bytes of a slice."""


@dataclass(frozen=True)
class NalCodec:
    """The unit types of one codec. `clean_keyframe` types start a sequence that needs nothing before it."""

    name: str
    header_bytes: int
    slices: frozenset[int]
    clean_keyframe: frozenset[int]
    video_set: int
    sequence_set: int
    picture_set: int
    side_information: int
    delimiter: int
    naming_messages: frozenset[int]
    """Payload types of side information that name a parameter set by id."""
    highest_picture_set: int
    highest_sequence_set: int

    def kind(self, unit: bytes | memoryview) -> int:
        """The type of a unit."""
        return unit[0] & 31 if self.header_bytes == 1 else unit[0] >> 1 & 63

    @property
    def parameter_sets(self) -> tuple[int, ...]:
        return (self.video_set, self.sequence_set, self.picture_set)


H264 = NalCodec("h264", 1, frozenset({1, 5}), frozenset({5}), -1, 7, 8, 6, 9, frozenset({0}), 255, 31)
H265 = NalCodec(
    "hevc", 2, frozenset(range(32)), frozenset({16, 17, 18, 19, 20}), 32, 33, 34, 39, 35, frozenset({0, 129}), 63, 15
)
NAL_CODECS = {codec.name: codec for codec in (H264, H265)}


def split_lengths(data: bytes | memoryview, length_bytes: int) -> Iterator[memoryview]:
    """The units of a packet in which each is preceded by its length. Ends early where a length points outside."""
    view = memoryview(data)
    at, end = 0, len(view)
    while at + length_bytes < end:
        size = int.from_bytes(view[at : at + length_bytes], "big")
        at += length_bytes
        if not 0 < size <= end - at:
            return
        yield view[at : at + size]
        at += size


def split_start_codes(data: bytes) -> Iterator[memoryview]:
    """The units of a packet in which each is preceded by a start code (Annex B)."""
    view = memoryview(data)
    at = data.find(START_CODE)
    while at >= 0:
        begin = at + 3
        at = data.find(START_CODE, begin)
        stop = len(data) if at < 0 else at
        while stop > begin and data[stop - 1] == 0:
            stop -= 1
        if stop > begin:
            yield view[begin:stop]


def join_lengths(units: Sequence[bytes | memoryview]) -> bytes:
    """A packet of units, each preceded by its length in four bytes."""
    return b"".join(piece for unit in units for piece in (len(unit).to_bytes(4, "big"), unit))


def unescape(unit: bytes) -> bytes:
    """A unit without the bytes that keep start codes from appearing inside it."""
    if b"\x00\x00\x03" not in unit:
        return unit
    result, at = bytearray(), 0
    while (found := unit.find(b"\x00\x00\x03", at)) >= 0:
        result += unit[at : found + 2]
        at = found + 3
    return bytes(result + unit[at:])


def escape(payload: bytes) -> bytes:
    """The inverse of `unescape`."""
    result, zeros = bytearray(), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            result.append(3)
            zeros = 0
        result.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    if zeros >= 2:
        result.append(3)
    return bytes(result)


class Bits:
    """Reads and replaces numbers in a run of bits. Positions count from the first bit."""

    def __init__(self, data: bytes) -> None:
        self.length = 8 * len(data)
        self.value = int.from_bytes(data, "big")

    def read(self, at: int, count: int) -> int:
        """`count` bits as a number. Raises ValueError past the end."""
        if at + count > self.length:
            raise ValueError("the unit ends in the middle of a field")
        return self.value >> self.length - at - count & (1 << count) - 1

    def read_golomb(self, at: int) -> tuple[int, int]:
        """An Exp-Golomb number and the position after it. Raises ValueError where none is."""
        zeros = 0
        while self.read(at + zeros, 1) == 0:
            zeros += 1
            if zeros > 32:
                raise ValueError("a number of more than 32 bits")
        return self.read(at + zeros, zeros + 1) - 1, at + 2 * zeros + 1

    def replace_golomb(self, at: int, number: int) -> None:
        """Put another Exp-Golomb number at `at`; what follows moves."""
        _, after = self.read_golomb(at)
        width = golomb_bits(number)
        tail_bits = self.length - after
        head = self.value >> self.length - at
        tail = self.value & (1 << tail_bits) - 1
        self.value = (head << width | number + 1) << tail_bits | tail
        self.length = at + width + tail_bits

    def replace(self, at: int, count: int, number: int) -> None:
        """Put another number of `count` bits at `at`."""
        shift = self.length - at - count
        self.value = self.value & ~((1 << count) - 1 << shift) | number << shift

    def whole_bytes(self) -> bytes:
        """The bits, which must fill whole bytes."""
        return self.value.to_bytes(self.length // 8, "big")

    def closed(self) -> bytes:
        """The bits up to the last one, which ends the payload of a unit, filled up with zeros."""
        trailing = (self.value & -self.value).bit_length() - 1
        length = self.length - trailing
        padding = -length % 8
        return (self.value >> trailing << padding).to_bytes((length + padding) // 8, "big")


def golomb_bits(number: int) -> int:
    """How many bits an Exp-Golomb number takes."""
    return 2 * (number + 1).bit_length() - 1
