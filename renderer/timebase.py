"""Exact time: seconds as `Fraction`, frames as half-open integer ranges."""

from __future__ import annotations

import re
from fractions import Fraction
from math import floor

_TIMECODE = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d)([:;])(\d+)")
_CLOCK = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d(?:\.\d+)?)")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_RATIO = re.compile(r"(\d+)/(\d+)")

LIMIT_S = Fraction(366 * 24 * 3600)
"""No time in a project is longer than a year: a guard against hostile or mistyped numbers."""


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
        seconds = _from_decimal(repr(value))
    elif isinstance(value, str):
        seconds = _from_text(value.strip(), fps)
    else:
        raise ValueError(f"a time is a number of seconds or text, not {type(value).__name__}")
    if abs(seconds) > LIMIT_S:
        raise ValueError("a time of more than a year is surely a slip")
    return seconds


def parse_rate(value: object) -> Fraction:
    """Frames per second from `25`, `29.97`, `"30000/1001"`; 23.976, 29.97, 59.94 mean their exact NTSC rates.

    Raises ValueError outside 1 to 240.
    """
    try:
        rate = parse_time(value)
    except ValueError as error:
        raise ValueError('a frame rate is a number such as 25 or text such as "30000/1001"') from error
    for base in (24, 30, 48, 60, 120):
        ntsc = Fraction(base * 1000, 1001)
        if abs(rate - ntsc) < Fraction(1, 150) and rate != base:
            rate = ntsc
    if not 1 <= rate <= 240:
        raise ValueError("a frame rate lies between 1 and 240")
    return rate


def frame_at(seconds: Fraction, fps: Fraction) -> int:
    """The frame boundary nearest to `seconds`; halves go up, so neighbours that share a time share a boundary."""
    return floor(seconds * fps + Fraction(1, 2))


def as_seconds(value: Fraction) -> str:
    """The shortest exact text of a time: a decimal where one exists, else `n/d`; `parse_time` reads it back."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    scaled = value.numerator * 10**digits // value.denominator
    if digits == 0:
        return str(scaled)
    sign, text = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def as_clock(seconds: Fraction | float) -> str:
    """`H:MM:SS` or `M:SS` for people; rounds to the nearest second."""
    total = max(0, floor(seconds + Fraction(1, 2)))
    hours, rest = divmod(total, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _from_text(text: str, fps: Fraction | None) -> Fraction:
    if _NUMBER.fullmatch(text):
        return _from_decimal(text)
    if match := _RATIO.fullmatch(text):
        if int(match[2]) == 0:
            raise ValueError(f'"{text}" divides by zero')
        return Fraction(int(match[1]), int(match[2]))
    if match := _TIMECODE.fullmatch(text):
        return _from_timecode(match, fps)
    if match := _CLOCK.fullmatch(text):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + _from_decimal(match[3])
    raise ValueError(f'"{text[:40]}" is not a time; write seconds ("1.5"), "HH:MM:SS.mmm" or timecode "HH:MM:SS:FF"')


def _from_decimal(text: str) -> Fraction:
    if len(text) > 40:
        raise ValueError("a time has at most 40 digits")
    try:
        return Fraction(text)
    except ValueError as error:
        raise ValueError(f"{text} is not a finite number of seconds") from error


def _from_timecode(match: re.Match[str], fps: Fraction | None) -> Fraction:
    hours, minutes, seconds, drop, frames = int(match[1]), int(match[2]), int(match[3]), match[4] == ";", int(match[5])
    if fps is None:
        raise ValueError(f'"{match[0]}" is frame timecode, which has no meaning here; write seconds')
    nominal = floor(fps + Fraction(1, 2))
    if frames >= nominal:
        raise ValueError(f'"{match[0]}" counts frame {frames}, but at {float(fps):g} fps frames end at {nominal - 1}')
    count = (hours * 3600 + minutes * 60 + seconds) * nominal + frames
    if drop:
        if fps not in (Fraction(30000, 1001), Fraction(60000, 1001)):
            raise ValueError(f'"{match[0]}" is drop-frame timecode, which only 29.97 and 59.94 fps have; use ":"')
        skipped, total_minutes = nominal // 15, hours * 60 + minutes
        if seconds == 0 and frames < skipped and minutes % 10:
            raise ValueError(f'"{match[0]}" is a frame that drop-frame timecode leaves out')
        count -= skipped * (total_minutes - total_minutes // 10)
    return count / fps
