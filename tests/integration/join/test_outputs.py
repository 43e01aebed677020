"""What each format comes out as, seen by other programs."""

from __future__ import annotations

import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from renderer.assemble import assemble
from renderer.media.poster import poster
from renderer.plan import RenderPlan
from tests.join_kit import HEIGHT, WIDTH, X264, a_clip, a_picture, a_plan, ffmpeg, finish, numbers, with_sound

SOUND = {
    "aac": ["mix.m4a", "-c:a", "aac"],
    "opus": ["mix.webm", "-c:a", "libopus"],
    "pcm": ["mix.wav", "-c:a", "pcm_s24le"],
    "mp3": ["mix.mp3", "-c:a", "libmp3lame"],
}


def a_mix(folder: Path, codec: str, seconds: float = 3) -> Path:
    """A rising sweep in stereo, so that a shift by one sample shows."""
    name, *encode = SOUND[codec]
    sweep = f"aevalsrc='sin(700*t*t*PI)*0.5|cos(500*t*t*PI)*0.5':s=48000:d={seconds}"
    ffmpeg("-f", "lavfi", "-i", sweep, *encode, folder / name)
    return folder / name


def samples(path: Path) -> np.ndarray:
    return np.frombuffer(ffmpeg("-i", path, "-map", "0:a:0", "-f", "s16le", "-").stdout, np.int16).reshape(-1, 2)


def sound_only(plan: RenderPlan, codec: str, form: str) -> RenderPlan:
    return with_sound(plan, codec, form)


@pytest.fixture
def plan(tmp_path: Path) -> RenderPlan:
    a_clip(tmp_path / "a.mp4", frames=45)
    return a_plan(tmp_path, [{"clip": "a.mp4"}, {"clip": "a.mp4"}], scenes=2)


