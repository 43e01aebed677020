"""Between a render's wish and a job of the queue: checked and fixed at submit, rendered when its turn comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from renderer.errors import InputError
from renderer.events import RenderEvent, Warned
from renderer.jobs.runner import RunOne
from renderer.jobs.values import Job, JobRequest, changed_media
from renderer.naming import check_pattern
from renderer.preflight import check_project
from renderer.request import RenderRequest, run
from renderer.settle import chosen_scenes, settle_choice, settle_output

if TYPE_CHECKING:
    from renderer.executors.protocol import Executor
    from renderer.media.library import MediaLibrary
    from renderer.store.parts import PartStore


def job_request(request: RenderRequest, library: MediaLibrary) -> JobRequest:
    """What to submit for `request`, with the digests of its media as they are now.

    Finds now what would fail hours later. Raises UsageError for a wish that cannot be, InputError with every problem
    of the project's media.
    """
    project, settings = request.project, request.settings
    check_pattern(settings.pattern)
    scenes = chosen_scenes(project, settle_choice(settings, project))
    names = {name for scene in scenes for segment in scene.segments for name in segment.assets()}
    names |= {clip.clip for scene in scenes for clip in scene.audio}
    facts, problems = library.facts(request.folder, sorted(names))
    blocking = tuple(p for p in (*problems, *check_project(project, scenes, facts)) if p.blocking)
    if blocking:
        raise InputError("This stands in the way of the render:", blocking)
    settle_output(settings, project, facts)
    digests = {name: media.sha256 for name, media in facts.items()}
    return JobRequest(request.folder, project, settings, request.target, request.overwrite, request.preset, digests)


def render_job(library: MediaLibrary, executor: Executor, parts: PartStore) -> RunOne:
    """What the runner calls for each job: the whole render, after telling which media changed since submit."""

    def run_one(job: Job, request: JobRequest, stop: Event) -> Iterator[RenderEvent]:
        facts, _ = library.facts(request.folder, sorted(request.digests))
        for name in changed_media(request, facts):
            yield Warned(f"{name} has changed since this job was queued; it is rendered as it is now.")
        wish = RenderRequest(
            folder=request.folder,
            project=request.project,
            settings=request.settings,
            target=request.target,
            overwrite=request.overwrite,
            preset=request.preset,
            own=tuple(Path(output.path) for output in job.outputs),
        )
        yield from run(wish, library, executor, parts, stop)

    return run_one
