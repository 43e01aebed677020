"""Which unit goes next to which worker. Pure bookkeeping; the clock is passed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

MIX = "mix"
"""The unit that mixes the sound; all others are chunk indices."""

Unit = int | str


class Schedule:
    """Hands out units so that a worker meets neighbouring chunks, and so that all workers are busy to the end.

    Chunks are dealt as contiguous runs. A worker whose run is empty takes the far half of the longest one left.
    """

    def __init__(self, chunks: Sequence[int], *, mix: bool, workers: int) -> None:
        ordered = sorted(chunks)
        bounds = [round(len(ordered) * n / workers) for n in range(workers + 1)]
        self._runs = [deque(ordered[bounds[n] : bounds[n + 1]]) for n in range(workers)]
        self._mix = mix
        self._later: list[tuple[float, Unit]] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to hand out, now or later."""
        return not self._mix and not self._later and not any(self._runs)

    def next(self, worker: int, now_s: float) -> Unit | None:
        """The next unit for worker number `worker`; None where nothing is due now."""
        if self._mix:
            self._mix = False
            return MIX
        due = [item for item in self._later if item[0] <= now_s]
        if due:
            self._later.remove(due[0])
            return due[0][1]
        run = self._runs[worker]
        if not run:
            longest = max(self._runs, key=len)
            for _ in range((len(longest) + 1) // 2):
                run.appendleft(longest.pop())
        return run.popleft() if run else None

    def again(self, unit: Unit, at_s: float) -> None:
        """Hand `unit` out once more, not before `at_s`."""
        self._later.append((at_s, unit))

    def due_s(self) -> float | None:
        """When the next retry is due; None where none waits."""
        return min((at_s for at_s, _ in self._later), default=None)
