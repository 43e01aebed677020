"""`reelwright import` and `reelwright export`: timelines of other programs, through OpenTimelineIO."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from renderer.errors import Problem


@click.command("import")
@click.argument("timeline", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The project's folder; one named after the timeline, beside it, when left out.",
)
@click.option("--overwrite", is_flag=True, help="Replace a project that is there already.")
def import_(timeline: Path, folder: Path | None, overwrite: bool) -> None:
    """Make a project from an OpenTimelineIO file (.otio).

    Media are linked or copied into the project, never moved. What cannot be expressed is listed.
    """
    from renderer.media.library import MediaLibrary
    from renderer.places import places
    from renderer.project.otio import import_otio

    folder = folder if folder is not None else timeline.with_suffix("")
    project, notes = import_otio(timeline, folder, MediaLibrary(places().facts), overwrite=overwrite)
    _tell(notes)
    segments = sum(len(scene.segments) for scene in project.scenes)
    sounds = sum(len(scene.audio) for scene in project.scenes)
    click.echo(f"{folder / 'project.json'}: {len(project.scenes)} scenes, {segments} segments, {sounds} sounds")
    click.echo(f"Render it with: reelwright render {folder}")


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", "target", metavar="FILE.otio", required=True, type=click.Path(path_type=Path, dir_okay=False)
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
def export(project: Path, target: Path, overwrite: bool) -> None:
    """Write a project as an OpenTimelineIO file (.otio) for other programs.

    What they cannot show is kept in the file for Reelwright, and listed.
    """
    from renderer.errors import UsageError
    from renderer.media.library import MediaLibrary
    from renderer.places import places
    from renderer.project import load
    from renderer.project.otio import export_otio
    from renderer.project.paths import project_folder

    if target.suffix.lower() != ".otio":
        raise UsageError(f"{target} does not end in .otio.", place="--out", action="Name it like cut.otio.")
    loaded = load(project)
    notes = export_otio(loaded, project_folder(project), target, MediaLibrary(places().facts), overwrite=overwrite)
    _tell(notes)
    click.echo(str(target))


def _tell(notes: Iterable[Problem]) -> None:
    for note in notes:
        click.echo(f"note    {note}", err=True)
