"""`reelwright queue`: renders lined up, which survive a restart, and those that were."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli.options import render_options

if TYPE_CHECKING:
    from renderer.jobs.store import JobStore
    from renderer.jobs.values import Job
    from renderer.settings import Settings

_as_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table or a sentence.")
_ids = click.argument("ids", type=int, nargs=-1, metavar="[JOB]...")
_required_ids = click.argument("ids", type=int, nargs=-1, required=True, metavar="JOB...")


@click.group()
def queue() -> None:
    """Line up renders that survive a restart; see past ones."""


@queue.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="A file, or a folder; beside the project if left out."
)
@render_options
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@click.option("--priority", type=click.IntRange(-100, 100), default=0, help="Higher goes first; 0 is ordinary.")
@_as_json
@click.pass_context
def add(
    ctx: click.Context,
    project: Path,
    out: Path | None,
    settings: Settings,
    overwrite: bool,
    priority: int,
    as_json: bool,
) -> None:
    """Line up a render of PROJECT as it is now: later edits do not change it."""
    from renderer.jobs.rendering import job_request
    from renderer.project import load
    from renderer.request import RenderRequest, open_media

    folder = (project if project.is_dir() else project.parent).resolve()
    target = (out or folder / "out").absolute()
    request = RenderRequest(folder, load(project), settings, target, overwrite, preset=ctx.meta.get("preset", ""))
    with _store() as store:
        job_id = store.submit(job_request(request, open_media()), priority=priority)
        place = [job.id for job in store.queue()].index(job_id) + 1
        if as_json:
            _print_job(store.job(job_id))
            return
    click.echo(f"Job {job_id} is number {place} in line. `reelwright queue run` renders it.")


@queue.command("list")
@click.option(
    "--history", "limit", is_flag=False, flag_value=50, type=click.IntRange(1), help="Past jobs: the last 50, or N."
)
@_as_json
def list_(limit: int | None, as_json: bool) -> None:
    """Show the jobs in the order they run, then those that ended; with --history every past one."""
    with _store() as store:
        jobs = store.listed() if limit is None else store.history(limit)
        pause = store.queue_pause
    if as_json:
        for job in jobs:
            _print_job(job)
        return
    if pause:
        click.echo("The queue is paused. `reelwright queue resume` goes on.")
    if not jobs:
        click.echo("Nothing is in the queue. `reelwright queue add PROJECT` lines up a render.")
        return
    from renderer.cli.queue_table import table

    table(jobs)


@queue.command()
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes; by cores and memory when left out.")
@click.option("--watch", is_flag=True, help="Wait for jobs that are added later.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per event.")
@click.pass_context
def run(ctx: click.Context, workers: int | None, watch: bool, as_json: bool) -> None:
    """Render the jobs in line, one after the other. Ctrl-C puts the running one back; finished parts are kept."""
    from renderer.cli.queue_run import show_queue
    from renderer.cli.session import engine, stop_on_signal
    from renderer.jobs.rendering import render_job
    from renderer.jobs.runner import run_queue

    with (
        _store() as store,
        engine(workers=workers) as (library, executor, parts),
        stop_on_signal() as stop,
    ):
        if store.queue_pause:
            click.echo("The queue is paused. `reelwright queue resume` goes on.", err=True)
        events = run_queue(store, render_job(library, executor, parts), stop, wait=watch)
        ctx.exit(show_queue(events, store, stop, as_json=as_json))


@queue.command()
@_ids
@click.option("--after-current", is_flag=True, help="Let the running job finish first. For the whole queue only.")
@_as_json
def pause(ids: tuple[int, ...], after_current: bool, as_json: bool) -> None:
    """Pause jobs, or the whole queue when none is named. Finished parts are kept."""
    with _store() as store:
        if ids:
            _each(ids, store.pause, as_json)
            return
        store.pause_queue(after_current=after_current)
    click.echo(json.dumps({"queue": "paused"}) if as_json else "The queue is paused.")


@queue.command()
@_ids
@_as_json
def resume(ids: tuple[int, ...], as_json: bool) -> None:
    """Let paused jobs, or the whole queue when none is named, go on."""
    with _store() as store:
        if ids:
            _each(ids, store.resume, as_json)
            return
        store.resume_queue()
    click.echo(json.dumps({"queue": "open"}) if as_json else "The queue goes on.")


@queue.command()
@_ids
@click.option("--all", "every", is_flag=True, help="Every job that is not finished.")
@_as_json
def cancel(ids: tuple[int, ...], every: bool, as_json: bool) -> None:
    """Give jobs up. Their finished parts stay in the cache."""
    with _store() as store:
        _each(_chosen(ids, every, [job.id for job in store.queue()], "--all"), store.cancel, as_json)


@queue.command()
@_ids
@click.option("--failed", is_flag=True, help="Every failed job that was not cleared away.")
@_as_json
def retry(ids: tuple[int, ...], failed: bool, as_json: bool) -> None:
    """Line failed or cancelled jobs up again. Only what is missing is rendered."""
    with _store() as store:
        all_failed = [job.id for job in store.listed() if job.state == "failed"]
        _each(_chosen(ids, failed, all_failed, "--failed"), store.retry, as_json)


@queue.command()
@click.option(
    "--history", "keep", type=click.IntRange(0), metavar="N", help="Also forget all but the newest N past jobs."
)
@_as_json
def clear(keep: int | None, as_json: bool) -> None:
    """Take finished jobs off the list. They stay in the history, and their files where they are."""
    with _store() as store:
        cleared = store.clear_finished()
        forgotten = store.prune_history(keep) if keep is not None else 0
    if as_json:
        click.echo(json.dumps({"cleared": cleared, "forgotten": forgotten}))
        return
    click.echo(f"Cleared {cleared} jobs." + (f" Forgot {forgotten}." if keep is not None else ""))


@queue.command()
@_required_ids
@_as_json
def remove(ids: tuple[int, ...], as_json: bool) -> None:
    """Forget finished jobs: they leave the history too. Their files stay where they are."""
    with _store() as store:
        for job_id in ids:
            store.remove(job_id)
            click.echo(json.dumps({"removed": job_id}) if as_json else f"Job {job_id} is forgotten.")


@queue.command()
@click.argument("job_id", type=int, metavar="JOB")
@click.argument("place", required=False)
@click.option("--priority", type=click.IntRange(-100, 100), help="Higher goes first; 0 is ordinary.")
@_as_json
def move(job_id: int, place: str | None, priority: int | None, as_json: bool) -> None:
    """Move a job in line. PLACE is top, up, down, bottom, or its number from 1."""
    from renderer.errors import UsageError

    words = ("top", "up", "down", "bottom")
    if (place is None) == (priority is None) or (place is not None and place not in words and not place.isdecimal()):
        raise UsageError("Say where to.", action=f"PLACE is {', '.join(words)} or a number; or give --priority.")
    with _store() as store:
        if priority is not None:
            store.set_priority(job_id, priority)
        elif place is not None:
            store.move(job_id, place if place in words else int(place) - 1)  # type: ignore[arg-type]
        order = [job.id for job in store.queue()]
    if as_json:
        click.echo(json.dumps({"queue": order}))
        return
    click.echo(f"Job {job_id} is number {order.index(job_id) + 1} in line." if job_id in order else "Done.")


@queue.command()
@click.argument("job_id", type=int, metavar="JOB")
@_as_json
def show(job_id: int, as_json: bool) -> None:
    """Tell everything about one job: its settings, its story, its files, and why it failed."""
    from renderer.cli.queue_table import details, job_facts

    with _store() as store:
        job, story = store.job(job_id), store.story(job_id)
    if as_json:
        lines = [{"at": line.at, **json.loads(line.line)} for line in story]
        click.echo(json.dumps({**job_facts(job), "story": lines}, ensure_ascii=False))
        return
    details(job, story)


@contextmanager
def _store() -> Iterator[JobStore]:
    from renderer.jobs.store import JobStore
    from renderer.places import places

    with JobStore(places().queue) as store:
        yield store


def _each(ids: tuple[int, ...], change: Callable[[int], Job], as_json: bool) -> None:
    """Change every job that can be; then raise for the first that could not."""
    from renderer.errors import UsageError

    refused: list[UsageError] = []
    for job_id in ids:
        try:
            job = change(job_id)
        except UsageError as error:
            refused.append(error)
            continue
        if as_json:
            _print_job(job)
        else:
            state = {"pause": "being paused", "cancel": "being cancelled"}.get(job.asked, str(job.state))
            click.echo(f"Job {job.id} is {state}.")
    for other in refused[1:]:
        click.echo(str(other), err=True)
    if refused:
        raise refused[0]


def _chosen(ids: tuple[int, ...], every: bool, all_ids: list[int], flag: str) -> tuple[int, ...]:
    from renderer.errors import UsageError

    if bool(ids) == every:
        raise UsageError("Say which jobs.", action=f"Give their numbers, or {flag}.")
    return tuple(all_ids) if every else ids


def _print_job(job: Job) -> None:
    from renderer.cli.queue_table import job_facts

    click.echo(json.dumps(job_facts(job), ensure_ascii=False))
