"""`reelwright render` and its neighbours as a person meets them: files, words and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media import FFMPEG, complaints, ffmpeg, lumas, numbered_clip, numbers, tone, write_project


def reelwright(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "renderer", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, timeout=100)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes, a crossfade, narration over ducked music."""
    folder = tmp_path_factory.mktemp("film") / "Hafen – 港 🎬"
    folder.mkdir()
    numbered_clip(folder / "a.mp4", frames=60)
    numbered_clip(folder / "b.mp4", frames=60, size=(240, 180))
    tone(folder / "music.wav", seconds=1, frequency=220)
    tone(folder / "voice.wav", seconds=1, frequency=880)
    one = {
        "id": "one",
        "name": "Cold open",
        "segments": [
            {"id": "a", "clip": "a.mp4", "out": "2", "transition": {"duration": "0.4"}},
            {"id": "b", "clip": "b.mp4", "out": "2"},
        ],
        "audio": [
            {"id": "n", "kind": "narration", "clip": "voice.wav", "start": "1"},
            {"id": "m", "kind": "music", "clip": "music.wav", "loop": True},
        ],
    }
    two = {"id": "two", "segments": [{"id": "c", "color": "#204080", "duration": "1"}]}
    mix = {"music": {"gain_db": -6, "duck": {"under": ["narration"]}}, "loudness": -16}
    return write_project(folder, one, two, title="Hafen 港", mix=mix)


def test_the_file_has_every_frame_chapters_tags_and_its_loudness(film: Path, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"

    done = reelwright("render", film, "-o", target)

    assert done.returncode == 0, done.stderr
    assert "Done: " in done.stdout
    assert "× real time" in done.stdout
    assert complaints(target) == ""
    with av.open(str(target)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.frames, video.average_rate, video.codec_context.color_primaries) == (115, Fraction(25), 1)
        assert abs(float(audio.duration * audio.time_base) - 115 / 25) < 0.03
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["Cold open", "two"]
        assert container.metadata["title"] == "Hafen 港"
    assert abs(loudness(target) + 16) < 0.5


def test_the_second_time_everything_is_reused_and_the_bytes_are_the_same(film: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.mp4", tmp_path / "2.mp4"
    reelwright("render", film, "-o", first)

    done = reelwright("render", film, "-o", second, "--json")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert not [event for event in events if event["event"] == "chunk-started"]
    assert [event["reused"] for event in events if event["event"] == "mix-done"] == [True]
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("name", "options", "streams"),
    [
        ("f.webm", [], "vp9+opus"),
        ("f.webm", ["--codec", "av1"], "av1+opus"),
        ("f.mp4", ["--codec", "h265"], "hevc+aac"),
        ("f.mp4", ["--codec", "av1"], "av1+aac"),
        ("f.mov", [], "prores+pcm_s24le"),
        ("f.mov", ["--codec", "prores4444", "--alpha"], "prores+pcm_s24le"),
        ("f.gif", ["--fps", "10"], "gif"),
        ("f.wav", [], "pcm_s24le"),
        ("f.mp3", [], "mp3float"),
        ("f.m4a", ["--audio", "music"], "aac"),
        ("f.mp4", ["--audio", "none"], "h264"),
    ],
)
def test_every_format_comes_out_whole(film: Path, tmp_path: Path, name: str, options: list[str], streams: str) -> None:
    target = tmp_path / name

    done = reelwright("render", film, "-o", target, "--resolution", "160x90", "--quality", "low", *options)

    assert done.returncode == 0, done.stderr + done.stdout
    assert complaints(target) == ""
    with av.open(str(target)) as container:
        found = [s.codec_context.name for s in container.streams if s.type in ("video", "audio")]
        assert "+".join(found).replace("libdav1d", "av1").replace("libopus", "opus") == streams
    if "f.gif" not in name and "+" in streams:
        assert len(lumas(target)) == 115


def test_a_picture_sequence_is_a_folder_of_numbered_files(film: Path, tmp_path: Path) -> None:
    done = reelwright(
        "render", film, "-o", tmp_path / "frames", "--format", "png", "--scenes", "two", "--resolution", "64x36"
    )

    assert done.returncode == 0, done.stderr
    (folder,) = (path for path in tmp_path.rglob("*") if path.is_dir() and any(path.glob("*.png")))
    assert [path.name for path in sorted(folder.iterdir())][:2] == ["00001.png", "00002.png"]
    assert len(list(folder.iterdir())) == 25


def test_scenes_become_files_of_their_own_named_by_the_pattern(film: Path, tmp_path: Path) -> None:
    pattern = "{project}_{scene}_{name}_v{n}"

    first = reelwright("render", film, "-o", tmp_path, "--per-scene", "--name", pattern, "--preview")
    again = reelwright("render", film, "-o", tmp_path, "--scenes", "two", "--per-scene", "--name", pattern, "--preview")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["Hafen 港_one_Cold open_v1.mp4", "Hafen 港_two_v1.mp4", "Hafen 港_two_v2.mp4"]


def test_a_range_is_cut_to_the_frame(film: Path, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"

    reelwright("render", film, "-o", target, "--range", "0.4-1.2", "--quality", "ultra")

    assert numbers(target) == list(range(10, 30))


def test_flash_and_beep_meet_at_start_and_end(tmp_path: Path) -> None:
    # A white frame and a beep at 0.48 s and 57.6 s of a one-minute clip with AAC sound, cut and joined twice.
    clip, project, target = tmp_path / "p" / "c.mp4", tmp_path / "p", tmp_path / "film.mp4"
    project.mkdir()
    flash = "color=black:s=64x36:r=25:d=60,geq=lum='if(eq(N,12)+eq(N,1440),235,16)':cb=128:cr=128"
    beep = "aevalsrc='if(between(t,0.48,0.52)+between(t,57.6,57.64),sin(2*PI*1000*t),0)':s=48000:d=60"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        flash,
        "-f",
        "lavfi",
        "-i",
        beep,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "50",
        "-c:a",
        "aac",
        clip,
    )
    segments = [{"id": "x", "clip": "c.mp4", "out": "30"}, {"id": "y", "clip": "c.mp4", "in": "30"}]
    write_project(project, {"id": "s", "segments": segments}, width=64, height=36)

    assert reelwright("render", project, "-o", target).returncode == 0

    flashes = [n / 25 for n, luma in enumerate(lumas(target)) if luma.mean() > 128]
    sound = np.abs(decoded_sound(target))
    loud = np.flatnonzero(sound > 0.2) / 48000
    beeps = [loud[0], loud[np.argmax(np.diff(loud) > 1) + 1]]
    assert flashes == [0.48, 57.6]
    assert np.abs(np.array(beeps) - flashes).max() < 0.02


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["render", "nowhere"], "project.json"),
        (["render", "FILM", "--scenes", "on"], 'Did you mean "one"'),
        (["render", "FILM", "--format", "mp4", "--codec", "vp9"], "--format webm"),
        (["render", "FILM", "--quality", "best"], "--quality"),
        (["render", "FILM", "--preset", "youtub"], "YouTube"),
        (["render", "FILM", "-o", "film.avi"], "film.avi"),
        (["frame", "FILM", "--at", "99", "-o", "x.png"], "long"),
        (["probe", "nothing.mp4"], "nothing.mp4"),
        (["rendr"], "render"),
    ],
)
def test_bad_wishes_exit_with_2_and_say_what_to_do(film: Path, tmp_path: Path, arguments: list[str], told: str) -> None:
    done = reelwright(*[str(film) if part == "FILM" else part for part in arguments], cwd=tmp_path)

    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_media_are_all_told_before_any_work(tmp_path: Path) -> None:
    segments = [{"id": "a", "clip": "gone.mp4", "out": "1"}, {"id": "b", "still": "lost.png", "duration": "1"}]
    write_project(tmp_path / "p", {"id": "s", "segments": segments})

    done = reelwright("render", tmp_path / "p", "-o", tmp_path / "f.mp4")

    assert done.returncode == 2
    assert "gone.mp4" in done.stderr
    assert "lost.png" in done.stderr


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="needs a folder that not even root can write to")
def test_a_target_that_cannot_be_written_is_told_and_parts_are_kept(film: Path) -> None:
    done = reelwright("render", film, "-o", "/sys/film.mp4", "--preview")

    assert done.returncode in (1, 2)
    assert "/sys" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_plan_tells_what_would_be_done_and_why_and_does_nothing(film: Path, tmp_path: Path) -> None:
    done = reelwright("plan", film, "-o", tmp_path / "f.mp4")
    as_json = reelwright("plan", film, "-o", tmp_path / "f.mp4", "--json")

    assert "encoded" in done.stdout
    assert "a transition" in done.stdout
    assert sum(c["stop"] - c["start"] for c in json.loads(as_json.stdout)["chunks"]) == 115
    assert list(tmp_path.iterdir()) == []