def test_chapters_and_title_are_in_the_file_and_its_index_comes_first(plan: RenderPlan, tmp_path: Path) -> None:
    finish(plan, tmp_path / "out.mp4")

    with av.open(str(tmp_path / "out.mp4")) as container:
        found = [(each["metadata"]["title"], float(each["start"] * each["time_base"])) for each in container.chapters()]
        assert container.metadata["title"] == "Häfen & Möwen"
    assert found == [("Scene №0", 0.0), ("Scene №1", 1.5)]
    head = (tmp_path / "out.mp4").read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_the_picture_is_tagged_bt709_at_an_exact_rate(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mkv", rate="30000/1001")

    plan = a_plan(tmp_path, [{"clip": "a.mkv"}], fps="30000/1001")
    finish(plan, tmp_path / "out.mp4")

    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert stream.average_rate == stream.base_rate == Fraction(30000, 1001)
        assert stream.duration * stream.time_base == Fraction(90 * 1001, 30000)
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert stream.start_time == 0


@pytest.mark.parametrize(
    ("form", "codec", "sound"), [("mp4", "h264", "aac"), ("webm", "vp9", "opus"), ("mov", "prores", "pcm")]
)
def test_the_sound_is_the_mixs_to_the_sample(tmp_path: Path, form: str, codec: str, sound: str) -> None:
    pixels = "yuv422p10le" if codec == "prores" else "yuv420p"
    plan = a_plan(tmp_path, [{"color": "#204060", "duration": 3}], form=form, codec=codec, pixel_format=pixels)
    mix = a_mix(tmp_path, sound)

    finish(with_sound(plan, sound), tmp_path / f"out.{form}", mix)

    assert len(samples(mix)) == 144000
    assert np.array_equal(samples(tmp_path / f"out.{form}"), samples(mix))
    with av.open(str(tmp_path / f"out.{form}")) as container:
        starts = [
            float(stream.start_time * stream.time_base)
            for stream in (*container.streams.video, *container.streams.audio)
        ]
    assert max(starts) - min(starts) < 0.03


@pytest.mark.parametrize(("form", "codec"), [("m4a", "aac"), ("mp3", "mp3"), ("wav", "pcm")])
def test_a_file_of_sound_only_is_the_mix_with_a_title(plan: RenderPlan, tmp_path: Path, form: str, codec: str) -> None:
    mix = a_mix(tmp_path, codec)
    target = tmp_path / f"out.{form}"

    list(assemble(sound_only(plan, codec, form), {}, mix, target, stop=threading.Event()))

    assert np.array_equal(samples(target), samples(mix))
    with av.open(str(target)) as container:
        assert container.metadata["title"] == "Häfen & Möwen"
        assert len(container.chapters()) == (2 if form == "m4a" else 0)


def test_a_gif_has_every_frame_at_its_time_and_loops(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4", frames=60)

    plan = a_plan(tmp_path, [{"clip": "a.mp4"}], form="gif", codec="gif", pixel_format="rgb24")
    finish(plan, tmp_path / "out.gif")

    with Image.open(tmp_path / "out.gif") as image:
        delays = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
        assert image.info["loop"] == 0
    starts = np.cumsum([0, *delays]) / 1000
    assert len(delays) == 60
    assert np.abs(starts - np.arange(61) / 30).max() <= 0.005 + 1e-9
    assert numbers(tmp_path / "out.gif") == list(range(60))


def test_a_gif_that_holds_still_keeps_its_length(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, [{"color": "#204060", "duration": 2}], form="gif", codec="gif", pixel_format="rgb24")
    finish(plan, tmp_path / "out.gif")

    with Image.open(tmp_path / "out.gif") as image:
        assert sum(frame.info["duration"] for frame in ImageSequence.Iterator(image)) == 2000


def test_a_gif_keeps_transparency(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, [{"color": "#20406000", "duration": 1}], form="gif", codec="gif", pixel_format="rgba")
    finish(plan, tmp_path / "out.gif")

    with Image.open(tmp_path / "out.gif") as image:
        assert image.convert("RGBA").getpixel((10, 10))[3] == 0


def test_a_picture_sequence_is_a_folder_of_numbered_files(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4", frames=40)

    plan = a_plan(tmp_path, [{"clip": "a.mp4"}], form="png", codec="png", pixel_format="rgb24")
    finish(plan, tmp_path / "frames")

    files = sorted((tmp_path / "frames").iterdir())
    assert [file.name for file in files] == [f"{n:05}.png" for n in range(1, 41)]
    with Image.open(files[30]) as image:
        assert np.abs(np.asarray(image, int) - a_picture(30)).mean() < 6


def test_transparency_survives_in_webm(tmp_path: Path) -> None:
    segments = [{"color": "#ff000080", "duration": 1}, {"color": "#00ff00ff", "duration": 1}]
    plan = a_plan(tmp_path, segments, form="webm", codec="vp9", pixel_format="yuva420p")

    finish(plan, tmp_path / "out.webm")

    raw = ffmpeg("-c:v", "libvpx-vp9", "-i", tmp_path / "out.webm", "-pix_fmt", "rgba", "-f", "rawvideo", "-").stdout
    alpha = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 4)[..., 3].mean(axis=(1, 2))
    assert len(alpha) == 60
    assert np.abs(alpha - np.repeat([128, 255], 30)).max() < 4


def test_a_poster_is_not_the_black_before_the_film(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4", *X264, "-vf", "fade=in:0:30", frames=60)

    poster(tmp_path / "a.mp4", tmp_path / "a.png")

    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (WIDTH, HEIGHT)
        assert np.asarray(image).mean() > 60


def test_a_title_of_another_script_comes_through(plan: RenderPlan, tmp_path: Path) -> None:
    finish(replace(plan, title="東京の夜 🌃"), tmp_path / "夜.mp4")

    with av.open(str(tmp_path / "夜.mp4")) as container:
        assert container.metadata["title"] == "東京の夜 🌃"
