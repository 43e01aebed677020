"""A timeline's tracks, however they are nested, as one line of pictures and sounds at their places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

from renderer.project.otio.times import CLOSE_S

ZERO = Fraction(0)


@dataclass(frozen=True)
class Blend:
    """A transition around a cut: it begins `before` the cut and ends `after` it."""

    before: Fraction
    after: Fraction
    kind: str = ""
    name: str = ""

    @property
    def length(self) -> Fraction:
        return self.before + self.after


@dataclass(frozen=True, eq=False)
class Piece:
    """A stretch of a clip at its place on a track, cut to cut; nothing where `clip` is None. Times in seconds.

    `start` is in the media's own clock. `enters` and `leaves` are the blends at its ends.
    """

    clip: Any
    length: Fraction
    start: Fraction = ZERO
    speed: Fraction = Fraction(1)
    at: Fraction = ZERO
    enabled: bool = True
    track: Any = None
    enters: Blend | None = None
    leaves: Blend | None = None

    @property
    def stop(self) -> Fraction:
        return self.at + self.length

    def cut(self, begin: Fraction, end: Fraction) -> Piece:
        """The part between two times of the track."""
        begin, end = max(begin, self.at), min(end, self.stop)
        return replace(
            self,
            at=begin,
            length=end - begin,
            start=self.start + (begin - self.at) * self.speed,
            enters=self.enters if begin == self.at else None,
            leaves=self.leaves if end == self.stop else None,
        )


@dataclass(frozen=True)
class Laid:
    """Pictures end to end from 0 to `length`, and sounds at their places."""

    length: Fraction
    pictures: tuple[Piece, ...] = ()
    sounds: tuple[Piece, ...] = ()


def gap(length: Fraction, at: Fraction = ZERO) -> Piece:
    return Piece(None, length, at=at)


def shifted(pieces: Iterable[Piece], by: Fraction) -> tuple[Piece, ...]:
    return tuple(replace(piece, at=piece.at + by) for piece in pieces)


def window(laid: Laid, begin: Fraction, length: Fraction) -> Laid:
    """What is seen and heard from `begin` on for `length`; nothing where there was nothing."""

    def within(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        cut = (piece.cut(begin, begin + length) for piece in pieces if piece.stop > begin and piece.at < begin + length)
        return shifted((piece for piece in cut if piece.length > CLOSE_S), -begin)

    return Laid(length, filled(within(laid.pictures), length), within(laid.sounds))


def filled(pictures: Iterable[Piece], length: Fraction) -> tuple[Piece, ...]:
    """Pictures with gaps where there are none, from 0 to `length`."""
    result: list[Piece] = []
    cursor = ZERO
    for piece in pictures:
        if piece.at > cursor + CLOSE_S:
            result.append(gap(piece.at - cursor, cursor))
        result.append(piece)
        cursor = piece.stop
    if length > cursor + CLOSE_S:
        result.append(gap(length - cursor, cursor))
    return tuple(result)


def over(lower: tuple[Piece, ...], upper: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Pictures of two tracks, the upper one's before the lower one's; both end to end from 0 and of one length."""
    shown = [piece for piece in upper if piece.clip is not None]
    return tuple(sorted((*shown, *_around(lower, shown)), key=lambda piece: piece.at))


def _around(pieces: Iterable[Piece], holes: list[Piece]) -> Iterator[Piece]:
    """What is left of pieces beside the times of `holes`; both ascend."""
    ends = [hole.stop for hole in holes]
    for piece in pieces:
        cursor = piece.at
        for hole in islice(holes, bisect_right(ends, cursor), None):
            if hole.at >= piece.stop:
                break
            if hole.at > cursor:
                yield piece.cut(cursor, hole.at)
            cursor = min(piece.stop, hole.stop)
        if cursor < piece.stop:
            yield piece.cut(cursor, piece.stop)


def blends(pieces: tuple[Piece, ...]) -> tuple[Blend | None, ...]:
    """The blend between each piece and the next one, where both still have it; None after the last."""
    following = (*pieces[1:], None)
    return tuple(
        piece.leaves if after is not None and piece.leaves is not None and piece.leaves is after.enters else None
        for piece, after in zip(pieces, following, strict=True)
    )
