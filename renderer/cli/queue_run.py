"""What is seen while the queue runs: a bar per job on a terminal, lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Event
from typing import TYPE_CHECKING

import click

from renderer.cli import DONE, FAILED, STOPPED
from renderer.errors import UsageError
from renderer.events import OutputDone, RenderEvent, Warned, to_json
from renderer.jobs.values import Job, State

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from renderer.jobs.store import JobStore


def show_queue(events: Iterator[tuple[Job, RenderEvent]], store: JobStore, stop: Event, *, as_json: bool) -> int:
    """Show the events of a running queue to its end; returns the exit code: failed when any job failed."""
    met = _print_json(events) if as_json else _print_bars(events, store)
    states = [state for job_id in met if (state := _state(store, job_id)) is not None]
    if not as_json:
        done, failed = states.count(State.DONE), states.count(State.FAILED)
        click.echo(f"{done} done, {failed} failed, {len(store.queue())} in line.")
    if stop.is_set():
        return STOPPED
    return FAILED if State.FAILED in states else DONE


def _print_json(events: Iterator[tuple[Job, RenderEvent]]) -> list[int]:
    met: dict[int, None] = {}
    for job, event in events:
        met[job.id] = None
        click.echo(json.dumps({"queue_job": job.id, **json.loads(to_json(event))}, ensure_ascii=False))
    return list(met)


def _print_bars(events: Iterator[tuple[Job, RenderEvent]], store: JobStore) -> list[int]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from renderer.jobs.record import Record

    rows: dict[int, tuple[TaskID, Record]] = {}
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    last = 0
    with Progress(*columns, TimeElapsedColumn(), TextColumn("{task.fields[phase]}", markup=False)) as bars:
        for job, event in events:
            if last != job.id and last in rows:
                _end(bars, rows[last][0], store, last)
            if job.id not in rows:
                rows[job.id] = (bars.add_task(f"{job.id} {job.title[:40]}", total=None, phase=""), Record())
            last = job.id
            task, record = rows[job.id]
            record.apply(event)
            now = record.progress
            bars.update(task, completed=now.frames_done, total=now.frames_total or None, phase=now.phase)
            if isinstance(event, Warned):
                bars.console.print(f"note: {event.message}", markup=False, highlight=False)
            if isinstance(event, OutputDone):
                bars.console.print(f"{event.path} ({event.size_bytes / 1e6:.1f} MB)", markup=False, highlight=False)
        if last in rows:
            _end(bars, rows[last][0], store, last)
    return list(rows)


def _end(bars: Progress, task: TaskID, store: JobStore, job_id: int) -> None:
    state = _state(store, job_id)
    bars.update(task, phase=str(state or ""))
    bars.stop_task(task)
    if state == State.FAILED:
        bars.console.print(f"Job {job_id} failed: {store.job(job_id).problem}", markup=False, highlight=False)


def _state(store: JobStore, job_id: int) -> State | None:
    """Where a job stands; None where someone removed it meanwhile."""
    try:
        return store.job(job_id).state
    except UsageError:
        return None
