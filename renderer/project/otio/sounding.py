"""Where audio clips are heard on the joined timeline: trimmed to their scenes, loops spelt out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from renderer.facts import Facts
from renderer.project.model import AudioClip
from renderer.project.otio.laid import ZERO
from renderer.project.otio.notes import Told
from renderer.timeline import SceneTimeline

MOST_REPEATS = 1000


@dataclass(frozen=True)
class Sounding:
    """A stretch of an audio clip: `at` on the joined timeline, `start` in its file. `notes` are our metadata."""

    clip: AudioClip
    at: Fraction
    start: Fraction
    length: Fraction
    notes: dict[str, Any]


def soundings(
    laid: SceneTimeline, offset_s: Fraction, records: Sequence[Mapping[str, Any]], facts: Facts, told: Told
) -> tuple[list[Sounding], list[dict[str, Any]]]:
    """What is heard in a scene that begins at `offset_s`, and the notes of clips of which nothing is."""
    heard: list[Sounding] = []
    unheard: list[dict[str, Any]] = []
    for order, (clip, record) in enumerate(zip(laid.scene.audio, records, strict=True)):
        notes: dict[str, Any] = {"audio": dict(record), "order": order}
        media = facts.get(clip.clip)
        stretches = [] if media is None else list(_stretches(clip, laid, media.clip_duration_s))
        if not stretches:
            told.tell(clip.id, "is not heard within its scene; it is kept for Reelwright in the file.")
            unheard.append(notes)
            continue
        base = anchor_s(laid, clip.anchor)
        for number, (at, start, length) in enumerate(stretches):
            written = {"at": float(at - base), "start": float(start), "length": float(length)}
            kept = {**notes, "written": written} if number == 0 else {"repeats": clip.id}
            heard.append(Sounding(clip, offset_s + at, start, length, kept))
    return heard, unheard


def anchor_s(laid: SceneTimeline, anchor: str | None) -> Fraction:
    """Where an anchor's first frame is, on the scene's clock; 0 without one."""
    return next((place.start / laid.fps for place in laid.placed if place.segment.id == anchor), ZERO)


def _stretches(
    clip: AudioClip, laid: SceneTimeline, media_s: Fraction
) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """Time in the scene, time in the file and length of each stretch that is heard."""
    at = laid.audio_start_s(clip)
    length = (clip.out if clip.out is not None else max(media_s, clip.in_)) - clip.in_
    if length <= 0:
        return
    if clip.loop and at < 0:
        at += int(-at / length) * length
    for _ in range(MOST_REPEATS if clip.loop else 1):
        begin, end = max(at, ZERO), min(at + length, laid.duration_s)
        if begin < end:
            yield begin, clip.in_ + begin - at, end - begin
        at += length
        if at >= laid.duration_s:
            return
