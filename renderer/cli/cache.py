"""`reelwright cache`: the rendered parts that are kept, so that nothing is rendered twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from renderer.store.parts import PartStore


@click.group()
def cache() -> None:
    """See and clear the rendered parts that are kept."""


@cache.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def info(as_json: bool) -> None:
    """Where the cache lies, how many parts it holds, and how full it is."""
    store = _store()
    found = store.info()
    if as_json:
        click.echo(json.dumps({"folder": str(store.folder), "parts": found.parts, "size_bytes": found.size_bytes}))
        return
    click.echo(f"{store.folder}")
    click.echo(f"{found.parts} parts, {found.size_bytes / 1e6:.1f} MB of {store.limit_bytes / 1e9:.0f} GB")


@cache.command()
@click.confirmation_option("--yes", prompt="Every kept part will have to be rendered again. Clear the cache?")
def clear() -> None:
    """Remove every part that no running render holds."""
    click.echo(f"Freed {_store().clear() / 1e6:.1f} MB.")


@cache.command()
@click.option(
    "--to", "limit_gb", type=click.FloatRange(0), help="Size in GB to shrink to; the cache's limit if left out."
)
def prune(limit_gb: float | None) -> None:
    """Remove the least recently used parts until the cache fits its limit."""
    store = _store()
    limit_bytes = store.limit_bytes if limit_gb is None else round(limit_gb * 1e9)
    click.echo(f"Freed {store.prune(limit_bytes) / 1e6:.1f} MB.")


def _store() -> PartStore:
    from renderer.places import places
    from renderer.store.parts import PartStore

    return PartStore(places().parts)
