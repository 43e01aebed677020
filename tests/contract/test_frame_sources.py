"""What every frame source promises, whatever it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from av import VideoFrame

from renderer.errors import MediaError
from renderer.frames.scene import SceneFrames
from renderer.frames.source import FrameRequest, FrameSource
from renderer.media.library import MediaLibrary
from renderer.output import Canvas
from renderer.project.model import Scene
from renderer.segments import KINDS, SegmentBase
from renderer.timeline import lay_out
from tests.media import ffmpeg, numbered_clip

COUNT = 40
CANVASES = {
    "h264": Canvas(320, 180, Fraction(25), "yuv420p", "#204060"),
    "prores": Canvas(160, 120, Fraction(30000, 1001), "yuv422p10le"),
    "alpha": Canvas(200, 100, Fraction(25), "yuva444p10le", "#20406080"),
    "png": Canvas(202, 101, Fraction(24), "rgb24", "#ffffff"),
    "rgba": Canvas(128, 128, Fraction(25), "rgba", "#00000000"),
}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    numbered_clip(folder / "clip.mp4", frames=60)
    interlaced = ("-c:v", "libx264", "-flags", "+ildct+ilme", "-x264-params", "tff=1", "-g", "12")
    numbered_clip(folder / "interlaced.mp4", frames=60, options=interlaced, filters="format=yuv420p,setfield=tff")
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=640x400,format=rgba,colorchannelmixer=aa=0.5",
        "-frames:v",
        "1",
        folder / "s.png",
    )
    return folder


SEGMENTS: dict[str, dict[str, Any]] = {
    "clip": {"clip": "clip.mp4", "in": "0.4", "out": "2.4"},
    "clip faster": {"clip": "clip.mp4", "speed": "1.2", "fit": "cover"},
    "clip interlaced": {"clip": "interlaced.mp4"},
    "still": {"still": "s.png", "duration": "2", "fit": "stretch"},
    "color": {"color": "#10203080", "duration": "2"},
}
"""A new kind of segment adds its line here."""


def test_every_kind_of_segment_is_under_this_contract() -> None:
    assert set(KINDS) <= {name.split()[0] for name in SEGMENTS}


@pytest.fixture(params=[f"{name} / {canvas}" for name in SEGMENTS for canvas in CANVASES])
def opened(request: pytest.FixtureRequest, media: Path, tmp_path: Path) -> tuple[Callable[[], FrameSource], Canvas]:
    name, _, canvas_name = request.param.partition(" / ")
    values = {"id": "s", **SEGMENTS[name]}
    segment: SegmentBase = KINDS[name.split()[0]].model_validate(values)
    facts, problems = MediaLibrary(tmp_path).facts(media, segment.assets())
    assert not problems
    canvas = CANVASES[canvas_name]
    return lambda: segment.open_frames(FrameRequest(media, canvas, facts, COUNT)), canvas


class TestEveryFrameSource:
    def test_fills_the_canvas_exactly(self, opened: tuple[Callable[[], FrameSource], Canvas]) -> None:
        open_source, canvas = opened

        with open_source() as source:
            shapes = {(f.width, f.height, f.format.name) for f in (source.frame(0), source.frame(COUNT - 1))}

        assert shapes == {(canvas.width, canvas.height, canvas.pixel_format)}

    def test_shows_the_same_in_any_order(self, opened: tuple[Callable[[], FrameSource], Canvas]) -> None:
        open_source, _ = opened
        with open_source() as source:
            in_order = [fingerprint(source.frame(n)) for n in range(COUNT)]

        with open_source() as source:
            shuffled = {n: fingerprint(source.frame(n)) for n in (39, 0, 17, 18, 16, 2, 30, 30, 5)}

        assert all(in_order[n] == seen for n, seen in shuffled.items())

    def test_closing_twice_is_no_error(self, opened: tuple[Callable[[], FrameSource], Canvas]) -> None:
        open_source, _ = opened
        source = open_source()

        source.close()

        source.close()


def test_a_clip_that_went_missing_is_named(media: Path, tmp_path: Path) -> None:
    segment = KINDS["clip"].model_validate({"id": "s", "clip": "clip.mp4"})
    facts, _ = MediaLibrary(tmp_path / "cache").facts(media, segment.assets())

    with pytest.raises(MediaError, match=r"clip\.mp4"):
        segment.open_frames(FrameRequest(tmp_path, CANVASES["h264"], facts, COUNT))


def test_a_scene_is_a_frame_source_too_and_fades_evenly(media: Path, tmp_path: Path) -> None:
    segments = [
        {"id": "a", "color": "#000000", "duration": "1", "transition": {"duration": "0.4"}},
        {"id": "b", "color": "#ffffff", "duration": "1"},
    ]
    timeline = lay_out(Scene.model_validate({"id": "s", "segments": segments}), Fraction(25), {})

    with SceneFrames(timeline, media, CANVASES["h264"], {}) as frames:
        luma = [float(frames.frame(n).to_ndarray()[:180].mean()) for n in range(timeline.frame_count)]

    assert timeline.frame_count == 40
    assert luma[14] == 16
    assert luma[25] == 235
    expected = [16 + 219 * (n + 0.5) / 10 for n in range(10)]
    assert np.allclose(luma[15:25], expected, atol=0.75)


def fingerprint(frame: VideoFrame) -> str:
    """Of the pixels, without the padding of rows."""
    digest = hashlib.sha256()
    deep = 2 if frame.format.components[0].bits > 8 else 1
    packed = len(frame.format.components) if len(frame.planes) == 1 else 1
    for plane in frame.planes:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, -1)
        digest.update(np.ascontiguousarray(rows[:, : plane.width * deep * packed]).tobytes())
    return digest.hexdigest()
