"""Where a project's files may lie: inside its folder, symbolic links followed."""

from __future__ import annotations

from pathlib import Path

from renderer.errors import ProjectError


def inside(folder: Path, name: str) -> Path:
    """The absolute path of a project's file. Raises ProjectError for a name that leads out of the folder."""
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise ProjectError(
            "leads out of the project folder.", place=name, action="Put the file itself into the folder."
        )
    return path
