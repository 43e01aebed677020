"""A job as a value: what was asked for, where it stands, and which moves are legal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from renderer.errors import UsageError
from renderer.facts import Facts
from renderer.project.model import Project
from renderer.settings import Settings


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    """Waits for its turn."""
    RUNNING = "running"
    """A runner holds it."""
    PAUSED = "paused"
    """Waits for the user; finished parts are kept."""
    DONE = "done"
    """Every output stands."""
    FAILED = "failed"
    """Ended without its output, for the reason in `problem`; finished parts are kept."""
    CANCELLED = "cancelled"
    """The user gave it up; finished parts are kept until the cache needs their room."""


LIVE = frozenset({State.QUEUED, State.RUNNING, State.PAUSED})
"""States of jobs that still have work to do."""

FINISHED = frozenset(State) - LIVE


class Move(StrEnum):
    """What can be done to a job's state."""

    CLAIM = "claimed"
    PAUSE = "paused"
    RESUME = "resumed"
    CANCEL = "cancelled"
    RETRY = "retried"
    RELEASE = "put back"
    FINISH = "finished"
    FAIL = "failed"
    REMOVE = "removed"


MOVES: Mapping[Move, tuple[frozenset[State], State]] = MappingProxyType(
    {
        Move.CLAIM: (frozenset({State.QUEUED, State.RUNNING}), State.RUNNING),  # running: its runner is dead
        Move.PAUSE: (frozenset({State.QUEUED, State.RUNNING}), State.PAUSED),
        Move.RESUME: (frozenset({State.PAUSED}), State.QUEUED),
        Move.CANCEL: (LIVE, State.CANCELLED),
        Move.RETRY: (frozenset({State.FAILED, State.CANCELLED}), State.QUEUED),
        Move.RELEASE: (frozenset({State.RUNNING}), State.QUEUED),
        Move.FINISH: (frozenset({State.RUNNING}), State.DONE),
        Move.FAIL: (frozenset({State.RUNNING}), State.FAILED),
        Move.REMOVE: (FINISHED, State.CANCELLED),  # the row goes; the state is never seen
    }
)
"""Every legal move: from which states, to which."""


class IllegalMove(UsageError):
    """A job is in a state that does not allow what was asked."""

    code = "illegal-move"


def moved(job_id: int, state: State, move: Move) -> State:
    """The state after a move. Raises IllegalMove."""
    allowed, after = MOVES[move]
    if state in allowed:
        return after
    able = [str(name) for name, (states, _) in MOVES.items() if state in states and name in _BY_HAND]
    hint = f"It can be {' or '.join(able)}." if able else ""
    raise IllegalMove(f"Job {job_id} is {state} and cannot be {move}.", action=hint)


_BY_HAND = (Move.PAUSE, Move.RESUME, Move.CANCEL, Move.RETRY, Move.REMOVE)


@dataclass(frozen=True)
class JobRequest:
    """What a job renders: everything is as it was when the job was submitted, whatever happens to the project since.

    `target` is a file, or a folder that files are named in. `digests` are the media files' SHA-256 by project path.
    """

    folder: Path
    project: Project
    settings: Settings
    target: Path
    overwrite: bool = False
    preset: str = ""
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class JobOutput:
    """One finished file."""

    path: str
    size_bytes: int
    duration_s: float
    frames: int


@dataclass(frozen=True)
class StoryLine:
    """One event worth keeping, as JSON, and when it happened in seconds since 1970."""

    at: float
    line: str


@dataclass(frozen=True)
class Job:
    """A row of the queue. Times are seconds since 1970, None until they happen."""

    id: int
    title: str
    folder: Path
    target: Path
    overwrite: bool
    preset: str
    settings: Settings
    priority: int
    """Higher goes first; 0 is ordinary."""
    state: State
    asked: str
    """`pause` or `cancel` while the runner of a running job has yet to follow."""
    interrupted: bool
    """Running as it seems, but its runner is dead: it goes on when it is claimed again."""
    submitted_at: float
    started_at: float | None
    finished_at: float | None
    phase: str
    frames_done: int
    frames_total: int
    reused: int
    copied: int
    encoded: int
    """Chunks, by how they came to be."""
    took_s: float
    """Of the run that finished it."""
    attempts: int
    outputs: tuple[JobOutput, ...]
    problem: str
    engine: str
    """Version of the program that submitted it."""

    @property
    def progress(self) -> float:
        """0 to 1."""
        if self.state == State.DONE:
            return 1.0
        return min(1.0, self.frames_done / self.frames_total) if self.frames_total else 0.0

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


def changed_media(request: JobRequest, facts: Facts) -> tuple[str, ...]:
    """Project paths of media whose bytes are no longer those the job was submitted with; missing files are not told."""
    return tuple(
        name for name, digest in sorted(request.digests.items()) if name in facts and facts[name].sha256 != digest
    )
