"""Every sound begins, ends, fades and repeats at its very sample."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.output import AudioOutput
from tests.media import ffmpeg
from tests.sounds import RATE, clicks, mixed, placed, read_sound, steady, write_wav


def heard_clicks(path: Path) -> list[int]:
    return [int(n) for n in np.flatnonzero(np.abs(read_sound(path)[:, 0]) > 0.25)]


def test_a_sound_lies_at_its_sample_and_the_mix_has_its_length(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 100)

    target, result = mixed(tmp_path, [placed(click, "0.5")], seconds=1.75)

    sound = read_sound(target)
    assert len(sound) == result.sample_count == round(1.75 * RATE)
    assert heard_clicks(target) == [RATE // 2 + 100]
    assert np.allclose(sound[:, 0], sound[:, 1])
    assert sound[RATE // 2 + 100, 0] == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("name", ["click.wav", "click.flac", "click.mka", "click.au"])
def test_a_late_cut_of_a_long_file_is_exact(tmp_path: Path, name: str) -> None:
    made = clicks(tmp_path / "made.wav", 20 * RATE + 7, length=22 * RATE)
    codec = "pcm_s16be" if name == "click.au" else "pcm_s16le" if name == "click.wav" else "flac"
    ffmpeg("-v", "error", "-i", made, "-c:a", codec, tmp_path / name)
    late = placed(tmp_path / name, "0.25", "0.5", in_s=Fraction(20), out_s=Fraction("20.5"))

    target, _ = mixed(tmp_path, [late])

    assert heard_clicks(target) == [RATE // 4 + 7]


def test_a_sound_past_its_files_end_or_of_no_length_is_silence(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 100)
    past = placed(click, "0.5", 1, in_s=Fraction(30), out_s=Fraction(31))
    short = placed(click, "0.25", Fraction(1, 200_000))

    target, result = mixed(tmp_path, [placed(click), past, short, placed(click, 1)])

    assert heard_clicks(target) == [100, RATE + 100]
    assert result.warnings == ()


def test_what_lies_outside_in_and_out_is_not_heard(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 100, 12_000, 23_999, 24_000)
    cut = placed(click, "1", "0.25", in_s=Fraction("0.25"), out_s=Fraction("0.5"))

    target, _ = mixed(tmp_path, [cut])

    assert heard_clicks(target) == [RATE, RATE + 11_999]


def test_a_loop_repeats_without_a_gap(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 10, length=12_000)
    looped = placed(click, "0.5", "1", in_s=Fraction(0), out_s=Fraction("0.25"), loop=True)

    target, _ = mixed(tmp_path, [looped])

    assert heard_clicks(target) == [24_010 + 12_000 * n for n in range(4)]


def test_a_loop_keeps_its_period_where_the_file_ends_early(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 10, length=11_000)
    looped = placed(click, 0, "1", in_s=Fraction(0), out_s=Fraction("0.25"), loop=True)

    target, _ = mixed(tmp_path, [looped])

    assert heard_clicks(target) == [10 + 12_000 * n for n in range(4)]


def test_a_long_loop_repeats_without_a_gap_too(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 10, length=70 * 8_000, rate=8_000)
    looped = placed(click, 1, 160, in_s=Fraction(0), out_s=Fraction(70), loop=True, from_s=Fraction(2))

    target, _ = mixed(tmp_path, [looped], seconds=170, output=AudioOutput("pcm", 8_000, 0))

    sound = np.abs(read_sound(target, 8_000)[:, 0])
    assert np.flatnonzero(sound > 0.25).tolist() == [8_010 + 560_000, 8_010 + 1_120_000]


def test_a_range_within_a_loop_keeps_its_beat(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 10, length=12_000)
    looped = placed(click, "-10.1", "12", in_s=Fraction(0), out_s=Fraction("0.25"), loop=True, to_s=Fraction(1))

    target, _ = mixed(tmp_path, [looped], seconds=1)

    assert heard_clicks(target) == [n for n in range(10 - 484_800, RATE, 12_000) if n >= 0]


def test_fades_begin_and_end_in_silence_and_are_over_in_time(tmp_path: Path) -> None:
    tone = steady(tmp_path / "steady.wav")
    faded = placed(tone, "0.5", fade_in_s=Fraction("0.1"), fade_out_s=Fraction("0.3"))

    target, _ = mixed(tmp_path, [faded])

    sound = read_sound(target)[:, 0]
    assert abs(sound[24_000]) < 0.001
    assert abs(sound[71_999]) < 0.001
    assert np.allclose(sound[24_000 + 4_800 : 72_000 - 14_400], 0.25, atol=1e-4)
    assert np.all(np.diff(sound[24_000:28_800]) >= -1e-6)


def test_a_gain_curve_moves_evenly_in_db(tmp_path: Path) -> None:
    tone = steady(tmp_path / "steady.wav", seconds=2)
    curved = placed(tone, 0, 2, curve=((Fraction("0.5"), 0.0), (Fraction("1.5"), -20.0)), gain_db=6.0)

    target, _ = mixed(tmp_path, [curved])

    level_db = 20 * np.log10(read_sound(target)[:, 0] / 0.25)
    assert level_db[12_000] == pytest.approx(6, abs=0.05)
    assert level_db[48_000] == pytest.approx(-4, abs=0.05)
    assert level_db[90_000] == pytest.approx(-14, abs=0.05)


def test_a_range_cuts_a_sound_without_bending_its_fade(tmp_path: Path) -> None:
    tone = steady(tmp_path / "steady.wav")
    whole = placed(tone, "0.5", fade_in_s=Fraction("0.5"))
    cut = placed(tone, "-0.25", fade_in_s=Fraction("0.5"), to_s=Fraction("0.5"))

    full = read_sound(mixed(tmp_path, [whole])[0])
    part = read_sound(mixed(tmp_path, [cut], seconds=1)[0])

    assert np.allclose(part[:24_000], full[36_000:60_000], atol=1e-4)
    assert not part[24_000:].any()


def test_twice_the_speed_is_half_as_long_and_keeps_its_pitch(tmp_path: Path) -> None:
    wave = 0.25 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)
    write_wav(tmp_path / "tone.wav", wave.astype(np.float32))
    fast = placed(tmp_path / "tone.wav", 0, 1, out_s=Fraction(2), speed=Fraction(2))

    target, _ = mixed(tmp_path, [fast])

    sound = read_sound(target)[:, 0]
    spectrum = np.abs(np.fft.rfft(sound[: RATE // 2] * np.hanning(RATE // 2)))
    assert abs(int(spectrum.argmax()) * 2 - 440) <= 4
    assert np.abs(sound[int(0.9 * RATE) : int(0.97 * RATE)]).max() > 0.2
    assert not sound[RATE:].any()


def test_sound_missing_in_the_middle_of_a_file_is_silence_and_what_follows_stays_in_place(tmp_path: Path) -> None:
    made = clicks(tmp_path / "made.wav", 100, 96_100, length=3 * RATE)
    gap = "aselect='not(between(t,0.5,1.5))'"
    ffmpeg("-v", "error", "-i", made, "-af", f"asetnsamples=480,{gap}", "-c:a", "pcm_f32le", tmp_path / "gap.mkv")

    target, _ = mixed(tmp_path, [placed(tmp_path / "gap.mkv", 0, 3)], seconds=3)

    assert [abs(at - wanted) < 480 for at, wanted in zip(heard_clicks(target), (100, 96_100), strict=True)] == [
        True
    ] * 2


def test_a_short_gap_is_not_lost_either(tmp_path: Path) -> None:
    made = clicks(tmp_path / "made.wav", 100, 96_100, length=3 * RATE)
    gap = "aselect='not(between(t,0.5,0.54))'"
    ffmpeg("-v", "error", "-i", made, "-af", f"asetnsamples=480,{gap}", "-c:a", "pcm_f32le", tmp_path / "gap.mkv")

    target, _ = mixed(tmp_path, [placed(tmp_path / "gap.mkv", 0, 3)], seconds=3)

    assert abs(heard_clicks(target)[1] - 96_100) < 480


@pytest.mark.parametrize("name", ["late.mkv", "late.ts", "late.mp4"])
@pytest.mark.parametrize("late", ["audio", "video"])
def test_a_clips_sound_keeps_its_place_against_the_pictures(tmp_path: Path, name: str, late: str) -> None:
    tone = write_wav(tmp_path / "tone.wav", np.where(np.arange(2 * RATE) % RATE < 4_800, 0.5, 0).astype(np.float32))
    offset = ["-itsoffset", "0.4"]
    ffmpeg(
        "-v", "error", "-copyts", *(offset if late == "video" else []), "-f", "lavfi", "-i", "testsrc=s=64x64:r=25:d=3",
        *(offset if late == "audio" else []), "-i", tone, "-c:v", "libx264", "-c:a", "aac", "-bf", "0",
        "-avoid_negative_ts", "disabled", tmp_path / name,
    )  # fmt: skip

    target, _ = mixed(tmp_path, [placed(tmp_path / name, 0, "2.4", kind="clip")], seconds=2.4)

    loud = np.abs(read_sound(target)[:, 0]) > 0.3
    second = RATE + (19_200 if late == "audio" else -19_200)
    begins = int(np.flatnonzero(loud & (np.arange(len(loud)) > second - 9_600))[0])
    assert abs(begins - second) < 480


def test_sixty_sounds_are_all_heard_in_their_places(tmp_path: Path) -> None:
    click = clicks(tmp_path / "click.wav", 5, length=480)
    sounds = [placed(click, Fraction(n, 40), Fraction(1, 100), kind=("sfx", "music")[n % 2]) for n in range(60)]

    target, _ = mixed(tmp_path, sounds)

    assert heard_clicks(target) == [1_200 * n + 5 for n in range(60)]


def test_a_file_in_surround_is_heard_in_stereo_with_its_centre_in_the_middle(tmp_path: Path) -> None:
    surround = np.zeros((RATE, 6), np.float32)
    surround[:24_000, 2] = 0.4
    surround[24_000:, 0] = 0.4
    write_wav(tmp_path / "surround.wav", surround, RATE, "-c:a", "pcm_f32le", "-channel_layout", "5.1")

    target, _ = mixed(tmp_path, [placed(tmp_path / "surround.wav")], seconds=1)

    sound = read_sound(target)
    centre, left = sound[12_000], sound[36_000]
    assert centre[0] == pytest.approx(centre[1])
    assert centre[0] / left[0] == pytest.approx(0.7071, abs=0.01)
    assert left[1] == pytest.approx(0, abs=1e-4)


def test_after_an_hour_the_sound_is_where_it_belongs(tmp_path: Path) -> None:
    clicks(tmp_path / "hour.wav", 8, 3_599 * 8_000 + 8, length=3_600 * 8_000, rate=8_000)
    ffmpeg("-v", "error", "-i", tmp_path / "hour.wav", "-c:a", "pcm_s16le", tmp_path / "small.wav")
    late = placed(tmp_path / "small.wav", "3598", 2, in_s=Fraction(3598), out_s=Fraction(3600))
    early = placed(tmp_path / "small.wav", 0, 1)

    target, _ = mixed(tmp_path, [early, late], seconds=3600, output=AudioOutput("pcm", 8000, 0))

    sound = np.abs(read_sound(target, 8000)[:, 0])
    assert len(sound) == 3_600 * 8_000
    assert np.flatnonzero(sound > 0.25).tolist() == [8, 3_599 * 8_000 + 8]
