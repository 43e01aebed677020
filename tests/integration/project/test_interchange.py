"""`reelwright import` and `export`, as they are typed, with real media."""

from __future__ import annotations

import json
from pathlib import Path

import opentimelineio as otio
import pytest
from click.testing import CliRunner, Result

from renderer.cli import cli
from renderer.errors import ProjectError, UsageError
from renderer.project import load, save
from renderer.project.loading import parse
from tests.media import numbered_clip, tone


def typed(*words: str | Path) -> Result:
    result = CliRunner().invoke(cli, [*map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A project with two clips that go over into each other, and music."""
    folder = tmp_path / "film"
    (folder / "media").mkdir(parents=True)
    numbered_clip(folder / "media" / "a one.mp4", frames=50)
    numbered_clip(folder / "media" / "b.mp4", frames=50)
    tone(folder / "theme.wav", seconds=1)
    clips = [
        {"id": "a", "clip": "media/a one.mp4", "fit": "cover", "transition": {"duration": "0.4"}},
        {"id": "b", "clip": "media/b.mp4", "in": "1/3"},
    ]
    music = {"id": "m", "kind": "music", "clip": "theme.wav", "loop": True, "gain_db": -3}
    scene = {"id": "one", "name": "Öffnung", "segments": clips, "audio": [music]}
    data = {"reelwright": 1, "title": "Film", "width": 320, "height": 180, "fps": 25, "scenes": [scene]}
    save(parse(data, "project.json"), folder)
    return folder


def test_a_project_goes_out_and_comes_back_elsewhere_with_its_media(film: Path, tmp_path: Path) -> None:
    said = typed("export", film, "-o", tmp_path / "cut.otio")
    typed("import", tmp_path / "cut.otio", "-o", tmp_path / "again")

    again = load(tmp_path / "again")
    assert [segment.assets() for segment in again.scenes[0].segments] == [("media/a one.mp4",), ("media/b.mp4",)]
    music = again.scenes[0].audio[0]
    assert music.clip == "audio/theme.wav"
    moved = again.scenes[0].model_copy(update={"audio": (music.model_copy(update={"clip": "theme.wav"}),)})
    assert again.model_copy(update={"scenes": (moved,)}) == load(film)
    assert (tmp_path / "again" / "media" / "b.mp4").samefile(film / "media" / "b.mp4")
    assert "other programs do not see them" in said.stderr


def test_a_timeline_beside_its_media_names_them_relative_to_itself(film: Path) -> None:
    typed("export", film, "-o", film / "cut.otio")

    timeline = otio.adapters.read_from_file(str(film / "cut.otio"))

    urls = [
        clip.media_reference.target_url for clip in timeline.find_clips() if "mp4" in clip.media_reference.target_url
    ]
    assert set(urls) == {"media/a%20one.mp4", "media/b.mp4"}


def test_a_timeline_of_another_program_brings_its_media_and_lists_what_is_lost(film: Path, tmp_path: Path) -> None:
    there = otio.schema.Clip("b", otio.schema.ExternalReference((film / "media" / "b.mp4").as_uri()))
    gone = otio.schema.Clip("gone", otio.schema.ExternalReference("file:///nowhere/gone.mov"))
    gone.source_range = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(25, 25))
    secret = otio.schema.Clip("secret", otio.schema.ExternalReference("file:///etc/passwd"), gone.source_range)
    remote = otio.schema.Clip("remote", otio.schema.ExternalReference("https://example.com/a.mp4"), gone.source_range)
    timeline = otio.schema.Timeline("Cut")
    timeline.tracks.append(otio.schema.Track("V1", children=[there, gone, secret, remote]))
    otio.adapters.write_to_file(timeline, str(tmp_path / "cut.otio"))

    said = typed("import", tmp_path / "cut.otio")

    project = load(tmp_path / "cut")
    assert [segment.kind_key for segment in project.scenes[0].segments] == ["clip", "clip", "color", "color"]
    assert project.scenes[0].segments[1].assets() == ("media/gone.mov",)
    assert [file.name for file in (tmp_path / "cut" / "media").iterdir()] == ["b.mp4"]
    assert "Put the file into the project as media/gone.mov." in said.stderr
    assert "file:///etc/passwd: is no kind of media file" in said.stderr
    assert "https://example.com/a.mp4: is no file on this computer" in said.stderr


def test_a_project_or_timeline_that_is_there_is_replaced_only_when_told(film: Path, tmp_path: Path) -> None:
    typed("export", film, "-o", tmp_path / "cut.otio")

    with pytest.raises(UsageError, match="is there already"):
        typed("export", film, "-o", tmp_path / "cut.otio")
    with pytest.raises(UsageError, match="is there already"):
        typed("import", tmp_path / "cut.otio", "-o", film)
    typed("export", film, "-o", tmp_path / "cut.otio", "--overwrite")


def test_importing_into_the_same_project_brings_no_second_copy_of_its_media(film: Path) -> None:
    before = load(film)
    typed("export", film, "-o", film / "cut.otio")

    typed("import", film / "cut.otio", "-o", film, "--overwrite")

    assert load(film) == before
    assert not (film / "audio").exists()


IN_ITSELF = {
    "OTIO_SCHEMA": "Stack.1",
    "OTIO_REF_ID": "S-1",
    "name": "ring",
    "metadata": {},
    "source_range": None,
    "effects": [],
    "markers": [],
    "enabled": True,
    "children": [{"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "S-1"}],
}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe\x00",
        b'{"OTIO_SCHEMA": "Timeline.99"}',
        b'{"OTIO_SCHEMA": "Foo.1"}',
        b'{"OTIO_SCHEMA": "Timeline.1", "tracks": 3}',
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[" * 1_000_000,
        json.dumps({"OTIO_SCHEMA": "Timeline.1", "name": "x"}).encode(),
        json.dumps(IN_ITSELF).encode(),
    ],
    ids=range(11),
)
def test_what_is_no_timeline_is_refused_and_leaves_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cut.otio").write_bytes(content)

    with pytest.raises(ProjectError):
        typed("import", tmp_path / "cut.otio", "-o", tmp_path / "film")

    assert not (tmp_path / "film" / "project.json").exists()


def test_other_timeline_formats_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Export the timeline as OpenTimelineIO \(\.otio\)"):
        typed("import", tmp_path / "cut.fcpxml")
