"""`reelwright doctor`: is everything here that rendering needs, and what mends what is not?"""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per part.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check every part this program needs, and say what mends it.

    Exits with 0 when everything that rendering needs is there, else with 1.
    """
    from renderer.doctor import State, examine

    signs = {State.FOUND: "ok", State.MISSING: "MISSING", State.OPTIONAL: "without", State.WARNING: "note"}
    colours = {State.FOUND: "green", State.MISSING: "red", State.OPTIONAL: "cyan", State.WARNING: "yellow"}
    missing = 0
    for finding in examine():
        missing += finding.state is State.MISSING
        if as_json:
            told = {"part": finding.part, "state": finding.state.value, "detail": finding.detail}
            click.echo(json.dumps({**told, "remedy": finding.remedy}, ensure_ascii=False))
            continue
        sign = click.style(f"{signs[finding.state]:<8}", fg=colours[finding.state])
        click.echo(f"{sign}{finding.part:<16}{finding.detail}")
        if finding.remedy:
            click.echo(f"{'':24}→ {finding.remedy}")
    if not as_json:
        click.echo(f"{missing} parts are missing." if missing else "Everything that rendering needs is here.")
    ctx.exit(1 if missing else 0)
