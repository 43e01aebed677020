"""A render's events as a person or a program reads them: a live line, plain lines, or JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.events import (
    ChunkFailed,
    JobDone,
    JobFailed,
    JobStarted,
    JobStopped,
    MixDone,
    MixFailed,
    OutputDone,
    RenderEvent,
    Warned,
    to_json,
)
from renderer.job import JobState, Status
from renderer.timebase import as_clock

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

DONE, FAILED, STOPPED = 0, 1, 130
REDRAW_S = 0.1


def show(events: Iterator[RenderEvent], *, as_json: bool) -> int:
    """Consume a render and print it as it goes; the exit code. Closes `events` whatever happens."""
    with closing(events):  # type: ignore[type-var]
        if as_json:
            return _show_json(events)
        return _show_live(events) if sys.stderr.isatty() else _show_plain(events)


def _show_json(events: Iterator[RenderEvent]) -> int:
    code = DONE
    for event in events:
        click.echo(to_json(event))
        code = max(code, _code(event))
    return code


def _show_plain(events: Iterator[RenderEvent]) -> int:
    """For logs: a line now and then, and what went wrong when it did."""
    code, story, told_at = DONE, _Story(), time.monotonic()
    for event in events:
        state = story.hear(event)
        code = max(code, _code(event))
        for line in story.lines(event):
            click.echo(line)
        if time.monotonic() - told_at >= 5 and state.status is Status.RUNNING:
            told_at = time.monotonic()
            click.echo(f"{100 * state.progress:.0f} %, {_pace(state)}")
    return code


def _show_live(events: Iterator[RenderEvent]) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

    code, story, drawn_at = DONE, _Story(), 0.0
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=None), TaskProgressColumn())
    with Progress(*columns, TextColumn("{task.fields[pace]}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Preparing", total=1.0, pace="")
        for event in events:
            state = story.hear(event)
            code = max(code, _code(event))
            for line in story.lines(event):
                bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
            if time.monotonic() - drawn_at >= REDRAW_S:
                drawn_at = time.monotonic()
                _draw(bar, task, state)
    return code


def _draw(bar: Progress, task: TaskID, state: JobState) -> None:
    words = {"prepare": "Preparing", "render": "Rendering", "assemble": "Joining"}
    bar.update(task, description=words.get(state.phase, "Preparing"), completed=state.progress, pace=_pace(state))


def _pace(state: JobState) -> str:
    parts = [f"{state.frames_done}/{state.frames_total} frames"] if state.frames_total else [state.mix_step or "sound"]
    if state.fps:
        parts.append(f"{state.fps:.0f} fps")
    if state.eta_s is not None and state.status is Status.RUNNING:
        parts.append(f"{as_clock(state.eta_s)} left")
    if state.waiting_for:
        parts.append(f"waiting for {state.waiting_for}")
    return ", ".join(parts)


class _Story:
    """Follows the jobs of a request, one after the other, and finds the words for what matters."""

    def __init__(self) -> None:
        self._state = JobState()
        self._early: list[str] = []

    def hear(self, event: RenderEvent) -> JobState:
        if isinstance(event, JobStarted):
            self._state = JobState()
        if self._state.started is not None or isinstance(event, JobStarted):
            self._state = self._state.apply(event, time.monotonic())
        return self._state

    def lines(self, event: RenderEvent) -> list[str]:
        match event:
            case Warned():
                return [f"Note: {event.message}"]
            case ChunkFailed(final=False):
                return [f"Chunk {event.chunk} failed and is tried again: {event.problem}"]
            case ChunkFailed():
                return [f"Chunk {event.chunk} failed: {event.problem}"]
            case MixFailed(final=False):
                return [f"The mix failed and is tried again: {event.problem}"]
            case MixDone(reused=False) if event.loudness_lufs is not None:
                peak = f", true peak {event.true_peak_dbtp:.1f} dBTP" if event.true_peak_dbtp is not None else ""
                return [f"Sound mixed: {event.loudness_lufs:.1f} LUFS{peak}"]
            case JobDone():
                return self._done(event)
            case JobFailed():
                return [f"Failed: {event.problem}", "Finished parts are kept; the same command goes on from here."]
            case JobStopped():
                return [
                    f"Stopped. {event.kept} finished parts are kept; the same command makes the other {event.missing}."
                ]
            case _:
                return []

    def _done(self, event: JobDone) -> list[str]:
        lines = [_output_line(output, event.took_s) for output in self._state.outputs]
        counts = (("reused", event.reused), ("copied", event.copied), ("encoded", event.encoded))
        told = ", ".join(f"{count} {word}" for word, count in counts if count)
        return [*lines, f"Parts: {told}."] if told else lines


def _output_line(output: OutputDone, took_s: float) -> str:
    kind = "video" if output.frames else "sound"
    times = output.duration_s / took_s if took_s > 0 else 0.0
    size = f"{output.size_bytes / 1e6:.1f} MB"
    path = Path(output.path)
    with_home = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"Done: {with_home} ({output.duration_s:.1f} s of {kind} in {took_s:.1f} s, {times:.1f}× real time, {size})"


def _code(event: RenderEvent) -> int:
    return STOPPED if isinstance(event, JobStopped) else FAILED if isinstance(event, JobFailed) else DONE
