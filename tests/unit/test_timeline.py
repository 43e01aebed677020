"""Where segments and sounds lie: no gap, no drift, whatever their lengths."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.project.model import AudioClip, Scene
from renderer.timebase import frame_at
from renderer.timeline import lay_out
from tests.projects import a_color, a_scene, lengths, scenes

rates = st.sampled_from([Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60)])


@given(scenes("a"), rates)
def test_every_frame_shows_one_segment_or_the_two_of_a_transition(scene: Scene, fps: Fraction) -> None:
    timeline = lay_out(scene, fps, {})

    boundaries = sorted({place.start for place in timeline.placed} | {place.stop for place in timeline.placed})
    assert boundaries[0] == 0
    for frame in boundaries[:-1]:
        assert 1 <= len(timeline.at(frame)) <= 2
    assert timeline.at(timeline.frame_count) == ()


@given(scenes("a"), rates)
def test_neighbours_meet_or_overlap_by_their_transition_alone(scene: Scene, fps: Fraction) -> None:
    placed = lay_out(scene, fps, {}).placed

    for place, following in pairwise(placed):
        assert following.start == place.stop - place.into_next
        assert 0 <= place.into_next < min(place.frame_count, following.frame_count) or place.into_next == 0
        assert following.stop > place.stop or following.frame_count == 1


@given(scenes("a"), rates)
def test_frames_add_up_to_the_scene(scene: Scene, fps: Fraction) -> None:
    timeline = lay_out(scene, fps, {})

    total = sum(place.frame_count - place.into_next for place in timeline.placed)

    assert total == timeline.frame_count


@given(st.lists(lengths, min_size=1, max_size=30), rates)
def test_boundaries_are_the_exact_times_rounded_once(seconds: list[Fraction], fps: Fraction) -> None:
    long_enough = [max(length, 1 / fps) for length in seconds]

    placed = lay_out(a_scene(*(a_color(length) for length in long_enough)), fps, {}).placed

    for index, place in enumerate(placed):
        assert place.stop == frame_at(sum(long_enough[: index + 1], Fraction(0)), fps)


def test_ten_thousand_odd_lengths_do_not_drift() -> None:
    fps, length = Fraction(30000, 1001), Fraction(1, 3)
    scene = a_scene(*(a_color(length) for _ in range(10_000)))

    timeline = lay_out(scene, fps, {})

    assert timeline.frame_count == frame_at(10_000 * length, fps)
    assert all(abs(place.start / fps - place.start_s) <= 1 / fps / 2 for place in timeline.placed)


def test_ten_thousand_transitions_do_not_drift() -> None:
    fps = Fraction(25)
    scene = a_scene(*(a_color(Fraction(4, 7), fade=Fraction(1, 5)) for _ in range(10_000)))

    timeline = lay_out(scene, fps, {})

    assert {place.into_next for place in timeline.placed[:-1]} == {5}
    assert timeline.frame_count == frame_at(10_000 * Fraction(4, 7) - 9_999 * Fraction(1, 5), fps)


def test_ten_thousand_lengths_without_a_common_measure_are_laid_out_at_once() -> None:
    fps = Fraction(25)
    scene = a_scene(*(a_color(1 + Fraction(1, 10**9 + 2 * n + 7)) for n in range(10_000)))

    timeline = lay_out(scene, fps, {})

    assert timeline.frame_count == 250_000


def test_a_crossfade_makes_the_scene_that_much_shorter() -> None:
    timeline = lay_out(a_scene(a_color(2, fade=1), a_color(2)), Fraction(10), {})

    assert [(place.start, place.stop, place.into_next) for place in timeline.placed] == [(0, 20, 10), (10, 30, 0)]
    assert [len(timeline.at(frame)) for frame in (9, 10, 19, 20)] == [1, 2, 2, 1]


def test_a_transition_of_the_last_segment_is_ignored() -> None:
    timeline = lay_out(a_scene(a_color(1), a_color(1, fade=1)), Fraction(10), {})

    assert timeline.frame_count == 20
    assert timeline.placed[-1].into_next == 0


def test_a_transition_never_eats_a_whole_segment() -> None:
    timeline = lay_out(a_scene(a_color(1, fade=5), a_color(1, fade=5), a_color(1)), Fraction(10), {})

    assert all(place.into_next < place.frame_count for place in timeline.placed)
    assert all(1 <= len(timeline.at(frame)) <= 2 for frame in range(timeline.frame_count))


def test_a_segment_shorter_than_a_frame_is_still_seen() -> None:
    timeline = lay_out(a_scene(a_color(Fraction(1, 1000)), a_color(1)), Fraction(25), {})

    assert timeline.placed[0].frame_count == 1
    assert timeline.placed[1].start == 1


@pytest.mark.parametrize(("anchor", "start"), [(None, 1), ("s2", 3)])
def test_an_anchored_sound_moves_with_its_segment(anchor: str | None, start: int) -> None:
    clip = AudioClip(id="n", kind="narration", clip="n.wav", anchor=anchor, start=Fraction(1))
    scene = a_scene(a_color(2, segment_id="s1"), a_color(2, segment_id="s2"), audio=(clip,))

    assert lay_out(scene, Fraction(25), {}).audio_start_s(clip) == start
