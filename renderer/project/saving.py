"""From a project to `project.json`: easy to read, the same every time, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from renderer.errors import StoreError
from renderer.project.loading import parse
from renderer.project.model import Project
from renderer.project.paths import project_file
from renderer.project.pretty import pretty_json


def save(project: Project, path: Path) -> None:
    """Write a folder's `project.json`, or the file itself; the folder is made where it is missing.

    The old file stays until the new one is on the disk. Raises ProjectError, before anything is written, for a project
    that `load` would refuse; StoreError where the folder cannot be written.
    """
    file = project_file(path)
    data = as_json(project)
    parse(data, str(file))
    replace_file(file, pretty_json(data).encode())


def as_json(project: Project) -> dict[str, Any]:
    """The project as JSON values: what is as by default is left out, the format version never is."""
    data = project.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    hint = {"$schema": data.pop("$schema")} if "$schema" in data else {}
    for scene in data["scenes"]:
        for segment in scene["segments"]:
            if "transition" in segment:  # it happens last, so it is read last
                segment["transition"] = segment.pop("transition")
    return {**hint, "reelwright": project.reelwright, **data}


def replace_file(file: Path, content: bytes) -> None:
    """Put `content` where `file` is, durably and at once; a link stays a link. Raises StoreError."""
    try:
        target = file.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        temp = target.with_name(f".writing-{secrets.token_hex(6)}{target.suffix}")
        handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a ring, before Python 3.13
        raise _refused(file, error) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, temp)
        temp.replace(target)
    except OSError as error:
        raise _refused(file, error) from error
    finally:
        with contextlib.suppress(OSError):
            temp.unlink(missing_ok=True)
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """Make the new name durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refused(file: Path, error: Exception) -> StoreError:
    reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
    return StoreError(
        f"cannot be written: {reason}. What was there is unchanged.",
        place=str(file),
        action="Free some space, or choose a folder that can be written to.",
    )
