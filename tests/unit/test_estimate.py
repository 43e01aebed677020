"""Estimates: never negative, never less for more work, and better after each render."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.estimate import Estimate, Measure, estimate, measuring, size_bytes
from renderer.events import ChunkDone, JobDone, JobFailed, JobStarted, RenderEvent
from renderer.output import FORMATS, QUALITIES
from renderer.plan import AudioPlan, Chunk, PacketRange, RenderPlan
from renderer.settings import Settings
from renderer.settle import settle_output
from tests.queue_kit import a_project

measures = st.builds(
    Measure,
    codec=st.sampled_from(["h264", "h265", "gif"]),
    speed=st.sampled_from(["veryfast", "fast", "medium", "slow"]),
    crf=st.integers(0, 51),
    pixels=st.integers(0, 8192 * 8192),
    frames=st.integers(0, 10**6),
    worker_s=st.floats(0, 1e6),
    size_bytes=st.integers(0, 10**12),
    workers=st.integers(1, 64),
    took_s=st.floats(0, 1e6),
)


def a_plan(*, chunks: int = 10, copied: tuple[int, ...] = (), **chosen: Any) -> RenderPlan:
    """Chunks of 90 frames of 1080p30; `copied` ones have a million bytes each."""
    project = a_project(width=1920, height=1080, fps=30)
    output = settle_output(Settings.model_validate(chosen), project, {})
    packets = PacketRange("a.mp4", Fraction(0), Fraction(3), 1_000_000)
    parts = tuple(
        Chunk(n, "intro", 90 * n, 90 * n + 90, str(n), "copy", "", packets)
        if n in copied
        else Chunk(n, "intro", 90 * n, 90 * n + 90, str(n), "encode", "")
        for n in range(chunks if output.video else 0)
    )
    audio = AudioPlan("d", 48000 * 3 * chunks, 48000, (), (), None, -1.0) if output.audio else None
    return RenderPlan("job", "Harbour", str(Path("/p")), project, output, {}, parts, audio, (), 90 * len(parts))


def a_measure(*, frame_s: float = 0.1, frame_bytes: int = 20_000, **other: Any) -> Measure:
    frames = 900
    usual = Measure("h264", "medium", 23, 1920 * 1080, frames, frame_s * frames, frame_bytes * frames, 2, 60.0)
    return replace(usual, **other)


def test_without_history_the_figure_is_typical_and_wide() -> None:
    guess = estimate(a_plan(), workers=2)

    assert (guess.basis, guess.samples) == ("typical", 0)
    assert guess.low_s < guess.time_s / 1.5 < guess.time_s * 1.5 < guess.high_s
    assert 20 < guess.time_s < 120, "30 s of 1080p on two cores"
    assert 8e6 < guess.size_bytes < 40e6, "30 s at CRF 23 is some 15 MB"


def test_a_render_of_the_same_kind_teaches_time_and_size() -> None:
    slow = estimate(a_plan(), history=[a_measure(frame_s=0.4, frame_bytes=50_000)], workers=2)
    fast = estimate(a_plan(), history=[a_measure(frame_s=0.02, frame_bytes=5_000)], workers=2)

    assert slow.basis == fast.basis == "measured"
    assert slow.time_s == pytest.approx(900 * 0.4 / 2, rel=0.1)
    assert fast.time_s < slow.time_s / 5
    assert slow.size_bytes == pytest.approx(900 * 50_000, rel=0.1)
    assert fast.size_bytes < slow.size_bytes / 5


def test_a_render_of_another_kind_tells_how_fast_the_machine_is() -> None:
    unknown = estimate(a_plan(codec="h265")).time_s
    usual_s = estimate(a_plan(), workers=1).time_s / 900

    learned = estimate(a_plan(codec="h265"), history=[a_measure(frame_s=usual_s * 4)])

    assert learned.time_s > 3 * unknown
    assert learned.basis == "typical"


def test_a_measure_at_another_size_is_scaled_by_pixels() -> None:
    small = a_measure(frame_s=0.025, pixels=960 * 540)

    assert estimate(a_plan(), history=[small]).time_s == pytest.approx(90, rel=0.1)


def test_one_odd_render_does_not_spoil_the_estimate() -> None:
    history = [a_measure(frame_s=9.0), *[a_measure(frame_s=0.1)] * 5]

    assert estimate(a_plan(), history=history).time_s == pytest.approx(90, rel=0.1)


def test_reused_chunks_cost_no_time_and_copied_ones_their_bytes() -> None:
    plan = a_plan(copied=tuple(range(10)), audio=[])

    assert estimate(plan).time_s < 1
    assert estimate(a_plan(), missing=(), mix=False).time_s < 1
    assert size_bytes(plan) == pytest.approx(10_000_000, rel=0.01)


@given(st.sets(st.integers(0, 9)), st.integers(0, 9), st.integers(1, 32), st.lists(measures, max_size=4))
@settings(deadline=None)
def test_more_to_do_never_takes_less_and_more_workers_never_more(
    missing: set[int], one_more: int, workers: int, history: list[Measure]
) -> None:
    plan = a_plan()

    less = estimate(plan, missing, history, workers)
    more = estimate(plan, missing | {one_more}, history, workers)
    helped = estimate(plan, missing | {one_more}, history, workers + 1)

    assert less.time_s <= more.time_s
    assert helped.time_s <= more.time_s


@given(
    st.sampled_from(sorted(FORMATS)),
    st.sampled_from([*QUALITIES, "match"]),
    st.integers(0, 12),
    st.sets(st.integers(0, 11)),
    st.lists(measures, max_size=4),
)
@settings(deadline=None)
def test_no_plan_and_no_history_gives_a_negative_or_endless_estimate(
    form: str, quality: str, chunks: int, missing: set[int], history: list[Measure]
) -> None:
    guess = estimate(a_plan(chunks=chunks, format=form, quality=quality, fps="25"), missing, history, 4)

    assert 0 <= guess.low_s <= guess.time_s <= guess.high_s
    assert isfinite(guess.high_s)
    assert guess.size_bytes >= 0


def test_better_quality_is_bigger_and_slower() -> None:
    guesses = [estimate(a_plan(quality=quality)) for quality in ("low", "medium", "high", "ultra")]

    assert guesses == sorted(guesses, key=lambda guess: (guess.time_s, guess.size_bytes))


def test_sound_alone_takes_time_and_room() -> None:
    guess = estimate(a_plan(format="wav"))

    assert guess.time_s > 0
    assert guess.size_bytes == pytest.approx(30 * 48000 * 2 * 3, rel=0.02)


def test_a_finished_render_leaves_its_measure_behind() -> None:
    kept: list[Measure] = []
    events: list[RenderEvent] = [
        JobStarted("j", "t", 2, 180, "30", False, "x"),
        ChunkDone(0, 90, 1000, 9.0),
        ChunkDone(1, 90, 3000, 11.0),
        JobDone(10.5, 0, 0, 2),
    ]

    passed = list(measuring(a_plan(chunks=2), 2, events, kept.append))

    assert passed == events
    assert kept == [Measure("h264", "medium", 23, 1920 * 1080, 180, 20.0, 4000, 2, 10.5)]


@pytest.mark.parametrize("last", [JobFailed("no"), JobDone(1.0, 2, 0, 0)])
def test_a_render_that_failed_or_encoded_nothing_teaches_nothing(last: RenderEvent) -> None:
    kept: list[Measure] = []
    events = [ChunkDone(0, 90, 1000, 9.0), last] if isinstance(last, JobFailed) else [last]

    list(measuring(a_plan(), 2, events, kept.append))

    assert kept == []


def test_an_estimate_is_said_in_words() -> None:
    measured = Estimate(131.0, 100.0, 160.0, 1, "measured", 12)
    typical = Estimate(200.0, 100.0, 400.0, 1, "typical")

    assert str(measured) == "2 min 10 s, from your last 12 renders"
    assert str(typical) == "about 1 min 40 s to 6 min 40 s"
