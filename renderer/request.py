"""From a wish to files: probe, check, plan, then render each file in turn. What every front end calls."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from renderer.errors import InputError, Problem, ReelwrightError, ToolError, UsageError
from renderer.estimate import Measure, measuring
from renderer.events import JobStopped, OutputDone, RenderEvent, Warned
from renderer.history import remember
from renderer.naming import Naming, file_name
from renderer.output import FORMATS, Output
from renderer.places import places
from renderer.plan import Choice, RenderPlan
from renderer.planning import make_plan
from renderer.preflight import check_disk, check_output, check_project, check_target
from renderer.project.model import Project
from renderer.settings import Settings
from renderer.settle import chosen_scenes, fitted, settle_choice, settle_output
from renderer.timeline import lay_out

if TYPE_CHECKING:
    from renderer.executors.protocol import Executor
    from renderer.media.library import MediaLibrary
    from renderer.store.parts import PartStore

WORTH_REMEMBERING_S = 2.0
"""Shorter work measures how long things take to start."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RenderRequest:
    """One wish, complete. `target` is a file, or a folder that files are named in by `settings.name`."""

    folder: Path
    project: Project
    settings: Settings
    target: Path
    overwrite: bool = False
    preset: str = ""
    own: tuple[Path, ...] = ()
    """Files that an earlier run of the same job wrote: they may be written again, under the same names."""

    def may_replace(self, target: Path) -> bool:
        """Whether a file that is there already may be written over."""
        return self.overwrite or target in self.own


@dataclass(frozen=True)
class Wanted:
    """One file to make."""

    plan: RenderPlan
    target: Path


@dataclass(frozen=True)
class Prepared:
    """A request that passed every check. `warnings` do not stop a render but should be seen."""

    wanted: tuple[Wanted, ...]
    warnings: tuple[Problem, ...]


def open_media() -> MediaLibrary:
    """The library of probed media in this user's cache."""
    from renderer.media.library import MediaLibrary

    return MediaLibrary(places().facts)


def prepare(request: RenderRequest, library: MediaLibrary, parts: PartStore | None = None) -> Prepared:
    """Probe, check and plan. Raises UsageError for a wish that cannot be, InputError with every problem found."""
    settings = request.settings
    project = fitted(request.project, settings.fit)
    choice = settle_choice(settings, project)
    scenes = chosen_scenes(project, choice)
    names = {name for scene in scenes for segment in scene.segments for name in segment.assets()}
    names |= {clip.clip for scene in scenes for clip in scene.audio}
    facts, problems = library.facts(request.folder, sorted(names))
    problems += check_project(project, scenes, facts)
    output = settle_output(settings, project, facts)
    problems += check_output(output, _encoders()) + _mixer_problems(output)
    _stop_at(problems)
    indexes = library.packet_indexes(request.folder, facts) if output.video and output.video.copy != "never" else {}
    wishes = [replace(choice, scenes=(scene.id,)) for scene in scenes] if settings.per_scene else [choice]
    plans = [make_plan(project, request.folder, output, wish, facts, indexes) for wish in wishes]
    wanted = _targets(request, plans)
    for each in wanted:
        problems += check_target(
            each.target, overwrite=request.may_replace(each.target), is_folder=output.format == "png"
        )
    problems += _disk_problems(wanted, parts)
    _stop_at(problems)
    return Prepared(wanted, tuple(problem for problem in problems if not problem.blocking))


def run(
    request: RenderRequest, library: MediaLibrary, executor: Executor, parts: PartStore, stop: Event
) -> Iterator[RenderEvent]:
    """Prepare and render every file of a request, one after the other. Raises what `prepare` raises."""
    from renderer.executors.local import default_workers
    from renderer.rendering import render

    prepared = prepare(request, library, parts)
    for warning in prepared.warnings:
        yield Warned(str(warning))
    for wanted in prepared.wanted:
        if stop.is_set():
            yield JobStopped(0, len(wanted.plan.chunks))
            return
        replace_it = request.may_replace(wanted.target)
        rendered = render(wanted.plan, executor, parts, stop, wanted.target, overwrite=replace_it)
        for event in measuring(wanted.plan, default_workers(wanted.plan), rendered, _remember):
            if isinstance(event, OutputDone) and request.settings.poster and wanted.plan.output.video is not None:
                yield from _poster(Path(event.path))
            yield event


