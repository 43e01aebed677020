"""`reelwright presets`: named choices for a render."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from renderer.cli.options import render_options

if TYPE_CHECKING:
    from renderer.presets import Shelf, StoredPreset
    from renderer.settings import Settings


@click.group(invoke_without_command=True)
@click.pass_context
def presets(ctx: click.Context) -> None:
    """List, show and save presets."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@presets.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per preset.")
def list_(as_json: bool = False) -> None:
    """Name every preset, built-in ones first."""
    shelf = _shelf()
    for stored in shelf.presets:
        if as_json:
            click.echo(json.dumps(_facts(stored), ensure_ascii=False))
        else:
            mine = "" if stored.built_in else " (yours)"
            click.echo(f"{stored.preset.name + mine:<24}  {stored.preset.description}".rstrip())
    for problem in shelf.problems:
        click.echo(f"note: {problem}", err=True)


@presets.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(name: str, as_json: bool) -> None:
    """Tell what a preset chooses."""
    stored = _shelf().find(name)
    if as_json:
        click.echo(json.dumps(_facts(stored), ensure_ascii=False))
        return
    click.echo(stored.preset.name)
    if stored.preset.description:
        click.echo(stored.preset.description)
    for key, value in stored.preset.settings.model_dump(mode="json", by_alias=True, exclude_defaults=True).items():
        click.echo(f"  {key:<16} {value}")


@presets.command()
@click.argument("preset_name", metavar="NAME")
@render_options
@click.option("--description", default="", help="A sentence about it.")
@click.option("--overwrite", is_flag=True, help="Replace your preset of that name.")
def save(preset_name: str, settings: Settings, description: str, overwrite: bool) -> None:
    """Keep these options as a preset. Start from another with --preset."""
    from pydantic import ValidationError

    from renderer.errors import UsageError
    from renderer.places import places
    from renderer.presets import save_preset
    from renderer.settings import Preset

    try:
        preset = Preset(name=preset_name, description=description, settings=settings)
    except ValidationError as error:
        raise UsageError(f'"{preset_name[:80]}" cannot be a name.', action="Use 1 to 80 characters.") from error
    path = save_preset(preset, places().presets, overwrite=overwrite)
    click.echo(f'Saved "{preset_name}" as {path}.')


@presets.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete one of your own presets."""
    from renderer.places import places
    from renderer.presets import remove_preset

    remove_preset(name, places().presets)
    click.echo(f'Removed "{name}".')


def _shelf() -> Shelf:
    from renderer.places import places
    from renderer.presets import presets as all_presets

    return all_presets(places().presets)


def _facts(stored: StoredPreset) -> dict[str, object]:
    settings = stored.preset.settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {
        "name": stored.preset.name,
        "description": stored.preset.description,
        "built_in": stored.built_in,
        "path": str(stored.path),
        "settings": settings,
    }
