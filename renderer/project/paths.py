"""Where a project's files lie, and that they lie inside its folder."""

from __future__ import annotations

from pathlib import Path

from renderer.errors import MediaError

PROJECT_FILE = "project.json"


def project_file(path: Path) -> Path:
    """The project file that `path` means: itself when it is, or is named as, a JSON file, else the one in the folder."""
    return path if path.is_file() or (path.suffix == ".json" and not path.is_dir()) else path / PROJECT_FILE


def project_folder(path: Path) -> Path:
    """The absolute folder that a project's media paths are relative to. `path` is the folder or its project file."""
    return project_file(path).absolute().parent


def inside(folder: Path, name: str) -> Path:
    """The absolute path of a project's file, with links followed. The file need not exist.

    Raises MediaError where `name` leads out of `folder`, be it by `..`, an absolute path or a link: a project from a
    stranger must not read what lies elsewhere on this computer.
    """
    try:
        root = folder.resolve()
        found = (root / name).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a ring, before Python 3.13
        raise MediaError("cannot be opened: its path leads nowhere.", place=name, action="Mend the link.") from error
    if not found.is_relative_to(root) or found == root:
        raise MediaError(
            f"leads out of the project folder {folder}.", place=name, action="Copy the file into the project folder."
        )
    return found
