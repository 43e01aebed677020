"""The description in a file's head of an H.264 or H.265 stream (avcC, hvcC): reading it, and writing one for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from renderer.media.nal import NalCodec, split_start_codes, unescape


def units_of_description(codec: NalCodec, extradata: bytes) -> tuple[tuple[bytes, ...], int]:
    """The units in a stream's description, and the bytes of a length in its packets; 0 where they have start codes.

    Raises ValueError for a broken description.
    """
    if not extradata or extradata[0] != 1:
        return tuple(bytes(unit) for unit in split_start_codes(extradata)), 0
    try:
        return (_avcc_units if codec.header_bytes == 1 else _hvcc_units)(extradata)
    except IndexError as error:
        raise ValueError("the description of the stream is cut off") from error


def _avcc_units(data: bytes) -> tuple[tuple[bytes, ...], int]:
    units: list[bytes] = []
    at = 5
    for mask in (31, 255):
        count = data[at] & mask
        at += 1
        for _ in range(count):
            size = data[at] << 8 | data[at + 1]
            units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return tuple(units), (data[4] & 3) + 1


def _hvcc_units(data: bytes) -> tuple[tuple[bytes, ...], int]:
    units: list[bytes] = []
    at = 23
    for _ in range(data[22]):
        count = data[at + 1] << 8 | data[at + 2]
        at += 3
        for _ in range(count):
            size = data[at] << 8 | data[at + 1]
            units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return tuple(units), (data[21] & 3) + 1


def description(codec: NalCodec, units: Sequence[bytes], *, model: bytes | None) -> bytes:
    """The stream description (avcC, hvcC) that lists `units` and says lengths take four bytes.

    `model` is a description of one of the joined streams; H.265 takes its general fields from it.
    """
    by_kind = {kind: [unit for unit in units if codec.kind(unit) == kind] for kind in codec.parameter_sets}
    if codec.header_bytes == 1:
        return _avcc(by_kind[codec.sequence_set], by_kind[codec.picture_set])
    return _hvcc(codec, by_kind, model)


def _avcc(sequences: Sequence[bytes], pictures: Sequence[bytes]) -> bytes:
    order = (66, 77, 88, 100, 110, 122, 244)
    profile = max((unit[1] for unit in sequences), key=lambda name: order.index(name) if name in order else 99)
    compatible = 0xFF
    for unit in sequences:
        compatible &= unit[2]
    head = bytes([1, profile, compatible, max(unit[3] for unit in sequences), 0xFF, 0xE0 | len(sequences)])
    listed = b"".join(len(unit).to_bytes(2, "big") + unit for unit in sequences)
    listed += bytes([len(pictures)]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in pictures)
    return head + listed + (bytes([0xFD, 0xF8, 0xF8, 0]) if profile >= 100 else b"")


def _hvcc(codec: NalCodec, by_kind: Mapping[int, Sequence[bytes]], model: bytes | None) -> bytes:
    general = [unescape(unit)[3:15] for unit in by_kind[codec.sequence_set]]
    level = max(fields[11] for fields in general)
    if model is not None and model[:1] == b"\x01" and len(model) > 22:
        head = bytearray(model[:22])
    else:
        head = bytearray(b"\x01" + general[0] + bytes([0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0F]))
    head[12] = level
    head[21] |= 3
    kinds = [kind for kind in codec.parameter_sets if by_kind[kind]]
    arrays = b"".join(
        bytes([kind])
        + len(by_kind[kind]).to_bytes(2, "big")
        + b"".join(len(unit).to_bytes(2, "big") + unit for unit in by_kind[kind])
        for kind in kinds
    )
    return bytes(head) + bytes([len(kinds)]) + arrays
