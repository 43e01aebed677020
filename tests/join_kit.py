"""Clips with their frame number painted in, plans made of them, and an independent look at what comes out."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np

from renderer.assemble import assemble
from renderer.chunk import ChunkRenderer
from renderer.events import RenderEvent
from renderer.media.library import MediaLibrary
from renderer.output import AudioOutput, Canvas, Output, Quality, VideoOutput
from renderer.plan import Choice, RenderPlan
from renderer.planning import make_plan
from renderer.project.model import Project

WIDTH, HEIGHT = 320, 180
BITS = 10
TAGS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "30", "-sc_threshold", "0"]


@cache
def binary() -> str:
    return imageio_ffmpeg.get_ffmpeg_exe()


def ffmpeg(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the independent ffmpeg; fails on a bad end, leaves messages in `stderr`."""
    command = [binary(), "-v", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=True)


def a_picture(number: int, shade: int = 60) -> np.ndarray:
    """A moving gradient with `number` in ten black or white fields across its upper half."""
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    picture = np.stack([(x + 3 * number + shade) % 200 + 20, (y + number) % 180 + 40, (x + y + shade) % 220], axis=2)
    for bit in range(BITS):
        picture[:90, 32 * bit : 32 * bit + 32] = 235 if number >> bit & 1 else 16
    return picture.astype(np.uint8)


def a_clip(path: Path, *encode: object, frames: int = 90, rate: object = 30, first: int = 0, shade: int = 60) -> Path:
    """A clip of pictures `first`, `first + 1`, …; `encode` are ffmpeg's output options (H.264 by default)."""
    raw = b"".join(a_picture(first + number, shade).tobytes() for number in range(frames))
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", rate, "-i", "-"]
    colours = ["-vf", "scale=out_color_matrix=bt709:out_range=tv", *TAGS]
    ffmpeg(*source, *colours, *(encode or X264), path, stdin=raw)
    return path


def numbers(path: Path, *, from_s: float = 0, count: int = 10**6) -> list[int]:
    """The painted numbers of every frame in file order; fails when the decoder has anything to say."""
    size = ["-vf", "format=gray", "-fps_mode", "passthrough", "-f", "rawvideo"]
    seek = ["-ss", f"{from_s:.4f}"] if from_s else []
    done = ffmpeg("-xerror", *seek, "-i", path, "-map", "0:v:0", "-frames:v", count, *size, "-")
    assert done.stderr == b""
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, HEIGHT, WIDTH)
    fields = frames[:, 20:70].reshape(len(frames), 50, BITS, 32)[..., 8:24].mean(axis=(1, 3))
    return [int(value) for value in ((fields > 125) * (1 << np.arange(BITS))).sum(axis=1)]


def seen_after(path: Path, seconds: float) -> int:
    """The number of the first picture that appears at or after a moment, when a decoder jumps there."""
    return numbers(path, from_s=seconds, count=1)[0]


def packets(path: Path) -> list[tuple[int, int, bytes]]:
    """(presentation, decoding, bytes) of every video packet; times in the stream's own ticks."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [(p.pts or 0, p.dts or 0, bytes(p)) for p in container.demux(stream) if p.size]


def a_plan(
    folder: Path, segments: Sequence[dict[str, Any]], *, form: str = "mp4", codec: str = "h264", fps: object = 30,
    pixel_format: str = "yuv420p", copy: str = "always", scenes: int = 1, speed: str = "veryfast",
) -> RenderPlan:  # fmt: skip
    """The plan of a project of these segments, each scene holding an even share of them."""
    share = len(segments) // scenes
    groups = [segments[number * share : (number + 1) * share] for number in range(scenes)]
    listed = [
        {"id": f"c{n}", "name": f"Scene №{n}", "segments": [{"id": f"s{k}", **one} for k, one in enumerate(group)]}
        for n, group in enumerate(groups)
    ]
    top = {"reelwright": 1, "title": "Häfen & Möwen", "width": WIDTH, "height": HEIGHT, "fps": fps}
    project = Project.model_validate_json(json.dumps({**top, "scenes": listed}))
    library = MediaLibrary(folder / "cache")
    facts, problems = library.facts(folder, sorted({one["clip"] for one in segments if "clip" in one}))
    assert not problems
    canvas = Canvas(WIDTH, HEIGHT, Fraction(str(fps)), pixel_format)
    output = Output(form, VideoOutput(codec, canvas, Quality(18, speed), copy), None)
    return make_plan(project, folder, output, Choice(), facts, library.packet_indexes(folder, facts))


def with_sound(plan: RenderPlan, codec: str, form: str | None = None) -> RenderPlan:
    """The plan with sound in it, or as a file of sound only when `form` is given."""
    output = replace(plan.output, audio=AudioOutput(codec))
    return replace(plan, output=Output(form, None, output.audio), chunks=()) if form else replace(plan, output=output)


def encode_parts(plan: RenderPlan) -> dict[int, Path]:
    """Render every chunk of the plan that is not copied, beside the project."""
    parts = {}
    with ChunkRenderer(plan) as renderer:
        for chunk in plan.chunks:
            if chunk.method == "encode":
                parts[chunk.index] = Path(plan.folder) / f"part{chunk.index}{renderer.suffix()}"
                renderer.render(chunk.index, parts[chunk.index], progress=lambda _: None, stop=threading.Event())
    return parts


def finish(plan: RenderPlan, target: Path, mix: Path | None = None) -> list[RenderEvent]:
    """Encode what is not copied and assemble the file."""
    return list(assemble(plan, encode_parts(plan), mix, target, stop=threading.Event()))


def methods(plan: RenderPlan) -> list[tuple[str, int]]:
    """(method, frames) of each chunk, in order."""
    return [(chunk.method, chunk.frame_count) for chunk in plan.chunks]


def steps(path: Path) -> Iterator[int]:
    """The distances between presentation times, ascending, in ticks."""
    shown = sorted(pts for pts, _, _ in packets(path))
    return (after - before for before, after in pairwise(shown))
