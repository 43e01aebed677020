"""Runs the queue: one job after the other, each followed by its row, each stopped when the user asks for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING

from renderer.errors import ReelwrightError, Stopped, StoreError
from renderer.events import JobDone, JobFailed, JobStopped, RenderEvent, to_json
from renderer.jobs.claim import Claim, Fate, Wish
from renderer.jobs.owner import Owner, this_process
from renderer.jobs.record import TURNS, Record
from renderer.jobs.values import Job, JobRequest

if TYPE_CHECKING:
    from renderer.jobs.store import JobStore

POLL_S = 0.25
"""How often a runner looks for the user's wishes."""

WRITE_S = 0.5
"""Least time between two writes of progress; changes of fate are written at once."""

RunOne = Callable[[Job, JobRequest, Event], Iterator[RenderEvent]]
"""Renders one job. `job.outputs` are files that earlier runs of the same job wrote, which may be written again."""

log = logging.getLogger(__name__)


def run_queue(
    store: JobStore, run_one: RunOne, stop: Event, *, wait: bool = False, owner: Owner | None = None
) -> Iterator[tuple[Job, RenderEvent]]:
    """Claim and run jobs until none waits, the queue is paused, or `stop` is set; with `wait`, until `stop` is set.

    Yields each event of each job, after it was written down. A job that fails costs the others nothing. Stopping, or
    closing the iterator, puts the running job back in its place, and what it finished is kept. A paused, cancelled or
    queue-paused job is told to stop within POLL_S, whatever `run_one` waits for; its `stop` is watched on a thread.
    """
    owner = owner or this_process()
    while not stop.is_set():
        claim = store.claim(owner)
        if claim is not None:
            yield from _run(claim, run_one, stop)
        elif not wait:
            return
        else:
            stop.wait(2 * POLL_S)


def _run(claim: Claim, run_one: RunOne, stop: Event) -> Iterator[tuple[Job, RenderEvent]]:
    record = Record(outputs=claim.job.outputs)
    job_stop = Event()
    watch = _Watch(claim, stop, job_stop)
    watch.start()
    written_at = 0.0
    problem = ""
    is_broken_off = True
    try:
        with closing(_events(claim, run_one, job_stop)) as events:
            for event in events:
                record.apply(event)
                if isinstance(event, TURNS):
                    claim.record(record.progress, [to_json(event)])
                    written_at = time.monotonic()
                elif time.monotonic() - written_at >= WRITE_S:
                    claim.record(record.progress)
                    written_at = time.monotonic()
                problem = event.problem if isinstance(event, JobFailed) else problem
                yield claim.job, event
        is_broken_off = False
    finally:
        job_stop.set()
        watch.join()
        fate: Fate = "stopped" if is_broken_off else _fate(record, is_told=watch.is_told, files=_files(claim))
        if fate == "failed" and not problem:
            problem = "The render ended without its file and without saying why."
        claim.end(fate, record.progress, problem=problem if fate == "failed" else "")


def _events(claim: Claim, run_one: RunOne, job_stop: Event) -> Generator[RenderEvent, None, None]:
    """The events of one job; whatever it raises becomes its last event."""
    try:
        yield from run_one(claim.job, claim.request(), job_stop)
    except Stopped:
        yield JobStopped(kept=0, missing=0)
    except ReelwrightError as error:
        yield JobFailed(str(error))
    except Exception as error:  # a job's edge: one broken job must not end the queue
        log.exception("job %s", claim.job.id)
        yield JobFailed(f"Something went wrong inside Reelwright: {type(error).__name__}: {error}")


def _files(claim: Claim) -> int:
    """How many files the job makes at least, as far as its settings tell; 0 where they do not."""
    return 0 if claim.job.settings.per_scene else 1


def _fate(record: Record, *, is_told: bool, files: int) -> Fate:
    match record.ended:
        case JobFailed():
            return "failed"
        case JobStopped():
            return "stopped" if is_told else "failed"
        case JobDone() if not is_told or record.files_done == files:
            return "done"
        case _:
            return "stopped" if is_told else "failed"


class _Watch:
    """Hears the user's wishes for one job, and keeps it held, on a thread of its own while the render goes on."""

    def __init__(self, claim: Claim, stop: Event, job_stop: Event) -> None:
        self._thread = Thread(target=self._run, name=f"watch-job-{claim.job.id}", daemon=True)
        self._claim = claim
        self._stop = stop
        self._job_stop = job_stop
        self.is_told = False
        """Whether it was this watch that stopped the render."""

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:  # called on the watching thread
        while not self._job_stop.wait(POLL_S):
            if self._stop.is_set() or self._wish():
                self.is_told = True
                self._job_stop.set()

    def _wish(self) -> Wish:
        try:
            return self._claim.beat()
        except StoreError as error:
            log.warning("%s", error)  # it may heal: the job itself goes on
            return ""
