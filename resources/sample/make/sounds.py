"""Makes the two sound effects out of sines: a shimmer, and birds in a meadow that loop without a seam."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

AUDIO = Path(__file__).resolve().parent.parent / "audio"
RATE = 48_000
Sound = NDArray[np.float64]


def shimmer() -> Sound:
    """A handful of small bells, upwards in D major, 3.2 s."""
    time = np.arange(int(3.2 * RATE)) / RATE
    sound = np.zeros((time.size, 2))
    for step, pitch in enumerate((74, 78, 81, 86, 88, 90, 93, 98)):
        since = time - 0.11 * step
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        ring = np.where(since > 0, np.exp(-2.6 * since) * np.minimum(since / 0.004, 1), 0)
        bell = np.sin(2 * np.pi * hertz * since) + 0.3 * np.sin(2 * np.pi * 2.76 * hertz * since) * np.exp(-6 * since)
        side = step / 7
        sound += (ring * bell)[:, None] * (np.cos(side * np.pi / 2), np.sin(side * np.pi / 2))
    return 0.16 * sound * np.minimum((3.2 - time) / 0.4, 1)[:, None]


def meadow(seed: int = 7) -> Sound:
    """Some birds near and far and a breath of wind, 8 s; what rings over the end begins the start."""
    chance = np.random.default_rng(seed)
    length = 8 * RATE
    spectrum = np.fft.rfft(chance.standard_normal((length, 2)), axis=0)
    hertz = np.fft.rfftfreq(length, 1 / RATE)[:, None]
    wind = np.fft.irfft(spectrum / (1 + (hertz / 320) ** 1.6) * (hertz > 60), axis=0)
    sound = 0.010 * wind / wind.std()
    for _ in range(15):
        call = bird(chance)
        at = int(chance.integers(0, length)) + np.arange(call.size)
        side, near = chance.uniform(0.15, 0.85), chance.uniform(0.015, 0.07)
        for echo, gain in ((0, 1.0), (3100, 0.28), (7400, 0.16)):
            ear = np.array((np.cos(side * np.pi / 2), np.sin(side * np.pi / 2)))
            np.add.at(sound, (at + echo) % length, near * gain * call[:, None] * ear)
    return sound


def bird(chance: np.random.Generator) -> Sound:
    """One call: a few chirps that glide down or up, with a tremble."""
    base, glide, pause = chance.uniform(2600, 4700), chance.uniform(-900, 1100), chance.uniform(0.04, 0.13)
    notes = []
    for _ in range(int(chance.integers(2, 7))):
        time = np.arange(int(chance.uniform(0.05, 0.12) * RATE)) / RATE
        part = time / time[-1]
        pitch = base * chance.uniform(0.94, 1.06) + glide * part + 90 * np.sin(2 * np.pi * 31 * time)
        notes += [
            np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.sin(np.pi * part) ** 1.5,
            np.zeros(int(pause * RATE)),
        ]
    return np.concatenate(notes)


def write(sound: Sound, target: Path) -> None:
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    shape = ["-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0"]
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-v", "error", "-y", *shape, target], input=pcm, check=True)


if __name__ == "__main__":
    write(shimmer(), AUDIO / "shimmer.flac")
    write(meadow(), AUDIO / "meadow.flac")
