"""Runs work here and now, in this process, one unit after the other: for debugging, and the plainest of executors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

from renderer.chunk import ChunkRenderer
from renderer.errors import ReelwrightError, Stopped, StoreError
from renderer.events import ChunkFailed, ChunkStarted, MixFailed, RenderEvent
from renderer.executors.protocol import Work
from renderer.executors.unit import Tell, do_chunk, do_mix
from renderer.store.parts import PartStore


class InlineExecutor:
    """An Executor on a thread of this process. Nothing is retried."""

    def run(self, work: Work, stop: Event) -> Iterator[RenderEvent]:
        """See Executor."""
        events: SimpleQueue[RenderEvent | None] = SimpleQueue()
        closing = Event()
        thread = Thread(target=self._work, args=(work, _Either(stop, closing), events), name="inline-executor")
        thread.start()
        try:
            while (event := events.get()) is not None:
                yield event
        finally:
            closing.set()
            thread.join()

    def _work(self, work: Work, stop: Event, events: SimpleQueue[RenderEvent | None]) -> None:
        parts = PartStore(work.parts)
        try:
            with parts.work_folder() as folder, ChunkRenderer(work.plan) as renderer:
                for chunk, unit in self._units(work, renderer, parts, folder, stop):
                    if stop.is_set():
                        return
                    if chunk is not None:
                        events.put(ChunkStarted(chunk, "inline", 1, work.plan.chunks[chunk].reason))
                    try:
                        unit(events.put)
                    except StoreError as error:
                        events.put(_failed(chunk, error))
                        return
                    except ReelwrightError as error:
                        events.put(_failed(chunk, error))
        except Stopped:
            return
        finally:
            events.put(None)

    def _units(
        self, work: Work, renderer: ChunkRenderer, parts: PartStore, folder: Path, stop: Event
    ) -> Iterator[tuple[int | None, Callable[[Tell], None]]]:
        if work.mix:
            yield None, lambda tell: do_mix(renderer, work.plan, parts, folder, tell, stop)
        for index in work.chunks:
            yield index, partial(_chunk, renderer, work, index, parts, folder, stop)


def _chunk(
    renderer: ChunkRenderer, work: Work, index: int, parts: PartStore, folder: Path, stop: Event, tell: Tell
) -> None:
    do_chunk(renderer, work.plan, index, parts, folder, tell, stop)


def _failed(chunk: int | None, error: ReelwrightError) -> RenderEvent:
    return MixFailed(str(error), True) if chunk is None else ChunkFailed(chunk, str(error), 1, True)


class _Either(Event):
    """Set when either of two events is."""

    def __init__(self, first: Event, second: Event) -> None:
        super().__init__()
        self._both = (first, second)

    def is_set(self) -> bool:
        return any(event.is_set() for event in self._both)
