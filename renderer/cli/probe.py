"""`reelwright probe`: what is in a media file."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.timebase import as_seconds

if TYPE_CHECKING:
    from renderer.facts import MediaFacts


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def probe(files: tuple[Path, ...], as_json: bool) -> None:
    """Tell what is in a media file: sizes, rates, colour, sound, and what a render has to do with it."""
    from renderer.media.probe import probe as probe_file

    for path in files:
        facts = probe_file(path.resolve(), name=path.name)
        if as_json:
            click.echo(json.dumps(asdict(facts), default=_plain))
        else:
            click.echo("\n".join(_lines(facts)))


def _plain(value: object) -> str:
    return as_seconds(value) if isinstance(value, Fraction) else str(value)


def _lines(facts: MediaFacts) -> list[str]:
    lines = [f"{facts.path}  {facts.container}, {float(facts.duration_s):.3f} s, {facts.size_bytes / 1e6:.2f} MB"]
    if (video := facts.video) is not None:
        shown = f" shown {video.display_size[0]}x{video.display_size[1]}" if _reshaped(facts) else ""
        marks = [
            f"rotated {video.rotation}°" if video.rotation else "",
            "interlaced" if video.interlaced else "",
            f"{video.bit_depth}-bit" if video.bit_depth != 8 else "",
            "HDR, will be tone-mapped" if video.color.is_hdr else "",
            "alpha" if video.has_alpha else "",
            "still picture" if video.is_still else "",
        ]
        rate = "" if video.is_still else f" at {float(video.rate):.3f} fps"
        color = "/".join((video.color.matrix or "untagged", "full" if video.color.full_range else "limited"))
        lines.append(
            "  video  "
            + ", ".join(
                part
                for part in (
                    f"{video.codec} {video.profile}".strip(),
                    f"{video.width}x{video.height}{shown}{rate}",
                    f"{video.pixel_format} {color}",
                    *marks,
                )
                if part
            )
        )
    if (audio := facts.audio) is not None:
        more = f" (first of {facts.audio_streams})" if facts.audio_streams > 1 else ""
        lines.append(
            f"  sound  {audio.codec}, {audio.sample_rate} Hz, {audio.layout or audio.channels}, "
            f"{float(audio.duration_s):.3f} s{more}"
        )
    return lines


def _reshaped(facts: MediaFacts) -> bool:
    return facts.video is not None and facts.video.display_size != (facts.video.width, facts.video.height)
