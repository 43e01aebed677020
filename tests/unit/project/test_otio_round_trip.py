"""A project that goes out as a timeline comes back whole."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import opentimelineio as otio
from hypothesis import given, settings
from opentimelineio.core import deserialize_json_from_string, serialize_json_to_string

from renderer.facts import AudioFacts, MediaFacts, VideoFacts
from renderer.project import parse
from renderer.project.model import AudioClip, Project
from renderer.project.otio.notes import Told
from renderer.project.otio.reading import to_project
from renderer.project.otio.writing import to_timeline
from renderer.segments import Transition
from renderer.segments.clip import ClipSegment
from renderer.segments.still import StillSegment
from renderer.timeline import lay_out
from tests.projects import a_color, a_scene, harbour, projects


def some_facts(name: str, length_s: Fraction, *, is_still: bool = False, sound: bool = True) -> MediaFacts:
    video = VideoFacts(
        "h264", "High", 640, 360, "yuv420p", 8, Fraction(25), Fraction(1, 12800), Fraction(0), length_s, 0,
        is_still=is_still,
    )  # fmt: skip
    audio = AudioFacts("aac", 48000, 2, "stereo", Fraction(0), length_s)
    return MediaFacts(
        name, "0" * 64, 1, "mov", Fraction(0), length_s, video, audio if sound and not is_still else None, int(sound)
    )


def facts_of(project: Project) -> dict[str, MediaFacts]:
    """Media as long as the project needs them."""
    found: dict[str, MediaFacts] = {}
    for scene in project.scenes:
        for segment in scene.segments:
            if isinstance(segment, StillSegment):
                found[segment.still] = some_facts(segment.still, Fraction(0), is_still=True)
        for clip in (*scene.segments, *scene.audio):
            if isinstance(clip, ClipSegment | AudioClip):
                before = found.get(clip.clip)
                length = max(clip.out or clip.in_ + 1, before.duration_s if before is not None else Fraction(0))
                if before is None or before.video is None or not before.video.is_still:
                    found[clip.clip] = some_facts(clip.clip, length)
    return found


def through_text(timeline: Any) -> Any:
    return deserialize_json_from_string(serialize_json_to_string(timeline))


def back(timeline: Any, facts: Mapping[str, MediaFacts], told: Told | None = None) -> Project:
    return parse(to_project(timeline, {name: name for name in facts}, facts, told or Told(), title="x"), "project.json")


def out(project: Project, facts: Mapping[str, MediaFacts]) -> Any:
    return through_text(to_timeline(project, facts, lambda name: name, Told()))


@given(projects())
@settings(deadline=None, max_examples=50)
def test_every_project_comes_back_as_it_was(project: Project) -> None:
    facts = facts_of(project)
    told = Told()

    again = back(out(project, facts), facts, told)

    assert again == project
    assert told.problems() == ()


@given(projects())
@settings(deadline=None, max_examples=30)
def test_other_programs_see_every_scene_at_its_frame_and_length(project: Project) -> None:
    facts = facts_of(project)

    timeline = out(project, facts)

    lengths = [lay_out(scene, project.fps, facts).frame_count for scene in project.scenes]
    picture = timeline.video_tracks()[0]
    assert round(picture.duration().value) == sum(lengths)
    starts = [round(marker.marked_range.start_time.value) for marker in timeline.tracks.markers]
    assert starts == [sum(lengths[:number]) for number in range(len(lengths))]
    assert all(round(track.duration().value) <= sum(lengths) for track in timeline.audio_tracks())


def harbour_facts() -> dict[str, MediaFacts]:
    names = {"media/dock.mp4": 10, "audio/n1.wav": 6, "audio/m1.wav": 2, "audio/theme.flac": 3}
    facts = {name: some_facts(name, Fraction(length)) for name, length in names.items()}
    return facts | {"media/card.png": some_facts("media/card.png", Fraction(0), is_still=True)}


def test_a_crossfade_is_a_transition_with_handles_on_both_sides() -> None:
    timeline = out(parse(harbour(), "p"), harbour_facts())

    dock, fade, card, color = timeline.video_tracks()[0]
    assert isinstance(fade, otio.schema.Transition)
    assert (fade.in_offset.value, fade.out_offset.value) == (7, 8)
    assert dock.source_range.duration.value == 120 - 8
    assert card.source_range.duration.value == 90 - 7
    assert color.media_reference.parameters["color"] == "#102030"


def test_looped_music_is_spelt_out_to_the_end_of_its_scene() -> None:
    timeline = out(parse(harbour(), "p"), harbour_facts())

    music = next(track for track in timeline.audio_tracks() if track.name == "Music")
    assert [type(item).__name__ for item in music] == ["Clip", "Clip", "Clip"]
    assert [round(float(clip.source_range.duration.to_seconds()), 2) for clip in music] == [3, 3, 1.51]


def test_what_other_programs_do_not_see_is_listed() -> None:
    told = Told()

    to_timeline(parse(harbour(), "p"), harbour_facts(), lambda name: name, told)

    said = [problem.what.split(" are kept")[0] for problem in told.problems()]
    assert said == ["Gains and fades", "Anchors", "Cover and stretch", "Mix, ducking and loudness"]


def test_a_clip_that_another_program_trimmed_keeps_all_but_its_times() -> None:
    facts = harbour_facts()
    timeline = out(parse(harbour(), "p"), facts)
    fps = timeline.video_tracks()[0][0].source_range.duration.rate
    dock = timeline.video_tracks()[0][0]
    dock.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(30, fps), otio.opentime.RationalTime(60, fps)
    )

    project = back(timeline, facts)

    segment = project.scenes[0].segments[0]
    assert isinstance(segment, ClipSegment)
    assert segment.fit == "cover"
    assert segment.in_ == 30 * Fraction(1001, 30000)
    assert segment.out == segment.in_ + 68 * Fraction(1001, 30000)
    assert segment.transition is not None
    assert segment.transition.duration == 15 * Fraction(1001, 30000)


def test_a_sound_that_another_program_moved_moves_here() -> None:
    facts = harbour_facts()
    timeline = out(parse(harbour(), "p"), facts)
    track = next(track for track in timeline.audio_tracks() if track.name == "Narration")
    track.insert(0, otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=otio.opentime.RationalTime(30, 30))))

    narration = back(timeline, facts).scenes[0].audio[0]

    assert abs(narration.start - Fraction(6, 5)) < Fraction(1, 1000)
    assert narration.fade_out == Fraction(3, 10)


def test_own_sound_that_another_program_deleted_is_silent_here() -> None:
    facts = harbour_facts()
    timeline = out(parse(harbour(), "p"), facts)
    del timeline.tracks[1]

    segment = back(timeline, facts).scenes[0].segments[0]

    assert isinstance(segment, ClipSegment)
    assert segment.gain_db == -120


def test_scenes_come_back_where_their_markers_are() -> None:
    project = Project(
        fps=Fraction(25), scenes=(a_scene(a_color(2), scene_id="one"), a_scene(a_color(3), scene_id="two"))
    )

    again = back(out(project, {}), {})

    assert again == project


def test_a_fast_clip_keeps_its_exact_speed() -> None:
    clip = ClipSegment(id="c", clip="a.mp4", in_=Fraction(1, 3), out=Fraction(7, 3), speed=Fraction(7, 3))
    project = Project(fps=Fraction(25), scenes=(a_scene(clip, a_color(1, segment_id="x")),))
    facts = facts_of(project)

    assert back(out(project, facts), facts) == project


def test_a_transition_too_short_for_a_frame_is_not_lost() -> None:
    first = a_color(1, segment_id="a").model_copy(update={"transition": Transition(duration=Fraction(1, 1000))})
    project = Project(fps=Fraction(25), scenes=(a_scene(first, a_color(1, segment_id="b")),))

    assert back(out(project, {}), {}) == project
