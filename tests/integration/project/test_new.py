"""`reelwright new`: from a folder of real clips to a project that can be rendered."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from renderer.cli import cli
from renderer.errors import ProjectError, UsageError
from renderer.project import load
from renderer.segments.clip import ClipSegment
from renderer.segments.still import StillSegment
from tests.media import ffmpeg, numbered_clip, tone


def typed(*words: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["new", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes, a still, music and a voice, and a file that is none of it."""
    folder = tmp_path_factory.mktemp("footage")
    (folder / "1 dock").mkdir()
    (folder / "2 sea").mkdir()
    numbered_clip(folder / "1 dock" / "shot 10.mp4", frames=25)
    numbered_clip(folder / "1 dock" / "shot 2.mp4", frames=25)
    numbered_clip(folder / "2 sea" / "waves.mp4", frames=50)
    ffmpeg(
        "-v", "error", "-f", "lavfi", "-i", "color=red:size=400x300", "-frames:v", "1", folder / "2 sea" / "card.png"
    )
    tone(folder / "2 sea" / "narrator.wav", seconds=1)
    tone(folder / "theme.flac", seconds=2.5)
    (folder / "2 sea" / "broken.mp4").write_bytes(b"no video at all")
    (folder / "notes.txt").write_text("remember the tide")
    return folder


def test_a_folder_of_clips_becomes_a_project_with_a_scene_for_each_sub_folder(footage: Path, tmp_path: Path) -> None:
    said = typed(tmp_path / "film", "--clips", footage)

    project = load(tmp_path / "film")
    first, second = project.scenes
    assert (project.title, project.width, project.height, project.fps) == ("film", 320, 180, 25)
    assert [(scene.id, scene.name) for scene in project.scenes] == [("1-dock", "1 dock"), ("2-sea", "2 sea")]
    assert [clip.clip for clip in first.segments if isinstance(clip, ClipSegment)] == [
        "media/shot 2.mp4",
        "media/shot 10.mp4",
    ]
    still, _waves = second.segments
    assert isinstance(still, StillSegment)
    assert still.duration == 3
    assert [(sound.kind, sound.clip) for sound in second.audio] == [("narration", "audio/narrator.wav")]
    assert [(sound.kind, sound.clip) for sound in first.audio] == [("music", "audio/theme.flac")]
    assert project.mix.music.duck is not None
    assert "notes.txt" in said.stderr
    assert "broken.mp4" in said.stderr
    assert not (tmp_path / "film" / "media" / "broken.mp4").exists()
    assert "2 scenes, 4 segments, 2 sounds, 320x180 at 25 fps" in said.stdout


def test_files_are_taken_up_to_the_next_option_and_wishes_are_kept(footage: Path, tmp_path: Path) -> None:
    clips = [footage / "2 sea" / "waves.mp4", footage / "1 dock" / "shot 2.mp4"]

    typed("--title", "Tides", "--fps", "29.97", "--height", "360", tmp_path / "film", "--clips", *clips)

    project = load(tmp_path / "film")
    assert (project.title, project.fps) == ("Tides", Fraction(30000, 1001))
    assert (project.width, project.height) == (640, 360)
    assert [scene.id for scene in project.scenes] == ["main"]
    assert [segment.id for segment in project.scenes[0].segments] == ["waves", "shot-2"]


def test_music_goes_on_from_scene_to_scene_and_starts_over_at_its_end(footage: Path, tmp_path: Path) -> None:
    typed(tmp_path / "film", "--clips", footage / "1 dock", footage / "2 sea", "--music", footage / "theme.flac")

    (scene,) = load(tmp_path / "film").scenes
    music = [sound for sound in scene.audio if sound.kind == "music"]
    assert [(sound.start, sound.in_, sound.loop) for sound in music] == [(0, 0, False), (Fraction(5, 2), 0, True)]


def test_narration_is_one_a_scene_or_one_after_the_other(footage: Path, tmp_path: Path) -> None:
    voice, theme = footage / "2 sea" / "narrator.wav", footage / "theme.flac"

    typed(tmp_path / "two", "--clips", footage, "--narration", voice, theme)
    typed(tmp_path / "one", "--clips", footage / "1 dock", "--narration", voice, theme)

    two, one = load(tmp_path / "two"), load(tmp_path / "one")
    assert [[sound.clip for sound in scene.audio if sound.kind == "narration"][-1] for scene in two.scenes] == [
        "audio/narrator.wav",
        "audio/theme.flac",
    ]
    assert [sound.start for sound in one.scenes[0].audio] == [0, 1]


def test_a_project_that_is_there_is_replaced_only_when_told(footage: Path, tmp_path: Path) -> None:
    typed(tmp_path / "film", "--clips", footage / "1 dock", "--title", "first")

    with pytest.raises(UsageError, match="is there already"):
        typed(tmp_path / "film", "--clips", footage / "1 dock", "--title", "second")
    assert load(tmp_path / "film").title == "first"

    typed(tmp_path / "film", "--clips", footage / "1 dock", "--title", "second", "--overwrite")
    assert load(tmp_path / "film").title == "second"
    assert len(list((tmp_path / "film" / "media").iterdir())) == 2


def test_clips_that_lie_in_the_folder_stay_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    numbered_clip(tmp_path / "raw" / "a.mp4", frames=10)

    typed(tmp_path, "--clips", tmp_path)

    (segment,) = load(tmp_path).scenes[0].segments
    assert segment.assets() == ("raw/a.mp4",)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["project.json", "raw"]


def test_without_one_usable_clip_nothing_is_left_behind(footage: Path, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="None of the clips can be used"):
        typed(tmp_path / "film", "--clips", footage / "2 sea" / "broken.mp4", footage / "theme.flac")

    assert list((tmp_path / "film").iterdir()) == []


def test_a_missing_music_file_is_told_before_anything_is_kept(footage: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--music: .*gone\.mp3 is not there"):
        typed(tmp_path / "film", "--clips", footage, "--music", tmp_path / "gone.mp3")

    assert list((tmp_path / "film").iterdir()) == []
