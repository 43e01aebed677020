"""Bringing files from elsewhere into a project's folder: linked or copied, never moved, never over another file."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import unicodedata
from pathlib import Path

from renderer.errors import StoreError
from renderer.project.fields import CONTROL


class Intake:
    """Brings files into one project folder and can take back what it brought. One thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._names: dict[Path, str] = {}
        self._brought: list[Path] = []
        self._homes: set[Path] = set()

    def bring(self, file: Path, shelf: str) -> str:
        """The project-relative name of `file`, which lies in the folder afterwards.

        A file that lies there already stays where it is. Others appear in the sub-folder `shelf`, by hard link where
        the disk allows, else as a copy, under their own name or, where that is taken, `name-2`, `name-3` …
        Raises StoreError.
        """
        source = file.resolve()
        known = self._names.get(source)
        if known is None:
            known = self._names[source] = self._within(source) or self._placed(source, file.name, shelf)
        return known

    def drop(self, name: str) -> None:
        """Take back a file that was brought; one that was there before stays."""
        path = self._folder / name
        if path in self._brought:
            self._brought.remove(path)
            path.unlink(missing_ok=True)
        self._names = {source: known for source, known in self._names.items() if known != name}

    def drop_all(self) -> None:
        """Take back everything that was brought, and sub-folders that were made for it."""
        for path in tuple(self._brought):
            self.drop(path.relative_to(self._folder).as_posix())
        for home in self._homes:
            with contextlib.suppress(OSError):
                home.rmdir()

    def _within(self, source: Path) -> str:
        if not source.is_relative_to(self._folder):
            return ""
        name = source.relative_to(self._folder).as_posix()
        return "" if "\\" in name or name[1:2] == ":" or CONTROL.search(name) else name

    def _placed(self, source: Path, wanted: str, shelf: str) -> str:
        try:
            home = self._folder / shelf
            if not home.exists():
                self._homes.add(home)
            home.mkdir(parents=True, exist_ok=True)
            target = _free(home, wanted, source)
            if target.exists():  # the same file, from an earlier time
                return target.relative_to(self._folder).as_posix()
            _link_or_copy(source, target)
        except OSError as error:
            raise StoreError(
                f"cannot be brought into {self._folder}: {error.strerror or error}.",
                place=str(source),
                action="Check that it can be read and that there is room.",
            ) from error
        self._brought.append(target)
        return target.relative_to(self._folder).as_posix()


def _free(home: Path, wanted: str, source: Path) -> Path:
    """A name in `home` that no other file has, on disks that tell case apart and on those that do not."""
    name = re.sub(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]', "_", unicodedata.normalize("NFC", wanted)).lstrip("-") or "clip"
    taken = {_key(entry.name): entry for entry in home.iterdir()}
    stem, suffix = Path(name).stem, Path(name).suffix
    number, candidate = 1, name
    while (there := taken.get(_key(candidate))) is not None:
        if there.is_file() and there.samefile(source):
            return there
        number += 1
        candidate = f"{stem}-{number}{suffix}"
    return home / candidate


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
        return
    except FileExistsError:
        raise
    except OSError:
        pass  # another disk, or one without links
    temp = target.with_name(f".bringing-{secrets.token_hex(6)}{target.suffix}")
    try:
        shutil.copy2(source, temp)
        temp.replace(target)
    finally:
        temp.unlink(missing_ok=True)
