"""What a command that renders stands on: the media library, the pool, the part store, and a stop on Ctrl-C."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from renderer.places import places

if TYPE_CHECKING:
    from renderer.executors.protocol import Executor
    from renderer.media.library import MediaLibrary
    from renderer.store.parts import PartStore


@contextmanager
def engine(*, workers: int | None, keep_parts: bool = True) -> Iterator[tuple[MediaLibrary, Executor, PartStore]]:
    """This computer's engine. Without `keep_parts` parts go to a folder that ends with the command."""
    from renderer.executors.local import LocalPool
    from renderer.request import open_media
    from renderer.store.parts import PartStore

    pool = LocalPool(workers)
    if keep_parts:
        yield open_media(), pool, PartStore(places().parts)
        return
    places().cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="once-", dir=places().cache, ignore_cleanup_errors=True) as folder:
        yield open_media(), pool, PartStore(Path(folder))


@contextmanager
def stop_on_signal() -> Iterator[Event]:
    """An event that Ctrl-C and SIGTERM set. A second Ctrl-C interrupts at once. Main thread only."""
    stop = Event()

    def heard(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
