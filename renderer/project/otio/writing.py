"""From a project to an OpenTimelineIO timeline that other programs can read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import opentimelineio as otio

from renderer.facts import Facts
from renderer.project.model import AudioClip, Mix, Project
from renderer.project.otio.laid import ZERO
from renderer.project.otio.notes import Told, noted
from renderer.project.otio.sounding import Sounding, soundings
from renderer.project.otio.times import rational, time_range
from renderer.project.saving import as_json
from renderer.segments import SegmentBase
from renderer.segments.clip import ClipSegment
from renderer.segments.color import ColorSegment
from renderer.segments.still import StillSegment
from renderer.timeline import Placed, SceneTimeline, lay_out

UrlOf = Callable[[str], str]
"""How a timeline refers to a project's file."""


def to_timeline(project: Project, facts: Facts, url_of: UrlOf, told: Told) -> otio.schema.Timeline:
    """One flat timeline: the scenes one after the other, a marker where each begins, a track for each kind of sound.

    What OpenTimelineIO has no word for is in our metadata, so that reading it back loses nothing; it is told.
    """
    writer = _Writer(project.fps, facts, url_of, told)
    written = as_json(project)
    markers: list[Any] = []
    heard: list[Sounding] = []
    offset = 0
    for scene, record in zip(project.scenes, written["scenes"], strict=True):
        laid = lay_out(scene, project.fps, facts)
        writer.scene(laid, record["segments"])
        audible, unheard = soundings(laid, offset / project.fps, record.get("audio", []), facts, told)
        heard += audible
        rest = {key: value for key, value in record.items() if key not in ("segments", "audio")}
        mark = time_range(offset / project.fps, ZERO, project.fps)
        notes = noted(scene=rest, unheard=unheard)
        markers.append(otio.schema.Marker(scene.name or scene.id, mark, metadata=notes))
        offset += laid.frame_count
    settings = {key: value for key, value in written.items() if key != "scenes"}
    made = otio.schema.Timeline(project.title, metadata=noted(project=settings))
    made.tracks.markers.extend(markers)
    made.tracks.extend([writer.picture, *([writer.own_sound] if writer.has_own_sound else [])])
    made.tracks.extend(writer.track(name, kind, lane) for name, kind, lane in _lanes(heard))
    _tell_what_others_miss(project, told)
    return made


@dataclass(frozen=True)
class _Stretch:
    """A segment between its cuts, each of which lies in the middle of a transition."""

    place: Placed
    record: Mapping[str, Any]
    entering: int
    begin: int
    end: int

    @property
    def frame_count(self) -> int:
        return self.end - self.begin


