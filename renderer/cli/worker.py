"""`reelwright worker`: what a frozen program starts its workers as; not for people."""

from __future__ import annotations

import click


@click.command(hidden=True)
def worker() -> None:
    """Read orders as JSON lines and do them."""
    from renderer.executors.worker import main

    main()
