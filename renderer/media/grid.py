"""Presentation times as frame numbers of a constant rate, in whole numbers: fast enough for every packet."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Grid:
    """Frame `n` of a stream is shown `n / fps` seconds after `zero_s`; its ticks count `time_base` seconds."""

    time_base: Fraction
    fps: Fraction
    zero_s: Fraction

    def frame(self, ticks: int) -> int:
        """The frame number nearest to a time stamp."""
        factor, shift, divisor = self.terms()
        return (ticks * factor - shift) // divisor

    def ticks(self, frame: int) -> int:
        """The time stamp nearest to a frame's time."""
        return round((self.zero_s + frame / self.fps) / self.time_base)

    def terms(self) -> tuple[int, int, int]:
        """(factor, shift, divisor) such that `frame(ticks) == (ticks * factor - shift) // divisor`, for hot loops."""
        slope, offset = self.time_base * self.fps, self.zero_s * self.fps - Fraction(1, 2)
        divisor = slope.denominator * offset.denominator
        return slope.numerator * offset.denominator, offset.numerator * slope.denominator, divisor
