"""`make bench`: our whole-process cost beside plain ffmpeg's for the same work, as ratios, with the limits we hold."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import material
from tests.bench.measure import Ratio, compare, run

REELWRIGHT = [sys.executable, "-m", "renderer"]
RUNS = int(os.environ.get("RUNS", "3"))
"""Pairs of runs behind each ratio."""

SOUNDS = ("narration", "dialogue", "music", "sfx")


def main() -> int:
    """Run the benchmarks named on the command line, or all; exit 1 when a limit is missed."""
    every: dict[str, Callable[[Path], list[tuple[str, float, float]]]] = {
        "encode": encode,
        "join": join,
        "edit": edit,
        "cold": cold,
        "memory": memory,
    }
    chosen = sys.argv[1:] or list(every)
    rows: list[tuple[str, float, float]] = []
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="reelwright-bench-") as work:
            os.environ["REELWRIGHT_HOME"] = f"{work}/data"
            os.environ["REELWRIGHT_CACHE"] = f"{work}/cache"
            for row in every[name](Path(work)):
                rows.append(row)
                label, value, limit = row
                print(f"{label:58} {value:8.3f}   limit {limit:g}   {'ok' if value <= limit else 'MISSED'}", flush=True)
    return 0 if all(value <= limit for _, value, limit in rows) else 1


def encode(work: Path) -> list[tuple[str, float, float]]:
    """Three 8 s 1080p segments re-encoded (x264 medium CRF 23) with four mixed sounds."""
    folder = work / "project"
    folder.mkdir()
    clips = [material.clip(folder / f"c{n}.mp4", seconds=8, size="1920x1080", seed=n) for n in range(3)]
    sounds = [material.sound(folder / f"a{n}.wav", seconds=24, frequency=300 + 100 * n) for n in range(4)]
    _project(folder, clips, sounds)
    ours = _render(folder, work / "ours.mp4", "--quality", "high", "--copy", "never")
    inputs = [part for path in [*clips, *sounds] for part in ("-i", str(path))]
    graph = (
        "[0:v][1:v][2:v]concat=n=3[v];[3:a][4:a][5:a][6:a]amix=inputs=4:normalize=0,aformat=channel_layouts=stereo[a]"
    )
    peer = [
        *(material.ffmpeg(), "-v", "error", "-y", *inputs, "-filter_complex", graph, "-map", "[v]", "-map", "[a]"),
        *(
            "-c:v",
            "libx264",
            "-preset",
            "medium",
            "-crf",
            "23",
            "-c:a",
            "aac",
            "-b:a",
            "192k",
            "-movflags",
            "+faststart",
        ),
        str(work / "peer.mp4"),
    ]
    ratio = compare([ours], [peer], runs=RUNS)
    return _rows("encode 3x8 s 1080p + 4 sounds, against ffmpeg", ratio, cpu=1.08, wall=1.10)


def join(work: Path) -> list[tuple[str, float, float]]:
    """Three unchanged 60 s 1080p segments joined by copying, with four mixed sounds."""
    folder = work / "project"
    folder.mkdir()
    clips = [material.clip(folder / f"c{n}.mp4", seconds=60, size="1920x1080", seed=n) for n in range(3)]
    sounds = [material.sound(folder / f"a{n}.wav", seconds=180, frequency=300 + 100 * n) for n in range(4)]
    _project(folder, clips, sounds)
    ours = _render(folder, work / "ours.mp4", "--quality", "match")
    listing = work / "list.txt"
    listing.write_text("".join(f"file '{path}'\n" for path in clips))
    inputs = [part for path in sounds for part in ("-i", str(path))]
    graph = "[0:a][1:a][2:a][3:a]amix=inputs=4:normalize=0,aformat=channel_layouts=stereo[a]"
    base = [material.ffmpeg(), "-v", "error", "-y"]
    mix = [
        *base,
        *inputs,
        "-filter_complex",
        graph,
        "-map",
        "[a]",
        "-c:a",
        "aac",
        "-b:a",
        "192k",
        str(work / "mix.m4a"),
    ]
    copy = [
        *(*base, "-f", "concat", "-safe", "0", "-i", str(listing), "-i", str(work / "mix.m4a")),
        *("-map", "0:v", "-map", "1:a", "-c", "copy", "-movflags", "+faststart", str(work / "peer.mp4")),
    ]
    ratio = compare([ours], [mix, copy], runs=RUNS)
    return _rows("join 3x60 s 1080p by copy + 4 sounds, against ffmpeg", ratio, wall=2.0)


def edit(work: Path) -> list[tuple[str, float, float]]:
    """One segment of a five-minute project changed: the second render against the first."""
    folder = work / "project"
    folder.mkdir()
    clips = [material.clip(folder / f"c{n}.mp4", seconds=50, size="1280x720", seed=n) for n in range(6)]
    music = material.sound(folder / "music.wav", seconds=300, frequency=330)
    segments = [
        {"id": f"s{n}", "clip": clips[n % 6].name, "in": str(5 * (n // 6)), "out": str(5 * (n // 6) + 5)}
        for n in range(60)
    ]
    audio = [{"id": "m", "kind": "music", "clip": music.name}]
    top = {"width": 1280, "height": 720, "fps": 30}
    material.project(folder, segments, audio, **top)
    command = _render(folder, work / "out.mp4", "--quality", "high", "--copy", "never", cache=True)
    first = run(command)
    segments[30] = {**segments[30], "in": "44", "out": "49"}
    material.project(folder, segments, audio, **top)
    second = run(command)
    label = "edit one segment of 60 in five minutes, against full"
    return [
        (f"{label} (cpu {first.cpu_s:.0f} s): cpu", second.cpu_s / first.cpu_s, 0.06),
        (f"{label} (wall {first.wall_s:.0f} s): wall", second.wall_s / first.wall_s, 0.06),
    ]


def cold(work: Path) -> list[tuple[str, float, float]]:
    """One second of 360p from a cold start, in seconds of wall clock."""
    folder = work / "project"
    folder.mkdir()
    clips = [material.clip(folder / "c.mp4", seconds=1, size="640x360", seed=1)]
    _project(folder, clips, [], width=640, height=360)
    walls = sorted(run(_render(folder, work / "out.mp4", "--copy", "never")).wall_s for _ in range(5))
    return [("one 1 s 360p clip from a cold start, seconds", walls[2], 2.0)]


def memory(work: Path) -> list[tuple[str, float, float]]:
    """Peak memory of the largest process over a two-minute 1080p render, in MB."""
    folder = work / "project"
    folder.mkdir()
    material.clip(folder / "c.mp4", seconds=20, size="1920x1080", seed=1)
    segments = [{"id": f"s{n}", "clip": "c.mp4", "in": "0", "out": "20"} for n in range(6)]
    material.project(folder, segments, [], width=1920, height=1080, fps=30)
    cost = run(_render(folder, work / "out.mp4", "--quality", "low", "--copy", "never"))
    return [("peak memory of a worker, 2 min of 1080p, MB", cost.peak_mb, 500)]


def _project(folder: Path, clips: list[Path], sounds: list[Path], **top: object) -> None:
    segments: list[dict[str, object]] = [{"id": f"s{n}", "clip": path.name} for n, path in enumerate(clips)]
    audio: list[dict[str, object]] = [
        {"id": f"a{n}", "kind": SOUNDS[n], "clip": path.name} for n, path in enumerate(sounds)
    ]
    material.project(folder, segments, audio, **{"width": 1920, "height": 1080, "fps": 30, **top})


def _render(folder: Path, target: Path, *options: str, cache: bool = False) -> list[str]:
    kinds = ["--audio", ",".join(SOUNDS)]
    return [
        *(*REELWRIGHT, "render", str(folder), "-o", str(target), "--overwrite", *options, *kinds),
        *([] if cache else ["--no-cache"]),
    ]


def _rows(label: str, ratio: Ratio, **limits: float) -> list[tuple[str, float, float]]:
    return [(f"{label}: {name}", getattr(ratio, name), limit) for name, limit in limits.items()]


if __name__ == "__main__":
    sys.exit(main())
