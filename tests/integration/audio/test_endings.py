"""However a mix ends: a whole file, or nothing."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import MediaError, ReelwrightError, Stopped, ToolError
from renderer.ffmpeg import find_ffmpeg, run_ffmpeg
from renderer.media.probe import probe
from renderer.output import AudioOutput
from tests.sounds import RATE, mixed, placed, steady, write_wav


def test_a_stopped_mix_ends_soon_and_leaves_nothing(tmp_path: Path) -> None:
    tone = steady(tmp_path / "tone.wav")
    endless = placed(tone, 0, 7200, in_s=Fraction(0), out_s=Fraction(1), loop=True)
    stop = threading.Event()
    timer = threading.Timer(0.5, stop.set)
    timer.start()

    with pytest.raises(Stopped):
        mixed(tmp_path, [endless], seconds=7200, output=AudioOutput("aac"), loudness_lufs=-14, stop=stop)
    timer.join()

    assert [path.name for path in tmp_path.iterdir()] == ["tone.wav"]


def test_a_finished_mix_leaves_only_its_file(tmp_path: Path) -> None:
    tone = steady(tmp_path / "tone.wav")

    target, _ = mixed(tmp_path, [placed(tone)], loudness_lufs=-14)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["tone.wav", target.name])


def test_a_sound_that_is_gone_is_named_and_the_old_file_stays(tmp_path: Path) -> None:
    tone = steady(tmp_path / "tone.wav")
    target, _ = mixed(tmp_path, [placed(tone)])
    before = target.read_bytes()
    gone = placed(steady(tmp_path / "gone.wav"))

    facts = {"gone.wav": probe(tmp_path / "gone.wav", name="gone.wav")}
    (tmp_path / "gone.wav").unlink()

    with pytest.raises(MediaError, match=r"gone\.wav"):
        mixed(tmp_path, [gone], facts=facts)

    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["tone.wav", target.name])


def test_a_path_with_signs_of_every_kind_is_mixed(tmp_path: Path) -> None:
    folder = tmp_path / "a b'c%d;[x],=é-"
    folder.mkdir()
    tone = steady(folder / "-t:o'n\\e [1], 100%.wav")

    target, result = mixed(folder, [placed(tone)])

    assert result.sample_count == 2 * RATE
    assert target.is_file()


def test_ffmpegs_failure_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"No such file"):
        run_ffmpeg(["-i", tmp_path / "none.wav", "-f", "null", "-"], stop=threading.Event())


def test_ffmpeg_ends_soon_after_stop() -> None:
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    begun = time.monotonic()

    with pytest.raises(Stopped):
        run_ffmpeg(["-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-"], stop=stop)
    timer.join()

    assert time.monotonic() - begun < 10


def test_ffmpeg_tells_how_far_it_is() -> None:
    heard: list[Fraction] = []

    run_ffmpeg(
        ["-re", "-f", "lavfi", "-i", "anullsrc", "-t", "1", "-f", "null", "-"],
        stop=threading.Event(),
        progress=heard.append,
    )

    assert heard == sorted(heard)
    assert 0 < heard[-1] <= 1


def test_a_setting_that_names_no_ffmpeg_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="REELWRIGHT_FFMPEG"):
        find_ffmpeg({"REELWRIGHT_FFMPEG": str(tmp_path / "none")})


def test_the_setting_wins() -> None:
    packaged = find_ffmpeg({})

    found = find_ffmpeg({"REELWRIGHT_FFMPEG": str(packaged.path)})

    assert (found.path, found.version, found.source) == (packaged.path, packaged.version, "setting")


@pytest.mark.parametrize("broken", [b"", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"\x00" * 5_000])
def test_a_file_that_breaks_after_it_was_looked_at_is_an_error_that_names_it(tmp_path: Path, broken: bytes) -> None:
    tone = write_wav(tmp_path / "tone.wav", np.zeros(RATE, np.float32))
    sound = placed(tone)
    facts = {"tone.wav": probe(tone, name="tone.wav")}
    tone.write_bytes(broken)

    with pytest.raises(ReelwrightError, match=r"tone\.wav"):
        mixed(tmp_path, [sound], facts=facts)

    assert [path.name for path in tmp_path.iterdir()] == ["tone.wav"]
