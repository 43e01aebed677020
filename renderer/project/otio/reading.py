"""From an OpenTimelineIO timeline to a project's JSON values. Pure: media were found and probed before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import opentimelineio as otio
from pydantic import ValidationError

from renderer.errors import ProjectError
from renderer.facts import Facts
from renderer.project.ids import id_like, one_line
from renderer.project.model import Project, Scene
from renderer.project.new import Wishes, common_rate, common_size
from renderer.project.otio.flatten import Flattener
from renderer.project.otio.heard import Hearing
from renderer.project.otio.laid import ZERO, Laid, filled, window
from renderer.project.otio.media import url_in
from renderer.project.otio.notes import OURS, Told, ours, plain
from renderer.project.otio.seen import Seeing
from renderer.project.otio.times import exact_rate, seconds
from renderer.timebase import as_seconds


def to_project(root: Any, names: Mapping[str, str], facts: Facts, told: Told, *, title: str) -> dict[str, Any]:
    """The values of a project file. `names` are the project's names of the media that the timeline refers to.

    Raises ProjectError where there is nothing to show or hear.
    """
    timelines = list(_timelines(root))
    settings = _settings(timelines, told)
    if settings is None:
        settings = _found_settings(timelines, names, facts)
    fps = Project.model_validate({"scenes": [_SCENE], **settings}).fps
    reader = _Reader(fps, names, facts, told)
    scenes = [scene for timeline in timelines for scene in reader.scenes(timeline)]
    if not scenes:
        raise ProjectError("The timeline is empty.", action="Choose a timeline with clips.")
    _tell_what_is_not_read(timelines, told)
    said = next((one_line(timeline.name) for timeline in timelines if timeline.name), title)
    settings.setdefault("title", said or "Untitled")
    return {"reelwright": 1, **settings, "scenes": scenes}


class _Reader:
    """Reads the timelines of one file into scenes with ids of their own."""

    def __init__(self, fps: Fraction, names: Mapping[str, str], facts: Facts, told: Told) -> None:
        self._fps, self._names, self._facts, self._told = fps, names, facts, told
        self._ids: set[str] = set()

    def scenes(self, timeline: Any) -> Iterator[dict[str, Any]]:
        """A scene for each of our markers, else one for the timeline."""
        laid = Flattener(self._media_length, self._told).lay(timeline.tracks)
        heard = max((sound.stop for sound in laid.sounds), default=ZERO)
        length = heard if heard > laid.length + 1 / self._fps / 2 else laid.length
        if not any(piece.clip is not None for piece in (*laid.pictures, *laid.sounds)):
            return
        whole = Laid(length, filled(laid.pictures, length), laid.sounds)
        marks = self._marks(timeline, whole)
        ends = [begin for begin, _ in marks[1:]] + [length]
        for (begin, notes), end in zip(marks, ends, strict=True):
            if end > begin:
                yield self._scene(window(whole, begin, end - begin), notes, timeline, has_sounds=bool(laid.sounds))

    def _scene(self, part: Laid, notes: Mapping[str, Any], timeline: Any, *, has_sounds: bool) -> dict[str, Any]:
        hearing = Hearing(self._fps, self._names, self._facts, self._told)
        matched, others = hearing.own_sounds(part)
        seeing = Seeing(self._fps, self._names, self._facts, self._told)
        segments, starts = seeing.segments(part.pictures, matched, has_sounds=has_sounds)
        unheard = notes.get("unheard")
        audio = hearing.audio(others, starts, unheard if isinstance(unheard, list) else [])
        found = notes.get("scene")
        kept = {key: value for key, value in found.items() if _fits(key, value)} if isinstance(found, dict) else {}
        scene_id = str(kept.pop("id", ""))
        if not scene_id or scene_id in self._ids:
            scene_id = id_like(scene_id or (timeline.name if not notes else "scene"), self._ids, "main")
        self._ids.add(scene_id)
        return {"id": scene_id, **kept, "segments": segments, **({"audio": audio} if audio else {})}

    def _marks(self, timeline: Any, whole: Laid) -> list[tuple[Fraction, dict[str, Any]]]:
        """Where scenes begin, first 0, with our notes; on the cut of a picture that is less than a frame away."""
        found: dict[Fraction, dict[str, Any]] = {}
        for marker in timeline.tracks.markers:
            if notes := ours(marker):
                at = seconds(marker.marked_range.start_time)
                nearest = min((piece.at for piece in whole.pictures), key=lambda cut: abs(cut - at), default=at)
                at = nearest if abs(nearest - at) < 1 / self._fps else at
                if 0 <= at < whole.length:
                    found.setdefault(at, notes)
        found.setdefault(ZERO, {})
        return sorted(found.items(), key=lambda mark: mark[0])

    def _media_length(self, clip: Any) -> Fraction | None:
        media = self._facts.get(self._names.get(url_in(clip), ""))
        if media is None:
            return None
        return Fraction(3) if media.video is not None and media.video.is_still else media.clip_duration_s


_SCENE = {"id": "s", "segments": [{"id": "s", "color": "#000000", "duration": 1}]}


def _fits(key: str, value: object) -> bool:
    """Whether a scene can have this key with this value."""
    try:
        Scene.model_validate({**_SCENE, key: value}, by_alias=True, by_name=False)
    except ValidationError:
        return False
    return key not in ("segments", "audio")


def _timelines(root: Any) -> Iterator[Any]:
    """The timelines in a file; a bare track or clip is one too."""
    if isinstance(root, otio.schema.Timeline):
        yield root
    elif isinstance(root, otio.schema.SerializableCollection):
        for child in root:
            yield from _timelines(child)
    elif isinstance(root, otio.schema.Stack):
        yield otio.schema.Timeline(root.name, root.clone())
    elif isinstance(root, otio.schema.Track | otio.schema.Clip):
        made = otio.schema.Timeline(root.name)
        track = root.clone() if isinstance(root, otio.schema.Track) else otio.schema.Track(children=[root.clone()])
        made.tracks.append(track)
        yield made
    else:
        raise ProjectError(f"The file holds a {type(root).__name__}, no timeline.", action="Choose a timeline.")


def _settings(timelines: Iterable[Any], told: Told) -> dict[str, Any] | None:
    """The project's own settings, where this program wrote the file; what does not fit is left out."""
    written = next((notes["project"] for timeline in timelines if "project" in (notes := ours(timeline))), None)
    if not isinstance(written, dict):
        return None
    kept: dict[str, Any] = {}
    for key, value in written.items():
        if key in ("scenes", "reelwright"):
            continue
        try:
            Project.model_validate({"scenes": [_SCENE], **kept, key: value}, by_alias=True, by_name=False)
        except ValidationError:
            told.tell(key[:60], "in the file's notes cannot be used and was left out.")
            continue
        kept[key] = value
    return kept


