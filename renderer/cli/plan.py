"""`reelwright plan`: what a render would do, before anything runs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from renderer.cli.options import render_options
from renderer.timebase import as_clock

if TYPE_CHECKING:
    from renderer.estimate import Estimate
    from renderer.request import Wanted
    from renderer.settings import Settings


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="A file, or a folder; beside the project if left out.")
@render_options
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes; by cores and memory when left out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
@click.pass_context
def plan(
    ctx: click.Context, project: Path, out: Path | None, settings: Settings, workers: int | None, as_json: bool
) -> None:
    """Show what a render would copy, reuse and encode, and why, with the time and size to expect."""
    from renderer.executors.local import default_workers
    from renderer.history import expected
    from renderer.places import places
    from renderer.project import load
    from renderer.request import RenderRequest, open_media, prepare
    from renderer.store.parts import PartStore

    folder = (project if project.is_dir() else project.parent).resolve()
    target = (out or folder / "out").absolute()
    request = RenderRequest(folder, load(project), settings, target, overwrite=True, preset=ctx.meta.get("preset", ""))
    parts = PartStore(places().parts)
    prepared = prepare(request, open_media(), parts)
    for warning in prepared.warnings:
        click.echo(f"note: {warning}", err=True)
    for wanted in prepared.wanted:
        kept = {chunk.index for chunk in wanted.plan.chunks if chunk.method == "encode" and parts.find(chunk.digest)}
        estimate = expected(wanted.plan, kept, workers or default_workers(wanted.plan))
        if as_json:
            click.echo(json.dumps(_facts(wanted, kept, estimate), ensure_ascii=False))
        else:
            _print(wanted, kept, estimate)
