"""Timelines of other programs: what they mean here, and what is told where they mean more."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest

from renderer.errors import ProjectError
from renderer.facts import AudioFacts, MediaFacts, VideoFacts
from renderer.project import parse
from renderer.project.model import Project, Scene
from renderer.project.otio.notes import Told
from renderer.project.otio.reading import to_project
from renderer.segments import SegmentBase
from renderer.segments.clip import ClipSegment
from renderer.segments.color import ColorSegment

FPS = 25.0


def time(frames: float, rate: float = FPS) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, rate)


def span(start: float, frames: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start), time(frames))


def clip(name: str, start: float = 0, frames: float = 50, **more: Any) -> otio.schema.Clip:
    reference = otio.schema.ExternalReference(name, more.pop("available", None))
    return otio.schema.Clip(name, reference, span(start, frames), **more)


def gap(frames: float) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=span(0, frames))


def fade(before: float, after: float, kind: str = "SMPTE_Dissolve") -> otio.schema.Transition:
    return otio.schema.Transition("fade", kind, time(before), time(after))


def timeline(*tracks: list[Any] | otio.schema.Track) -> otio.schema.Timeline:
    """Lists are picture tracks, bottom first."""
    made = otio.schema.Timeline("Cut 3")
    for track in tracks:
        made.tracks.append(track if isinstance(track, otio.schema.Track) else otio.schema.Track("V", children=track))
    return made


def sound_track(name: str, *children: Any) -> otio.schema.Track:
    return otio.schema.Track(name, children=list(children), kind="Audio")


def media(name: str) -> MediaFacts:
    """Four seconds at 25 frames/s; wav files are sound alone."""
    length = Fraction(4)
    video = VideoFacts("h264", "", 640, 360, "yuv420p", 8, Fraction(25), Fraction(1, 12800), Fraction(0), length, 100)
    audio = AudioFacts("aac", 48000, 2, "stereo", Fraction(0), length)
    return MediaFacts(name, "0" * 64, 1, "mov", Fraction(0), length, None if name.endswith("wav") else video, audio, 1)


def read(root: Any) -> tuple[Project, list[str]]:
    """The project that a timeline becomes, and what is told about it."""
    urls = {name: name for name in ("a.mp4", "b.mp4", "theme.wav", "x.wav")}
    facts: Mapping[str, MediaFacts] = {name: media(name) for name in urls}
    told = Told()
    project = parse(to_project(root, urls, facts, told, title="file"), "project.json")
    return project, [str(problem) for problem in told.problems()]


def only_scene(root: Any) -> Scene:
    project, _ = read(root)
    (scene,) = project.scenes
    return scene


def times(segment: SegmentBase) -> tuple[Fraction, Fraction]:
    assert isinstance(segment, ClipSegment)
    assert segment.out is not None
    return segment.in_ * 25, segment.out * 25


def test_clips_in_a_row_become_one_scene_at_their_rate_and_size() -> None:
    project, told = read(timeline([clip("a.mp4", 10, 30), clip("b.mp4", 0, 50)]))

    assert (project.title, project.fps, project.width, project.height) == ("Cut 3", 25, 640, 360)
    assert [times(segment) for segment in project.scenes[0].segments] == [(10, 40), (0, 50)]
    assert told == []


def test_a_gap_is_a_stretch_of_background() -> None:
    first, hole, _ = only_scene(timeline([clip("a.mp4"), gap(20), clip("b.mp4")])).segments

    assert isinstance(first, ClipSegment)
    assert isinstance(hole, ColorSegment)
    assert (hole.color, hole.duration * 25) == ("#000000", 20)


def test_a_transition_reaches_past_the_cut_on_both_sides() -> None:
    first, second = only_scene(timeline([clip("a.mp4", 0, 50), fade(5, 10), clip("b.mp4", 20, 50)])).segments

    assert times(first) == (0, 60)
    assert times(second) == (15, 70)
    assert first.transition is not None
    assert first.transition.duration * 25 == 15


def test_a_transition_without_enough_material_becomes_shorter_and_is_told() -> None:
    project, told = read(timeline([clip("a.mp4", 0, 97), fade(5, 10), clip("b.mp4", 0, 50)]))

    first, second = project.scenes[0].segments
    assert times(first)[1] <= 100
    assert times(second)[0] == 0
    assert any("is longer than its clips allow" in line for line in told)


def test_a_wipe_becomes_a_crossfade_and_is_told() -> None:
    _, told = read(timeline([clip("a.mp4", 0, 50), fade(5, 5, "Custom_Transition"), clip("b.mp4", 20, 50)]))

    assert told == ["fade: is a Custom_Transition, which became a crossfade."]


def test_a_fade_from_nothing_is_told() -> None:
    _, told = read(timeline([fade(0, 5), clip("a.mp4"), fade(5, 0)]))

    assert told == [
        "fade: leads over from nothing and was left out.",
        "fade: leads over to nothing and was left out.",
    ]


def test_media_that_begin_at_one_oclock_are_counted_from_there() -> None:
    hour = 3600 * 25
    item = clip("a.mp4", hour + 10, 20, available=span(hour, 100))

    assert times(only_scene(timeline([item])).segments[0]) == (10, 30)


def test_a_clip_without_a_range_is_used_whole() -> None:
    whole = otio.schema.Clip("a", otio.schema.ExternalReference("a.mp4"))

    assert times(only_scene(timeline([whole])).segments[0]) == (0, 100)


def test_a_fast_clip_uses_more_of_its_file() -> None:
    fast = clip("a.mp4", 10, 20, effects=[otio.schema.LinearTimeWarp("x", 2.0)])

    (segment,) = only_scene(timeline([fast])).segments

    assert isinstance(segment, ClipSegment)
    assert segment.speed == 2
    assert times(segment) == (10, 50)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (otio.schema.LinearTimeWarp("x", -1.0), "plays backwards, which became forwards."),
        (otio.schema.FreezeFrame("x"), "holds a frame, which became a hundredth of the speed."),
        (otio.schema.LinearTimeWarp("x", 1000.0), "plays at a speed outside 0.01 to 100"),
        (otio.schema.Effect("blur", "Gaussian Blur"), "has the effect Gaussian Blur, which is not kept."),
    ],
)
def test_effects_that_cannot_be_are_told(effect: otio.schema.Effect, said: str) -> None:
    _, told = read(timeline([clip("a.mp4", 0, 1, effects=[effect])]))

    assert any(said in line for line in told), told


def test_an_upper_track_replaces_what_lies_below_and_is_told() -> None:
    project, told = read(timeline([clip("a.mp4", 0, 100)], [gap(30), clip("b.mp4", 0, 20)]))

    assert [times(segment) for segment in project.scenes[0].segments] == [(0, 30), (0, 20), (50, 100)]
    assert any("tracks over each other" in line for line in told)


def test_nested_timelines_are_flattened_and_trimmed() -> None:
    inner = otio.schema.Stack("compound", children=[otio.schema.Track("V", children=[clip("a.mp4"), clip("b.mp4")])])
    inner.source_range = span(40, 30)

    scene = only_scene(timeline([clip("b.mp4", 0, 10), inner]))

    assert [times(segment) for segment in scene.segments] == [(0, 10), (40, 50), (0, 20)]


def test_solid_colours_stay_and_other_generators_are_told() -> None:
    blue = otio.schema.GeneratorReference("x", "SolidColor", parameters={"color": "#0000FF"})
    bars = otio.schema.GeneratorReference("x", "SMPTEBars")
    items = [otio.schema.Clip(name, media, span(0, 10)) for name, media in (("blue", blue), ("bars", bars))]

    project, told = read(timeline([*items, clip("a.mp4")]))

    colors = [segment.color for segment in project.scenes[0].segments if isinstance(segment, ColorSegment)]
    assert colors == ["#0000ff", "#000000"]
    assert told == ["bars: is a generator that is not known here. The background is seen instead."]


def test_clips_without_media_are_told_and_keep_their_place() -> None:
    project, told = read(timeline([otio.schema.Clip("lost", source_range=span(0, 30)), clip("a.mp4")]))

    assert isinstance(project.scenes[0].segments[0], ColorSegment)
    assert told == ["lost: has no media file. The background is seen instead."]


def test_sound_tracks_are_what_their_names_say_and_start_where_they_lie() -> None:
    scene = only_scene(
        timeline(
            [clip("a.mp4", 0, 100)],
            sound_track("Score", gap(10), clip("x.wav", 5, 50)),
            sound_track("A2", clip("theme.wav", 0, 20), gap(5), clip("x.wav", 0, 20)),
        )
    )

    heard = [(sound.kind, sound.clip, sound.start * 25, sound.in_ * 25) for sound in scene.audio]
    assert heard == [("music", "x.wav", 10, 5), ("music", "theme.wav", 0, 0), ("sfx", "x.wav", 25, 0)]


def test_the_sound_of_a_clip_beside_its_picture_is_its_own() -> None:
    scene = only_scene(timeline([clip("a.mp4", 10, 50), clip("b.mp4")], sound_track("A1", clip("a.mp4", 10, 50))))

    first, second = scene.segments
    assert scene.audio == ()
    assert isinstance(first, ClipSegment)
    assert isinstance(second, ClipSegment)
    assert (first.gain_db, second.gain_db) == (0, -120)


def test_sound_that_runs_on_under_the_next_picture_is_dialogue_of_its_own() -> None:
    scene = only_scene(timeline([clip("a.mp4", 0, 50), clip("b.mp4")], sound_track("A1", clip("a.mp4", 0, 80))))

    (sound,) = scene.audio
    assert (sound.kind, sound.out) == ("dialogue", Fraction(80, 25))
    assert all(isinstance(segment, ClipSegment) and segment.gain_db == -120 for segment in scene.segments)


def test_a_crossfade_of_sounds_becomes_their_fades() -> None:
    track = sound_track("sfx", clip("x.wav", 0, 50), fade(5, 10), clip("theme.wav", 20, 50))

    first, second = only_scene(timeline([clip("a.mp4", 0, 100)], track)).audio

    assert (first.out, first.fade_out) == (Fraction(60, 25), Fraction(15, 25))
    assert (second.start, second.in_, second.fade_in) == (Fraction(45, 25), Fraction(15, 25), Fraction(15, 25))


def test_sound_that_outlasts_the_picture_is_heard_over_the_background() -> None:
    scene = only_scene(timeline([clip("a.mp4", 0, 50)], sound_track("music", clip("theme.wav", 0, 100))))

    assert isinstance(scene.segments[1], ColorSegment)
    assert scene.segments[1].duration * 25 == 50


def test_switched_off_pictures_and_sounds_stay_off() -> None:
    off = clip("b.mp4")
    off.enabled = False
    mute = clip("x.wav")
    mute.enabled = False

    project, told = read(timeline([clip("a.mp4"), off], sound_track("sfx", mute)))

    assert isinstance(project.scenes[0].segments[1], ColorSegment)
    assert project.scenes[0].audio[0].mute
    assert told == ["b.mp4: is switched off; the background is seen instead."]


def test_markers_and_notes_of_other_programs_are_told() -> None:
    marked = clip("a.mp4", metadata={"resolve": {"grade": 1}})
    marked.markers.append(otio.schema.Marker("look here", span(0, 1)))

    _, told = read(timeline([marked]))

    assert told == [
        "markers: are not kept (1 of them).",
        "resolve: are notes of other programs, which are not kept.",
    ]


def test_each_timeline_of_a_collection_is_a_scene() -> None:
    root = otio.schema.SerializableCollection("reel", children=[timeline([clip("a.mp4")]), timeline([clip("b.mp4")])])

    project, _ = read(root)

    assert [scene.id for scene in project.scenes] == ["Cut-3", "Cut-3-2"]


def test_a_clip_used_twice_gets_two_ids() -> None:
    assert [segment.id for segment in only_scene(timeline([clip("a.mp4"), clip("a.mp4")])).segments] == ["a", "a-2"]


def test_a_broadcast_rate_is_exact() -> None:
    item = otio.schema.Clip("a", otio.schema.ExternalReference("a.mp4"))
    item.source_range = otio.opentime.TimeRange(time(0, 29.97), time(30, 29.97))

    project, _ = read(timeline([item]))

    assert project.fps == Fraction(30000, 1001)
    assert project.scenes[0].segments[0].duration_s({}) == Fraction(1001, 1000)


@pytest.mark.parametrize(
    "root",
    [otio.schema.Timeline("empty"), timeline([gap(10)]), otio.schema.Marker("m")],
    ids=["no tracks", "gaps alone", "no timeline"],
)
def test_what_shows_nothing_is_refused(root: Any) -> None:
    with pytest.raises(ProjectError):
        read(root)


@pytest.mark.parametrize(("value", "rate"), [(float("nan"), 25), (float("inf"), 25), (10, 0), (10, -1), (1e300, 25)])
def test_times_that_are_none_are_refused(value: float, rate: float) -> None:
    item = otio.schema.Clip("a", otio.schema.ExternalReference("a.mp4"))
    item.source_range = otio.opentime.TimeRange(time(0), time(value, rate))

    with pytest.raises(ProjectError, match=r"cannot be used|is empty"):
        read(timeline([item]))


@pytest.mark.parametrize("notes", [3, {"project": 3}, {"project": "[3"}, {"project": '{"width": -1, "scenes": []}'}])
def test_damaged_notes_of_ours_do_no_harm(notes: Any) -> None:
    root = timeline([clip("a.mp4", metadata={"reelwright": {"segment": '{"clip": "/etc/passwd"}', "written": "3"}})])
    root.metadata["reelwright"] = notes

    project, _ = read(root)

    assert project.scenes[0].segments[0].assets() == ("a.mp4",)
