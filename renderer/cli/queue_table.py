"""How jobs look: a table of them, one in full, one as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from renderer.jobs.values import Job, State, StoryLine
from renderer.timebase import as_clock

_STYLES = {
    State.QUEUED: "",
    State.RUNNING: "bold cyan",
    State.PAUSED: "yellow",
    State.DONE: "green",
    State.FAILED: "bold red",
    State.CANCELLED: "dim",
}


def table(jobs: Sequence[Job]) -> None:
    """Print jobs as a table as wide as the terminal."""
    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column("Job", justify="right", no_wrap=True)
    grid.add_column("State", no_wrap=True)
    grid.add_column("Project", ratio=1, overflow="ellipsis", no_wrap=True)
    grid.add_column("Done", justify="right", no_wrap=True)
    grid.add_column("", ratio=2, overflow="fold")
    for job in jobs:
        percent = f"{100 * job.progress:.0f} %" if job.frames_total or job.state == State.DONE else ""
        # Titles and problems are the user's words, never markup.
        grid.add_row(str(job.id), Text(_state(job), _STYLES[job.state]), Text(job.title), percent, Text(_note(job)))
    Console().print(grid)


def details(job: Job, story: Sequence[StoryLine]) -> None:
    """Print everything about one job."""
    click.echo(f"Job {job.id}: {job.title}, {_state(job)}")
    click.echo(f"  project    {job.folder}")
    click.echo(f"  target     {job.target}")
    chosen = job.settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    click.echo(f"  settings   {', '.join(f'{key} {value}' for key, value in chosen.items()) or 'as they come'}")
    if job.preset:
        click.echo(f"  preset     {job.preset}")
    click.echo(f"  priority   {job.priority}")
    click.echo(f"  submitted  {_when(job.submitted_at)}, by version {job.engine}")
    if job.frames_total:
        click.echo(f"  frames     {job.frames_done} of {job.frames_total}")
        click.echo(f"  chunks     {job.reused} reused, {job.copied} copied, {job.encoded} encoded")
    for output in job.outputs:
        click.echo(f"  file       {output.path} ({output.size_bytes / 1e6:.1f} MB, {as_clock(output.duration_s)})")
    if job.problem:
        click.echo(f"  problem    {job.problem}")
    for line in story:
        event = json.loads(line.line)
        said = ", ".join(f"{key} {value}" for key, value in event.items() if key != "event" and value != "")
        click.echo(f"  {_when(line.at)}  {event.get('event', '')}: {said}")


def job_facts(job: Job) -> dict[str, Any]:
    """A job as plain JSON values."""
    plain = {field.name: getattr(job, field.name) for field in dataclasses.fields(job)}
    return {
        **plain,
        "folder": str(job.folder),
        "target": str(job.target),
        "settings": job.settings.model_dump(mode="json", by_alias=True),
        "state": str(job.state),
        "outputs": [dataclasses.asdict(output) for output in job.outputs],
        "progress": round(job.progress, 4),
    }


def _state(job: Job) -> str:
    if job.interrupted:
        return "interrupted"
    return {"pause": "pausing", "cancel": "cancelling"}.get(job.asked, str(job.state))


def _note(job: Job) -> str:
    if job.problem:
        return job.problem
    if job.outputs and job.state == State.DONE:
        return f"{job.outputs[-1].path}, {as_clock(job.took_s)}"
    if job.interrupted:
        return "its renderer ended; `reelwright queue run` goes on"
    if job.state == State.RUNNING:
        return job.phase
    return f"priority {job.priority}" if job.priority else ""


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M:%S}"
