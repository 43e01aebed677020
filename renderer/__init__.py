"""The engine of Reelwright: from a project to a finished file. This is its door; nothing here imports Qt."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from renderer.errors import ReelwrightError
    from renderer.events import RenderEvent
    from renderer.executors.local import LocalPool
    from renderer.executors.protocol import Executor
    from renderer.job import JobState
    from renderer.plan import RenderPlan
    from renderer.planning import make_plan
    from renderer.project import load, save
    from renderer.project.model import Project
    from renderer.rendering import render
    from renderer.request import RenderRequest
    from renderer.settings import Settings
    from renderer.store.parts import PartStore

__version__ = "0.1.0"

__all__ = [
    "Executor",
    "JobState",
    "LocalPool",
    "PartStore",
    "Project",
    "ReelwrightError",
    "RenderEvent",
    "RenderPlan",
    "RenderRequest",
    "Settings",
    "load",
    "make_plan",
    "render",
    "save",
]

_HOMES = {
    "Executor": "executors.protocol",
    "JobState": "job",
    "LocalPool": "executors.local",
    "PartStore": "store.parts",
    "Project": "project.model",
    "ReelwrightError": "errors",
    "RenderEvent": "events",
    "RenderPlan": "plan",
    "RenderRequest": "request",
    "Settings": "settings",
    "load": "project",
    "make_plan": "planning",
    "render": "rendering",
    "save": "project",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that `--help` and worker start stay fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
