"""What may be copied, and what is said when it may not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.copying import CopyVerdict, copyable, settle_copies
from renderer.facts import Color, MediaFacts, VideoFacts
from renderer.media.packets import Keyframe, PacketIndex
from renderer.media.parameter_sets import SetName
from renderer.output import Canvas, Quality, VideoOutput
from renderer.segments.clip import ClipSegment

FPS = Fraction(30)
TICK = Fraction(1, 15360)
SETS = (SetName(7, 0, -1, "sps"), SetName(8, 0, 0, "pps"))


def some_facts(**changes: Any) -> MediaFacts:
    video = VideoFacts(
        codec="h264", profile="High", width=1920, height=1080, pixel_format="yuv420p", bit_depth=8, rate=FPS,
        time_base=TICK, start_s=Fraction(0), duration_s=Fraction(20), frame_count=600, color=Color("bt709", "bt709", "bt709"),
    )  # fmt: skip
    return MediaFacts("a.mp4", "hash", 1, "mov", Fraction(0), Fraction(20), replace(video, **changes))


def an_index(*, gop: int = 60, frames: int = 600, mbit_s: float = 5, **changes: Any) -> PacketIndex:
    """Keyframes every `gop` frames; packets can end after each third frame."""
    size_bytes = round(mbit_s * 1e6 / 8 / 30)
    keyframes = tuple(
        Keyframe(frame, size_bytes * (min(frames, frame + gop) - frame), True) for frame in range(0, frames, gop)
    )
    ends = sum(1 << frame for frame in range(frames + 1) if frame % 3 == 0 or frame == frames)
    index = PacketIndex(frames, FPS, Fraction(0), TICK, 2, size_bytes * frames, keyframes, f"{ends:x}", SETS, False)
    return replace(index, **changes)


def an_output(*, copy: str = "always", crf: int = 23, **canvas: Any) -> VideoOutput:
    wanted = {"width": 1920, "height": 1080, "fps": FPS, "pixel_format": "yuv420p", **canvas}
    return VideoOutput("h264", Canvas(**wanted), Quality(crf, "medium"), copy)


def a_segment(start: object = 0, **more: Any) -> ClipSegment:
    return ClipSegment.model_validate({"id": "s", "clip": "a.mp4", "in": str(start), **more})


def verdict(segment: ClipSegment | None = None, first: int = 0, stop: int = 300, **parts: Any) -> CopyVerdict:
    given = {"media": some_facts(), "index": an_index(), "video": an_output(), **parts}
    return copyable(segment or a_segment(), given["media"], given["index"], first, stop, given["video"])


def test_a_cut_between_keyframes_is_copied_from_the_next_one_to_the_last_end() -> None:
    (copied,) = verdict(a_segment("0.5"), 0, 200).ranges

    assert (copied.first_frame, copied.stop_frame) == (45, 198)
    assert (copied.packets.start_s, copied.packets.stop_s) == (Fraction(2), Fraction(213, 30))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"segment": a_segment(speed="2")}, "another speed"),
        ({"media": some_facts(codec="hevc")}, "it is hevc and the file is to be h264"),
        ({"media": some_facts(width=1280, height=720)}, "it is 1280x720, not 1920x1080"),
        ({"media": some_facts(rotation=90)}, "rotation"),
        ({"media": some_facts(interlaced=True)}, "interlaced"),
        ({"media": some_facts(sample_aspect=Fraction(4, 3))}, "not square"),
        ({"media": some_facts(pixel_format="yuv420p10le")}, "yuv420p10le, not yuv420p"),
        ({"media": some_facts(color=Color("bt2020", "smpte2084", "bt2020nc"))}, "smpte2084 and not BT.709"),
        ({"media": some_facts(color=Color("", "", "bt709", True))}, "full range"),
        ({"media": some_facts(has_alpha=True)}, "transparency"),
        ({"index": an_index(rate=Fraction(25))}, "25 frames a second, not 30"),
        ({"index": an_index(trouble="its frame rate is not constant")}, "not constant"),
        ({"index": an_index(gop=60, keyframes=())}, "no keyframe"),
        ({"index": None}, "no pictures that can be copied"),
        ({"video": an_output(copy="never")}, "switched off"),
        ({"first": 10, "stop": 40, "segment": a_segment("1.5")}, "less than 1 s"),
    ],
)
def test_what_does_not_fit_is_encoded_with_the_reason(changes: dict[str, Any], words: str) -> None:
    found = verdict(**changes)

    assert found.ranges == ()
    assert found.reason.startswith("encoded: ")
    assert words in found.reason


def test_untagged_colours_are_taken_for_bt709_in_hd_only() -> None:
    small = {"width": 640, "height": 360}

    assert verdict(media=some_facts(color=Color())).ranges
    assert not verdict(media=some_facts(color=Color(), **small), video=an_output(**small)).ranges


def test_auto_leaves_a_clip_alone_unless_it_has_far_more_bits_than_the_quality_is_worth() -> None:
    auto = an_output(copy="auto")

    assert verdict(video=auto, index=an_index(mbit_s=10)).ranges
    refused = verdict(video=auto, index=an_index(mbit_s=50))
    assert "50.0 Mbit/s and the chosen quality is worth 11.2 at most" in refused.reason
    assert verdict(video=an_output(copy="always"), index=an_index(mbit_s=50)).ranges


def test_a_whole_short_segment_is_copied_though_it_is_short() -> None:
    assert verdict(a_segment("2"), 0, 12).ranges[0].stop_frame == 12


def test_an_in_point_between_rounded_times_is_left_to_decoding() -> None:
    coarse = an_index(tick_s=Fraction(1, 1000))

    assert verdict(a_segment("1/3"), index=coarse).ranges
    assert "between two frames" in verdict(a_segment("0.3330"), index=coarse).reason


@given(first=st.integers(0, 500), length=st.integers(1, 300), start=st.integers(0, 300), gop=st.integers(1, 250))
def test_copied_frames_lie_inside_what_was_asked_and_begin_at_a_keyframe(
    first: int, length: int, start: int, gop: int
) -> None:
    found = verdict(a_segment(Fraction(start, 30)), first, first + length, index=an_index(gop=gop))

    for copied in found.ranges:
        assert first <= copied.first_frame < copied.stop_frame <= first + length
        assert (copied.first_frame + start) % gop == 0
        assert copied.packets.start_s * 30 == copied.first_frame + start
        assert copied.packets.stop_s * 30 == copied.stop_frame + start <= 600


def with_sets(name: str) -> CopyVerdict:
    sets = (SetName(7, 0, -1, f"sps {name}"), SetName(8, 0, 0, f"pps {name}"))
    return replace(verdict(), sets=sets)


def test_clips_of_many_encoders_are_all_copied_until_numbers_run_out() -> None:
    few = [with_sets(str(n % 15)) for n in range(60)]
    many = [with_sets(str(n)) for n in range(40)]

    assert settle_copies(few) == tuple(few)
    settled = settle_copies(many)
    assert sum(bool(each.ranges) for each in settled) == 16
    assert {each.reason for each in settled if not each.ranges} == {
        "encoded: too many differently made clips for one file"
    }
