"""Parameter sets: the descriptions that pictures of H.264 and H.265 name by number, and giving them other numbers.

Two clips of different encoders call different descriptions by the same number. One file can hold both when one clip's
are renumbered. A slice names its picture set in its first bits; a number that takes exactly eight bits more moves the
rest of the slice by a whole byte, so it is one inserted byte and a copy, whatever the slice holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from renderer.media.nal import (
    CUT_AFTER_BYTES,
    Bits,
    NalCodec,
    escape,
    golomb_bits,
    unescape,
)


@dataclass(frozen=True)
class SetName:
    """A parameter set without its bytes: its unit type, its number, the number of the set it builds on, a digest."""

    kind: int
    number: int
    parent: int
    digest: str


@dataclass(frozen=True)
class ParameterSet:
    """One parameter set: its name and its unit."""

    name: SetName
    unit: bytes


Numbers = Mapping[tuple[int, int], int]
"""(unit type, old number) → new number; empty where every number stays."""


def read_set(codec: NalCodec, unit: bytes) -> ParameterSet:
    """The parameter set in a unit. Raises ValueError for a broken one."""
    kind = codec.kind(unit)
    bits = Bits(unescape(unit))
    number_at, parent_at = _places(codec, kind, bits)
    if kind == codec.video_set:
        number, parent = bits.read(number_at, 4), -1
    elif kind == codec.sequence_set:
        number = bits.read_golomb(number_at)[0]
        parent = bits.read(parent_at, 4) if parent_at else -1
    else:
        number, after = bits.read_golomb(number_at)
        parent = bits.read_golomb(after)[0]
    return ParameterSet(SetName(kind, number, parent, hashlib.sha256(unit).hexdigest()[:16]), unit)


def renumbered_set(codec: NalCodec, item: ParameterSet, numbers: Numbers) -> bytes:
    """The unit of a parameter set under its new number, and naming the new number of the set it builds on."""
    name = item.name
    number = numbers.get((name.kind, name.number), name.number)
    bits = Bits(unescape(item.unit))
    number_at, parent_at = _places(codec, name.kind, bits)
    if name.kind == codec.video_set:
        bits.replace(number_at, 4, number)
        return escape(bits.closed())
    if name.kind == codec.picture_set:
        parent_at = bits.read_golomb(number_at)[1]
        bits.replace_golomb(parent_at, numbers.get((codec.sequence_set, name.parent), name.parent))
    elif parent_at:
        bits.replace(parent_at, 4, numbers.get((codec.video_set, name.parent), name.parent))
    bits.replace_golomb(number_at, number)
    return escape(bits.closed())


def renumbered_slice(codec: NalCodec, unit: bytes | memoryview, numbers: Numbers) -> bytes:
    """A slice that names its picture set by the new number. Raises ValueError for a broken slice."""
    cut = CUT_AFTER_BYTES
    while cut < len(unit) and unit[cut - 1] in (0, 3):
        cut += 1
    bits = Bits(unescape(bytes(unit[:cut])))
    at = 8 * codec.header_bytes
    if codec.header_bytes == 1:
        at = bits.read_golomb(at)[1]
        at = bits.read_golomb(at)[1]
    else:
        at += 2 if 16 <= codec.kind(unit) <= 23 else 1
    old, _ = bits.read_golomb(at)
    new = numbers.get((codec.picture_set, old), old)
    if new == old:
        return bytes(unit)
    if (golomb_bits(new) - golomb_bits(old)) % 8:
        raise ValueError(f"picture set {old} cannot become {new}")
    bits.replace_golomb(at, new)
    head = escape(bits.whole_bytes())
    return head + unit[cut:]


def free_picture_numbers(old: int, highest: int) -> range:
    """The numbers that take eight bits more than `old`, as far as the codec allows them."""
    first = (1 << (old + 1).bit_length() + 3) - 1
    return range(first, min(2 * first + 1, highest + 1))


def allocate(codec: NalCodec, bundles: Sequence[Iterable[SetName]]) -> list[Numbers | None]:
    """New numbers for each bundle of parameter sets, so that all can stand in one file; earlier bundles keep theirs.

    Equal sets are shared. None for a bundle that finds no free number: it cannot join the others.
    """
    taken: dict[tuple[int, int], str] = {}
    return [_allocate_one(codec, tuple(bundle), taken) for bundle in bundles]


def _allocate_one(codec: NalCodec, bundle: tuple[SetName, ...], taken: dict[tuple[int, int], str]) -> Numbers | None:
    numbers: dict[tuple[int, int], int] = {}
    added: dict[tuple[int, int], str] = {}
    parents = {codec.sequence_set: codec.video_set, codec.picture_set: codec.sequence_set}
    for name in sorted(bundle, key=lambda name: codec.parameter_sets.index(name.kind)):
        parent = numbers.get((parents.get(name.kind, -1), name.parent), name.parent)
        content = f"{name.digest} {parent}"
        for number in (name.number, *_choices(codec, name)):
            holder = taken.get((name.kind, number), added.get((name.kind, number)))
            original = content if number == name.number else f"{content} from {name.number}"
            if holder is None or holder == original:
                numbers[name.kind, name.number] = number
                added[name.kind, number] = original
                break
        else:
            return None
    taken.update(added)
    return {} if all(old == new for (_, old), new in numbers.items()) else numbers


def _choices(codec: NalCodec, name: SetName) -> range:
    if name.kind == codec.picture_set:
        return free_picture_numbers(name.number, codec.highest_picture_set)
    return range(1, 16 if name.kind == codec.video_set else codec.highest_sequence_set + 1)


def _places(codec: NalCodec, kind: int, bits: Bits) -> tuple[int, int]:
    """Where a set's number begins, and where a fixed-width number of the set it builds on does (0 for none)."""
    header = 8 * codec.header_bytes
    if codec.header_bytes == 1:
        return (header + 24 if kind == codec.sequence_set else header), 0
    if kind != codec.sequence_set:
        return header, 0
    layers = bits.read(header + 4, 3)
    at = header + 8 + 96
    present = [(bits.read(at + 2 * n, 1), bits.read(at + 2 * n + 1, 1)) for n in range(layers)]
    at += 16 if layers else 0
    return at + sum(88 * profile + 8 * level for profile, level in present), header


def sets_of_units(codec: NalCodec, units: Iterable[bytes | memoryview]) -> tuple[ParameterSet, ...]:
    """The parameter sets among units, each once, in order. Raises ValueError for a broken one."""
    found = {bytes(unit): None for unit in units if len(unit) > 3 and codec.kind(unit) in codec.parameter_sets}
    return tuple(read_set(codec, unit) for unit in found)


def without_naming_messages(codec: NalCodec, unit: bytes) -> bytes | None:
    """A unit of side information without the messages that name parameter sets by number; None when nothing is left."""
    data = unescape(unit)
    at, kept = codec.header_bytes, bytearray()
    while at < len(data) - 1:
        start, payload, size = at, 0, 0
        while data[at] == 255 and at < len(data) - 1:
            payload, at = payload + 255, at + 1
        payload, at = payload + data[at], at + 1
        while at < len(data) and data[at] == 255:
            size, at = size + 255, at + 1
        if at >= len(data):
            break
        size, at = size + data[at], at + 1
        at += size
        if payload not in codec.naming_messages:
            kept += data[start:at]
    if not kept:
        return None
    return escape(data[: codec.header_bytes] + bytes(kept) + b"\x80")
