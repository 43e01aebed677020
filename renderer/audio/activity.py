"""When voices sound, and the gain of what makes room for them. Pure, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ENVELOPE_HZ = 8000
"""Rate of the mono sound that activity is read from."""

WINDOW_S = 0.02
QUIET_DB = -45.0
"""Below this RMS level (dBFS) nobody speaks; also below 30 dB under the loudest window."""

BRIDGED_S = 0.7
"""Pauses shorter than this, as between words, count as speech."""

ATTACK_S = 0.25
RELEASE_S = 0.5
LEAD_S = 0.05
"""The gain is down this long before the voice begins."""


def active_spans(sound: Floats) -> tuple[tuple[float, float], ...]:
    """Seconds (start, stop) during which a mono sound at ENVELOPE_HZ is active, pauses bridged."""
    size = round(WINDOW_S * ENVELOPE_HZ)
    count = len(sound) // size
    if not count:
        return ()
    windows = sound[: count * size].reshape(count, size)
    # In blocks: hours of sound lie in a file, not in memory.
    blocks = (windows[first : first + 4096].astype(np.float64) for first in range(0, count, 4096))
    level_db = 10 * np.log10(np.maximum(np.concatenate([(block**2).mean(axis=1) for block in blocks]), 1e-12))
    active = level_db > max(QUIET_DB, level_db.max() - 30)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
    spans: list[tuple[float, float]] = []
    for start, stop in zip(edges[::2] * WINDOW_S, edges[1::2] * WINDOW_S, strict=True):
        if spans and start - spans[-1][1] < BRIDGED_S:
            spans[-1] = (spans[-1][0], float(stop))
        else:
            spans.append((float(start), float(stop)))
    return tuple(spans)


def duck_gain(spans: tuple[tuple[float, float], ...], by_db: float, duration_s: float, rate: int) -> Floats:
    """Linear gain at `rate`: lowered by exactly `by_db` in each span, smooth (in dB) before and after it."""
    down = np.zeros(int(duration_s * rate) + rate)
    for start_s, stop_s in spans:
        first, start = start_s - LEAD_S - ATTACK_S, start_s - LEAD_S
        lowest, highest = max(0, int(first * rate)), min(len(down), int((stop_s + RELEASE_S) * rate) + 1)
        at_s = np.arange(lowest, highest) / rate
        shape = np.minimum(
            np.clip((at_s - first) / (start - first), 0, 1), np.clip((stop_s + RELEASE_S - at_s) / RELEASE_S, 0, 1)
        )
        down[lowest:highest] = np.maximum(down[lowest:highest], 0.5 - 0.5 * np.cos(np.pi * shape))
    return np.asarray(10 ** (-by_db * down / 20), dtype=np.float32)


def curve_gain(curve: tuple[tuple[float, float], ...], duration_s: float, rate: int) -> Floats:
    """Linear gain at `rate` of a curve of (seconds, dB): even in dB between points, held outside them."""
    at_s = np.arange(int(duration_s * rate) + rate) / rate
    gain_db = np.interp(at_s, [point[0] for point in curve], [point[1] for point in curve])
    return np.asarray(10 ** (gain_db / 20), dtype=np.float32)
