"""Clips, sounds and projects for the benchmarks, made once per run with plain ffmpeg."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from renderer.ffmpeg import find_ffmpeg

SAMPLE = Path(__file__).parents[2] / "resources" / "sample"


def ffmpeg() -> str:
    """The binary that both sides use: ours for the mix, the peer for everything."""
    return str(find_ffmpeg().path)


def make(*arguments: str) -> None:
    """Run plain ffmpeg to make material."""
    subprocess.run([ffmpeg(), "-v", "error", "-y", *arguments], check=True)


def clip(target: Path, *, seconds: int, size: str, seed: int, rate: str = "30", gop: int = 60) -> Path:
    """A busy moving picture with film-like grain, H.264, with a tone; different for each seed."""
    video = f"testsrc2=size={size}:rate={rate}:duration={seconds},hue=h={seed * 47 % 360},noise=alls=7:allf=t:all_seed={seed}"
    tone = f"sine=frequency={220 + 55 * seed}:sample_rate=48000:duration={seconds}"
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-g", str(gop), "-pix_fmt", "yuv420p"]
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    make(
        "-f", "lavfi", "-i", video, "-f", "lavfi", "-i", tone, *encode, *tags, "-c:a", "aac", "-ac", "2", str(target)
    )  # fmt: skip
    return target


def sound(target: Path, *, seconds: int, frequency: int) -> Path:
    """A wavering tone as WAV."""
    make(
        "-f", "lavfi", "-i", f"sine=frequency={frequency}:sample_rate=48000:duration={seconds},tremolo=f=3", str(target)
    )
    return target


def project(folder: Path, segments: list[dict[str, object]], audio: list[dict[str, object]], **top: object) -> Path:
    """Write a one-scene project and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = {"id": "main", "segments": segments, "audio": audio}
    (folder / "project.json").write_text(json.dumps({"reelwright": 1, "scenes": [scene], **top}))
    return folder
