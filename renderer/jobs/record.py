"""What the events of a job add up to over all its files: the numbers that its row shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from renderer.events import (
    ChunkCopied,
    ChunkDone,
    ChunkFailed,
    ChunkReused,
    FramesDone,
    JobDone,
    JobFailed,
    JobStarted,
    JobStopped,
    MixDone,
    MixFailed,
    OutputDone,
    PhaseStarted,
    RenderEvent,
    Warned,
)
from renderer.jobs.claim import Progress
from renderer.jobs.values import JobOutput

TURNS = (
    JobStarted,
    PhaseStarted,
    ChunkFailed,
    MixDone,
    MixFailed,
    OutputDone,
    Warned,
    JobDone,
    JobFailed,
    JobStopped,
)
"""Events that change a job's fate: written down at once, and kept in its story."""


@dataclass
class Record:
    """Feed it every event in order. A job may make several files: numbers add up over them."""

    outputs: tuple[JobOutput, ...] = ()
    """Those of earlier runs of the job stay, unless written again."""
    ended: RenderEvent | None = None
    """The last JobDone, JobFailed or JobStopped, until another file starts."""
    files_done: int = 0
    _before: Progress = field(default_factory=Progress)
    _now: Progress = field(default_factory=Progress)
    _frames: dict[int, int] = field(default_factory=dict)

    @property
    def progress(self) -> Progress:
        """The numbers so far."""
        before, now = self._before, self._now
        return Progress(
            phase=now.phase,
            frames_done=before.frames_done + min(sum(self._frames.values()), now.frames_total),
            frames_total=before.frames_total + now.frames_total,
            reused=before.reused + now.reused,
            copied=before.copied + now.copied,
            encoded=before.encoded + now.encoded,
            took_s=before.took_s + now.took_s,
            outputs=self.outputs,
        )

    def apply(self, event: RenderEvent) -> None:
        """Add one event."""
        now = self._now
        match event:
            case JobStarted():
                self._before, self._frames, self.ended = self.progress, {}, None
                self._now = Progress(frames_total=event.frames)
            case PhaseStarted():
                self._now = replace(now, phase=event.phase)
            case ChunkReused():
                self._frames[event.chunk] = event.frames
                self._now = replace(now, reused=now.reused + 1)
            case ChunkCopied():
                self._frames[event.chunk] = event.frames
                self._now = replace(now, copied=now.copied + 1)
            case FramesDone():
                self._frames[event.chunk] = event.frames
            case ChunkFailed():
                self._frames[event.chunk] = 0
            case ChunkDone():
                self._frames[event.chunk] = event.frames
                self._now = replace(now, encoded=now.encoded + 1)
            case OutputDone():
                others = tuple(output for output in self.outputs if output.path != event.path)
                new = JobOutput(event.path, event.size_bytes, event.duration_s, event.frames)
                self.outputs = (*others, new)
            case JobDone():
                self._now = replace(now, took_s=event.took_s)
                self.ended, self.files_done = event, self.files_done + 1
            case JobFailed() | JobStopped():
                self.ended = event
            case _:
                pass
