"""What can happen in a render. One frozen record each; on a pipe, one JSON line each."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class RenderEvent:
    """Base of all events. `kind` names the event in JSON."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True)
class JobStarted(RenderEvent):
    """The plan is settled. Totals over all chunks; `audio` tells whether sound is to be mixed."""

    kind: ClassVar[str] = "job-started"
    job: str
    title: str
    chunks: int
    frames: int
    fps: str
    audio: bool
    target: str


@dataclass(frozen=True)
class PhaseStarted(RenderEvent):
    """One of `prepare`, `render`, `mix`, `assemble`, `publish`."""

    kind: ClassVar[str] = "phase"
    phase: str


@dataclass(frozen=True)
class ChunkReused(RenderEvent):
    """The part was in the cache already."""

    kind: ClassVar[str] = "chunk-reused"
    chunk: int
    frames: int
    size_bytes: int
    reason: str


@dataclass(frozen=True)
class ChunkCopied(RenderEvent):
    """The packets are taken from the source as they are, when the file is assembled."""

    kind: ClassVar[str] = "chunk-copied"
    chunk: int
    frames: int
    size_bytes: int
    reason: str


@dataclass(frozen=True)
class ChunkStarted(RenderEvent):
    kind: ClassVar[str] = "chunk-started"
    chunk: int
    worker: str
    attempt: int
    reason: str = ""


@dataclass(frozen=True)
class FramesDone(RenderEvent):
    """`frames` is cumulative within the attempt at this chunk: a lost line costs nothing, a retry cannot count twice."""

    kind: ClassVar[str] = "frames"
    chunk: int
    frames: int


@dataclass(frozen=True)
class ChunkDone(RenderEvent):
    """The part is whole and durable."""

    kind: ClassVar[str] = "chunk-done"
    chunk: int
    frames: int
    size_bytes: int
    took_s: float
    worker: str = ""


@dataclass(frozen=True)
class ChunkFailed(RenderEvent):
    """One attempt ended badly. `final` tells that no other attempt follows."""

    kind: ClassVar[str] = "chunk-failed"
    chunk: int
    problem: str
    attempt: int
    final: bool
    retry_in_s: float = 0.0


@dataclass(frozen=True)
class MixStarted(RenderEvent):
    kind: ClassVar[str] = "mix-started"
    duration_s: float
    clips: int


@dataclass(frozen=True)
class MixProgress(RenderEvent):
    """`done_s` of `duration_s` seconds in the step named (`mix`, `measure`, `encode`)."""

    kind: ClassVar[str] = "mix"
    step: str
    done_s: float


@dataclass(frozen=True)
class MixDone(RenderEvent):
    """`reused` when the mix was in the cache. Loudness in LUFS and true peak in dBTP, as measured; None for silence."""

    kind: ClassVar[str] = "mix-done"
    size_bytes: int
    reused: bool
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None


@dataclass(frozen=True)
class MixFailed(RenderEvent):
    kind: ClassVar[str] = "mix-failed"
    problem: str
    final: bool


@dataclass(frozen=True)
class AssembleProgress(RenderEvent):
    kind: ClassVar[str] = "assemble"
    frames: int
    size_bytes: int


@dataclass(frozen=True)
class OutputDone(RenderEvent):
    """One finished file is in its place."""

    kind: ClassVar[str] = "output"
    path: str
    size_bytes: int
    duration_s: float
    frames: int


@dataclass(frozen=True)
class Warned(RenderEvent):
    kind: ClassVar[str] = "warning"
    message: str


@dataclass(frozen=True)
class Heartbeat(RenderEvent):
    """Nothing else happened for a while; `waiting_for` names what is waited for."""

    kind: ClassVar[str] = "heartbeat"
    waiting_for: str
    quiet_s: float


@dataclass(frozen=True)
class JobDone(RenderEvent):
    """Every output stands."""

    kind: ClassVar[str] = "job-done"
    took_s: float
    reused: int
    copied: int
    encoded: int


@dataclass(frozen=True)
class JobFailed(RenderEvent):
    """The job ended without its output; finished parts are kept."""

    kind: ClassVar[str] = "job-failed"
    problem: str


@dataclass(frozen=True)
class JobStopped(RenderEvent):
    """The user stopped the job; finished parts are kept and the same command goes on."""

    kind: ClassVar[str] = "job-stopped"
    kept: int
    missing: int


def to_json(event: RenderEvent) -> str:
    """One line, without line break: `{"event": "frames", "chunk": 3, "frames": 12}`."""
    return json.dumps({"event": event.kind, **dataclasses.asdict(event)}, ensure_ascii=False)


def from_json(line: str) -> RenderEvent:
    """The event of one line of `to_json`. Raises ValueError for anything else."""
    data = json.loads(line)
    if not isinstance(data, dict):
        raise ValueError("an event is a JSON object")
    known = {kind.kind: kind for kind in RenderEvent.__subclasses__()}
    try:
        return known[data.pop("event")](**data)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an event: {line[:200]}") from error
