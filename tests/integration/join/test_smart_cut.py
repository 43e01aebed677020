"""Copied and encoded spans in one file: every frame there, every frame right, nothing to complain about."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.join_kit import TAGS, X264, a_clip, a_plan, ffmpeg, finish, methods, numbers, packets, seen_after, steps

X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-tag:v", "hvc1"]


def x265(more: str) -> list[str]:
    return [*X265, "-x265-params", f"log-level=error:open-gop=0:keyint=30:min-keyint=30:scenecut=0:{more}"]


def test_only_the_frames_before_the_first_keyframe_and_after_the_last_full_stop_are_encoded(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4")

    plan = a_plan(tmp_path, [{"clip": "a.mp4", "in": "0.5", "out": "2.5"}])
    finish(plan, tmp_path / "out.mp4")

    assert [method for method, _ in methods(plan)] in (["encode", "copy"], ["encode", "copy", "encode"])
    assert methods(plan)[0] == ("encode", 15)
    assert sum(frames for method, frames in methods(plan) if method == "copy") >= 40
    assert numbers(tmp_path / "out.mp4") == list(range(15, 75))


def test_copied_packets_are_the_sources_bytes_and_lie_on_an_even_grid(tmp_path: Path) -> None:
    source = a_clip(tmp_path / "a.mp4")

    plan = a_plan(tmp_path, [{"clip": "a.mp4", "in": "0.5", "out": "2.5"}])
    finish(plan, tmp_path / "out.mp4")

    copied = next(chunk for chunk in plan.chunks if chunk.method == "copy")
    original = {data for _, _, data in packets(source)}
    same = [data in original for _, _, data in packets(tmp_path / "out.mp4")]
    assert same[copied.start : copied.stop] == [True] * copied.frame_count
    assert len(set(steps(tmp_path / "out.mp4"))) == 1
    assert all(dts <= pts for pts, dts, _ in packets(tmp_path / "out.mp4"))


def test_a_whole_clip_is_copied_without_encoding_one_frame(tmp_path: Path) -> None:
    source = a_clip(tmp_path / "a.mp4")

    plan = a_plan(tmp_path, [{"clip": "a.mp4"}, {"clip": "a.mp4"}])
    finish(plan, tmp_path / "out.mp4")

    assert methods(plan) == [("copy", 90), ("copy", 90)]
    assert numbers(tmp_path / "out.mp4") == 2 * list(range(90))
    assert [data for _, _, data in packets(tmp_path / "out.mp4")] == 2 * [data for _, _, data in packets(source)]


def test_every_seek_lands_on_its_frame(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4")
    a_clip(tmp_path / "b.mp4", *X264, "-preset", "medium", "-crf", "30", first=200)

    plan = a_plan(
        tmp_path, [{"clip": "a.mp4", "in": "0.5", "out": "2.5"}, {"clip": "b.mp4", "in": "0.2", "out": "2.2"}]
    )
    finish(plan, tmp_path / "out.mp4")

    expected = [*range(15, 75), *range(206, 266)]
    jumps = (0, 7, 14, 15, 16, 44, 58, 59, 60, 61, 83, 84, 85, 100, 119)
    assert [seen_after(tmp_path / "out.mp4", max(0, n - 0.4) / 30) for n in jumps] == [expected[n] for n in jumps]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_clips_of_different_encoders_stand_in_one_file(tmp_path: Path, codec: str) -> None:
    ways = {
        "h264": [
            ("a.mp4", X264),
            ("b.mp4", [*X264, "-bf", "2", "-refs", "5", "-crf", "30", "-x264-params", "b-pyramid=strict"]),
            ("c.ts", [*X264, "-b:v", "900k", "-maxrate", "900k", "-bufsize", "900k", "-nal-hrd", "cbr"]),
            ("d.mkv", [*X264, "-profile:v", "baseline", "-bf", "0", "-x264-params", "slices=4"]),
            ("e.mov", [*X264, "-x264-params", "cabac=0", "-crf", "12"]),
        ],
        "h265": [
            ("a.mp4", x265("bframes=3")),
            ("b.mp4", [*x265("ref=4:bframes=2"), "-crf", "35"]),
            ("c.ts", x265("repeat-headers=1:hrd=1:vbv-maxrate=900:vbv-bufsize=900")),
            ("d.mkv", x265("slices=2:qp=30")),
        ],
    }[codec]
    for place, (name, encode) in enumerate(ways):
        a_clip(tmp_path / name, *encode, frames=75, first=100 * place)

    plan = a_plan(tmp_path, [{"clip": name, "in": "0.5", "out": "2.3"} for name, _ in ways], codec=codec)
    finish(plan, tmp_path / "out.mp4")

    copied = sum(frames for method, frames in methods(plan) if method == "copy")
    assert copied >= len(ways) * 33
    assert numbers(tmp_path / "out.mp4") == [100 * place + n for place in range(len(ways)) for n in range(15, 69)]


@pytest.mark.parametrize(
    ("name", "codec", "form", "encode"),
    [
        ("a.mp4", "av1", "mp4", ["-c:v", "libsvtav1", "-preset", "6", "-crf", "10", "-g", "30", "-pix_fmt", "yuv420p"]),
        (
            "a.mkv",
            "av1",
            "webm",
            ["-c:v", "libsvtav1", "-preset", "6", "-crf", "10", "-g", "30", "-pix_fmt", "yuv420p"],
        ),
        ("a.webm", "vp9", "webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "30"]),
        ("a.mov", "prores", "mov", ["-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le"]),
    ],
)
def test_other_codecs_are_cut_the_same_way(tmp_path: Path, name: str, codec: str, form: str, encode: list[str]) -> None:
    a_clip(tmp_path / name, *encode, "-pix_fmt", "yuv422p10le" if codec == "prores" else "yuv420p")

    pixels = "yuv422p10le" if codec == "prores" else "yuv420p"
    segment = {"clip": name, "in": "0.5", "out": "2.8"}
    plan = a_plan(tmp_path, [segment], form=form, codec=codec, pixel_format=pixels, speed="slow")
    finish(plan, tmp_path / f"out.{form}")

    assert sum(frames for method, frames in methods(plan) if method == "copy") >= 45
    assert numbers(tmp_path / f"out.{form}") == list(range(15, 84))


def test_an_open_gop_is_not_entered_at_a_keyframe_that_needs_what_lies_before(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4", *X264, "-x264-params", "open-gop=1:bframes=3:keyint=30:scenecut=0:b-adapt=0")

    late = a_plan(tmp_path, [{"clip": "a.mp4", "in": "0.5"}])
    whole = a_plan(tmp_path, [{"clip": "a.mp4"}])
    finish(whole, tmp_path / "out.mp4")

    assert all(method == "encode" for method, _ in methods(late))
    assert "no keyframe that stands by itself" in late.chunks[0].reason
    assert methods(whole) == [("copy", 90)]
    assert numbers(tmp_path / "out.mp4") == list(range(90))


@pytest.mark.parametrize("rate", ["30", "30000/1001", "24000/1001"])
def test_a_container_that_rounds_times_to_milliseconds_gives_the_same_frames(tmp_path: Path, rate: str) -> None:
    a_clip(tmp_path / "a.mkv", rate=rate)

    start = 12 / Fraction(rate)
    plan = a_plan(tmp_path, [{"clip": "a.mkv", "in": str(start)}], fps=rate)
    finish(plan, tmp_path / "out.mp4")

    assert ("copy", 60) in methods(plan)
    assert numbers(tmp_path / "out.mp4") == list(range(12, 90))
    assert len(set(steps(tmp_path / "out.mp4"))) == 1


def test_frames_that_an_edit_list_hides_stay_hidden(tmp_path: Path) -> None:
    a_clip(tmp_path / "whole.mp4")
    ffmpeg("-ss", "0.5", "-i", tmp_path / "whole.mp4", "-c", "copy", tmp_path / "a.mp4")

    plan = a_plan(tmp_path, [{"clip": "a.mp4"}])
    finish(plan, tmp_path / "out.mp4")

    assert numbers(tmp_path / "a.mp4") == list(range(15, 90))
    assert numbers(tmp_path / "out.mp4") == list(range(15, 90))
    assert methods(plan)[0] == ("encode", 15)
    assert ("copy", 60) in methods(plan)


def test_a_transport_stream_that_starts_late_keeps_its_frames(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.ts", *X264, "-output_ts_offset", "95000")

    plan = a_plan(tmp_path, [{"clip": "a.ts", "in": "0.5"}])
    finish(plan, tmp_path / "out.mp4")

    assert ("copy", 60) in methods(plan)
    assert numbers(tmp_path / "out.mp4") == list(range(15, 90))


def test_a_clip_of_varying_frame_rate_is_encoded_and_says_so(tmp_path: Path) -> None:
    a_clip(tmp_path / "even.mp4", frames=60)
    uneven = ["-vf", "setpts='if(gt(N,30),PTS+0.4/TB,PTS)'", "-fps_mode", "passthrough"]
    ffmpeg("-i", tmp_path / "even.mp4", *uneven, *X264, *TAGS, tmp_path / "a.mp4")

    plan = a_plan(tmp_path, [{"clip": "a.mp4"}])

    assert {chunk.reason for chunk in plan.chunks} == {"encoded: its frame rate is not constant"}


def test_our_own_files_can_be_joined_again(tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4")
    a_clip(tmp_path / "b.mkv", *X264, "-crf", "35", first=100)
    first = a_plan(tmp_path, [{"clip": "a.mp4", "in": "0.5"}, {"clip": "b.mkv", "in": "0.5"}])
    finish(first, tmp_path / "first.mp4")

    second = a_plan(tmp_path, [{"clip": "first.mp4", "in": "0.3"}, {"clip": "a.mp4", "in": "0.1"}])
    finish(second, tmp_path / "second.mp4")

    once = [*range(15, 90), *range(115, 190)]
    assert any(method == "copy" for method, _ in methods(second))
    assert numbers(tmp_path / "second.mp4") == [*once[9:], *range(3, 90)]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_parts_of_a_few_frames_stand_between_copies(tmp_path: Path, codec: str) -> None:
    a_clip(tmp_path / "a.mp4", *(x265("bframes=3") if codec == "h265" else X264))
    cuts = [(29, 62), (28, 63), (27, 64), (26, 65)]

    segments = [{"clip": "a.mp4", "in": f"{first}/30", "out": f"{stop}/30"} for first, stop in cuts]
    plan = a_plan(tmp_path, segments, codec=codec)
    finish(plan, tmp_path / "out.mp4")

    assert {1, 2, 3, 4} <= {frames for method, frames in methods(plan) if method == "encode"}
    assert numbers(tmp_path / "out.mp4") == [n for first, stop in cuts for n in range(first, stop)]
