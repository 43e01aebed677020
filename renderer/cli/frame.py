"""`reelwright frame`: one frame of a scene as a picture, exactly as a render would make it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--scene", metavar="ID", help="Which scene; the first one when left out.")
@click.option(
    "--at", "at", default="0", metavar="TIME", help="When, from the scene's start: 1.5 or 0:01.5 or 00:00:01:12."
)
@click.option("--resolution", default="match", metavar="SIZE", help="360p … 2160p, WIDTHxHEIGHT, or match.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A .png or .jpg file."
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
def frame(project: Path, scene: str | None, at: str, resolution: str, out: Path, overwrite: bool) -> None:
    """Write one frame of a scene as a picture."""
    from renderer.errors import UsageError
    from renderer.project import load
    from renderer.request import open_media, scene_frame
    from renderer.timebase import parse_time

    if out.exists() and not overwrite:
        raise UsageError(f"{out} is there already.", action="Choose another name, or --overwrite to replace it.")
    loaded = load(project)
    try:
        at_s = parse_time(at, loaded.fps)
    except ValueError as error:
        raise UsageError(f"{error}.", place="--at") from error
    folder = project if project.is_dir() else project.parent
    number = scene_frame(
        loaded, folder.resolve(), open_media(), scene_id=scene, at_s=at_s, resolution=resolution, out=out
    )
    click.echo(f"{out} (frame {number})")
