"""`reelwright new`: a project from a folder of clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

_LISTS = ("--clips", "--narration")


class ListsOfFiles(click.Command):
    """A command whose list options take every file up to the next option: `--clips a.mp4 b.mp4`, as shells expand `*`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(_spread(args)))


def _spread(args: Sequence[str]) -> Iterable[str]:
    option = ""
    for position, arg in enumerate(args):
        if arg.startswith("-") and arg != "-":
            option = arg if arg in _LISTS else ""
            if not option or position + 1 == len(args):
                yield arg
        elif option:
            yield from (option, arg)
        else:
            yield arg


@click.command(cls=ListsOfFiles)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--clips",
    multiple=True,
    required=True,
    metavar="FILES…",
    type=click.Path(path_type=Path),
    help="Folders and files. Each sub-folder of a folder becomes a scene.",
)
@click.option("--music", metavar="FILE", type=click.Path(path_type=Path), help="Music under all scenes.")
@click.option(
    "--narration",
    multiple=True,
    metavar="FILES…",
    type=click.Path(path_type=Path),
    help="Recordings: one a scene where there are as many, else one after the other.",
)
@click.option("--title", default="", help="The project's name; the folder's when left out.")
@click.option("--fps", metavar="RATE", help="Frames per second; most of the clips' when left out.")
@click.option("--width", type=click.IntRange(16, 8192), help="Width in pixels; most of the clips' when left out.")
@click.option("--height", type=click.IntRange(16, 8192), help="Height in pixels.")
@click.option("--overwrite", is_flag=True, help="Replace a project that is there already.")
def new(
    folder: Path,
    clips: tuple[Path, ...],
    music: Path | None,
    narration: tuple[Path, ...],
    title: str,
    fps: str | None,
    width: int | None,
    height: int | None,
    overwrite: bool,
) -> None:
    """Make a project in DIR from clips, stills and sounds.

    Files from elsewhere are linked or copied into DIR, never moved.
    """
    from renderer.errors import UsageError
    from renderer.media.library import MediaLibrary
    from renderer.places import places
    from renderer.project.new import Wishes, new_project
    from renderer.timebase import parse_rate

    try:
        rate = parse_rate(fps) if fps is not None else None
    except ValueError as error:
        raise UsageError(f"{error}.", place="--fps") from error
    wishes = Wishes(title, rate, width, height, music, narration)
    library = MediaLibrary(places().facts)
    project, notes = new_project(folder, clips, library, wishes, overwrite=overwrite)
    for note in notes:
        click.echo(f"note    {note}", err=True)
    segments = sum(len(scene.segments) for scene in project.scenes)
    sounds = sum(len(scene.audio) for scene in project.scenes)
    click.echo(
        f"{folder / 'project.json'}: {_count(len(project.scenes), 'scene')}, {_count(segments, 'segment')}, "
        f"{_count(sounds, 'sound')}, {project.width}x{project.height} at {float(project.fps):.5g} fps"
    )
    click.echo(f"Render it with: reelwright render {folder}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
