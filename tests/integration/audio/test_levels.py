"""Ducking, loudness and true peak, judged by numpy and plain ffmpeg's meter."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.output import AudioOutput
from renderer.plan import DuckRule
from tests.sounds import AAC, RATE, Samples, loudness, mixed, placed, read_sound, write_wav


def tone(frequency: float, seconds: float, level: float) -> Samples:
    return (level * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def level_db(sound: Samples, frequency: float, start_s: float, stop_s: float) -> float:
    """Level of one frequency in a stretch, in dB of its amplitude."""
    part = sound[round(start_s * RATE) : round(stop_s * RATE), 0]
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(part)) / RATE)
    return float(20 * np.log10(2 * abs((part * wave).mean())))


def bursts(seconds: float, level: float, seed: int = 7) -> Samples:
    """Noise that comes and goes with short peaks, much as speech does."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(rng.normal(0, 1, count))
    spectrum[np.fft.rfftfreq(count, 1 / RATE) > 6_000] = 0
    wave = np.fft.irfft(spectrum, count) * (0.15 + np.abs(np.sin(np.arange(count) / 9_000)) ** 6)
    return (level * wave / np.abs(wave).max()).astype(np.float32)


def test_music_goes_down_by_exactly_what_is_asked_while_someone_speaks(tmp_path: Path) -> None:
    write_wav(tmp_path / "music.wav", tone(500, 6, 0.25))
    write_wav(tmp_path / "voice.wav", tone(2000, 2, 0.1))
    sounds = [
        placed(tmp_path / "music.wav", 0, 6, kind="music"),
        placed(tmp_path / "voice.wav", 2, 2, kind="narration"),
    ]

    target, _ = mixed(tmp_path, sounds, seconds=6, ducks=[DuckRule("music", ("narration",), 12)])

    sound, loud = read_sound(target), 20 * np.log10(0.25)
    assert level_db(sound, 500, 0.5, 1.5) == pytest.approx(loud, abs=0.1)
    assert level_db(sound, 500, 2.0, 4.0) == pytest.approx(loud - 12, abs=0.1)
    assert level_db(sound, 500, 4.7, 5.7) == pytest.approx(loud, abs=0.1)
    assert level_db(sound, 2000, 2.1, 3.9) == pytest.approx(-20, abs=0.1)


def test_music_stays_down_through_a_short_pause_and_comes_back_in_a_long_one(tmp_path: Path) -> None:
    write_wav(tmp_path / "music.wav", tone(500, 8, 0.25))
    write_wav(tmp_path / "voice.wav", tone(2000, 1, 0.1))
    said = [placed(tmp_path / "voice.wav", start, 1, kind="dialogue") for start in ("0.5", "2", "6")]
    music = placed(tmp_path / "music.wav", 0, 8, kind="music")

    target, _ = mixed(tmp_path, [music, *said], seconds=8, ducks=[DuckRule("music", ("dialogue",), 10)])

    sound, loud = read_sound(target), 20 * np.log10(0.25)
    assert level_db(sound, 500, 1.6, 1.9) == pytest.approx(loud - 10, abs=0.1)
    assert level_db(sound, 500, 4.0, 5.0) == pytest.approx(loud, abs=0.1)


def test_what_makes_others_quiet_may_itself_be_made_quiet(tmp_path: Path) -> None:
    write_wav(tmp_path / "music.wav", tone(500, 3, 0.25))
    write_wav(tmp_path / "effect.wav", tone(1000, 3, 0.25))
    write_wav(tmp_path / "voice.wav", tone(2000, 3, 0.1))
    kinds = {"music": "music", "effect": "sfx", "voice": "narration"}
    sounds = [placed(tmp_path / f"{name}.wav", 0, 3, kind=kind) for name, kind in kinds.items()]
    ducks = [DuckRule("sfx", ("narration",), 6), DuckRule("music", ("sfx",), 12)]

    sound = read_sound(mixed(tmp_path, sounds, seconds=3, ducks=ducks)[0])

    loud = 20 * np.log10(0.25)
    assert level_db(sound, 500, 0.5, 2.5) == pytest.approx(loud - 12, abs=0.1)
    assert level_db(sound, 1000, 0.5, 2.5) == pytest.approx(loud - 6, abs=0.1)


def test_many_sounds_duck_as_few_do(tmp_path: Path) -> None:
    write_wav(tmp_path / "music.wav", tone(500, 3, 0.25))
    write_wav(tmp_path / "voice.wav", tone(2000, 0.1, 0.1))
    said = [placed(tmp_path / "voice.wav", Fraction(n, 40) + 1, Fraction(1, 10), kind="dialogue") for n in range(40)]
    music = placed(tmp_path / "music.wav", 0, 3, kind="music")

    target, _ = mixed(tmp_path, [music, *said], seconds=3, ducks=[DuckRule("music", ("dialogue",), 10)])

    assert level_db(read_sound(target), 500, 1.2, 1.8) == pytest.approx(20 * np.log10(0.25) - 10, abs=0.1)


