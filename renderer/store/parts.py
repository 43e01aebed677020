"""Rendered parts by the digest of what they show: found again by any later render, in any project."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
from filelock import FileLock, Timeout

from renderer.errors import StoreError

LIMIT_BYTES = 20_000_000_000
"""Size of the cache when nothing else is chosen."""


@dataclass(frozen=True)
class Part:
    """A whole, durable file. `frame_count` is 0 for a mix."""

    digest: str
    path: Path
    frame_count: int
    size_bytes: int
    facts: dict[str, float]
    """What else its maker measured, such as a mix's loudness."""


@dataclass(frozen=True)
class StoreInfo:
    """How full a store is."""

    parts: int
    size_bytes: int


class PartStore:
    """Parts below `folder`. Several processes may use it at once; a part is there whole, or it is not there.

    The sidecar is written last and read first: a part without one does not exist. Raises StoreError where the disk
    refuses.
    """

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes

    def find(self, digest: str) -> Part | None:
        """The part of that digest, marked as just used; None where there is none. Broken ones are dropped."""
        sidecar = self._sidecar(digest)
        try:
            told = json.loads(sidecar.read_bytes())
            path = sidecar.with_suffix(told["suffix"])
            if path.stat().st_size != told["size_bytes"]:
                raise ValueError("the part's size changed")
            os.utime(sidecar)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            sidecar.unlink(missing_ok=True)
            return None
        return Part(digest, path, told["frame_count"], told["size_bytes"], told.get("facts", {}))

    def keep(self, digest: str, file: Path, *, frame_count: int, facts: dict[str, float] | None = None) -> Part:
        """Take `file`, which lies in a `work_folder`, as the part of that digest: made durable, then moved into place."""
        sidecar = self._sidecar(digest)
        path = sidecar.with_suffix(file.suffix)
        size_bytes = file.stat().st_size
        told = {"suffix": file.suffix, "frame_count": frame_count, "size_bytes": size_bytes, "facts": facts or {}}
        try:
            sidecar.parent.mkdir(parents=True, exist_ok=True)
            _flush(file)
            file.replace(path)
            note = sidecar.with_name(f"{uuid4().hex[:12]}.tmp")
            note.write_text(json.dumps(told))
            note.replace(sidecar)
        except OSError as error:
            raise _store_error(self.folder, error) from error
        return Part(digest, path, frame_count, size_bytes, facts or {})

    @contextlib.contextmanager
    def work_folder(self) -> Iterator[Path]:
        """A folder for unfinished files on the same disk; gone with everything in it at the end.

        One left by a process that was killed is removed by the next one that asks.
        """
        root = self.folder / "work"
        try:
            root.mkdir(parents=True, exist_ok=True)
            _sweep(root)
            folder = root / f"{os.getpid()}-{uuid4().hex[:12]}"
            folder.mkdir()
        except OSError as error:
            raise _store_error(self.folder, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def pinned(self, digests: Iterable[str]) -> Iterator[None]:
        """While inside, no prune or clear, of any process, removes these parts."""
        pins = self.folder / "pins"
        try:
            pins.mkdir(parents=True, exist_ok=True)
            name = pins / uuid4().hex
            name.with_suffix(".json").write_text(json.dumps(sorted(digests)))
            lock = FileLock(name.with_suffix(".lock"))
            lock.acquire()
        except OSError as error:
            raise _store_error(self.folder, error) from error
        try:
            yield
        finally:
            name.with_suffix(".json").unlink(missing_ok=True)
            lock.release()
            name.with_suffix(".lock").unlink(missing_ok=True)

    def info(self) -> StoreInfo:
        """Count and size of all parts."""
        sizes = [size for _, _, size in self._listed()]
        return StoreInfo(len(sizes), sum(sizes))

    def prune(self, limit_bytes: int | None = None) -> int:
        """Remove the least recently used parts until at most `limit_bytes` are left; returns the bytes freed."""
        limit = self.limit_bytes if limit_bytes is None else limit_bytes
        listed = sorted(self._listed())
        total = sum(size for _, _, size in listed)
        if total <= limit:
            return 0
        pinned, freed = self._pins(), 0
        for _, sidecar, size in listed:
            if total - freed <= limit:
                break
            if sidecar.stem in pinned:
                continue
            freed += self._remove(sidecar, size)
        return freed

    def clear(self) -> int:
        """Remove every part that is not pinned; returns the bytes freed."""
        return self.prune(0)

    def _listed(self) -> list[tuple[float, Path, int]]:
        found = []
        for sidecar in self.folder.glob("parts/??/*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                found.append((sidecar.stat().st_mtime, sidecar, int(json.loads(sidecar.read_bytes())["size_bytes"])))
        return found

    def _remove(self, sidecar: Path, size: int) -> int:
        try:
            sidecar.unlink()
        except OSError:
            return 0
        for file in sidecar.parent.glob(f"{sidecar.stem}.*"):
            file.unlink(missing_ok=True)
        return size

    def _pins(self) -> set[str]:
        pinned: set[str] = set()
        for note in (self.folder / "pins").glob("*.json"):
            lock = FileLock(note.with_suffix(".lock"))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                with contextlib.suppress(OSError, ValueError):
                    pinned |= set(json.loads(note.read_bytes()))
            else:  # its process is gone
                note.unlink(missing_ok=True)
                lock.release()
                note.with_suffix(".lock").unlink(missing_ok=True)
        return pinned

    def _sidecar(self, digest: str) -> Path:
        return self.folder / "parts" / digest[:2] / f"{digest}.json"


def _flush(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _sweep(root: Path) -> None:
    for folder in root.iterdir():
        owner = folder.name.partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _store_error(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot be written: {error.strerror or error}.",
        place=str(folder),
        action="Free some disk space, or move the cache with REELWRIGHT_CACHE.",
    )
