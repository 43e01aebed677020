"""A runner in a process of its own: `runner_process.py DATABASE FOLDER CHUNKS CHUNK_S`, one line per event.

A job's folder mark is made exclusively while it renders: two runners with one job would be found out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from renderer.events import RenderEvent
from renderer.jobs.runner import run_queue
from renderer.jobs.store import JobStore
from renderer.jobs.values import Job, JobRequest
from tests.queue_kit import ScriptedRender


def main(database: str, folder: str, chunks: str, chunk_s: str) -> None:
    scripted = ScriptedRender(Path(folder), chunks=int(chunks), chunk_s=float(chunk_s))

    def run_one(job: Job, request: JobRequest, stop: Event) -> Iterator[RenderEvent]:
        mark = Path(folder) / f"rendering-{job.id}-{job.attempts}"
        if job.attempts == 1:
            os.close(os.open(Path(folder) / f"once-{job.id}", os.O_CREAT | os.O_EXCL))
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        yield from scripted(job, request, stop)

    with JobStore(Path(database)) as store:
        for job, event in run_queue(store, run_one, Event()):
            print(os.getpid(), job.id, event.kind, flush=True)


main(*sys.argv[1:])
