"""Resolutions, formats and the combinations that are refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import UsageError
from renderer.output import FORMATS, PIXEL_FORMATS, RESOLUTIONS, parse_resolution
from renderer.project.model import Project
from renderer.settings import Settings
from renderer.settle import fitted, settle_choice, settle_output


def a_project(**top: object) -> Project:
    scenes = [{"id": name, "segments": [{"id": "s", "color": "#102030", "duration": 2}]} for name in ("intro", "end")]
    return Project.model_validate({"scenes": scenes, **top})


def settled(**chosen: object) -> object:
    return settle_output(Settings.model_validate(chosen), a_project(), {})


@given(st.sampled_from(sorted(RESOLUTIONS)), st.integers(100, 4000), st.integers(100, 4000))
def test_a_named_resolution_sets_the_short_side_and_keeps_the_shape(name: str, width: int, height: int) -> None:
    if not 1 / 3 < width / height < 3:
        return

    got = parse_resolution(name, width, height)

    assert min(got) == RESOLUTIONS[name]
    assert got[0] % 2 == got[1] % 2 == 0
    assert abs(got[0] / got[1] - width / height) < 2 / RESOLUTIONS[name] * 3


@pytest.mark.parametrize("text", ["1080", "10x10", "99999x5", "1920x", "big", "-1x5", "1920x1080p"])
def test_a_resolution_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_resolution(text, 1920, 1080)


def test_every_codec_of_every_format_has_a_pixel_format() -> None:
    for form in FORMATS.values():
        for codec in form.video:
            plain, alpha = PIXEL_FORMATS[codec]
            assert plain
            assert bool(alpha) == any(codec in other.alpha for other in FORMATS.values())


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"format": "mp4", "codec": "vp9"}, "--format webm"),
        ({"format": "mp4", "alpha": True}, "mov with prores4444"),
        ({"format": "gif", "fps": "60"}, "--fps 25"),
        ({"format": "avi"}, "Use one of mp4"),
        ({"format": "mp4", "codec": "divx"}, "Use av1"),
        ({"format": "wav", "audio": ()}, "no sound is chosen"),
        ({"format": "mp3", "codec": "h264"}, "sound only"),
        ({"fps": "fast"}, "--fps"),
    ],
)
def test_a_combination_that_cannot_work_is_refused_with_the_way_out(chosen: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        settled(**chosen)

    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("name", "crf", "speed"),
    [("low", 32, "veryfast"), ("medium", 28, "fast"), ("high", 23, "medium"), ("ultra", 18, "slow")],
)
def test_a_quality_means_its_crf_and_speed(name: str, crf: int, speed: str) -> None:
    video = settle_output(Settings.model_validate({"quality": name}), a_project(), {}).video

    assert video is not None
    assert (video.quality.crf, video.quality.speed) == (crf, speed)


def test_a_preview_is_small_and_fast_and_copies_nothing() -> None:
    video = settle_output(Settings(preview=True), a_project(), {}).video

    assert video is not None
    assert (video.canvas.width, video.canvas.height, video.quality.crf, video.copy) == (640, 360, 32, "never")


def test_an_unknown_scene_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match='Did you mean "intro"'):
        settle_choice(Settings(scenes=("intor",)), a_project())


def test_scenes_come_in_the_projects_order_whatever_order_they_were_named_in() -> None:
    choice = settle_choice(Settings(scenes=("end", "intro")), a_project())

    assert choice.scenes == ("intro", "end")


def test_a_range_may_be_written_in_seconds_or_clock_or_timecode() -> None:
    project = a_project(fps=25)

    for text in ("1-1.48", "0:01-0:01.48", "00:00:01:00-00:00:01:12"):
        assert settle_choice(Settings(range=text), project).range_s == (Fraction(1), Fraction("1.48"))


@pytest.mark.parametrize("text", ["5", "3-2", "a-b", "1-2-3", "-1-2"])
def test_a_range_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        settle_choice(Settings(range=text), a_project())


def test_a_chosen_fit_holds_for_every_clip_and_still_and_changes_nothing_else() -> None:
    segments = [
        {"id": "a", "clip": "a.mp4", "fit": "contain"},
        {"id": "b", "still": "b.png", "duration": 1},
        {"id": "c", "color": "#000000", "duration": 1},
    ]
    project = Project.model_validate({"scenes": [{"id": "s", "segments": segments}]})

    changed = fitted(project, "cover").model_dump(mode="json", by_alias=True)

    fits = [segment.pop("fit", None) for segment in changed["scenes"][0]["segments"]]
    assert fits == ["cover", "cover", None]
    assert fitted(project, "") is project


def test_files_of_their_own_are_named_by_their_scene_unless_told() -> None:
    assert Settings().pattern == "{project}"
    assert Settings(per_scene=True).pattern == "{project}_{scene}"
    assert Settings(per_scene=True, name="x").pattern == "x"
