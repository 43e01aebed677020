"""Small makers for tests of the queue: requests, stores, and renders that follow a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

from renderer.events import (
    ChunkDone,
    ChunkReused,
    ChunkStarted,
    FramesDone,
    JobDone,
    JobFailed,
    JobStarted,
    JobStopped,
    OutputDone,
    PhaseStarted,
    RenderEvent,
)
from renderer.jobs.values import Job, JobRequest
from renderer.project.model import Project
from renderer.settings import Settings


def a_project(title: str = "Harbour", **top: Any) -> Project:
    segment = {"id": "s1", "color": "#102030", "duration": 2}
    return Project.model_validate({"title": title, "scenes": [{"id": "intro", "segments": [segment]}], **top})


def a_request(title: str = "Harbour", *, folder: Path = Path("/projects/harbour"), **settings: Any) -> JobRequest:
    return JobRequest(folder, a_project(title), Settings.model_validate(settings), folder / "out" / "film.mp4")


class ScriptedRender:
    """Renders a job of `chunks` chunks of ten frames, `chunk_s` each, and keeps finished ones as files in `parts`."""

    def __init__(self, parts: Path, *, chunks: int = 3, chunk_s: float = 0.0, failing: frozenset[str] = frozenset()):
        self.parts = parts
        self.chunks = chunks
        self.chunk_s = chunk_s
        self.failing = failing

    def __call__(self, job: Job, request: JobRequest, stop: Event) -> Iterator[RenderEvent]:
        title = request.project.title
        yield JobStarted(str(job.id), title, self.chunks, 10 * self.chunks, "30", False, str(request.target))
        yield PhaseStarted("render")
        for chunk in range(self.chunks):
            part = self.parts / f"{job.id}-{chunk}"
            if part.exists():
                yield ChunkReused(chunk, 10, 100, "kept from before")
                continue
            yield ChunkStarted(chunk, "w1", 1)
            yield FramesDone(chunk, 5)
            if stop.wait(self.chunk_s):
                yield JobStopped(chunk, self.chunks - chunk)
                return
            part.write_text(str(chunk))
            yield ChunkDone(chunk, 10, 100, self.chunk_s)
        if title in self.failing:
            yield JobFailed("Scene 'intro' did not become ready in 30 s.")
            return
        yield OutputDone(str(request.target), 300, 1.0, 10 * self.chunks)
        yield JobDone(1.5, 0, 0, self.chunks)
