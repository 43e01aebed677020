"""Loudness by EBU R128: read from ffmpeg's meter, and the gain that leads to a target."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

METER = {"peak": "true", "framelog": "quiet"}
"""Options of the `ebur128` filter: integrated loudness and true peak, no line per frame."""

PEAK = {"measure_perchannel": "none", "measure_overall": "Peak_level"}
"""Options of the `astats` filter: the highest sample and nothing else."""

SILENT_LUFS = -69.0
"""The meter shows -70 for silence and for what is too short to measure."""

MOST_GAIN_DB = 30.0
"""More would make noise of what was meant to be quiet."""

LOSSY_MARGIN_DB = 0.3
"""A lossy codec's pictures of peaks may stand out by about this much."""


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP; -inf for silence."""

    integrated_lufs: float
    true_peak_dbtp: float

    @property
    def is_silent(self) -> bool:
        return self.integrated_lufs <= SILENT_LUFS


def read_meter(said: str) -> Loudness:
    """The meter's summary out of what ffmpeg said. Raises ValueError where there is none."""
    summary = said[said.rindex("Summary:") :] if "Summary:" in said else ""
    integrated = re.search(r"I:\s+(-?[\d.]+|-inf|nan) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-inf|nan) dBFS", summary)
    if integrated is None or peak is None:
        raise ValueError("the loudness meter said nothing")
    return Loudness(_number(integrated[1]), _number(peak[1]))


def read_peak(said: str) -> float:
    """The highest sample that `astats` saw, in dBFS; -inf for silence and where it said nothing."""
    found = re.findall(r"Peak level dB: (-?[\d.]+)", said)
    return float(found[-1]) if found else -math.inf


def gain_to(target_lufs: float, measured: Loudness) -> float:
    """dB to add, at most MOST_GAIN_DB."""
    return min(MOST_GAIN_DB, target_lufs - measured.integrated_lufs)


def _number(text: str) -> float:
    value = float(text)
    return -math.inf if math.isnan(value) else value