def _remember(measure: Measure) -> None:
    """Estimates learn from it; a history that cannot be written spoils no render."""
    if measure.worker_s < WORTH_REMEMBERING_S:
        return
    try:
        remember(measure)
    except ReelwrightError as error:
        log.warning("the history of this render was not kept: %s", error)


def _poster(video: Path) -> Iterator[RenderEvent]:
    """A picture beside a finished file; a file without one is still finished."""
    from renderer.media.poster import poster

    try:
        poster(video, video.with_suffix(".jpg"))
    except ReelwrightError as error:
        yield Warned(f"No poster was made: {error}")


def scene_frame(
    project: Project,
    folder: Path,
    library: MediaLibrary,
    *,
    scene_id: str | None,
    at_s: Fraction,
    resolution: str,
    out: Path,
) -> int:
    """Write the frame at `at_s` of a scene to `out`; returns its number. The same frame source as a render's."""
    from renderer.frames.scene import SceneFrames
    from renderer.media.picture import save_picture

    choice = Choice(scenes=(scene_id,)) if scene_id else Choice(scenes=(project.scenes[0].id,))
    settings = Settings(resolution=resolution, scenes=choice.scenes)
    settle_choice(settings, project)
    (scene,) = chosen_scenes(project, choice)
    facts, problems = library.facts(folder, sorted({n for segment in scene.segments for n in segment.assets()}))
    _stop_at(problems + check_project(project, (scene,), facts))
    video = settle_output(settings, project, facts).video
    assert video is not None
    timeline = lay_out(scene, video.canvas.fps, facts)
    number = int(at_s * video.canvas.fps)
    if not 0 <= number < timeline.frame_count:
        raise UsageError(
            f'Scene "{scene.id}" is {float(timeline.duration_s):.3f} s long.',
            place="--at",
            action="Choose a time in it.",
        )
    with SceneFrames(timeline, folder, video.canvas, facts) as frames:
        save_picture(frames.frame(number), out)
    return number


def _targets(request: RenderRequest, plans: list[RenderPlan]) -> tuple[Wanted, ...]:
    form = FORMATS[plans[0].output.format]
    as_folder = request.settings.per_scene or request.target.is_dir() or not request.target.suffix
    if not as_folder:
        wrong = request.target.suffix.lower() != form.extension and form.extension
        if wrong:
            raise UsageError(
                f"{request.target.name} does not end like a {form.name} file.",
                place="-o",
                action=f"Name it {request.target.stem}{form.extension}, or choose another --format.",
            )
        return (Wanted(plans[0], request.target),)
    taken: list[Path] = []
    for plan in plans:
        naming = Naming.of(plan, request.project, request.preset)
        path = file_name(
            request.settings.pattern,
            naming,
            request.target,
            form.extension,
            taken=taken,
            own=request.own,
            overwrite=request.overwrite,
        )
        taken.append(path)
    return tuple(Wanted(plan, path) for plan, path in zip(plans, taken, strict=True))


def _disk_problems(wanted: tuple[Wanted, ...], parts: PartStore | None) -> tuple[Problem, ...]:
    from renderer.estimate import size_bytes

    needed = sum(size_bytes(each.plan) for each in wanted)
    problems = check_disk(wanted[0].target.parent, needed, "The file")
    return problems + (check_disk(parts.folder, needed, "The cache") if parts is not None else ())


def _mixer_problems(output: Output) -> tuple[Problem, ...]:
    """The mix needs the ffmpeg program; better to know before an hour of rendering than after."""
    from renderer.ffmpeg import find_ffmpeg

    if output.audio is None:
        return ()
    try:
        find_ffmpeg()
    except ToolError as error:
        return (Problem("ffmpeg", error.what, error.action),)
    return ()


def _stop_at(problems: tuple[Problem, ...]) -> None:
    blocking = tuple(problem for problem in problems if problem.blocking)
    if blocking:
        count = "This stands" if len(blocking) == 1 else f"These {len(blocking)} things stand"
        raise InputError(f"{count} in the way of the render:", blocking)


def _encoders() -> frozenset[str]:
    from renderer.media.encode import available_encoders

    return available_encoders()
