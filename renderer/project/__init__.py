"""The project file: read, checked, written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from renderer.project.model import Project

__all__ = ["load", "parse", "save"]

# The model is imported by those who need it: segments and layers import `project.fields` while the model is made.


def load(path: Path) -> Project:
    """The project in a folder, or in its `project.json`. Raises ProjectError with every problem found."""
    from renderer.project.loading import load as read

    return read(path)


def parse(data: object, place: str) -> Project:
    """The project that JSON values describe, whatever their format version. `place` names them in problems.

    Raises ProjectError with every problem found.
    """
    from renderer.project.loading import parse as check

    return check(data, place)


def save(project: Project, path: Path) -> None:
    """Write a folder's `project.json`, or the file itself: whole or not at all, the old one stays until then.

    Raises ProjectError, before anything is written, for a project that `load` would refuse; StoreError where the
    folder cannot be written.
    """
    from renderer.project.saving import save as write

    write(project, path)