def test_a_frame_is_the_frame_that_a_render_would_make(film: Path, tmp_path: Path) -> None:
    done = reelwright("frame", film, "--scene", "one", "--at", "0.8", "-o", tmp_path / "x.png")

    assert done.returncode == 0, done.stderr
    assert numbers(tmp_path / "x.png") == [20]


def test_help_says_every_command_and_every_option_of_render() -> None:
    words = reelwright("--help").stdout + reelwright("render", "--help").stdout

    for word in (
        "render",
        "plan",
        "frame",
        "probe",
        "check",
        "new",
        "import",
        "export",
        "chunk",
        "queue",
        "cache",
        "doctor",
    ):
        assert f"\n  {word}" in words
    for option in (
        "--scenes",
        "--audio",
        "--resolution",
        "--preset",
        "--range",
        "--per-scene",
        "--loudness",
        "--no-cache",
    ):
        assert option in words


def test_a_chunk_can_be_rendered_by_hand(film: Path, tmp_path: Path) -> None:
    from tests.renders import plan_of

    (tmp_path / "plan.json").write_text(plan_of(film).to_json(), encoding="utf-8")

    done = reelwright("chunk", tmp_path / "plan.json", "--index", "0", "-o", tmp_path / "part.mp4")

    assert done.returncode == 0, done.stderr
    assert numbers(tmp_path / "part.mp4") == list(range(40))


def loudness(path: Path) -> float:
    """Integrated loudness by plain ffmpeg's meter."""
    said = ffmpeg("-i", path, "-af", "ebur128=framelog=quiet", "-f", "null", "-")
    return float(said.rsplit("I:", 1)[1].split()[0])


def decoded_sound(path: Path) -> np.ndarray:
    """Mono floats at 48 kHz, from the time of the first picture on."""
    command = [FFMPEG, "-v", "error", "-i", str(path), "-ac", "1", "-ar", "48000", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)