class _Writer:
    """Fills the tracks of one timeline."""

    def __init__(self, fps: Fraction, facts: Facts, url_of: UrlOf, told: Told) -> None:
        self._fps, self._facts, self._url_of, self._told = fps, facts, url_of, told
        kinds = otio.schema.TrackKind
        self.picture = otio.schema.Track("Picture", kind=kinds.Video)
        self.own_sound = otio.schema.Track("Clip sound", kind=kinds.Audio, metadata=noted(kind="clip"))
        self.has_own_sound = False

    def scene(self, laid: SceneTimeline, records: Iterable[Mapping[str, Any]]) -> None:
        """Append a scene's segments."""
        stretches = list(_stretches(laid, records))
        for stretch, following in pairwise([*stretches, None]):
            if stretch is None:
                continue
            sounds = self._has_sound(stretch.place.segment)
            self.picture.append(self._clip(stretch))
            if sounds:
                self.has_own_sound = True
                self.own_sound.append(self._clip(stretch, notes=False))
            else:
                self.own_sound.append(self._gap(stretch.frame_count / self._fps))
            if stretch.place.into_next and following is not None:
                self.picture.append(self._transition(stretch.place.into_next))
                if sounds and self._has_sound(following.place.segment):
                    self.own_sound.append(self._transition(stretch.place.into_next))

    def track(self, name: str, kind: str, lane: Iterable[Sounding]) -> otio.schema.Track:
        """An audio track of sounds that do not overlap."""
        track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio, metadata=noted(kind=kind))
        cursor = ZERO
        for sounding in lane:
            if sounding.at > cursor:
                track.append(self._gap(sounding.at - cursor))
            clip = otio.schema.Clip(
                name=sounding.clip.character or sounding.clip.id,
                media_reference=self._file(sounding.clip.clip),
                source_range=time_range(sounding.start, sounding.length, self._fps),
                metadata=noted(**sounding.notes),
            )
            clip.enabled = not sounding.clip.mute
            track.append(clip)
            cursor = sounding.at + sounding.length
        return track

    def _clip(self, stretch: _Stretch, *, notes: bool = True) -> otio.schema.Clip:
        segment = stretch.place.segment
        speed = segment.speed if isinstance(segment, ClipSegment) else Fraction(1)
        first = segment.in_ if isinstance(segment, ClipSegment) else ZERO
        start = first + (stretch.begin - stretch.place.start) / self._fps * speed
        length = stretch.frame_count / self._fps
        clip = otio.schema.Clip(
            segment.id, self._media(segment), source_range=time_range(start, length, self._fps)
        )  # fmt: skip
        if speed != 1:
            clip.effects.append(otio.schema.LinearTimeWarp("speed", float(speed)))
        if notes:
            written = {
                "start": float(start),
                "length": float(length),
                "speed": float(speed),
                "enters": float(stretch.entering / self._fps),
                "leaves": float(stretch.place.into_next / self._fps),
                "sounds": self._has_sound(segment),
            }
            clip.metadata.update(noted(segment=stretch.record, written=written))
        return clip

    def _media(self, segment: SegmentBase) -> Any:
        if isinstance(segment, ClipSegment):
            return self._file(segment.clip)
        if isinstance(segment, StillSegment):
            return otio.schema.ExternalReference(self._url_of(segment.still))
        if isinstance(segment, ColorSegment):
            return otio.schema.GeneratorReference("colour", "SolidColor", parameters={"color": segment.color})
        self._told.tell(segment.id, f"is a {segment.kind_key} segment, which other programs cannot show.")
        return otio.schema.MissingReference(segment.id)

    def _file(self, name: str) -> Any:
        media = self._facts.get(name)
        whole = time_range(ZERO, media.clip_duration_s, self._fps) if media is not None else None
        return otio.schema.ExternalReference(self._url_of(name), whole)

    def _has_sound(self, segment: SegmentBase) -> bool:
        if not isinstance(segment, ClipSegment) or segment.gain_db <= -120:
            return False
        media = self._facts.get(segment.clip)
        return media is not None and media.audio is not None

    def _gap(self, length: Fraction) -> otio.schema.Gap:
        return otio.schema.Gap(source_range=time_range(ZERO, length, self._fps))

    def _transition(self, frames: int) -> otio.schema.Transition:
        before = frames // 2
        kind = otio.schema.TransitionTypes.SMPTE_Dissolve
        offsets = rational(before / self._fps, self._fps), rational((frames - before) / self._fps, self._fps)
        return otio.schema.Transition("crossfade", kind, *offsets)


def _stretches(laid: SceneTimeline, records: Iterable[Mapping[str, Any]]) -> Iterator[_Stretch]:
    entering = 0
    for place, record in zip(laid.placed, records, strict=True):
        after_the_cut = place.into_next - place.into_next // 2
        yield _Stretch(place, record, entering, place.start + entering // 2, place.stop - after_the_cut)
        entering = place.into_next


def _lanes(heard: Iterable[Sounding]) -> Iterator[tuple[str, str, list[Sounding]]]:
    """Sounds of a kind on as few tracks as hold them without overlap."""
    lanes: dict[str, list[list[Sounding]]] = {}
    for sounding in sorted(heard, key=lambda one: one.at):
        of_kind = lanes.setdefault(sounding.clip.kind, [])
        free = next((lane for lane in of_kind if lane[-1].at + lane[-1].length <= sounding.at), None)
        if free is None:
            of_kind.append([sounding])
        else:
            free.append(sounding)
    for kind, of_kind in lanes.items():
        for number, lane in enumerate(of_kind, start=1):
            name = kind.capitalize() if kind != "sfx" else "SFX"
            yield f"{name} {number}" if number > 1 else name, kind, lane


def _tell_what_others_miss(project: Project, told: Told) -> None:
    segments = [segment for scene in project.scenes for segment in scene.segments]
    sounds = [clip for scene in project.scenes for clip in scene.audio]
    unseen = {
        "Gains and fades": any(getattr(one, "gain_db", 0) for one in segments) or any(map(_shaped, sounds)),
        "Anchors": any(clip.anchor for clip in sounds),
        "Cover and stretch": any(getattr(segment, "fit", "contain") != "contain" for segment in segments),
        "Mix, ducking and loudness": project.mix != Mix(),
    }
    for noun, is_used in unseen.items():
        if is_used:
            told.tell("timeline", f"{noun} are kept for Reelwright in the file; other programs do not see them.")


def _shaped(clip: AudioClip) -> bool:
    return bool(clip.gain_db or clip.gain_curve or clip.fade_in or clip.fade_out)
