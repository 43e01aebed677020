"""When voices sound, and the gain that makes room for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.audio.activity import ENVELOPE_HZ, active_spans, curve_gain, duck_gain
from renderer.audio.loudness import Loudness, gain_to, read_meter, read_peak

RATE = 1000


def voice(*spans: tuple[float, float], seconds: float = 10, level: float = 0.1) -> np.ndarray:
    at_s = np.arange(round(seconds * ENVELOPE_HZ)) / ENVELOPE_HZ
    said = np.any([(at_s >= start) & (at_s < stop) for start, stop in spans], axis=0) if spans else at_s < 0
    return (said * level * np.sin(at_s * 2000)).astype(np.float32)


def test_silence_and_nothing_at_all_are_not_active() -> None:
    assert active_spans(voice()) == ()
    assert active_spans(np.zeros(0, np.float32)) == ()


def test_words_are_joined_and_sentences_are_not() -> None:
    spans = active_spans(voice((1, 2), (2.4, 3), (5, 6)))

    assert [edge for span in spans for edge in span] == pytest.approx([1, 3, 5, 6], abs=0.021)


def test_hiss_far_below_a_voice_is_no_voice() -> None:
    hiss = np.random.default_rng(1).normal(0, 0.0008, 10 * ENVELOPE_HZ).astype(np.float32)

    spans = active_spans(voice((1, 2)) + hiss)

    assert [edge for span in spans for edge in span] == pytest.approx([1, 2], abs=0.021)


@given(
    st.lists(st.floats(0.5, 9), min_size=2, max_size=6, unique=True).map(sorted),
    st.floats(0.5, 40),
)
def test_the_gain_is_down_throughout_each_span_and_never_lower(edges: list[float], by_db: float) -> None:
    spans = tuple(zip(edges[::2], edges[1::2], strict=False))

    gain_db = 20 * np.log10(duck_gain(spans, by_db, 10, RATE))

    for start, stop in spans:
        inside = gain_db[int(np.ceil(start * RATE)) : int(stop * RATE)]
        assert np.allclose(inside, -by_db, atol=1e-3)
    assert gain_db.min() >= -by_db - 1e-3
    assert gain_db.max() <= 1e-3


def test_the_gain_moves_smoothly() -> None:
    gain_db = 20 * np.log10(duck_gain(((3, 4),), 12, 10, RATE))

    assert np.abs(np.diff(gain_db)).max() < 0.2
    assert gain_db[2_500] == pytest.approx(0, abs=1e-3)
    assert gain_db[4_600] == pytest.approx(0, abs=1e-3)


def test_a_curve_is_even_in_db_and_held_outside_its_points() -> None:
    gain_db = 20 * np.log10(curve_gain(((1.0, -6.0), (3.0, 6.0)), 5, RATE))

    assert gain_db[[0, 1_000, 2_000, 3_000, 4_999]] == pytest.approx([-6, -6, 0, 6, 6], abs=1e-3)


def test_the_meter_is_read_from_its_summary() -> None:
    said = "noise\n[x] Summary:\n\n  Integrated loudness:\n    I:         -23.4 LUFS\n  True peak:\n    Peak:       -3.1 dBFS\n"

    assert read_meter(said) == Loudness(-23.4, -3.1)
    assert read_meter(said.replace("-3.1", "-inf").replace("-23.4", "-70.0")).is_silent
    with pytest.raises(ValueError, match="meter"):
        read_meter("nothing")


def test_the_peak_of_silence_is_minus_infinity() -> None:
    assert read_peak("[x] Peak level dB: -inf") == -np.inf
    assert read_peak("[x] Peak level dB: 2.922561") == pytest.approx(2.922561)


def test_no_more_gain_than_makes_sense() -> None:
    assert gain_to(-14, Loudness(-20, -10)) == 6
    assert gain_to(-14, Loudness(-60, -50)) == 30
