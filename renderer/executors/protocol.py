"""What runs the work of a plan: a pool here, a cluster elsewhere. The shape of a render, one level down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Protocol

from renderer.events import RenderEvent
from renderer.plan import RenderPlan


@dataclass(frozen=True)
class Work:
    """The parts of a plan that are missing: chunk indices to encode, and whether the sound is to be mixed.

    `parts` is the folder of the part store that finished parts go to.
    """

    plan: RenderPlan
    chunks: tuple[int, ...]
    mix: bool
    parts: Path


class Executor(Protocol):
    """Runs units of work anywhere."""

    def run(self, work: Work, stop: Event) -> Iterator[RenderEvent]:
        """Yield until each unit is done or finally failed, or soon (< 2 s) after `stop` is set.

        Yields ChunkStarted, FramesDone, ChunkDone, ChunkFailed, Mix*, Warned and Heartbeat only. A unit whose ChunkDone
        or MixDone was yielded is durable in `work.parts`. Closing the iterator ends every worker.
        """
        ...
