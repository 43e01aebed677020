"""`reelwright render`: a project becomes a file, here and now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli.options import render_options

if TYPE_CHECKING:
    from renderer.settings import Settings


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="A file, or a folder; beside the project if left out."
)
@render_options
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes; by cores and memory when left out.")
@click.option("--no-cache", is_flag=True, help="Render everything again and keep no parts.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per event.")
@click.pass_context
def render(
    ctx: click.Context,
    project: Path,
    out: Path | None,
    settings: Settings,
    workers: int | None,
    no_cache: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Render a project to a file.

    PROJECT is a folder with a project.json. Stop with Ctrl-C: finished parts are kept, and the same command goes on.
    """
    from renderer.cli.session import engine, stop_on_signal
    from renderer.cli.show import show
    from renderer.project import load
    from renderer.request import RenderRequest, run

    folder = (project if project.is_dir() else project.parent).resolve()
    request = RenderRequest(
        folder=folder,
        project=load(project),
        settings=settings,
        target=(out or folder / "out").absolute(),
        overwrite=overwrite,
        preset=ctx.meta.get("preset", ""),
    )
    with engine(workers=workers, keep_parts=not no_cache) as (library, executor, parts), stop_on_signal() as stop:
        ctx.exit(show(run(request, library, executor, parts, stop), as_json=as_json))
