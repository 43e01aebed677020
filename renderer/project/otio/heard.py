"""From sounds on a timeline to audio clips, and to the segments' own sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, get_args

from pydantic import ValidationError

from renderer.facts import Facts
from renderer.project.fields import IDENTIFIER
from renderer.project.gather import kind_in
from renderer.project.ids import id_like
from renderer.project.model import AudioClip, AudioKind
from renderer.project.otio.laid import ZERO, Laid, Piece
from renderer.project.otio.media import media_zero, url_in
from renderer.project.otio.notes import Told, ours
from renderer.project.otio.times import close
from renderer.timebase import as_seconds

Values = dict[str, Any]
LONG_S = Fraction(20)
"""A sound whose names do not tell what it is, is music when it lasts this long, else an effect."""


class Hearing:
    """Makes the audio clips of one scene."""

    def __init__(self, fps: Fraction, names: Mapping[str, str], facts: Facts, told: Told) -> None:
        self._fps, self._names, self._facts, self._told = fps, names, facts, told

    def own_sounds(self, part: Laid) -> tuple[set[Piece], list[Piece]]:
        """Pictures whose own sound lies at the same place on an audio track, and the sounds that are none of these."""
        pictures: dict[str, list[Piece]] = {}
        for piece in part.pictures:
            if piece.clip is not None and url_in(piece.clip):
                pictures.setdefault(url_in(piece.clip), []).append(piece)
        matched: set[Piece] = set()
        others: list[Piece] = []
        for sound in part.sounds:
            with_it = [piece for piece in pictures.get(url_in(sound.clip), []) if self._together(piece, sound)]
            if not with_it or not sound.enabled:
                others += [sound] if not with_it else []
            else:
                matched.update(with_it)
        return matched, others

    def audio(self, sounds: Sequence[Piece], starts: Mapping[str, Fraction], unheard: Iterable[Any]) -> list[Values]:
        """JSON values of audio clips, in the order they were written in. `starts` are the segments' first frames."""
        made: list[tuple[float, Values]] = []
        ids: set[str] = set()
        written = {str(notes["audio"].get("id")) for sound in sounds if (notes := self._notes(sound))}
        for sound in sounds:
            if ours(sound.clip).get("repeats") in written:
                continue
            values = self._clip(sound, starts)
            if values is not None:
                order = self._notes(sound).get("order")
                made.append((float(order) if isinstance(order, int) else float("inf"), _named(values, ids)))
        for notes in unheard:
            record = _record(notes)
            if record is not None and record.get("anchor") in (None, *starts):
                order = notes.get("order")
                made.append((float(order) if isinstance(order, int) else float("inf"), _named(record, ids)))
        return [values for _, values in sorted(made, key=lambda one: one[0])]

    def _together(self, picture: Piece, sound: Piece) -> bool:
        near = 1 / self._fps / 2
        pairs = ((picture.at, sound.at), (picture.length, sound.length), (picture.start, sound.start))
        return all(abs(one - other) < near for one, other in pairs) and picture.speed == sound.speed

    def _notes(self, sound: Piece) -> Values:
        notes = ours(sound.clip)
        return notes if _record(notes) is not None else {}

    def _clip(self, sound: Piece, starts: Mapping[str, Fraction]) -> Values | None:
        name = self._names.get(url_in(sound.clip), "")
        if not name:
            self._told.tell(sound.clip.name or "a sound", "has no media file and was left out.")
            return None
        media = self._facts.get(name)
        if media is not None and media.audio is None:
            self._told.tell(sound.clip.name or name, "holds no sound and was left out.")
            return None
        if sound.speed != 1:
            self._told.tell(sound.clip.name or name, "is a sound at another speed; it plays at its own.")
        notes = self._notes(sound)
        record = _record(notes) or {}
        anchor = record.get("anchor") if record.get("anchor") in starts else None
        at = sound.at - (starts[anchor] if anchor is not None else ZERO)
        values = {"id": record.get("id") or sound.clip.name, "kind": self._kind(sound, record), "clip": name}
        values = values | {key: value for key, value in record.items() if key not in (*values, "mute", "anchor")}
        values |= {"anchor": anchor} if anchor is not None else {}
        values |= {} if sound.enabled else {"mute": True}
        if anchor != record.get("anchor") or not _unchanged(notes.get("written"), sound, at):
            values |= self._times(sound, at)
            if record.get("loop"):
                values.pop("out")  # its repeats follow it, whatever its length
        return values

    def _times(self, sound: Piece, at: Fraction) -> Values:
        """Start, in, out and fades; transitions between sounds become fades of both."""
        before = sound.enters.before if sound.enters else ZERO
        after = sound.leaves.after if sound.leaves else ZERO
        before = min(before, max(ZERO, sound.start - media_zero(sound.clip)))
        first = max(ZERO, sound.start - media_zero(sound.clip) - before)
        times = {"start": at - before, "in": first, "out": first + before + sound.length + after}
        if sound.enters is not None:
            times["fade_in"] = before + sound.enters.after
        if sound.leaves is not None:
            times["fade_out"] = sound.leaves.before + after
        return {key: as_seconds(value) for key, value in times.items()}

    def _kind(self, sound: Piece, record: Values) -> str:
        """By our notes, by the words in the names of track, clip and file, then by what the file is."""
        if record:
            return str(record["kind"])
        track = ours(sound.track).get("kind") if sound.track is not None else None
        if track in get_args(AudioKind):
            return str(track)
        name = self._names[url_in(sound.clip)]
        texts = (sound.track.name if sound.track is not None else "", sound.clip.name, PurePosixPath(name).stem)
        told = next((kind for text in texts if (kind := kind_in(text))), None)
        if told is not None:
            return told
        media = self._facts.get(name)
        if media is not None and media.video is not None and not media.video.is_still:
            return "dialogue"
        return "music" if sound.length >= LONG_S else "sfx"


def _record(notes: object) -> Values | None:
    """The audio clip that this program wrote into the file, where it is one."""
    record = notes.get("audio") if isinstance(notes, dict) else None
    try:
        AudioClip.model_validate(record, by_alias=True, by_name=False)
    except ValidationError:
        return None
    return record if isinstance(record, dict) else None


def _unchanged(written: object, sound: Piece, at: Fraction) -> bool:
    """Whether another program left a sound's times as this one wrote them."""
    now = {"at": at, "start": sound.start, "length": sound.length}
    same = isinstance(written, dict) and all(close(written.get(key), value) for key, value in now.items())
    return same and sound.enters is None and sound.leaves is None


def _named(values: Values, taken: set[str]) -> Values:
    """With an id that no other clip of the scene has: its own where it can stay."""
    wanted = str(values.get("id", ""))
    fits = re.fullmatch(IDENTIFIER, wanted) is not None and wanted not in taken
    values = {**values, "id": wanted if fits else id_like(wanted, taken, "a")}
    taken.add(values["id"])
    return values
