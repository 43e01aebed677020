"""A graph becomes a command line of ffmpeg's, and a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import Any

import ffmpeg

from renderer.ffmpeg import find_ffmpeg, run_ffmpeg
from renderer.output import AudioOutput

FLOATS: dict[str, Any] = {"acodec": "pcm_f32le", "rf64": "auto", "f": "wav"}
"""What steps hand to each other: nothing is rounded or cut off, and no length is too long."""


def codec_options(output: AudioOutput) -> dict[str, Any]:
    """Encoder and container of the finished mix."""
    match output.codec:
        case "aac":
            return {"acodec": "aac", "audio_bitrate": output.bit_rate, "f": "ipod"}
        case "opus":
            return {"acodec": "libopus", "audio_bitrate": output.bit_rate, "f": "webm"}
        case "mp3":
            return {"acodec": "libmp3lame", "audio_bitrate": output.bit_rate, "f": "mp3"}
        case _:
            return {"acodec": "pcm_s24le", "rf64": "auto", "f": "wav"}


def run_graph(
    stream: Any,
    target: Path,
    options: Mapping[str, Any],
    *,
    stop: Event,
    progress: Callable[[Fraction], None],
) -> str:
    """Write `stream` to `target` and return what ffmpeg said. A file beside `target` holds the graph.

    Raises what `run_ffmpeg` raises.
    """
    told = {"threads": 1, "bitexact": None, "map_metadata": -1, **options}
    # With -copyts times in the graph are those in the files, whatever their containers' clocks start with.
    line = ["-loglevel", "info", "-copyts", *ffmpeg.output(stream, f"file:{target}", **told).get_args()]
    return run_ffmpeg(_graph_from_file(line, target), stop=stop, progress=progress)


def _graph_from_file(line: list[str], target: Path) -> list[str]:
    """The graph comes from a file, so that the length of a command line is no limit."""
    if "-filter_complex" not in line:
        return line
    at = line.index("-filter_complex")
    script = target.with_suffix(".graph")
    script.write_text(line[at + 1], encoding="utf-8")
    option = "-/filter_complex" if find_ffmpeg().number >= (7, 0) else "-filter_complex_script"
    return [*line[:at], option, str(script), *line[at + 2 :]]