def _found_settings(timelines: Iterable[Any], names: Mapping[str, str], facts: Facts) -> dict[str, Any]:
    """Size and rate of the first picture track's clips, else of most of the media."""
    used = [facts[name] for name in dict.fromkeys(names.values()) if name in facts and facts[name].video is not None]
    width, height = common_size(used, Wishes()) if used else (1920, 1080)
    clips = (clip for timeline in timelines for track in timeline.video_tracks() for clip in track.find_clips())
    rates = (float(clip.source_range.duration.rate) for clip in clips if clip.source_range is not None)
    rate = next((exact_rate(rate) for rate in rates if 1 <= rate <= 240), None)
    return {"width": width, "height": height, "fps": as_seconds(rate or common_rate(used))}


def _tell_what_is_not_read(timelines: Iterable[Any], told: Told) -> None:
    foreign: set[str] = set()
    markers = 0
    for timeline in timelines:
        items = [timeline.tracks, *timeline.tracks.find_children()]
        foreign |= {key for item in (timeline, *items) for key in plain(item.metadata) if key != OURS}
        with_markers = [item for item in items if hasattr(item, "markers")]
        markers += sum(not ours(marker) for item in with_markers for marker in item.markers)
    if markers:
        told.tell("markers", f"are not kept ({markers} of them).")
    if foreign:
        told.tell(", ".join(sorted(foreign)[:8]), "are notes of other programs, which are not kept.")


def clips_in(root: Any) -> Iterator[Any]:
    """Every clip of a file."""
    for timeline in _timelines(root):
        yield from timeline.find_clips()
