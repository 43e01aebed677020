"""Facts of a project's media, remembered between runs: a file is probed and hashed once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from renderer.errors import MediaError, Problem, ReelwrightError
from renderer.facts import Facts, MediaFacts

VERSION = 1
"""Raised when probing learns to tell more or differently."""

_Value = TypeVar("_Value")


class MediaLibrary:
    """Remembers in `cache_folder` by absolute path, size and time of change. Safe for several threads and processes."""

    def __init__(self, cache_folder: Path) -> None:
        self._folder = cache_folder

    def facts(self, folder: Path, names: Iterable[str]) -> tuple[dict[str, MediaFacts], tuple[Problem, ...]]:
        """Facts by name for all that can be read, and one problem for each that cannot."""
        wanted = list(names)
        found: dict[str, MediaFacts] = {}
        problems: list[Problem] = []
        with ThreadPoolExecutor(max_workers=min(4, max(1, len(wanted)))) as threads:
            for name, result in zip(wanted, threads.map(lambda name: self._facts(folder, name), wanted), strict=True):
                if isinstance(result, MediaFacts):
                    found[name] = result
                else:
                    problems.append(result)
        return found, tuple(problems)

    def packet_indexes(self, folder: Path, facts: Facts) -> dict[str, Any]:
        """A PacketIndex for every moving picture in `facts` whose packets could be copied; others are left out."""
        from renderer.media.packets import PacketIndex, packet_index

        moving = [name for name, media in facts.items() if media.video is not None and not media.video.is_still]
        found = {}
        for name in moving:
            path = folder / name
            try:
                found[name] = self._remembered(path, "packets", PacketIndex, partial(packet_index, path))
            except ReelwrightError:
                continue  # what cannot be indexed is encoded, and the plan says so
        return found

    def _facts(self, folder: Path, name: str) -> MediaFacts | Problem:
        from renderer.media.probe import probe
        from renderer.project.paths import inside

        try:
            path = inside(folder, name)
            if not path.is_file():
                raise MediaError("is not there.", place=name, action="Put the file back, or choose another.")
            probed = self._remembered(path, "facts", MediaFacts, lambda: probe(path, name=name, sha256=_sha256(path)))
            return replace(probed, path=name)
        except ReelwrightError as error:
            return Problem(name, error.what, error.action)
        except OSError as error:
            return Problem(name, f"cannot be read: {error.strerror}.", "Check its permissions.")

    def _remembered(self, path: Path, kind: str, shape: type[_Value], make: Callable[[], _Value]) -> _Value:
        status = path.stat()
        key = [VERSION, kind, str(path), status.st_size, status.st_mtime_ns]
        note = self._folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.json"
        adapter = TypeAdapter(shape)
        try:
            return adapter.validate_json(note.read_bytes())
        except (OSError, ValidationError):
            value = make()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary = note.with_suffix(f".{uuid4().hex[:8]}.tmp")
            temporary.write_bytes(adapter.dump_json(value))
            temporary.replace(note)
        except OSError:
            pass  # a cache that cannot be written costs time only
        return value


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
