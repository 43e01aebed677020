"""What stands in the way is found before any work, all at once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from renderer.facts import AudioFacts, Color, MediaFacts, VideoFacts
from renderer.output import QUALITIES, AudioOutput, Canvas, Output, VideoOutput
from renderer.preflight import check_disk, check_output, check_project, check_target
from renderer.project.model import Project


def some_video(**more: Any) -> VideoFacts:
    given = {"codec": "h264", "profile": "", "width": 1920, "height": 1080, "pixel_format": "yuv420p", "bit_depth": 8}
    times = {"rate": Fraction(25), "time_base": Fraction(1, 1000), "start_s": Fraction(0), "duration_s": Fraction(4)}
    return VideoFacts(**{**given, **times, "frame_count": 100, **more})


def some_file(name: str, video: VideoFacts | None = None, audio: AudioFacts | None = None) -> MediaFacts:
    return MediaFacts(name, "00", 1000, "mov", Fraction(0), Fraction(4), video, audio)


def a_project(segments: list[dict[str, Any]], audio: list[dict[str, Any]]) -> Project:
    return Project.model_validate({"scenes": [{"id": "s", "segments": segments, "audio": audio}]})


def test_every_problem_is_told_with_its_place_not_only_the_first() -> None:
    project = a_project(
        [{"id": "a", "clip": "song.wav"}, {"id": "b", "clip": "film.mp4", "out": "9"}],
        [
            {"id": "n", "kind": "narration", "clip": "mute.mp4"},
            {"id": "m", "kind": "music", "clip": "song.wav", "in": "5"},
        ],
    )
    sound = AudioFacts("pcm", 48000, 2, "stereo", Fraction(0), Fraction(4))
    facts = {
        "song.wav": some_file("song.wav", audio=sound),
        "film.mp4": some_file("film.mp4", some_video()),
        "mute.mp4": some_file("mute.mp4", some_video()),
    }

    problems = check_project(project, project.scenes, facts)

    assert [problem.place for problem in problems if problem.blocking] == [
        "scenes[0].segments[0].clip",
        "scenes[0].segments[1].out",
        "scenes[0].audio[0].clip",
        "scenes[0].audio[1].in",
    ]
    assert all(problem.action for problem in problems)


def test_hdr_is_a_note_and_stops_nothing() -> None:
    project = a_project([{"id": "a", "clip": "hdr.mp4"}], [])
    hdr = some_video(color=Color("bt2020", "smpte2084", "bt2020nc"))

    (note,) = check_project(project, project.scenes, {"hdr.mp4": some_file("hdr.mp4", hdr)})

    assert not note.blocking
    assert "tone-mapped" in note.what


def test_a_missing_encoder_is_named() -> None:
    video = VideoOutput("av1", Canvas(16, 16, Fraction(25), "yuv420p"), QUALITIES["low"])

    problems = check_output(Output("mp4", video, AudioOutput("aac")), {"aac"})

    assert ["libsvtav1" in problem.what for problem in problems] == [True]


def test_a_taken_or_impossible_target_is_refused(tmp_path: Path) -> None:
    (tmp_path / "there.mp4").write_text("")

    told = {
        name: bool(check_target(tmp_path / name, overwrite=False))
        for name in ("there.mp4", "free.mp4", "new/folder/free.mp4", "there.mp4/inside.mp4", "x" * 300 + ".mp4")
    }

    assert list(told.values()) == [True, False, False, True, True]
    assert not check_target(tmp_path / "there.mp4", overwrite=True)


def test_a_disk_too_small_is_told_in_numbers(tmp_path: Path) -> None:
    (problem,) = check_disk(tmp_path, 10**18, "The file")

    assert "GB" in problem.what
    assert not check_disk(tmp_path / "not" / "yet", 1, "The file")
