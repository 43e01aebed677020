"""What has become of a job: one value, moved by one method, from events alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from renderer.errors import InvalidTransition
from renderer.events import (
    AssembleProgress,
    ChunkCopied,
    ChunkDone,
    ChunkFailed,
    ChunkReused,
    ChunkStarted,
    FramesDone,
    Heartbeat,
    JobDone,
    JobFailed,
    JobStarted,
    JobStopped,
    MixDone,
    MixFailed,
    MixProgress,
    MixStarted,
    OutputDone,
    PhaseStarted,
    RenderEvent,
    Warned,
)

STORY = 20
"""Events kept for the message of an illegal move."""

WINDOW_S = 15.0
"""Frames per second are counted over this long."""

SMOOTHING = 0.2
"""Share of a new estimate in the shown one, per update."""

ASSEMBLE_SHARE = 0.02
"""Of the whole progress; the sound and the pictures have the rest."""


class Status(StrEnum):
    """Where a job, or a chunk of it, is."""

    WAITING = "waiting"
    """Nothing has happened to it yet."""
    RUNNING = "running"
    """A worker is at it."""
    RETRYING = "retrying"
    """An attempt failed and another follows."""
    REUSED = "reused"
    """Found in the cache."""
    COPIED = "copied"
    """Taken from the source as it is."""
    DONE = "done"
    """Made, whole and durable."""
    FAILED = "failed"
    """Given up."""
    STOPPED = "stopped"
    """Ended by the user; what is finished is kept."""


CHUNK_MOVES: Mapping[type[RenderEvent], tuple[tuple[Status, ...], Status | None]] = {
    ChunkReused: ((Status.WAITING,), Status.REUSED),
    ChunkCopied: ((Status.WAITING,), Status.COPIED),
    ChunkStarted: ((Status.WAITING, Status.RETRYING), Status.RUNNING),
    FramesDone: ((Status.RUNNING,), Status.RUNNING),
    ChunkDone: ((Status.RUNNING,), Status.DONE),
    ChunkFailed: ((Status.RUNNING, Status.WAITING, Status.RETRYING), None),
}
"""Event → the states of its chunk that allow it, and the state it leads to (ChunkFailed: by `final`)."""

JOB_MOVES: Mapping[type[RenderEvent], tuple[tuple[Status, ...], Status]] = {
    JobStarted: ((Status.WAITING,), Status.RUNNING),
    JobDone: ((Status.RUNNING,), Status.DONE),
    JobFailed: ((Status.RUNNING,), Status.FAILED),
    JobStopped: ((Status.RUNNING,), Status.STOPPED),
}


@dataclass(frozen=True)
class ChunkState:
    """One chunk. `frames` are those done in the current attempt."""

    status: Status = Status.WAITING
    frames: int = 0
    attempt: int = 0
    worker: str = ""
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True)
class JobState:
    """A job as far as its events tell. `apply` is the only way on; times are seconds of any steady clock."""

    status: Status = Status.WAITING
    started: JobStarted | None = None
    phase: str = ""
    chunks: Mapping[int, ChunkState] = field(default_factory=lambda: MappingProxyType({}))
    mix_step: str = ""
    mix_duration_s: float = 0.0
    mix_done_s: float = 0.0
    has_mix: bool = False
    assembled_frames: int = 0
    size_bytes: int = 0
    outputs: tuple[OutputDone, ...] = ()
    warnings: tuple[str, ...] = ()
    waiting_for: str = ""
    problem: str = ""
    started_s: float = 0.0
    now_s: float = 0.0
    eta_s: float | None = None
    """Seconds left, smoothed, never negative; None while nothing tells."""
    pace: tuple[tuple[float, int], ...] = ()
    """(when, encoded frames done), for the rate."""
    story: tuple[RenderEvent, ...] = ()

    def apply(self, event: RenderEvent, now_s: float) -> JobState:
        """The state after `event`, which happened at `now_s`. Raises InvalidTransition, with the story, if it cannot."""
        told = replace(self, now_s=max(now_s, self.now_s), story=(*self.story, event)[-STORY:])
        if type(event) in JOB_MOVES:
            return told._move_job(event)
        if self.status is not Status.RUNNING:
            raise told._illegal(f"the job is {self.status}", event)
        if type(event) in CHUNK_MOVES:
            return told._move_chunk(event)._estimated()
        return told._note(event)._estimated()

    @property
    def frames_total(self) -> int:
        """Frames of the file; 0 for sound alone."""
        return self.started.frames if self.started is not None else 0

    @property
    def frames_done(self) -> int:
        """Frames that are there or nearly so: reused, copied, encoded, and those of running attempts."""
        return min(self.frames_total, sum(chunk.frames for chunk in self.chunks.values()))

    @property
    def encoded_frames(self) -> int:
        """Frames that workers made in this run."""
        made = (Status.RUNNING, Status.DONE)
        return sum(chunk.frames for chunk in self.chunks.values() if chunk.status in made)

    @property
    def fps(self) -> float:
        """Frames encoded per second, lately."""
        if len(self.pace) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self.pace[0], self.pace[-1]
        return max(0.0, (last - first) / (last_s - first_s)) if last_s > first_s else 0.0

    @property
    def progress(self) -> float:
        """0 to 1."""
        if self.status is Status.DONE:
            return 1.0
        if self.started is None:
            return 0.0
        total = self.frames_total
        pictures = self.frames_done / total if total else 1.0
        sound = min(1.0, self.mix_done_s / self.mix_duration_s) if self.mix_duration_s else float(self.has_mix)
        made = pictures if total and not self.started.audio else sound if not total else pictures * 0.95 + sound * 0.05
        joined = min(1.0, self.assembled_frames / total) if total else 0.0
        return min(1.0, made * (1 - ASSEMBLE_SHARE) + joined * ASSEMBLE_SHARE)

    def count(self, *statuses: Status) -> int:
        """How many chunks are in one of these states."""
        return sum(chunk.status in statuses for chunk in self.chunks.values())

    def _move_job(self, event: RenderEvent) -> JobState:
        allowed, status = JOB_MOVES[type(event)]
        if self.status not in allowed:
            raise self._illegal(f"the job is {self.status}", event)
        if isinstance(event, JobStarted):
            waiting = MappingProxyType({index: ChunkState() for index in range(event.chunks)})
            return replace(self, status=status, started=event, chunks=waiting, started_s=self.now_s)
        problem = event.problem if isinstance(event, JobFailed) else ""
        return replace(self, status=status, problem=problem, eta_s=0.0 if status is Status.DONE else None)

    def _move_chunk(self, event: RenderEvent) -> JobState:
        index: int = getattr(event, "chunk")  # noqa: B009 - every chunk event has one
        chunk = self.chunks.get(index)
        if chunk is None:
            raise self._illegal(f"there is no chunk {index}", event)
        allowed, status = CHUNK_MOVES[type(event)]
        if chunk.status not in allowed:
            raise self._illegal(f"chunk {index} is {chunk.status}", event)
        moved = _moved(chunk, event, status)
        chunks = MappingProxyType({**self.chunks, index: moved})
        size = getattr(event, "size_bytes", 0)
        return replace(self, chunks=chunks, size_bytes=self.size_bytes + size, waiting_for="")

    def _note(self, event: RenderEvent) -> JobState:
        match event:
            case PhaseStarted():
                return replace(self, phase=event.phase)
            case MixStarted():
                return replace(self, mix_duration_s=event.duration_s, mix_done_s=0.0)
            case MixProgress():
                return replace(self, mix_step=event.step, mix_done_s=event.done_s)
            case MixDone():
                return replace(self, has_mix=True, mix_done_s=self.mix_duration_s)
            case MixFailed():
                return replace(self, mix_done_s=0.0, problem=event.problem if event.final else self.problem)
            case AssembleProgress():
                return replace(self, assembled_frames=event.frames)
            case OutputDone():
                return replace(self, outputs=(*self.outputs, event))
            case Warned():
                return replace(self, warnings=(*self.warnings, event.message))
            case Heartbeat():
                return replace(self, waiting_for=event.waiting_for)
            case _:
                raise self._illegal("nothing knows this event", event)

    def _estimated(self) -> JobState:
        done = self.encoded_frames
        pace = tuple(point for point in self.pace if point[0] >= self.now_s - WINDOW_S)
        if not pace or self.now_s > pace[-1][0]:
            pace = (*pace, (self.now_s, done))
        state = replace(self, pace=pace)
        rate = state.fps
        if rate <= 0:
            return state
        left_s = (self.frames_total - self.frames_done) / rate
        since_s = self.now_s - self.now_before()
        before = None if self.eta_s is None else max(0.0, self.eta_s - since_s)
        shown = left_s if before is None else before + SMOOTHING * (left_s - before)
        return replace(state, eta_s=max(0.0, shown))

    def now_before(self) -> float:
        """When the last estimate was made."""
        return self.pace[-1][0] if self.pace else self.now_s

    def _illegal(self, why: str, event: RenderEvent) -> InvalidTransition:
        story = "\n".join(f"  {each}" for each in self.story)
        return InvalidTransition(f"{type(event).__name__} cannot happen: {why}. The story:\n{story}")


def _moved(chunk: ChunkState, event: RenderEvent, status: Status | None) -> ChunkState:
    match event:
        case ChunkStarted():
            return ChunkState(Status.RUNNING, 0, event.attempt, event.worker, event.reason)
        case FramesDone():
            return replace(chunk, frames=max(chunk.frames, event.frames))
        case ChunkFailed():
            fate = Status.FAILED if event.final else Status.RETRYING
            return replace(chunk, status=fate, frames=0, problem=event.problem)
        case ChunkReused() | ChunkCopied():
            assert status is not None
            return ChunkState(status, event.frames, reason=event.reason)
        case ChunkDone():
            return replace(chunk, status=Status.DONE, frames=event.frames, problem="")
        case _:
            raise AssertionError(f"no chunk event: {event}")
