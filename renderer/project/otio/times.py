"""Between OpenTimelineIO's floating times and exact seconds."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from renderer.errors import ProjectError
from renderer.timebase import LIMIT_S, parse_rate

if TYPE_CHECKING:
    import opentimelineio as otio

CLOSE_S = Fraction(1, 10_000)
"""Times nearer to each other than this are the same: far below a frame, far above what floats lose."""


def seconds(time: otio.opentime.RationalTime) -> Fraction:
    """Exact seconds of a time in another program's timeline. Raises ProjectError for what is no time."""
    value, rate = float(time.value), float(time.rate)
    if not (isfinite(value) and isfinite(rate) and 0 < rate <= 10**9 and abs(value / rate) <= LIMIT_S):
        raise ProjectError(f"The time {value:g} at {rate:g} a second cannot be used.", action="Mend the timeline.")
    amount = Fraction(int(value)) if value.is_integer() else Fraction(value).limit_denominator(10**6)
    return amount / exact_rate(rate)


def exact_rate(rate: float) -> Fraction:
    """Frames or samples a second; 29.97 and the like mean their exact broadcast rates."""
    if 1 <= rate <= 240:
        return parse_rate(Fraction(rate).limit_denominator(1001))
    return Fraction(rate).limit_denominator(1001)


def rational(time_s: Fraction, fps: Fraction) -> otio.opentime.RationalTime:
    """`time_s` in frames at `fps`."""
    from opentimelineio.opentime import RationalTime

    return RationalTime(float(time_s * fps), float(fps))


def time_range(start_s: Fraction, length_s: Fraction, fps: Fraction) -> otio.opentime.TimeRange:
    """From `start_s` for `length_s`, in frames at `fps`."""
    from opentimelineio.opentime import TimeRange

    return TimeRange(rational(start_s, fps), rational(length_s, fps))


def close(one: Any, other: Fraction) -> bool:
    """Whether a number that a file holds is, but for rounding, the time meant."""
    return isinstance(one, int | float) and isfinite(one) and abs(Fraction(one) - other) < CLOSE_S
