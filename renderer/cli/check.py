"""`reelwright check`: everything that would stop a render, at once, before any work."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per problem.")
@click.pass_context
def check(ctx: click.Context, project: Path, as_json: bool) -> None:
    """Find everything that would stop a render: missing media, wrong lengths, unknown keys. Exits with 2 if it would."""
    from renderer.preflight import check_project
    from renderer.project import load
    from renderer.request import open_media

    loaded = load(project)
    folder = (project if project.is_dir() else project.parent).resolve()
    names = {name for scene in loaded.scenes for segment in scene.segments for name in segment.assets()}
    names |= {clip.clip for scene in loaded.scenes for clip in scene.audio}
    facts, problems = open_media().facts(folder, sorted(names))
    problems += check_project(loaded, loaded.scenes, facts)
    for problem in problems:
        if as_json:
            click.echo(json.dumps(asdict(problem)))
        else:
            click.echo(f"{'problem' if problem.blocking else 'note':8}{problem}")
    blocking = sum(problem.blocking for problem in problems)
    if not as_json:
        click.echo(f"{blocking} problems." if blocking else "Nothing stands in the way.")
    ctx.exit(2 if blocking else 0)
