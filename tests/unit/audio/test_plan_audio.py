"""Which sounds a render has, and where each of them lies."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from renderer.audio.sounds import plan_audio
from renderer.facts import AudioFacts, MediaFacts, VideoFacts
from renderer.output import AudioOutput
from renderer.plan import AudioPlan, Choice
from renderer.planning import PlacedScene
from renderer.project.model import Project
from renderer.timeline import lay_out

FPS = Fraction(25)
EVERYTHING = Choice()
OUTPUT = AudioOutput("aac")


def media(path: str, *, seconds: int = 10, video: bool = False, audio: bool = True) -> MediaFacts:
    length = Fraction(seconds)
    picture = VideoFacts("h264", "", 64, 64, "yuv420p", 8, FPS, Fraction(1, 25), Fraction(0), length, seconds * 25)
    sound = AudioFacts("aac", 48000, 2, "stereo", Fraction(0), length)
    return MediaFacts(
        path, f"sha-{path}", 1, "mov", Fraction(0), length, picture if video else None, sound if audio else None
    )


FACTS = {
    "a.mp4": media("a.mp4", video=True),
    "mute.mp4": media("mute.mp4", video=True, audio=False),
    "n.wav": media("n.wav", seconds=3),
    "m.flac": media("m.flac", seconds=4),
}
CLIP = {"id": "s1", "clip": "a.mp4", "out": 4}


def planned(
    *audio: dict[str, Any],
    segments: tuple[dict[str, Any], ...] = (CLIP,),
    mix: dict[str, Any] | None = None,
    choice: Choice = EVERYTHING,
    frames: tuple[int, int] | None = None,
    facts: dict[str, MediaFacts] = FACTS,
) -> AudioPlan | None:
    clips = [{"id": f"c{n}", **clip} for n, clip in enumerate(audio)]
    scene = {"id": "one", "segments": list(segments), "audio": clips}
    project = Project.model_validate({"reelwright": 1, "fps": 25, "scenes": [scene], "mix": mix or {}})
    timeline = lay_out(project.scenes[0], FPS, facts)
    start, stop = frames or (0, timeline.frame_count)
    return plan_audio(project, [PlacedScene(timeline, start, stop, 0)], facts, choice, OUTPUT, FPS)


def sure(plan: AudioPlan | None) -> AudioPlan:
    assert plan is not None
    return plan


MUSIC = {"kind": "music", "clip": "m.flac"}
VOICE = {"kind": "narration", "clip": "n.wav"}


def test_a_clip_brings_its_own_sound() -> None:
    plan = sure(planned())

    assert plan.sample_count == 4 * 48000
    assert [(s.kind, s.path, s.start_s, s.stop_s, s.in_s, s.out_s) for s in plan.sounds] == [
        ("clip", "a.mp4", 0, 4, 0, 4)
    ]


def test_where_nothing_is_heard_there_is_no_mix() -> None:
    assert planned(segments=({"id": "s1", "clip": "mute.mp4", "out": 2},)) is None
    assert planned(choice=Choice(audio=())) is None
    assert planned(mix={"clip": {"mute": True}}) is None


def test_sounds_go_over_into_each_other_with_the_pictures() -> None:
    fading = {**CLIP, "transition": {"kind": "crossfade", "duration": "0.4"}}
    plan = sure(planned(segments=(fading, {"id": "s2", "clip": "a.mp4", "out": 2})))

    first, second = plan.sounds
    assert (first.fade_out_s, second.fade_in_s) == (Fraction("0.4"), Fraction("0.4"))
    assert (first.stop_s, second.start_s) == (4, Fraction("3.6"))


def test_an_anchored_sound_moves_with_its_segment() -> None:
    segments = (CLIP, {"id": "s2", "color": "#000000", "duration": 3})

    plan = sure(planned({**VOICE, "anchor": "s2", "start": "0.5"}, segments=segments))

    assert plan.sounds[-1].start_s == Fraction("4.5")


def test_a_sound_ends_with_its_scene_and_a_loop_lasts_until_then() -> None:
    plan = sure(planned({**VOICE, "start": 2}, {**MUSIC, "loop": True, "start": 1}))

    assert [(s.kind, s.start_s, s.stop_s) for s in plan.sounds[1:]] == [("narration", 2, 4), ("music", 1, 4)]


def test_out_after_the_files_end_is_its_end() -> None:
    plan = sure(planned({**VOICE, "out": 9}))

    assert plan.sounds[-1].out_s == 3


def test_a_range_keeps_what_it_touches_and_moves_it_to_the_front() -> None:
    plan = sure(planned({**VOICE, "start": 0}, {**MUSIC, "start": "3.5"}, frames=(50, 75)))

    assert plan.sample_count == 48000
    assert [(s.kind, s.start_s, s.from_s, s.to_s) for s in plan.sounds] == [
        ("clip", -2, 0, 1),
        ("narration", -2, 0, 1),
    ]


def test_kinds_are_chosen_muted_and_soloed() -> None:
    both = ({**VOICE}, {**MUSIC})

    def kinds(**more: Any) -> list[str]:
        return [sound.kind for sound in sure(planned(*both, **more)).sounds]

    assert kinds() == ["clip", "narration", "music"]
    assert kinds(choice=Choice(audio=("music",))) == ["music"]
    assert kinds(mix={"clip": {"mute": True}}) == ["narration", "music"]
    assert kinds(mix={"narration": {"solo": True}}) == ["narration"]


def test_gains_of_clip_and_kind_add() -> None:
    plan = sure(planned({**MUSIC, "gain_db": -3}, mix={"music": {"gain_db": -8}}))

    assert plan.sounds[-1].gain_db == -11


def test_a_kind_only_makes_way_for_kinds_that_are_heard() -> None:
    duck = {"music": {"duck": {"under": ["narration", "dialogue"], "by_db": 9}}}

    with_voice = sure(planned(MUSIC, VOICE, mix=duck))
    without = sure(planned(MUSIC, mix=duck))

    assert [(rule.kind, rule.under, rule.by_db) for rule in with_voice.ducks] == [("music", ("narration",), 9)]
    assert without.ducks == ()


def test_the_wish_for_a_loudness_wins_over_the_projects() -> None:
    assert sure(planned(mix={"loudness": -14})).loudness_lufs == -14
    assert sure(planned(mix={"loudness": -14}, choice=Choice(loudness_lufs=-23))).loudness_lufs == -23


def test_a_mix_is_named_by_what_is_heard_not_by_what_files_are_called() -> None:
    same = replace(FACTS["n.wav"], path="other.wav")
    changed = replace(FACTS["n.wav"], sha256="another")

    plan = sure(planned(VOICE))
    moved = sure(planned({**VOICE, "clip": "other.wav"}, facts={**FACTS, "other.wav": same}))
    edited = sure(planned(VOICE, facts={**FACTS, "n.wav": changed}))
    louder = sure(planned({**VOICE, "gain_db": 1}))

    assert plan.digest == moved.digest
    assert len({plan.digest, edited.digest, louder.digest}) == 3


@given(
    start=st.fractions(-5, 8, max_denominator=1000),
    first=st.integers(0, 99),
    length=st.integers(1, 100),
    loop=st.booleans(),
)
def test_every_sound_of_a_range_is_heard_in_it_and_keeps_its_place(
    start: Fraction, first: int, length: int, loop: bool
) -> None:
    clip = {**VOICE, "start": str(start), "loop": loop, "anchor": "s1"}
    frames = (first, min(100, first + length))

    whole, part = sure(planned(clip)), sure(planned(clip, frames=frames))

    shift_s = first / FPS
    duration_s = (frames[1] - first) / FPS
    moved = {(s.kind, s.start_s - shift_s, s.stop_s - shift_s) for s in whole.sounds}
    heard = {place for place in moved if max(place[1], 0) < min(place[2], duration_s)}
    assert {(s.kind, s.start_s, s.stop_s) for s in part.sounds} == heard
    assert all(s.from_s == 0 and s.to_s == duration_s for s in part.sounds)
    assert part.sample_count == duration_s * 48000
