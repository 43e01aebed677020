"""How to start our own processes: from Python, or from a frozen program, which has no `python -m`."""

from __future__ import annotations

import sys
from pathlib import Path


def worker_command() -> list[str]:
    """The command line of a worker. A frozen studio starts the renderer's executable that lies beside it."""
    if getattr(sys, "frozen", False):
        here = Path(sys.executable)
        return [str(here.with_name(f"reelwright{here.suffix if here.suffix == '.exe' else ''}")), "worker"]
    return [sys.executable, "-m", "renderer.executors.worker"]
