"""Where the files that come with the program lie: presets, sample project, icons."""

from __future__ import annotations

import sys
from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, such as `resource("presets")`.

    A frozen program unpacks `resources/` beside its code, a wheel carries it as `renderer/_resources` (setup.py puts
    it there), a checkout has it at its root. Raises FileNotFoundError where it is in none of them.
    """
    tried = [root.joinpath(*parts) for root in _roots()]
    for path in tried:
        if path.exists():
            return path
    raise FileNotFoundError(f"{'/'.join(parts)} did not come with this installation; looked at {tried}")


def _roots() -> tuple[Path, ...]:
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    here = (package / "_resources", package.parent / "resources")
    return (Path(frozen) / "resources", *here) if frozen else here
