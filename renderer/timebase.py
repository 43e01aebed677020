"""Exact time: seconds as `Fraction`, frames as half-open integer ranges."""

from __future__ import annotations

import re
from fractions import Fraction
from math import floor, isfinite

_TIMECODE = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d)([:;])(\d+)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d(?:\.\d+)?)", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_RATIO = re.compile(r"([+-]?\d+)/(\d+)", re.ASCII)
_DROP_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))

LIMIT_S = Fraction(366 * 24 * 3600)
"""No time in a project is longer than a year: a guard against hostile or mistyped numbers."""

_FINEST = 10**40
_LONGEST_TEXT = 100
_MOST_DECIMALS = 30


def parse_time(value: object, fps: Fraction | None = None) -> Fraction:
    """Seconds from a number, `"1.5"`, `"3/2"`, `"MM:SS.mmm"`, `"HH:MM:SS.mmm"` or frame timecode `"HH:MM:SS:FF"`.

    Floats are read by their shortest decimal form, so `0.1` is exactly 1/10. Timecode needs `fps`; with `;` before
    the frames it is drop-frame (SMPTE 12M), which only 30000/1001 and 60000/1001 have. Raises ValueError with a
    sentence that says what is accepted.
    """
    if isinstance(value, bool):
        raise ValueError('a time is a number of seconds or text such as "1.5" or "00:01:30.250", not true or false')
    if isinstance(value, Fraction | int):
        seconds = Fraction(value)
    elif isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} is not a finite number of seconds")
        seconds = Fraction(repr(value))
    elif isinstance(value, str):
        seconds = _from_text(value.strip(), fps)
    else:
        raise ValueError(f"a time is a number of seconds or text, not {type(value).__name__}")
    if abs(seconds) > LIMIT_S:
        raise ValueError("a time of more than a year is surely a slip; write seconds, not frames or milliseconds")
    if seconds.denominator > _FINEST:
        raise ValueError("a time so fine cannot be meant; write fewer digits")
    return seconds


def parse_rate(value: object) -> Fraction:
    """Frames per second from `25`, `29.97`, `"30000/1001"`; 23.976, 29.97, 59.94 mean their exact NTSC rates.

    Raises ValueError outside 1 to 240.
    """
    said = 'a frame rate is a number such as 25 or text such as "30000/1001", between 1 and 240'
    try:
        rate = parse_time(value)
    except ValueError as error:
        raise ValueError(said) from error
    for base in (24, 30, 48, 60, 120):
        ntsc = Fraction(base * 1000, 1001)
        if abs(rate - ntsc) < Fraction(1, 150) and rate != base:
            rate = ntsc
    if not 1 <= rate <= 240:
        raise ValueError(said)
    return rate


def frame_at(seconds: Fraction, fps: Fraction) -> int:
    """The frame boundary nearest to `seconds`; halves go up, so neighbours that share a time share a boundary."""
    return floor(seconds * fps + Fraction(1, 2))


def as_seconds(value: Fraction) -> str:
    """The shortest exact text of a time: a decimal where a short one exists, else `n/d`; `parse_time` reads it back."""
    digits = _decimals(value.denominator)
    if digits is None:
        return f"{value.numerator}/{value.denominator}"
    scaled = value.numerator * 10**digits // value.denominator
    if digits == 0:
        return str(scaled)
    sign, text = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def as_timecode(seconds: Fraction, fps: Fraction) -> str:
    """`HH:MM:SS:FF` of the frame that begins nearest to `seconds` >= 0; drop-frame, with `;`, at 29.97 and 59.94."""
    nominal, frames = floor(fps + Fraction(1, 2)), frame_at(seconds, fps)
    drop = fps in _DROP_RATES
    if drop:
        skipped = nominal // 15
        in_ten_minutes, in_a_minute = 600 * nominal - 9 * skipped, 60 * nominal - skipped
        tens, rest = divmod(frames, in_ten_minutes)
        # The first minute of ten drops nothing; each later one begins by leaving out `skipped` numbers.
        later_minutes = max(0, rest - skipped) // in_a_minute
        frames += skipped * (9 * tens + later_minutes)
    whole_s, frame = divmod(frames, nominal)
    mark = ";" if drop else ":"
    return f"{whole_s // 3600:02}:{whole_s // 60 % 60:02}:{whole_s % 60:02}{mark}{frame:02}"


def as_clock(seconds: Fraction | float) -> str:
    """`H:MM:SS` or `M:SS` for people; rounds to the nearest second."""
    total = max(0, floor(seconds + Fraction(1, 2)))
    hours, rest = divmod(total, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _decimals(denominator: int) -> int | None:
    """How many decimals a fraction with this denominator has; None where they never end, or not soon."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    digits = max(twos, fives)
    return digits if denominator == 1 and digits <= _MOST_DECIMALS else None


def _from_text(text: str, fps: Fraction | None) -> Fraction:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"a time has at most {_LONGEST_TEXT} digits")
    if _NUMBER.fullmatch(text):
        return Fraction(text)
    if match := _RATIO.fullmatch(text):
        if int(match[2]) == 0:
            raise ValueError(f'"{text}" divides by zero')
        return Fraction(int(match[1]), int(match[2]))
    if match := _TIMECODE.fullmatch(text):
        return _from_timecode(match, fps)
    if match := _CLOCK.fullmatch(text):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + Fraction(match[3])
    raise ValueError(f'"{text[:40]}" is not a time; write seconds ("1.5"), "HH:MM:SS.mmm" or timecode "HH:MM:SS:FF"')


def _from_timecode(match: re.Match[str], fps: Fraction | None) -> Fraction:
    hours, minutes, seconds, drop, frames = int(match[1]), int(match[2]), int(match[3]), match[4] == ";", int(match[5])
    if fps is None:
        raise ValueError(f'"{match[0]}" is frame timecode, which has no meaning here; write seconds')
    nominal = floor(fps + Fraction(1, 2))
    if frames >= nominal:
        raise ValueError(f'"{match[0]}" counts frame {frames}, but at {float(fps):g} fps frames end at {nominal - 1}')
    count = (hours * 3600 + minutes * 60 + seconds) * nominal + frames
    if drop:
        if fps not in _DROP_RATES:
            raise ValueError(f'"{match[0]}" is drop-frame timecode, which only 29.97 and 59.94 fps have; use ":"')
        skipped, total_minutes = nominal // 15, hours * 60 + minutes
        if seconds == 0 and frames < skipped and minutes % 10:
            raise ValueError(f'"{match[0]}" is a frame that drop-frame timecode leaves out')
        count -= skipped * (total_minutes - total_minutes // 10)
    return count / fps
