"""Clips as cameras, phones and recorders write them come out right: the right frame, upright, in the right colours."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import MediaError
from renderer.facts import VideoFacts
from renderer.frames.source import FrameRequest
from renderer.media.library import MediaLibrary
from renderer.media.probe import probe
from renderer.output import Canvas
from renderer.segments import KINDS
from tests.media import FFMPEG, ffmpeg, numbered, numbered_clip, read_number

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "12")


def shown(
    path: Path, count: int, *, fps: Fraction | int = 25, size: tuple[int, int] = (320, 180), **segment: object
) -> list[np.ndarray]:
    """The first `count` pictures of a clip segment, as rgb."""
    clip = KINDS["clip"].model_validate({"id": "s", "clip": path.name, **segment})
    facts, problems = MediaLibrary(path.parent / "cache").facts(path.parent, [path.name])
    assert not problems
    canvas = Canvas(*size, Fraction(fps), "rgb24")
    with clip.open_frames(FrameRequest(path.parent, canvas, facts, count)) as source:
        return [source.frame(n).to_ndarray() for n in range(count)]


def spelled(path: Path, count: int, **more: object) -> list[int]:
    return [read_number(picture[..., 1]) for picture in shown(path, count, **more)]  # type: ignore[arg-type]


def video_of(path: Path) -> VideoFacts:
    video = probe(path, name=path.name).video
    assert video is not None
    return video


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.mov", "a.webm", "a.avi"])
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001)])
def test_every_frame_comes_once_whatever_the_container_does_to_times(tmp_path: Path, name: str, rate: Fraction) -> None:
    vp9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-crf", "20", "-b:v", "0")
    clip = numbered_clip(tmp_path / name, rate=rate, options=vp9 if name.endswith("webm") else (*X264, "-bf", "2"))

    assert spelled(clip, 50, fps=rate) == list(range(50))


def test_a_clip_of_another_rate_shows_the_picture_whose_time_it_is(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "a.mkv", frames=48, rate=24)

    assert spelled(clip, 60, fps=30) == [n * 24 // 30 for n in range(60)]


def test_a_clip_of_uneven_rate_shows_each_picture_for_its_own_time(tmp_path: Path) -> None:
    numbered_clip(tmp_path / "even.mkv", frames=40)
    uneven = tmp_path / "uneven.mkv"
    ffmpeg("-i", tmp_path / "even.mkv", "-vf", "select='not(between(n,10,19))'", "-fps_mode", "vfr", *X264, uneven)

    assert spelled(uneven, 40) == [9 if 10 <= n < 20 else n for n in range(40)]


def test_a_clip_starts_at_its_first_picture_even_in_a_stream_that_starts_later(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "a.ts", options=(*X264, "-muxdelay", "3", "-output_ts_offset", "100"))

    assert video_of(clip).start_s > 90
    assert spelled(clip, 10, **{"in": "0.4"}) == list(range(10, 20))


def test_an_edit_list_is_honoured(tmp_path: Path) -> None:
    numbered_clip(tmp_path / "whole.mp4", options=(*X264, "-g", "50"))
    ffmpeg("-ss", "0.48", "-i", tmp_path / "whole.mp4", "-c", "copy", tmp_path / "cut.mp4")

    assert spelled(tmp_path / "cut.mp4", 5) == [12, 13, 14, 15, 16]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_phone_clip_comes_out_upright(tmp_path: Path, turn: int) -> None:
    numbered_clip(tmp_path / "a.mp4", frames=5)
    ffmpeg("-display_rotation", str(-turn), "-i", tmp_path / "a.mp4", "-c", "copy", tmp_path / "b.mp4")
    upright = tmp_path / "judge.png"
    ffmpeg("-i", tmp_path / "b.mp4", "-frames:v", "1", upright)
    width, height = (180, 320) if turn in (90, 270) else (320, 180)

    picture = shown(tmp_path / "b.mp4", 1, size=(width, height))[0]

    assert video_of(tmp_path / "b.mp4").rotation == turn
    assert np.abs(picture.astype(int) - pixels(upright)).mean() < 2


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "a.mp4", frames=5, filters="format=yuv420p,setsar=2")

    picture = shown(clip, 1, size=(640, 180))[0]

    assert video_of(clip).display_size == (640, 180)
    assert read_number(picture[..., 1]) == 0
    assert picture[100, 5].mean() > 60


@pytest.mark.parametrize(("fit", "edge"), [("contain", (255, 0, 0)), ("cover", None), ("stretch", None)])
def test_the_fit_leaves_bars_only_where_it_should(tmp_path: Path, fit: str, edge: tuple[int, ...] | None) -> None:
    clip = numbered_clip(tmp_path / "a.mp4", frames=3)
    segment = KINDS["clip"].model_validate({"id": "s", "clip": "a.mp4", "fit": fit})
    facts, _ = MediaLibrary(tmp_path / "cache").facts(tmp_path, ["a.mp4"])
    canvas = Canvas(200, 200, Fraction(25), "rgb24", "#ff0000")

    with segment.open_frames(FrameRequest(tmp_path, canvas, facts, 3)) as source:
        picture = source.frame(0).to_ndarray()

    assert clip.exists()
    is_bar = tuple(picture[4, 100]) == (255, 0, 0)
    assert is_bar == (edge is not None)
    if fit == "stretch":
        assert read_number(picture[..., 1]) == 0


def test_odd_sizes_and_ten_bits_are_no_problem(tmp_path: Path) -> None:
    ten = (*X264, "-pix_fmt", "yuv444p10le")
    clip = numbered_clip(tmp_path / "a.mp4", size=(321, 181), options=ten, filters="format=yuv444p10le")

    assert (video_of(clip).bit_depth, video_of(clip).width) == (10, 321)
    assert spelled(clip, 20) == list(range(20))


@pytest.mark.parametrize(
    ("matrix", "range_"), [("smpte170m", "tv"), ("bt709", "tv"), ("smpte170m", "pc"), ("bt709", "pc")]
)
def test_colours_come_out_as_they_went_in_whatever_the_matrix_and_range(
    tmp_path: Path, matrix: str, range_: str
) -> None:
    clip = tmp_path / "a.mp4"
    scale = f"scale=out_color_matrix={matrix}:out_range={range_},format=yuv444p"
    tags = ["-colorspace", matrix, "-color_range", range_]
    color = (200, 40, 90)
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "color=c=0xC8285A:size=320x180:rate=25:duration=0.2,format=rgb24",
        "-vf",
        scale,
        *X264,
        *tags,
        clip,
    )

    picture = shown(clip, 1)[0]

    assert np.abs(picture.reshape(-1, 3).mean(axis=0) - color).max() < 3


def test_the_lines_of_an_interlaced_clip_do_not_comb(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    # A bar that moves 12 pixels between fields: woven together, its edges are a comb.
    weave = "tinterlace=mode=interleave_top,setfield=tff,format=yuv420p"
    moving = "color=black:s=320x180:r=50:d=1[b];color=white:s=60x180:r=50:d=1[w];[b][w]overlay=x=t*600"
    ffmpeg("-filter_complex", f"{moving},{weave}", *X264, "-flags", "+ildct+ilme", "-x264-params", "tff=1", clip)

    picture = shown(clip, 6)[5][..., 1].astype(int)
    woven = np.abs(np.diff(picture[10:170], axis=0)).max(axis=1)

    assert video_of(clip).interlaced
    assert np.median(woven) < 60


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_is_tone_mapped_so_that_white_is_white_and_grey_is_grey(
    tmp_path: Path, transfer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELWRIGHT_CACHE", str(tmp_path / "it's: a 'cache', [odd]; one"))
    clip = tmp_path / "hdr.mp4"
    # Reference white of BT.2408: PQ 58 %, HLG 75 % signal. In 10-bit limited range.
    code = {"smpte2084": 64 + 0.58 * 876, "arib-std-b67": 64 + 0.75 * 876}[transfer]
    luma = np.full((90, 320), 64, np.uint16)
    luma[:, 160:] = round(code)
    raw = tmp_path / "raw.yuv"
    raw.write_bytes((luma.tobytes() + np.full((45, 160), 512, np.uint16).tobytes() * 2) * 3)
    head = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-video_size", "320x90", "-framerate", "25", "-i", raw]
    tags = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv"
    ffmpeg(*head, "-vf", tags, "-c:v", "libx265", "-x265-params", "log-level=error:crf=8", clip)

    picture = shown(clip, 1, size=(320, 90))[0]

    assert video_of(clip).color.is_hdr
    assert picture[45, 40].max() <= 8
    white = picture[45, 280].astype(int)
    assert white.min() > 200
    assert white.max() - white.min() <= 6


def test_a_transparent_still_lies_over_the_background(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=c=0xff0000@0.5:size=64x64,format=rgba", "-frames:v", "1", tmp_path / "s.png")
    still = KINDS["still"].model_validate({"id": "s", "still": "s.png", "duration": 1, "fit": "stretch"})
    facts, _ = MediaLibrary(tmp_path / "cache").facts(tmp_path, ["s.png"])
    canvas = Canvas(64, 64, Fraction(25), "rgb24", "#0000ff")

    with still.open_frames(FrameRequest(tmp_path, canvas, facts, 1)) as source:
        pixel = source.frame(0).to_ndarray()[32, 32]

    assert np.abs(pixel.astype(int) - (128, 0, 127)).max() <= 2


def test_a_truncated_clip_plays_as_far_as_it_goes_and_says_so(tmp_path: Path) -> None:
    whole = numbered_clip(tmp_path / "a.mkv", frames=75, options=(*X264, "-g", "10"))
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    seen = spelled(cut, 75)

    known = video_of(cut).duration_s * 25
    assert 10 < known < 70
    assert seen[:20] == list(range(20))
    assert seen[-1] == max(seen)


def test_a_clip_with_damage_in_the_middle_still_plays_to_its_end(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "a.mp4", frames=75, options=(*X264, "-g", "10"))
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    clip.write_bytes(data)

    seen = spelled(clip, 75)

    assert seen[:15] == list(range(15))
    assert seen[-5:] == list(range(70, 75))


@pytest.mark.parametrize("content", [b"", b"not a film", bytes(5000)])
def test_a_file_that_is_no_media_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)

    with pytest.raises(MediaError, match=r"film\.mp4"):
        probe(path, name="film.mp4")


def test_a_playlist_that_points_at_the_network_or_other_files_is_not_followed(tmp_path: Path) -> None:
    numbered_clip(tmp_path / "secret.ts", frames=5)
    path = tmp_path / "a.mp4"
    path.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXTINF:1,\n{tmp_path}/secret.ts\n"
    )

    with pytest.raises(MediaError):
        probe(path, name="a.mp4")


def test_sound_streams_are_told_with_the_one_that_players_choose(tmp_path: Path) -> None:
    clip = tmp_path / "a.mkv"
    sounds = ["-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "anoisesrc=d=1:r=44100,aformat=channel_layouts=5.1"]
    ffmpeg(
        *sounds, "-map", "0", "-map", "1", "-c:a", "flac", "-disposition:a:0", "0", "-disposition:a:1", "default", clip
    )

    facts = probe(clip, name="a.mkv")

    assert facts.video is None
    assert facts.audio is not None
    assert (facts.audio_streams, facts.audio.channels, facts.audio.sample_rate) == (2, 6, 44100)


def test_cover_art_is_not_taken_for_video(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1", tmp_path / "c.png")
    song = tmp_path / "song.mp3"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "sine=d=1",
        "-i",
        tmp_path / "c.png",
        "-map",
        "0",
        "-map",
        "1",
        "-disposition:v:0",
        "attached_pic",
        song,
    )

    assert probe(song, name="song.mp3").video is None


def pixels(path: Path) -> np.ndarray:
    """A picture file as rgb integers, read by plain ffmpeg."""
    import subprocess

    width, height = _size(path)
    raw = subprocess.run(
        [FFMPEG, "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True,
        check=True,
    )
    return np.frombuffer(raw.stdout, np.uint8).reshape(height, width, 3).astype(int)


def _size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[16:24]
    return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")


def test_numbers_are_read_back_as_they_were_drawn() -> None:
    assert [read_number(numbered(n, 320, 180)) for n in (0, 1, 777, 4095)] == [0, 1, 777, 4095]
