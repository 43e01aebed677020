"""`reelwright chunk`: does by hand what the pool does, because a failure that can be rerun is half mended."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import click


@click.command()
@click.argument("plan", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--index", type=int, help="Number of the chunk to encode.")
@click.option("--mix", "wants_mix", is_flag=True, help="Mix the sound instead.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The part to write.")
def chunk(plan: Path, index: int | None, wants_mix: bool, out: Path) -> None:
    """Render one unit of PLAN, a plan file: a chunk by its index, or the mix. Nothing is cached."""
    from renderer.chunk import ChunkRenderer
    from renderer.errors import UsageError
    from renderer.plan import plan_from_json

    if (index is None) == (not wants_mix):
        raise UsageError("Say which unit.", action="Give --index N, or --mix.")
    with ChunkRenderer(plan_from_json(plan.read_text(encoding="utf-8"))) as renderer:
        if index is None:
            mixed = renderer.mix(out.absolute(), progress=lambda _step, _done_s: None, stop=Event())
            click.echo(f"{out} ({mixed.sample_count} samples)")
            return
        made = renderer.render(index, out.absolute(), progress=lambda _frames: None, stop=Event())
        click.echo(f"{out} ({made.frame_count} frames, {made.size_bytes} bytes)")
