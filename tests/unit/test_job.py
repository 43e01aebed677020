"""A job's state moves by events alone, and no story leads it astray."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from renderer.errors import InvalidTransition
from renderer.events import (
    AssembleProgress,
    ChunkCopied,
    ChunkDone,
    ChunkFailed,
    ChunkReused,
    ChunkStarted,
    FramesDone,
    JobDone,
    JobFailed,
    JobStarted,
    JobStopped,
    RenderEvent,
)
from renderer.job import JobState, Status

CHUNKS, LENGTH = 4, 50


def told(*events: RenderEvent, step_s: float = 1.0) -> JobState:
    """The state after these events, a second apart, of a job of four chunks of 50 frames."""
    state = JobState().apply(JobStarted("j", "Film", CHUNKS, CHUNKS * LENGTH, "25", False, "film.mp4"), 0)
    for number, event in enumerate(events, start=1):
        state = state.apply(event, number * step_s)
    return state


def test_a_retried_chunk_does_not_count_its_frames_twice() -> None:
    state = told(
        ChunkStarted(0, "w1", 1),
        FramesDone(0, 40),
        ChunkFailed(0, "crashed", 1, False, 0.5),
        ChunkStarted(0, "w2", 2),
        FramesDone(0, 10),
    )

    assert state.frames_done == 10


def test_a_lost_or_late_line_costs_nothing_because_frames_are_cumulative() -> None:
    state = told(ChunkStarted(0, "w1", 1), FramesDone(0, 30), FramesDone(0, 20), FramesDone(0, 45))

    assert state.frames_done == 45


def test_reused_and_copied_chunks_count_as_done_but_not_as_speed() -> None:
    state = told(ChunkReused(0, LENGTH, 10, "kept"), ChunkCopied(1, LENGTH, 10, "fits"))

    assert (state.frames_done, state.encoded_frames, state.fps) == (100, 0, 0)
    assert state.progress == pytest.approx(0.5 * 0.98)


def test_the_estimate_follows_the_pace_and_is_never_negative() -> None:
    state = told(ChunkStarted(0, "w1", 1), *(FramesDone(0, 10 * n) for n in range(1, 5)))

    assert state.fps == pytest.approx(10, rel=0.35)
    assert state.eta_s is not None
    assert 5 < state.eta_s < 40


@pytest.mark.parametrize(
    "event",
    [
        ChunkDone(0, 50, 1, 1.0),
        FramesDone(1, 3),
        ChunkStarted(99, "w", 1),
        JobStarted("k", "t", 1, 1, "25", False, "x"),
    ],
)
def test_what_cannot_happen_is_refused_with_the_story(event: RenderEvent) -> None:
    with pytest.raises(InvalidTransition, match="The story"):
        told(event)


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (JobDone(1.0, 0, 0, 4), Status.DONE),
        (JobFailed("no"), Status.FAILED),
        (JobStopped(1, 3), Status.STOPPED),
    ],
)
def test_after_an_ending_nothing_moves_any_more(ending: RenderEvent, status: Status) -> None:
    state = told(ending)

    assert state.status is status
    with pytest.raises(InvalidTransition):
        state.apply(ChunkStarted(0, "w", 1), 9)


class AnyLegalStory(RuleBasedStateMachine):
    """Whatever legal events come in whatever order, the numbers stay sane."""

    def __init__(self) -> None:
        super().__init__()
        self.state = told()
        self.clock_s = 0.0
        self.progress = 0.0

    def hear(self, event: RenderEvent) -> None:
        self.clock_s += 0.3
        self.state = self.state.apply(event, self.clock_s)

    def at(self, *statuses: Status) -> list[int]:
        return [index for index, chunk in self.state.chunks.items() if chunk.status in statuses]

    @precondition(lambda self: self.at(Status.WAITING, Status.RETRYING))
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        index = data.draw(st.sampled_from(self.at(Status.WAITING, Status.RETRYING)))
        self.hear(ChunkStarted(index, "w", self.state.chunks[index].attempt + 1))

    @precondition(lambda self: self.at(Status.RUNNING))
    @rule(data=st.data(), frames=st.integers(0, LENGTH))
    def count(self, data: st.DataObject, frames: int) -> None:
        self.hear(FramesDone(data.draw(st.sampled_from(self.at(Status.RUNNING))), frames))

    @precondition(lambda self: self.at(Status.RUNNING))
    @rule(data=st.data(), final=st.booleans())
    def fail(self, data: st.DataObject, final: bool) -> None:
        self.hear(ChunkFailed(data.draw(st.sampled_from(self.at(Status.RUNNING))), "no", 1, final))

    @precondition(lambda self: self.at(Status.RUNNING))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        self.hear(ChunkDone(data.draw(st.sampled_from(self.at(Status.RUNNING))), LENGTH, 9, 1.0))

    @precondition(lambda self: self.at(Status.WAITING))
    @rule(data=st.data())
    def reuse(self, data: st.DataObject) -> None:
        self.hear(ChunkReused(data.draw(st.sampled_from(self.at(Status.WAITING))), LENGTH, 9, "kept"))

    @rule(frames=st.integers(0, CHUNKS * LENGTH))
    def assemble(self, frames: int) -> None:
        self.hear(AssembleProgress(frames, 9))

    @invariant()
    def numbers_are_sane(self) -> None:
        assert 0 <= self.state.frames_done <= CHUNKS * LENGTH
        assert 0 <= self.state.progress <= 1
        assert self.state.fps >= 0
        assert self.state.eta_s is None or self.state.eta_s >= 0
        assert self.state.count(*Status) == CHUNKS


TestAnyLegalStory = AnyLegalStory.TestCase
TestAnyLegalStory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
