"""HDR to BT.709: a table from PQ or HLG BT.2020 pictures to what they look like on an ordinary screen."""

from __future__ import annotations

from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from renderer.places import places

Values = NDArray[np.float64]

SIZE = 33
"""Points along each side of the table; tetrahedral interpolation between them."""

VERSION = 1
"""Raised by whoever changes what the table says."""

REFERENCE_WHITE_NITS = 203.0
"""ITU-R BT.2408: where graphics white lies in HDR; it becomes the ordinary screen's white."""

PEAK_NITS = 1000.0
"""Brighter than this is clipped; what most HDR material is mastered for."""

_BT2020_TO_709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]]
)
"""ITU-R BT.2087, linear light."""


def lut_file(transfer: str) -> str:
    """The path of a .cube file for `smpte2084` (PQ) or `arib-std-b67` (HLG), made once and kept in the cache."""
    path = places().cache / "luts" / f"{transfer}-to-bt709-{SIZE}-v{VERSION}.cube"
    if not path.exists():
        red, green, blue = np.meshgrid(*[np.linspace(0, 1, SIZE)] * 3, indexing="ij")
        table = to_bt709(np.stack([red, green, blue], axis=-1), transfer).transpose(2, 1, 0, 3).reshape(-1, 3)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{uuid4().hex[:8]}.tmp")
        np.savetxt(temporary, table, fmt="%.7f", header=f"LUT_3D_SIZE {SIZE}", comments="")
        temporary.replace(path)
    return str(path)


def to_bt709(signal: Values, transfer: str) -> Values:
    """Non-linear BT.2020 R'G'B' (…×3, 0 to 1) → non-linear BT.709 R'G'B', 0 to 1.

    Light is mapped by the brightest channel with the curve of ITU-R BT.2390 (no change below its knee), so hue stays.
    """
    nits = _pq_nits(signal) if transfer == "smpte2084" else _hlg_nits(signal)
    brightest = np.maximum(nits.max(axis=-1, keepdims=True), 1e-6)
    mapped = nits * (_mapped_nits(brightest) / brightest)
    linear = np.clip((mapped / REFERENCE_WHITE_NITS) @ _BT2020_TO_709.T, 0, 1)
    return np.asarray(linear ** (1 / 2.4))  # BT.1886: what the screen does is undone


def _mapped_nits(nits: Values) -> Values:
    """BT.2390-10 §5.4: a Hermite roll-off in PQ from the knee to the screen's white."""
    top = _pq_signal(np.array(PEAK_NITS))
    white = _pq_signal(np.array(REFERENCE_WHITE_NITS)) / top
    level = np.minimum(_pq_signal(nits) / top, 1)
    knee = 1.5 * white - 0.5
    t = np.clip((level - knee) / (1 - knee), 0, 1)
    curve = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * white
    return _pq_nits(np.where(level < knee, level, curve) * top)


def _pq_nits(signal: Values) -> Values:
    """SMPTE ST 2084, signal 0 to 1 → cd/m²."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = np.clip(signal, 0, 1) ** (1 / m2)
    return np.asarray(10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


def _pq_signal(nits: Values) -> Values:
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (np.clip(nits, 0, 10000) / 10000) ** m1
    return np.asarray(((c1 + c2 * power) / (1 + c3 * power)) ** m2)


def _hlg_nits(signal: Values) -> Values:
    """ITU-R BT.2100 HLG, signal 0 to 1 → cd/m² on a 1,000 cd/m² display (system gamma 1.2)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    return np.asarray(1000 * scene * np.maximum(luminance, 1e-9)[..., None] ** 0.2)
