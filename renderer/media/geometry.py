"""How a clip's picture meets the canvas: sizes and places in pixels. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Placement:
    """The picture is scaled to `width`×`height`, then laid at (`x`, `y`) of the canvas; negative places crop it."""

    width: int
    height: int
    x: int
    y: int


def place(size: tuple[int, int], canvas: tuple[int, int], fit: str) -> Placement:
    """Where a picture of display size `size` goes: `contain` shows all of it, `cover` fills, `stretch` distorts.

    Sizes and places are even, as subsampled colour needs. A picture within two pixels of the canvas fills it.
    """
    (width, height), (wide, high) = size, canvas
    if fit == "stretch" or (abs(width - wide) <= 1 and abs(height - high) <= 1):
        return Placement(wide, high, 0, 0)
    ratios = (Fraction(wide, width), Fraction(high, height))
    scale = min(ratios) if fit == "contain" else max(ratios)
    scaled = tuple(
        side if abs(exact - side) < 2 else max(2, 2 * round(exact / 2))
        for exact, side in ((width * scale, wide), (height * scale, high))
    )
    return Placement(scaled[0], scaled[1], (wide - scaled[0]) // 4 * 2, (high - scaled[1]) // 4 * 2)
