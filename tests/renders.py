"""Small real renders for tests: from a project's folder to a plan, and through the loop."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from renderer.events import RenderEvent
from renderer.executors.protocol import Executor
from renderer.media.library import MediaLibrary
from renderer.plan import RenderPlan
from renderer.project import load
from renderer.rendering import render
from renderer.request import RenderRequest, prepare
from renderer.settings import Settings
from renderer.store.parts import PartStore

E = TypeVar("E", bound=RenderEvent)


def plan_of(folder: Path, **chosen: Any) -> RenderPlan:
    """The plan of one file; encodes everything unless told otherwise."""
    settings = Settings.model_validate({"copy": "never", "quality": "low", **chosen})
    request = RenderRequest(folder, load(folder), settings, folder / "out" / "film")
    return prepare(request, MediaLibrary(folder.parent / "facts")).wanted[0].plan


def run_to_end(plan: RenderPlan, executor: Executor, parts: PartStore, target: Path) -> list[RenderEvent]:
    """All events of a render that nobody stops."""
    return list(render(plan, executor, parts, Event(), target, overwrite=True))


def of_kind(events: list[RenderEvent], kind: type[E]) -> list[E]:
    """The events of one kind, in order."""
    return [event for event in events if isinstance(event, kind)]
