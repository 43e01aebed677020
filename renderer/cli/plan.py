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
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="A file, or a folder; beside the project if left out."
)
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


def _facts(wanted: Wanted, kept: set[int], estimate: Estimate) -> dict[str, Any]:
    return {
        "target": str(wanted.target),
        "job": wanted.plan.job,
        "frames": wanted.plan.frame_count,
        "duration_s": float(wanted.plan.duration_s),
        "time_s": round(estimate.time_s, 1),
        "low_s": round(estimate.low_s, 1),
        "high_s": round(estimate.high_s, 1),
        "size_bytes": estimate.size_bytes,
        "chunks": [
            {
                "chunk": chunk.index,
                "scene": chunk.scene,
                "start": chunk.start,
                "stop": chunk.stop,
                "method": "reuse" if chunk.index in kept else chunk.method,
                "reason": "rendered before and unchanged" if chunk.index in kept else chunk.reason,
            }
            for chunk in wanted.plan.chunks
        ],
        "sounds": len(wanted.plan.audio.sounds) if wanted.plan.audio is not None else 0,
    }


def _print(wanted: Wanted, kept: set[int], estimate: Estimate) -> None:
    plan = wanted.plan
    click.echo(f"{wanted.target}  {as_clock(plan.duration_s)}, {plan.frame_count} frames, {_output_words(wanted)}")
    frames: Counter[tuple[str, str]] = Counter()
    for chunk in plan.chunks:
        words = ("reused", "rendered before and unchanged") if chunk.index in kept else _words(chunk.reason)
        frames[words] += chunk.frame_count
    for (verb, reason), count in frames.items():
        click.echo(f"  {verb:8} {count:6} frames  {reason}")
    if plan.audio is not None:
        click.echo(f"  mixed    {len(plan.audio.sounds):6} sounds")
    click.echo(f"  {estimate}, about {estimate.size_bytes / 1e6:.1f} MB")


def _words(reason: str) -> tuple[str, str]:
    verb, _, why = reason.partition(": ")
    return (verb, why) if why and " " not in verb else ("copied" if verb.startswith("copied") else "encoded", reason)


def _output_words(wanted: Wanted) -> str:
    video, audio = wanted.plan.output.video, wanted.plan.output.audio
    parts = []
    if video is not None:
        canvas = video.canvas
        parts.append(f"{video.codec} {canvas.width}x{canvas.height} at {float(canvas.fps):g} fps")
    if audio is not None and wanted.plan.audio is not None:
        parts.append(f"{audio.codec} {audio.sample_rate} Hz")
    return ", ".join(parts)