@pytest.mark.parametrize(("codec", "rate"), [("aac", 192_000), ("pcm", 0), ("opus", 128_000), ("mp3", 192_000)])
def test_the_file_has_its_loudness_and_keeps_its_peaks(tmp_path: Path, codec: str, rate: int) -> None:
    write_wav(tmp_path / "speech.wav", bursts(8, 0.2))
    output = AudioOutput(codec, RATE, rate)

    target, result = mixed(
        tmp_path, [placed(tmp_path / "speech.wav", 0, 8)], seconds=8, output=output, loudness_lufs=-16
    )

    heard_lufs, peak_dbtp = loudness(target)
    assert heard_lufs == pytest.approx(-16, abs=0.5)
    assert result.loudness_lufs == pytest.approx(heard_lufs, abs=0.5)
    assert peak_dbtp <= (-0.9 if codec == "pcm" else -0.5)
    assert result.warnings == ()


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_every_rate_has_its_loudness_and_its_length(tmp_path: Path, rate: int) -> None:
    write_wav(tmp_path / "speech.wav", bursts(4, 0.2))
    sounds = [placed(tmp_path / "speech.wav", 0, 4)]

    target, _ = mixed(tmp_path, sounds, seconds=4, output=AudioOutput("pcm", rate, 0), loudness_lufs=-14)

    assert len(read_sound(target, rate)) == 4 * rate
    assert loudness(target)[0] == pytest.approx(-14, abs=0.5)
    assert loudness(target)[1] <= -0.9


def test_limiting_moves_nothing(tmp_path: Path) -> None:
    write_wav(tmp_path / "speech.wav", bursts(5, 0.2))
    sounds = [placed(tmp_path / "speech.wav", 0, 5)]
    plain = read_sound(mixed(tmp_path, sounds, seconds=5)[0])[:, 0]

    limited = read_sound(mixed(tmp_path, sounds, seconds=5, loudness_lufs=-14)[0])[:, 0]

    matches = [float(np.dot(plain[1_000:-1_000], np.roll(limited, -lag)[1_000:-1_000])) for lag in range(-50, 51)]
    assert int(np.argmax(matches)) - 50 == 0
    assert len(limited) == 5 * RATE


def test_a_quiet_mix_is_only_raised_where_its_peaks_allow(tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", tone(997, 5, 0.01))
    sounds = [placed(tmp_path / "tone.wav", 0, 5)]
    plain = read_sound(mixed(tmp_path, sounds, seconds=5)[0])

    target, _ = mixed(tmp_path, sounds, seconds=5, loudness_lufs=-20)

    raised = read_sound(target)
    factor = float(np.dot(raised[:, 0], plain[:, 0]) / np.dot(plain[:, 0], plain[:, 0]))
    assert np.allclose(raised, factor * plain, atol=2e-5)
    assert loudness(target)[0] == pytest.approx(-20, abs=0.3)


def test_silence_stays_silent_and_says_so(tmp_path: Path) -> None:
    write_wav(tmp_path / "nothing.wav", np.zeros(RATE, np.float32))

    target, result = mixed(tmp_path, [placed(tmp_path / "nothing.wav")], loudness_lufs=-14)

    assert not read_sound(target).any()
    assert result.loudness_lufs is None
    assert len(result.warnings) == 1


def test_sound_over_full_scale_is_told(tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", tone(500, 1, 0.7))

    _, result = mixed(tmp_path, [placed(tmp_path / "tone.wav"), placed(tmp_path / "tone.wav")], seconds=1)

    assert len(result.warnings) == 1
    assert "2.9 dB" in result.warnings[0]


@pytest.mark.parametrize(("codec", "rate"), [("aac", 192_000), ("pcm", 0), ("opus", 128_000), ("mp3", 192_000)])
def test_every_codec_gives_back_every_sample_in_its_place(tmp_path: Path, codec: str, rate: int) -> None:
    wave = np.where(np.arange(2 * RATE) >= RATE, tone(500, 2, 0.5), 0).astype(np.float32)
    write_wav(tmp_path / "tone.wav", wave)

    target, result = mixed(
        tmp_path, [placed(tmp_path / "tone.wav", 0, 2)], seconds=2, output=AudioOutput(codec, RATE, rate)
    )

    sound = read_sound(target)[:, 0]
    matches = [
        float(np.dot(wave[RATE : RATE + 4800], np.roll(sound, -lag)[RATE : RATE + 4800])) for lag in range(-90, 91)
    ]
    assert abs(int(np.argmax(matches)) - 90) <= 1
    assert len(sound) == result.sample_count
    assert result.size_bytes == target.stat().st_size


def test_the_same_mix_has_the_same_bytes(tmp_path: Path) -> None:
    write_wav(tmp_path / "speech.wav", bursts(3, 0.2))
    sounds = [placed(tmp_path / "speech.wav", 0, 3)]

    first = mixed(tmp_path, sounds, seconds=3, output=AAC, loudness_lufs=-14)[0].read_bytes()
    second = mixed(tmp_path, sounds, seconds=3, output=AAC, loudness_lufs=-14)[0].read_bytes()

    assert first == second
