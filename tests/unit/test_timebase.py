"""Exact time: what is read, what is written, and that the two meet."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from renderer.timebase import LIMIT_S, as_clock, as_seconds, as_timecode, frame_at, parse_rate, parse_time

NTSC = Fraction(30000, 1001)
RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(50), 2 * NTSC, Fraction(60)]


@given(st.fractions(min_value=-LIMIT_S, max_value=LIMIT_S, max_denominator=10**12))
@example(Fraction(-1, 3))
@example(Fraction(1, 2**40))
def test_every_time_is_read_back_from_its_text_exactly(seconds: Fraction) -> None:
    text = as_seconds(seconds)

    assert parse_time(text) == seconds


@given(st.integers(-(10**7), 10**7), st.integers(0, 9))
def test_a_decimal_means_what_it_says(digits: int, places: int) -> None:
    seconds = Fraction(digits, 10**places)

    assert parse_time(as_seconds(seconds)) == parse_time(float(seconds)) == seconds


@given(st.integers(0, 10**8), st.sampled_from(RATES))
def test_every_frame_is_read_back_from_its_timecode(frame: int, fps: Fraction) -> None:
    frame %= int(99 * 3600 * fps)

    assert parse_time(as_timecode(frame / fps, fps), fps) == frame / fps


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 29))
def test_drop_frame_timecode_stays_near_the_clock_all_day(hour: int, minute: int, second: int, n: int) -> None:
    dropped = second == 0 and n < 2 and minute % 10 != 0
    text = f"{hour:02}:{minute:02}:{second:02};{n:02}"

    if dropped:
        with pytest.raises(ValueError, match="leaves out"):
            parse_time(text, NTSC)
        return
    seconds = parse_time(text, NTSC)

    assert abs(seconds - (hour * 3600 + minute * 60 + second + n / NTSC)) < Fraction(1, 5)
    assert as_timecode(seconds, NTSC) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1.5", "3/2"),
        (" 2 ", "2"),
        (".5", "1/2"),
        ("3/2", "3/2"),
        ("01:30.250", "90.25"),
        ("1:00:00", "3600"),
        ("00:00:10:12", "10.48"),
        (0.1, "1/10"),
        (7, "7"),
        (1e-7, "1/10000000"),
    ],
)
def test_times_are_written_in_many_ways(text: object, seconds: str) -> None:
    assert parse_time(text, Fraction(25)) == Fraction(seconds)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("soon", "is not a time"),
        ("", "is not a time"),
        ("1e3", "is not a time"),
        ("1/0", "divides by zero"),
        ("9" * 5000, "at most"),
        ("1/" + "9" * 90, "fewer digits"),
        (10**400, "more than a year"),
        (1e300, "more than a year"),
        (1e-300, "fewer digits"),
        (float("nan"), "not a finite"),
        (float("inf"), "not a finite"),
        (True, "not true or false"),
        (None, "not NoneType"),
        ("٣", "is not a time"),
        ("00:00:10:30", "frames end at 29"),
        ("00:00:10;05", "drop-frame"),
    ],
)
def test_what_is_not_a_time_is_refused_with_a_reason(value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_time(value, Fraction(30))


def test_timecode_without_a_frame_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="no meaning here"):
        parse_time("00:00:01:00")


@given(st.text(max_size=30))
def test_no_text_crashes_the_reader(text: str) -> None:
    try:
        seconds = parse_time(text, NTSC)
    except ValueError:
        return

    assert parse_time(as_seconds(seconds)) == seconds


@pytest.mark.parametrize(
    ("value", "rate"),
    [(23.976, "24000/1001"), ("23.98", "24000/1001"), (29.97, "30000/1001"), ("59.94", "60000/1001"), (25, "25")],
)
def test_a_rounded_broadcast_rate_means_the_exact_one(value: object, rate: str) -> None:
    assert parse_rate(value) == Fraction(rate)


@given(st.fractions(min_value=1, max_value=240, max_denominator=2000))
def test_a_rate_is_read_back_as_it_was_written(value: Fraction) -> None:
    rate = parse_rate(value)

    assert parse_rate(as_seconds(rate)) == rate


@pytest.mark.parametrize("value", [0, 0.5, 241, -25, "fast", None, "1e2", float("nan")])
def test_a_rate_out_of_reach_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="between 1 and 240"):
        parse_rate(value)


@given(st.lists(st.fractions(min_value=0, max_value=1000), min_size=1, max_size=20), st.sampled_from(RATES))
def test_boundaries_never_run_backwards_and_stay_within_half_a_frame(times: list[Fraction], fps: Fraction) -> None:
    boundaries = [frame_at(seconds, fps) for seconds in sorted(times)]

    assert boundaries == sorted(boundaries)
    assert all(
        abs(frame / fps - seconds) <= 1 / fps / 2 for frame, seconds in zip(boundaries, sorted(times), strict=True)
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3661, "1:01:01"), (-3, "0:00")]
)
def test_a_clock_for_people(seconds: float, text: str) -> None:
    assert as_clock(seconds) == text
