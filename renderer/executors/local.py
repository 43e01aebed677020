"""A pool of worker processes on this computer. A worker that crashes or hangs costs one chunk, never the job."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event

from renderer.events import (
    ChunkDone,
    ChunkFailed,
    ChunkStarted,
    Heartbeat,
    MixFailed,
    RenderEvent,
    from_json,
)
from renderer.executors.command import worker_command
from renderer.executors.process import Said, WorkerProcess, plan_file
from renderer.executors.protocol import Work
from renderer.executors.schedule import MIX, Schedule, Unit
from renderer.plan import RenderPlan
from renderer.store.parts import PartStore

RETRY_IN_S = (0.5, 2.0, 8.0)
"""Waits before the second, third and fourth attempt."""

WORKER_BASE_BYTES = 180_000_000
"""A worker before its first picture."""

PICTURES_HELD = 70
"""Pictures an encoder and a decoder hold between them, at most."""


@dataclass(frozen=True)
class LocalPool:
    """An Executor over `workers` processes (None: by cores and memory).

    A worker that says nothing for `hang_s` is replaced. An attempt that may heal is retried up to `retries` times.
    `beat_s` without any event brings a Heartbeat.
    """

    workers: int | None = None
    hang_s: float = 120.0
    retries: int = 3
    beat_s: float = 5.0
    grace_s: float = 0.5

    def run(self, work: Work, stop: Event) -> Iterator[RenderEvent]:
        """See Executor."""
        units = len(work.chunks) + work.mix
        if not units:
            return
        count = max(1, min(self.workers or default_workers(work.plan), units))
        with PartStore(work.parts).work_folder() as folder:
            yield from _Run(self, work, stop, count, folder).events()


def default_workers(plan: RenderPlan) -> int:
    """How many workers suit this machine and picture size: cores over encoder threads, as far as memory allows."""
    import psutil

    cores = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else psutil.cpu_count() or 1
    video = plan.output.video
    if video is None:
        return 1
    from renderer.media.encode import thread_count

    pixels = video.canvas.width * video.canvas.height
    each = WORKER_BASE_BYTES + PICTURES_HELD * pixels * 3 // 2
    by_memory = int(psutil.virtual_memory().available * 0.8) // each
    return max(1, min(cores // thread_count(video), by_memory))


class _Run:
    """One run of the pool. All of it happens on the thread that iterates; workers are heard through one queue."""

    def __init__(self, pool: LocalPool, work: Work, stop: Event, count: int, folder: Path) -> None:
        self._pool = pool
        self._work = work
        self._stop = stop
        self._folder = folder
        self._inbox: SimpleQueue[Said] = SimpleQueue()
        self._schedule = Schedule(work.chunks, mix=work.mix, workers=count)
        self._attempts: dict[Unit, int] = {}
        self._slots: list[WorkerProcess | None] = [None] * count
        self._idle: set[int] = set()
        self._abandoned = False
        self._quiet_since = time.monotonic()
        self._plan = plan_file(folder, work.plan.to_json())

    def events(self) -> Iterator[RenderEvent]:
        try:
            for slot in range(len(self._slots)):
                self._start(slot)
            while not self._stop.is_set() and not self._is_over():
                for event in self._turn():
                    self._quiet_since = time.monotonic()
                    yield event
        finally:
            self._end_all()

    def _is_over(self) -> bool:
        busy = any(worker is not None and worker.unit is not None for worker in self._slots)
        return not busy and (self._schedule.is_empty or self._abandoned)

    def _turn(self) -> Iterator[RenderEvent]:
        yield from self._hand_out()
        try:
            said = self._inbox.get(timeout=0.1)
        except Empty:
            yield from self._look_for_hangs()
            if time.monotonic() - self._quiet_since >= self._pool.beat_s:
                yield Heartbeat(self._waiting_for(), round(self._pool.beat_s, 1))
            return
        yield from self._hear(said)

    def _hand_out(self) -> Iterator[RenderEvent]:
        for slot in sorted(self._idle):
            unit = None if self._abandoned else self._schedule.next(slot, time.monotonic())
            if unit is None:
                continue
            self._idle.discard(slot)
            worker = self._slots[slot]
            assert worker is not None
            worker.unit, worker.heard_at = unit, time.monotonic()
            worker.attempt = self._attempts[unit] = self._attempts.get(unit, 0) + 1
            if isinstance(unit, int):
                yield ChunkStarted(unit, worker.name, worker.attempt, self._work.plan.chunks[unit].reason)
                worker.order(chunk=unit)
            else:
                worker.order(mix=True)

    def _hear(self, said: Said) -> Iterator[RenderEvent]:
        worker, message = said.worker, said.message
        if worker not in self._slots:
            return
        slot = self._slots.index(worker)
        worker.heard_at = time.monotonic()
        if message is None:
            yield from self._replace(slot, worker.last_words())
        elif "ready" in message:
            worker.unit = None
            self._idle.add(slot)
        elif "failed" in message:
            self._abandoned |= message["code"] == "store"
            yield self._failed(worker, message["problem"], retryable=message["retryable"] and not self._abandoned)
        else:
            yield self._named(from_json_object(message), worker)

    def _named(self, event: RenderEvent, worker: WorkerProcess) -> RenderEvent:
        if isinstance(event, ChunkDone):
            return ChunkDone(event.chunk, event.frames, event.size_bytes, event.took_s, worker.name)
        return event

    def _failed(self, worker: WorkerProcess, problem: str, *, retryable: bool) -> RenderEvent:
        unit = worker.unit
        assert unit is not None
        attempt = worker.attempt
        final = not retryable or attempt > self._pool.retries
        wait_s = 0.0 if final else RETRY_IN_S[min(attempt, len(RETRY_IN_S)) - 1]
        if not final:
            self._schedule.again(unit, time.monotonic() + wait_s)
        if unit == MIX:
            return MixFailed(problem, final)
        assert isinstance(unit, int)
        return ChunkFailed(unit, problem, attempt, final, wait_s)

    def _replace(self, slot: int, how: str) -> Iterator[RenderEvent]:
        """A worker is gone or stuck: what it did is tried again, by a new one."""
        worker = self._slots[slot]
        assert worker is not None
        self._idle.discard(slot)
        worker.end(grace_s=0)
        if worker.unit is not None:
            yield self._failed(worker, f"Worker {worker.name} {how}.", retryable=True)
        elif self._starts_in_vain(slot):
            self._abandoned = True
            yield from self._give_up(f"Workers cannot start: the last one {how}. Run `reelwright doctor`.")
            self._slots[slot] = None
            return
        self._start(slot)

    def _starts_in_vain(self, slot: int) -> bool:
        self._attempts[f"start-{slot}"] = self._attempts.get(f"start-{slot}", 0) + 1
        return self._attempts[f"start-{slot}"] > self._pool.retries

    def _give_up(self, problem: str) -> Iterator[RenderEvent]:
        while (unit := self._schedule.next(0, float("inf"))) is not None:
            yield ChunkFailed(unit, problem, 1, True) if isinstance(unit, int) else MixFailed(problem, True)

    def _look_for_hangs(self) -> Iterator[RenderEvent]:
        now_s = time.monotonic()
        for slot, worker in enumerate(self._slots):
            if worker is None or slot in self._idle or now_s - worker.heard_at < self._pool.hang_s:
                continue
            yield from self._replace(slot, f"said nothing for {self._pool.hang_s:g} s and was ended")

    def _waiting_for(self) -> str:
        units = [worker.unit for worker in self._slots if worker is not None and worker.unit is not None]
        if not units:
            return "a retry" if self._schedule.due_s() is not None else "workers to start"
        chunks = sorted(unit for unit in units if isinstance(unit, int))
        words = [f"chunk {', '.join(map(str, chunks))}"] if chunks else []
        return " and ".join(words + (["the mix"] if MIX in units else []))

    def _start(self, slot: int) -> None:
        setup = {"plan": str(self._plan), "parts": str(self._work.parts), "work": str(self._folder)}
        self._slots[slot] = WorkerProcess(f"w{slot + 1}", worker_command(), setup, self._inbox)

    def _end_all(self) -> None:
        left = [worker for worker in self._slots if worker is not None]
        for worker in left:
            worker.end(grace_s=self._pool.grace_s if worker.unit is not None else 0.0)
        self._slots = [None] * len(self._slots)


def from_json_object(message: dict[str, object]) -> RenderEvent:
    """The event of a decoded line."""
    import json

    return from_json(json.dumps(message))
