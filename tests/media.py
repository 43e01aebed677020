"""Small real media for tests, made with plain ffmpeg: pictures that carry their own frame number, sounds with marks."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
BITS = 12
"""Bits of a frame number, as black and white blocks across the top quarter of the picture."""


def ffmpeg(*arguments: str | Path) -> str:
    """Run plain ffmpeg, an independent judge and maker; returns what it said."""
    command = [FFMPEG, "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr[-2000:]}"
    return done.stderr


def numbered(number: int, width: int, height: int) -> np.ndarray:
    """A grey picture (uint8, height×width) whose top quarter spells `number`, below it a moving bar."""
    picture = np.full((height, width), 96, np.uint8)
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        picture[: height // 4, left:right] = 235 if number >> bit & 1 else 16
    at = number * 7 % max(1, width - 8)
    picture[height // 2 :, at : at + 8] = 200
    return picture


def read_number(luma: np.ndarray) -> int:
    """The number that a picture made by `numbered` spells, at any size."""
    height, width = luma.shape
    rows = luma[height // 16 : height * 3 // 16]
    blocks = [
        rows[:, width * bit // BITS + width // BITS // 3 : width * (bit + 1) // BITS - width // BITS // 3]
        for bit in range(BITS)
    ]
    return sum((float(block.mean()) > 126) << bit for bit, block in enumerate(blocks))


def numbered_clip(
    target: Path,
    *,
    frames: int = 50,
    rate: Fraction | int = 25,
    size: tuple[int, int] = (320, 180),
    options: Sequence[str] = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-g", "25"),
    before: Sequence[str] = (),
    filters: str = "format=yuv420p",
) -> Path:
    """A clip whose frame n spells n. `options` go to the encoder, `before` to the raw input."""
    width, height = size
    raw = b"".join(numbered(n, width, height).tobytes() for n in range(frames))
    head = ["-f", "rawvideo", "-pix_fmt", "gray", "-video_size", f"{width}x{height}", "-framerate", str(rate), *before]
    color = ["-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    graph = f"scale=in_range=tv:out_range=tv,{filters}"
    command = [FFMPEG, "-hide_banner", "-y", *head, "-i", "-", "-vf", graph, *options, *color, str(target)]
    done = subprocess.run(command, input=raw, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return target


def lumas(path: Path) -> list[np.ndarray]:
    """Every decoded picture of a file as luma, uint8."""
    with av.open(str(path)) as container:
        return [frame.reformat(format="gray").to_ndarray() for frame in container.decode(video=0)]


def numbers(path: Path) -> list[int]:
    """The numbers that a file's pictures spell, in order."""
    return [read_number(luma) for luma in lumas(path)]


def complaints(path: Path) -> str:
    """What plain ffmpeg says when it decodes the whole file; empty for a sound one."""
    done = subprocess.run(
        [FFMPEG, "-v", "warning", "-nostdin", "-i", str(path), "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def write_project(folder: Path, *scenes: dict[str, Any], **top: Any) -> Path:
    """A project.json of these scenes, 320×180 at 25 fps unless told."""
    import json

    folder.mkdir(parents=True, exist_ok=True)
    data = {"reelwright": 1, "title": "Test", "width": 320, "height": 180, "fps": 25, "scenes": scenes, **top}
    (folder / "project.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def tone(target: Path, *, seconds: float = 2, frequency: int = 440, rate: int = 48000, volume: float = 0.25) -> Path:
    """A stereo sine; the format is told by the name."""
    source = f"sine=frequency={frequency}:sample_rate={rate}:duration={seconds},volume={volume * 8}"
    ffmpeg("-v", "error", "-f", "lavfi", "-i", source, "-ac", "2", target)
    return target
