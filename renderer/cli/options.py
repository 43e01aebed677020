"""The options that describe a render, shared by `render`, `plan` and `queue add`; they come out as one `Settings`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from renderer.settings import Settings

_OPTIONS = (
    click.option("--preset", metavar="NAME", help="Start from a preset; other options override it."),
    click.option("--scenes", metavar="A,B", help="Scene ids; all when left out."),
    click.option(
        "--audio",
        metavar="KINDS",
        help="Kinds of sound: narration,dialogue,music,sfx,clip; 'none' for silence; all when left out.",
    ),
    click.option("--resolution", metavar="SIZE", help="360p 480p 720p 1080p 1440p 2160p, WIDTHxHEIGHT, or match."),
    click.option("--fps", metavar="RATE", help="Frames per second, or match."),
    click.option(
        "--quality",
        type=click.Choice(["low", "medium", "high", "ultra", "match"]),
        help="match copies what fits and encodes the rest near-lossless.",
    ),
    click.option("--format", "format_", metavar="FORMAT", help="mp4 webm mov gif png wav mp3 m4a."),
    click.option("--codec", metavar="CODEC", help="h264 h265 av1 vp9 prores prores4444."),
    click.option(
        "--fit",
        type=click.Choice(["contain", "cover", "stretch"]),
        help="How every clip and still meets the frame; as each says when left out.",
    ),
    click.option("--alpha/--no-alpha", default=None, help="Keep transparency, where the format can."),
    click.option(
        "--copy",
        "copy_mode",
        type=click.Choice(["auto", "always", "never"]),
        help="Whether spans that already fit are copied instead of encoded.",
    ),
    click.option("--range", "range_", metavar="A-B", help="Only this part of the timeline, e.g. 10-25.5 or 0:10-0:25."),
    click.option("--preview", is_flag=True, default=None, help="A small fast draft: 360p, low quality."),
    click.option("--per-scene/--joined", default=None, help="One file per scene, or one joined file (the default)."),
    click.option(
        "--loudness", type=float, metavar="LUFS", help="Loudness of the mix, e.g. -14; default: the project's."
    ),
    click.option("--audio-bitrate", type=int, metavar="KBPS", help="Bit rate of lossy sound in kb/s."),
    click.option("--name", metavar="PATTERN", help="File name: {project} {scene} {name} {preset} {n} {date} …"),
    click.option("--poster/--no-poster", default=None, help="Write a poster picture beside the file."),
)


_CHOICES = (
    *("preset", "scenes", "audio", "resolution", "fps", "quality", "format_", "codec", "fit", "alpha", "copy_mode"),
    *("range_", "preview", "per_scene", "loudness", "audio_bitrate", "name", "poster"),
)


def render_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a click command: the options above arrive as one keyword, `settings: Settings`.

    Raises UsageError for an unknown preset or a value that cannot be; pydantic is imported only when the command runs.
    """

    @wraps(command)
    def with_settings(**given: Any) -> Any:
        chosen = {name: given.pop(name) for name in _CHOICES}
        if not chosen["format_"] and not chosen["preset"]:
            chosen["format_"] = _format_of(given.get("out"))
        return command(settings=_settings(chosen), **given)

    for option in reversed(_OPTIONS):
        with_settings = option(with_settings)
    return with_settings


def _settings(chosen: dict[str, Any]) -> Settings:
    from pydantic import ValidationError

    from renderer.errors import UsageError
    from renderer.settings import Settings

    base = Settings()
    if preset := chosen.pop("preset"):
        from renderer.places import places
        from renderer.presets import find

        stored = find(preset, places().presets)
        base = stored.settings
        click.get_current_context().meta["preset"] = stored.name
    changes = {name.rstrip("_"): value for name, value in chosen.items() if value is not None}
    if "scenes" in changes:
        changes["scenes"] = _names(changes["scenes"])
    if "audio" in changes:
        changes["audio"] = () if changes["audio"].strip() == "none" else _names(changes["audio"])
    if "audio_bitrate" in changes:
        changes["audio_bit_rate"] = changes.pop("audio_bitrate") * 1000
    try:
        return Settings.model_validate({**base.model_dump(by_alias=False), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        raise UsageError(f"{first['msg']}.", place=option) from error


def _format_of(out: Path | None) -> str | None:
    """What `-o film.webm` says about the format; None where it says nothing."""
    from renderer.output import FORMATS

    ending = out.suffix.lower() if out is not None else ""
    return next((form.name for form in FORMATS.values() if ending and form.extension == ending), None)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
