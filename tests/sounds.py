"""Sounds for tests, and what is heard in a file, read by plain ffmpeg."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderer.audio.mix import MixResult, mix
from renderer.facts import MediaFacts
from renderer.media.probe import probe
from renderer.output import AudioOutput
from renderer.plan import AudioPlan, DuckRule, PlacedSound
from tests.media import FFMPEG, ffmpeg

RATE = 48000
PCM = AudioOutput("pcm", RATE, 0)
AAC = AudioOutput("aac", RATE, 192_000)
SUFFIX = {"aac": ".m4a", "opus": ".webm", "pcm": ".wav", "mp3": ".mp3"}

Samples = NDArray[np.float32]


def write_wav(path: Path, samples: Samples, rate: int = RATE, *options: str) -> Path:
    """Float samples (n, or n×channels) as a file; the format is told by the name."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    head = [FFMPEG, "-v", "error", "-y", "-f", "f32le", "-ar", str(rate), "-ac", str(channels), "-i", "-"]
    command = [*head, *(options or ("-c:a", "pcm_f32le")), str(path)]
    subprocess.run(command, input=samples.astype("<f4").tobytes(), check=True, timeout=60)
    return path


def clicks(path: Path, *at: int, length: int = RATE, rate: int = RATE) -> Path:
    """A mono file, silent but for single samples of 0.5."""
    samples = np.zeros(length, np.float32)
    samples[list(at)] = 0.5
    return write_wav(path, samples, rate)


def steady(path: Path, *, seconds: float = 1.0, level: float = 0.25) -> Path:
    """A constant: every gain shows as it is."""
    return write_wav(path, np.full(round(seconds * RATE), level, np.float32))


def read_sound(path: Path, rate: int = RATE) -> Samples:
    """What plain ffmpeg hears: n×2."""
    command = [FFMPEG, "-v", "error", "-i", str(path), "-f", "f32le", "-ac", "2", "-ar", str(rate), "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2)


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) by plain ffmpeg's meter."""
    said = ffmpeg("-i", path, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-").rpartition("Summary:")[2]
    found = [re.search(words, said) for words in (r"I:\s+(\S+) LUFS", r"Peak:\s+(\S+) dBFS")]
    assert found[0] is not None
    assert found[1] is not None
    return float(found[0][1]), float(found[1][1])


def placed(path: Path, start: float | str = 0, length: float | str = 1, kind: str = "sfx", **more: Any) -> PlacedSound:
    """A sound of the file's folder, from its beginning unless told."""
    start_s, length_s = Fraction(start), Fraction(length)
    told = {"in_s": Fraction(0), "out_s": length_s, **more}
    return PlacedSound(kind, path.name, "", start_s=start_s, stop_s=start_s + length_s, **told)


def mixed(
    folder: Path,
    sounds: Sequence[PlacedSound],
    *,
    seconds: float = 2,
    output: AudioOutput = PCM,
    ducks: Sequence[DuckRule] = (),
    loudness_lufs: float | None = None,
    stop: Event | None = None,
    facts: Mapping[str, MediaFacts] | None = None,
) -> tuple[Path, MixResult]:
    """Mix files of `folder` there."""
    count = round(seconds * output.sample_rate)
    plan = AudioPlan("d", count, output.sample_rate, tuple(sounds), tuple(ducks), loudness_lufs, -1.0)
    names = {sound.path for sound in sounds}
    facts = facts or {name: probe(folder / name, name=name) for name in names}
    target = folder / f"mixed{SUFFIX[output.codec]}"
    result = mix(plan, folder, output, target, facts=facts, stop=stop or Event(), progress=lambda step, done_s: None)
    return target, result
