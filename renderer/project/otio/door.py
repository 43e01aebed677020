"""Importing and exporting timelines as files, with their media."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renderer.errors import Problem, ProjectError, UsageError
from renderer.project.intake import Intake
from renderer.project.loading import parse
from renderer.project.model import Project
from renderer.project.otio.media import bring_media, url_in, url_of
from renderer.project.otio.notes import Told
from renderer.project.otio.opening import open_timeline
from renderer.project.paths import project_file
from renderer.project.saving import replace_file, save

if TYPE_CHECKING:
    from renderer.media.library import MediaLibrary


def import_otio(
    file: Path, folder: Path, library: MediaLibrary, *, overwrite: bool = False
) -> tuple[Project, tuple[Problem, ...]]:
    """Make and save a project in `folder` from a timeline; returns it and notes on what could not be kept.

    Media are linked or copied into the folder, never moved. Raises UsageError where a project is there already, and
    ProjectError where the file is no timeline; then nothing is left behind.
    """
    if project_file(folder).exists() and not overwrite:
        raise UsageError(
            f"{project_file(folder)} is there already.", action="Choose another folder, or --overwrite to replace it."
        )
    root = open_timeline(file)
    folder.mkdir(parents=True, exist_ok=True)
    intake, told = Intake(folder), Told()
    try:
        project, problems = _imported(root, file, folder, library, intake, told)
        save(project, folder)
    except BaseException:
        intake.drop_all()
        raise
    return project, (*told.problems(), *problems)


def export_otio(
    project: Project, folder: Path, target: Path, library: MediaLibrary, *, overwrite: bool = False
) -> tuple[Problem, ...]:
    """Write a project in `folder` as a timeline; returns notes on what other programs will not see.

    Raises UsageError where the file is there already, ProjectError where a clip's length is not known.
    """
    from opentimelineio.core import serialize_json_to_string

    from renderer.project.otio.writing import to_timeline

    if target.exists() and not overwrite:
        raise UsageError(f"{target} is there already.", action="Choose another name, or --overwrite to replace it.")
    told = Told()
    names = {name for scene in project.scenes for segment in scene.segments for name in segment.assets()}
    names |= {clip.clip for scene in project.scenes for clip in scene.audio}
    facts, problems = library.facts(folder, sorted(names))
    timeline = to_timeline(project, facts, partial(url_of, folder, beside=target.absolute().parent), told)
    replace_file(target, serialize_json_to_string(timeline, indent=4).encode())
    return (*told.problems(), *_as_notes(problems))


def _imported(
    root: Any, file: Path, folder: Path, library: MediaLibrary, intake: Intake, told: Told
) -> tuple[Project, tuple[Problem, ...]]:
    from renderer.project.otio.reading import clips_in, to_project

    urls = dict.fromkeys(url for clip in clips_in(root) if (url := url_in(clip)))
    names = bring_media(urls, file.absolute().parent, intake, told)
    there = sorted({name for name in names.values() if (folder / name).is_file()})
    facts, problems = library.facts(folder, there)
    try:
        data = to_project(root, names, facts, told, title=file.stem)
    except ProjectError as error:
        raise ProjectError(error.what, place=str(file), action=error.action) from error
    return parse(data, str(project_file(folder))), _as_notes(problems)


def _as_notes(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(Problem(problem.place, problem.what, problem.action, blocking=False) for problem in problems)
