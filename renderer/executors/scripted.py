"""An executor that tells a given story and does no work: for trying what consumes events."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

from renderer.events import RenderEvent
from renderer.executors.protocol import Work


class ScriptedExecutor:
    """Yields the given events, whatever the work; ends early when stopped."""

    def __init__(self, *story: RenderEvent) -> None:
        self._story = story

    def run(self, work: Work, stop: Event) -> Iterator[RenderEvent]:
        """See Executor."""
        for event in self._story:
            if stop.is_set():
                return
            yield event
