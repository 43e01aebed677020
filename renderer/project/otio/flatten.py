"""From OpenTimelineIO's nested tracks to pictures and sounds at their places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import isfinite
from typing import Any

import opentimelineio as otio

from renderer.errors import ProjectError
from renderer.project.otio.laid import ZERO, Blend, Laid, Piece, filled, over, shifted, window
from renderer.project.otio.notes import Told
from renderer.project.otio.times import seconds

MOST_LEVELS = 50

MediaLength = Callable[[Any], Fraction | None]
"""How long a clip's media is, for clips whose timeline does not tell."""


class Flattener:
    """Lays out a timeline, and tells what had to be left out."""

    def __init__(self, media_length: MediaLength, told: Told) -> None:
        self._media_length = media_length
        self._told = told

    def lay(self, item: Any, *, sound: bool = False, track: Any = None, level: int = 0) -> Laid:
        """What is seen and heard of an item, from 0 on. `sound` tells that it lies on an audio track."""
        if level > MOST_LEVELS:
            raise ProjectError(f"The timeline is nested more than {MOST_LEVELS} levels deep.")
        if isinstance(item, otio.schema.Gap):
            return _nothing(_length_of(item))
        if isinstance(item, otio.schema.Clip):
            return self._clip(item, sound, track)
        if isinstance(item, otio.schema.Track):
            kind = item.kind or otio.schema.TrackKind.Video
            laid = self._track(item, sound or kind == otio.schema.TrackKind.Audio, level)
            return self._trimmed(item, laid)
        if isinstance(item, otio.schema.Stack):
            return self._trimmed(item, self._stack(item, sound, track, level))
        self._told.tell(_name(item), f"is a {type(item).__name__}, which is not known here, and was left out.")
        return Laid(ZERO)

    def _clip(self, clip: Any, sound: bool, track: Any) -> Laid:
        if clip.source_range is not None:
            start, length = seconds(clip.source_range.start_time), seconds(clip.source_range.duration)
        elif (available := _available(clip)) is not None:
            start, length = available
        else:
            start, known = ZERO, self._media_length(clip)
            if known is None:
                self._told.tell(_name(clip), "has no known length and was left out.", "Give it one, or its media.")
                return Laid(ZERO)
            length = known
        if length <= 0:
            self._told.tell(_name(clip), "has no length and was left out.")
            return Laid(ZERO)
        piece = Piece(clip, length, start, self._speed(clip), enabled=clip.enabled, track=track)
        if sound:
            return Laid(length, filled((), length), (piece,))
        if not clip.enabled:
            self._told.tell(_name(clip), "is switched off; the background is seen instead.")
            return _nothing(length)
        return Laid(length, (piece,))

    def _track(self, track: Any, sound: bool, level: int) -> Laid:
        line: list[Piece] = []
        beside: list[Piece] = []
        cursor = ZERO
        pending: Blend | None = None
        for child in track:
            if isinstance(child, otio.schema.Transition):
                pending = _blend(child)
                if line and line[-1].stop == cursor:
                    line[-1] = replace(line[-1], leaves=pending)
                elif not sound:
                    self._told.tell(pending.name, "leads over from nothing and was left out.")
                    pending = None
                continue
            laid = self.lay(child, sound=sound, track=track, level=level + 1)
            own, others = (laid.sounds, laid.pictures) if sound else (laid.pictures, laid.sounds)
            further = list(shifted(own, cursor))
            if pending is not None and further and further[0].at == cursor:
                further[0] = replace(further[0], enters=pending)
            pending = None
            line += further
            beside += shifted(others, cursor)
            cursor += laid.length
        if pending is not None and not sound:
            self._told.tell(pending.name, "leads over to nothing and was left out.")
            line[-1] = replace(line[-1], leaves=None)
        if not track.enabled:
            self._told.tell(_name(track), "is switched off and was left out.")
            return _nothing(cursor)
        return Laid(cursor, filled((), cursor), tuple(line)) if sound else Laid(cursor, tuple(line), tuple(beside))

    def _stack(self, stack: Any, sound: bool, track: Any, level: int) -> Laid:
        layers = [self.lay(child, sound=sound, track=track, level=level + 1) for child in stack]
        length = max((layer.length for layer in layers), default=ZERO)
        if not stack.enabled:
            self._told.tell(_name(stack), "is switched off and was left out.")
            return _nothing(length)
        seen = [layer for layer in layers if any(piece.clip is not None for piece in layer.pictures)]
        if len(seen) > 1:
            self._told.tell(
                _name(stack), "has tracks over each other; the upper ones' clips replace what lies below, at full size."
            )
        lines = [filled(layer.pictures, length) for layer in seen]
        pictures = reduce(over, lines, filled((), length))
        return Laid(length, pictures, tuple(piece for layer in layers for piece in layer.sounds))

    def _trimmed(self, item: Any, laid: Laid) -> Laid:
        for effect in item.effects:
            self._told.tell(_name(item), f"has the effect {_effect(effect)}, which is not kept.")
        if item.source_range is None:
            return laid
        return window(laid, seconds(item.source_range.start_time), seconds(item.source_range.duration))

    def _speed(self, clip: Any) -> Fraction:
        speed = Fraction(1)
        for effect in clip.effects:
            if isinstance(effect, otio.schema.FreezeFrame):
                self._told.tell(_name(clip), "holds a frame, which became a hundredth of the speed.")
                speed = Fraction(1, 100)
            elif isinstance(effect, otio.schema.LinearTimeWarp) and isfinite(effect.time_scalar):
                speed *= Fraction(effect.time_scalar).limit_denominator(10**6)
            else:
                self._told.tell(_name(clip), f"has the effect {_effect(effect)}, which is not kept.")
        if speed < 0:
            self._told.tell(_name(clip), "plays backwards, which became forwards.")
            speed = -speed
        if not Fraction(1, 100) <= speed <= 100:
            self._told.tell(_name(clip), "plays at a speed outside 0.01 to 100, which became the nearest of these.")
            speed = min(max(speed, Fraction(1, 100)), Fraction(100))
        return speed


def _blend(transition: Any) -> Blend:
    before, after = seconds(transition.in_offset), seconds(transition.out_offset)
    if before < 0 or after < 0:
        raise ProjectError(f"The transition {_name(transition)} begins after it ends.", action="Mend the timeline.")
    return Blend(before, after, str(transition.transition_type), _name(transition))


def _nothing(length: Fraction) -> Laid:
    return Laid(length, filled((), length))


def _available(clip: Any) -> tuple[Fraction, Fraction] | None:
    media = clip.media_reference
    if media is None or media.available_range is None:
        return None
    return seconds(media.available_range.start_time), seconds(media.available_range.duration)


def _length_of(item: Any) -> Fraction:
    return max(ZERO, seconds(item.source_range.duration)) if item.source_range is not None else ZERO


def _name(item: Any) -> str:
    return str(item.name) or type(item).__name__.lower()


def _effect(effect: Any) -> str:
    return str(effect.effect_name or effect.name or type(effect).__name__)[:60]
