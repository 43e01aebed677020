"""From pictures on a timeline to segments: transitions overlap, gaps are background."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio
from pydantic import ValidationError

from renderer.facts import Facts, MediaFacts
from renderer.kinds import kind_keys
from renderer.project.ids import id_like
from renderer.project.otio.laid import ZERO, Blend, Piece, blends
from renderer.project.otio.media import media_zero, url_in
from renderer.project.otio.notes import Told, ours
from renderer.project.otio.times import close
from renderer.segments import KINDS
from renderer.timebase import as_seconds

Values = dict[str, Any]
_TIMING = ("in", "out", "duration", "speed", "transition", "clip", "still")


class Seeing:
    """Makes the segments of one scene."""

    def __init__(self, fps: Fraction, names: Mapping[str, str], facts: Facts, told: Told) -> None:
        self._fps, self._names, self._facts, self._told = fps, names, facts, told

    def segments(
        self, pieces: Sequence[Piece], matched: Collection[Piece], *, has_sounds: bool
    ) -> tuple[list[Values], dict[str, Fraction]]:
        """JSON values of the segments, and where each one's first frame is, by id.

        `matched` are the pieces whose own sound is on an audio track; the others are silent where there `has_sounds`.
        """
        segments: dict[str, Values] = {}
        starts: dict[str, Fraction] = {}
        enters: Blend | None = None
        for piece, leaves in zip(pieces, self._possible(pieces), strict=True):
            values = self._segment(piece, enters, leaves, segments)
            self._set_sound(values, piece, matched, has_sounds=has_sounds)
            segments[values["id"]] = values
            starts[values["id"]] = piece.at - (enters.before if enters else ZERO)
            enters = leaves
        return list(segments.values()), starts

    def _possible(self, pieces: Sequence[Piece]) -> list[Blend | None]:
        """The blends after each piece, shortened to what the clips have left beyond their cuts."""
        found: list[Blend | None] = []
        wanted = blends(tuple(pieces))
        spare_before = ZERO  # what of a piece's beginning the blend before it covers
        for index, blend in enumerate(wanted):
            if blend is None:
                lost = pieces[index].leaves or (pieces[index + 1].enters if index + 1 < len(pieces) else None)
                if lost is not None:
                    self._told.tell(lost.name or "a transition", "no longer has both its clips and was left out.")
                found.append(None)
                spare_before = ZERO
                continue
            left, right = pieces[index], pieces[index + 1]
            before = min(self._room(blend.before, self._head(right)), max(ZERO, left.length - spare_before))
            after = min(self._room(blend.after, self._tail(left)), right.length)
            if before + after < blend.length:
                self._told.tell(blend.name or "a transition", "is longer than its clips allow and became shorter.")
            if blend.kind and blend.kind != otio.schema.TransitionTypes.SMPTE_Dissolve:
                self._told.tell(blend.name or "a transition", f"is a {blend.kind[:60]}, which became a crossfade.")
            found.append(replace(blend, before=before, after=after) if before + after > 0 else None)
            spare_before = after
        return found

    def _room(self, wanted: Fraction, room: Fraction | None) -> Fraction:
        """As much as there is; what lacks less than a frame is no lack."""
        if room is None or wanted <= room + 1 / self._fps:
            return wanted
        return max(ZERO, room)

    def _head(self, piece: Piece) -> Fraction | None:
        """Seconds of a moving clip before the piece begins."""
        media = self._moving(piece)
        return None if media is None else (piece.start - media_zero(piece.clip)) / piece.speed

    def _tail(self, piece: Piece) -> Fraction | None:
        """Seconds of a moving clip after the piece ends."""
        media = self._moving(piece)
        if media is None:
            return None
        return (media.clip_duration_s - (piece.start - media_zero(piece.clip))) / piece.speed - piece.length

    def _moving(self, piece: Piece) -> MediaFacts | None:
        media = self._facts.get(self._names.get(url_in(piece.clip), "")) if piece.clip is not None else None
        return media if media is not None and media.video is not None and not media.video.is_still else None

    def _segment(self, piece: Piece, enters: Blend | None, leaves: Blend | None, taken: Mapping[str, Any]) -> Values:
        notes = ours(piece.clip) if piece.clip is not None else {}
        record = self._record(notes)
        values = self._content(piece, enters, leaves, record)
        if record and _unchanged(notes.get("written"), piece, enters, leaves) and kind_of(record) == kind_of(values):
            values = {**record, **{key: values[key] for key in ("clip", "still") if key in values}}
        elif leaves is not None:
            values["transition"] = {"duration": as_seconds(leaves.length)}
        wanted = str(values.get("id") or (piece.clip.name.rsplit(".", 1)[0] if piece.clip is not None else ""))
        known = wanted if wanted and record.get("id") == wanted and wanted not in taken else ""
        return {"id": "", **values} | {"id": known or id_like(wanted, taken, "s")}

    def _record(self, notes: Values) -> Values:
        """The segment that this program wrote into the file, where it is one."""
        record = notes.get("segment")
        keys = kind_keys(record, KINDS)
        if len(keys) != 1 or not isinstance(record, dict):
            return {}
        try:
            KINDS[keys[0]].model_validate(record, context={"fps": self._fps}, by_alias=True, by_name=False)
        except ValidationError:
            return {}
        return record

    def _content(self, piece: Piece, enters: Blend | None, leaves: Blend | None, record: Values) -> Values:
        before, after = enters.before if enters else ZERO, leaves.after if leaves else ZERO
        length = as_seconds(before + piece.length + after)
        rest: Values = {"id": "", **{key: value for key, value in record.items() if key not in _TIMING}}
        name = self._names.get(url_in(piece.clip), "") if piece.clip is not None else ""
        if name and self._is_still(name, record):
            return {**rest, "still": name, "duration": length}
        if name:
            first = max(ZERO, piece.start - media_zero(piece.clip) - before * piece.speed)
            stop = first + (before + piece.length + after) * piece.speed
            media = self._facts.get(name)
            if media is not None and stop > media.clip_duration_s + piece.speed / self._fps:
                self._told.tell(piece.clip.name or name, "reaches past the end of its file.", "Trim the segment.")
            speed = {"speed": as_seconds(piece.speed)} if piece.speed != 1 else {}
            return {**rest, "clip": name, "in": as_seconds(first), "out": as_seconds(stop), **speed}
        if record and kind_of(record) not in ("clip", "still"):
            return {**rest, "duration": length}
        color = self._color(piece.clip) if piece.clip is not None else ""
        kept = {"id": rest["id"]} if rest["id"] else {}
        return {**kept, "color": color or BACKGROUND, "duration": length}

    def _color(self, clip: Any) -> str:
        media = clip.media_reference
        if isinstance(media, otio.schema.GeneratorReference):
            color = str(dict(media.parameters or {}).get("color", "")).lower()
            if media.generator_kind == "SolidColor" and _is_color(color):
                return color
            self._told.tell(clip.name or "a generator", "is a generator that is not known here.", _BACKGROUND)
        elif not url_in(clip):
            self._told.tell(clip.name or "a clip", "has no media file.", _BACKGROUND)
        return ""

    def _is_still(self, name: str, record: Values) -> bool:
        media = self._facts.get(name)
        if media is not None and media.video is not None:
            return media.video.is_still
        return "still" in record or name.rsplit(".", 1)[-1].lower() in _STILLS

    def _set_sound(self, values: Values, piece: Piece, matched: Collection[Piece], *, has_sounds: bool) -> None:
        """Silence a clip whose sound the timeline does not have."""
        media = self._facts.get(values.get("clip", ""))
        if media is None or media.audio is None or piece in matched:
            return
        notes = ours(piece.clip).get("written")
        wrote_sound = notes.get("sounds") is True if isinstance(notes, dict) else None
        if wrote_sound or (wrote_sound is None and has_sounds):
            values["gain_db"] = -120


BACKGROUND = "#000000"
_BACKGROUND = "The background is seen instead."
_STILLS = frozenset(["avif", "bmp", "exr", "heic", "jpeg", "jpg", "jxl", "png", "tga", "tif", "tiff", "webp"])


def kind_of(values: Values) -> str:
    """Which kind of segment JSON values are."""
    return next(iter(kind_keys(values, KINDS)), "")


def _unchanged(written: object, piece: Piece, enters: Blend | None, leaves: Blend | None) -> bool:
    """Whether another program left a segment's times as this one wrote them."""
    now = {
        "start": piece.start,
        "length": piece.length,
        "speed": piece.speed,
        "enters": enters.length if enters else ZERO,
        "leaves": leaves.length if leaves else ZERO,
    }
    return isinstance(written, dict) and all(close(written.get(key), value) for key, value in now.items())


def _is_color(text: str) -> bool:
    return len(text) in (7, 9) and text[0] == "#" and all(digit in "0123456789abcdef" for digit in text[1:])
