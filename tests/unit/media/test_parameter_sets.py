"""Numbers of parameter sets: read, changed, given out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.media.nal import H264, H265, Bits, escape, golomb_bits, split_lengths, split_start_codes, unescape
from renderer.media.parameter_sets import (
    SetName,
    allocate,
    free_picture_numbers,
    renumbered_slice,
    without_naming_messages,
)


def bits_of(*fields: int, tail: bytes = b"") -> bytes:
    """Exp-Golomb numbers, then a one, then zeros to the next byte, then `tail`."""
    text = "".join(f"{value + 1:0{golomb_bits(value)}b}" for value in fields) + "1"
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big") + tail


@given(st.binary(max_size=200))
def test_escaping_comes_back_and_hides_every_start_code(payload: bytes) -> None:
    escaped = escape(payload)

    assert unescape(escaped) == payload
    assert all(code not in escaped for code in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 255]), max_size=60).map(bytes))
def test_escaping_holds_for_many_zeros(payload: bytes) -> None:
    assert unescape(escape(payload)) == payload


@given(
    first=st.integers(0, 140_000),
    kind=st.integers(0, 9),
    old=st.integers(0, 14),
    pick=st.integers(0, 10**6),
    tail=st.lists(st.sampled_from([0, 0, 0, 1, 3, 77]), max_size=60).map(bytes),
)
def test_a_slice_changes_its_number_and_nothing_else(first: int, kind: int, old: int, pick: int, tail: bytes) -> None:
    choices = free_picture_numbers(old, 255)
    new = choices[pick % len(choices)]
    unit = b"\x41" + escape(bits_of(first, kind, old, 5, tail=tail + b"\x80"))

    changed = renumbered_slice(H264, unit, {(8, old): new})

    assert unescape(changed)[1:] == bits_of(first, kind, new, 5, tail=tail + b"\x80")
    assert len(unescape(changed)) == len(unescape(unit)) + 1


def test_a_slice_of_h265_changes_its_number() -> None:
    payload = bytes([19 << 1, 1, 0b10100000]) + bytes(range(1, 60))
    bits = Bits(unescape(renumbered_slice(H265, payload, {(34, 0): 16})))

    assert bits.read_golomb(18)[0] == 16


@given(st.integers(0, 30))
def test_free_numbers_take_exactly_a_byte_more(old: int) -> None:
    assert {golomb_bits(new) - golomb_bits(old) for new in free_picture_numbers(old, 255)} <= {8}


def a_bundle(sequence: str, picture: str) -> tuple[SetName, ...]:
    return SetName(7, 0, -1, sequence), SetName(8, 0, 0, picture)


def test_equal_sets_are_shared_and_the_first_keeps_its_numbers() -> None:
    same, other = a_bundle("s", "p"), a_bundle("s", "q")

    first, again, second = allocate(H264, [same, same, other])

    assert first == again == {}
    assert second == {(7, 0): 0, (8, 0): 15}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), max_size=17))
def test_no_number_ever_means_two_things(names: list[tuple[str, str]]) -> None:
    bundles = [a_bundle(*name) for name in names]
    meaning: dict[tuple[int, int], tuple[object, ...]] = {}

    for bundle, numbers in zip(bundles, allocate(H264, bundles), strict=True):
        assert numbers is not None
        sequence = numbers.get((7, 0), 0)
        for name in bundle:
            number = numbers.get((name.kind, name.number), name.number)
            content = (name.digest, sequence) if name.kind == 8 else (name.digest,)
            assert meaning.setdefault((name.kind, number), content) == content


def test_messages_that_name_a_set_are_left_out_of_side_information() -> None:
    buffering, timing = bytes([0, 2, 1, 2]), bytes([1, 3, 7, 8, 9])

    assert without_naming_messages(H264, b"\x06" + buffering + timing + b"\x80") == b"\x06" + timing + b"\x80"
    assert without_naming_messages(H264, b"\x06" + buffering + b"\x80") is None


@pytest.mark.parametrize("broken", [b"", b"\0", b"\0\0\0\x09ab", b"\0\0\0\0", b"\xff" * 9])
def test_broken_packets_end_early_and_never_raise(broken: bytes) -> None:
    assert list(split_lengths(broken, 4)) == []
    assert list(split_start_codes(broken)) == []
