"""A project made from clips: sensible scenes, size, rate and sound, ready to render."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import Problem, ProjectError, UsageError
from renderer.facts import Facts, MediaFacts
from renderer.project.desk import Desk, fitting_mix
from renderer.project.gather import Group, gather, sound_kind
from renderer.project.ids import id_like, one_line
from renderer.project.intake import Intake
from renderer.project.model import AudioKind, Project, Scene
from renderer.project.paths import project_file
from renderer.project.saving import save
from renderer.segments import SegmentBase
from renderer.segments.clip import ClipSegment
from renderer.segments.still import StillSegment
from renderer.timebase import parse_rate

if TYPE_CHECKING:
    from renderer.media.library import MediaLibrary

STILL_S = Fraction(3)
"""How long a picture is shown."""

_NTSC = Fraction(1000, 1001)
_COMMON_RATES = (*(base * _NTSC for base in (24, 30, 60, 120)), *map(Fraction, (24, 25, 30, 48, 50, 60, 100, 120)))


@dataclass(frozen=True)
class Wishes:
    """What a person said about a new project; what they did not say is read off the clips."""

    title: str = ""
    fps: Fraction | None = None
    width: int | None = None
    height: int | None = None
    music: Path | None = None
    narration: tuple[Path, ...] = ()


def new_project(
    folder: Path, clips: Iterable[Path], library: MediaLibrary, wishes: Wishes | None = None, *, overwrite: bool = False
) -> tuple[Project, tuple[Problem, ...]]:
    """Make and save a project in `folder` from folders and files; returns it and notes on what was left out.

    Files elsewhere are linked or copied into the folder, never moved. Raises UsageError where a project is there
    already, and ProjectError where no clip can be used; then nothing is left behind.
    """
    wishes = wishes or Wishes()
    if project_file(folder).exists() and not overwrite:
        raise UsageError(
            f"{project_file(folder)} is there already.", action="Choose another folder, or --overwrite to replace it."
        )
    groups, notes = gather(clips)
    folder.mkdir(parents=True, exist_ok=True)
    intake = Intake(folder)
    try:
        project, problems = _made(folder, groups, library, wishes, intake)
        save(project, folder)
    except BaseException:
        intake.drop_all()
        raise
    return project, notes + problems


def _made(
    folder: Path, groups: Sequence[Group], library: MediaLibrary, wishes: Wishes, intake: Intake
) -> tuple[Project, tuple[Problem, ...]]:
    shelves = [_Shelf.of(group, intake) for group in groups]
    narration = tuple(intake.bring(_there(file, "--narration"), "audio") for file in wishes.narration)
    music = tuple(intake.bring(_there(file, "--music"), "audio") for file in (wishes.music,) if file is not None)
    wanted = [name for shelf in shelves for name in (*shelf.pictures, *shelf.sounds)]
    facts, problems = library.facts(folder, dict.fromkeys([*wanted, *narration, *music]))
    _need((*narration, *music), facts, problems)
    for problem in problems:
        intake.drop(problem.place)
    scenes = _scenes(shelves, facts)
    if not scenes:
        raise ProjectError("None of the clips can be used.", problems, action="Give folders or files with video.")
    shown = [media for shelf in shelves for name in shelf.pictures if (media := facts.get(name)) and media.video]
    width, height = common_size(shown, wishes)
    fps = wishes.fps or common_rate(shown)
    desk = Desk(list(scenes.values()), fps, facts)
    for shelf in shelves:
        at = list(scenes).index(shelf.name) if shelf.name in scenes else 0
        for kind in ("narration", "dialogue", "sfx", "music"):
            desk.in_turn(at, kind, [name for name in shelf.sounds if name in facts and shelf.sounds[name] == kind])
    desk.narrate(narration)
    for name in music:
        desk.underlay(name)
    project = Project(
        title=one_line(wishes.title or folder.resolve().name) or "Untitled",
        width=width,
        height=height,
        fps=fps,
        scenes=desk.scenes(),
        mix=fitting_mix(desk.scenes()),
    )
    return project, (*(replace(problem, blocking=False) for problem in problems), *desk.notes())


@dataclass(frozen=True)
class _Shelf:
    """A group's files by their names in the project; sounds with their kind."""

    name: str
    pictures: tuple[str, ...]
    sounds: Mapping[str, AudioKind]

    @classmethod
    def of(cls, group: Group, intake: Intake) -> _Shelf:
        pictures = tuple(intake.bring(file, "media") for file in group.pictures)
        return cls(group.name, pictures, {intake.bring(file, "audio"): sound_kind(file) for file in group.sounds})


def _there(file: Path, option: str) -> Path:
    if not file.is_file():
        raise UsageError(f"{file} is not there.", place=option, action="Give a sound file that exists.")
    return file


def _need(names: Iterable[str], facts: Facts, problems: tuple[Problem, ...]) -> None:
    """Files that were asked for by name must be usable."""
    for name in names:
        if name not in facts:
            said = tuple(problem for problem in problems if problem.place == name)
            raise ProjectError(f"{name} cannot be used.", said)
        if facts[name].audio is None:
            raise ProjectError(f"{name} holds no sound.", action="Choose another file.")


def _scenes(shelves: Sequence[_Shelf], facts: Facts) -> dict[str, Scene]:
    """A scene for each group that has pictures, by the group's name."""
    segments = {shelf.name: _segments(shelf.pictures, facts) for shelf in shelves}
    seen = {name: made for name, made in segments.items() if made}
    if len(seen) == 1:
        return {name: Scene(id="main", segments=made) for name, made in seen.items()}
    scenes: dict[str, Scene] = {}
    for name, made in seen.items():
        scene_id = id_like(name or "main", {scene.id for scene in scenes.values()}, "scene")
        scenes[name] = Scene(id=scene_id, name=one_line(name), segments=made)
    return scenes


def _segments(names: Iterable[str], facts: Facts) -> tuple[SegmentBase, ...]:
    made: dict[str, SegmentBase] = {}
    for name in names:
        media = facts.get(name)
        if media is None or media.video is None:
            continue
        segment_id = id_like(Path(name).stem, made, "s")
        if media.video.is_still:
            made[segment_id] = StillSegment(id=segment_id, still=name, duration=STILL_S)
        else:
            made[segment_id] = ClipSegment(id=segment_id, clip=name)
    return tuple(made.values())


def common_size(media: Iterable[MediaFacts], wishes: Wishes) -> tuple[int, int]:
    """What most of the videos have, else what most of the stills have, at most 4K; even, as codecs want it."""
    known = [one.video for one in media if one.video is not None]
    moving = [video for video in known if not video.is_still] or known
    width, height = Counter(video.display_size for video in moving).most_common(1)[0][0]
    shrink = min(1.0, 3840 / max(width, height))
    width, height = (min(8192, max(16, 2 * round(side * shrink / 2))) for side in (width, height))
    if wishes.width and not wishes.height:
        return wishes.width, 2 * max(8, round(height * wishes.width / width / 2))
    if wishes.height and not wishes.width:
        return 2 * max(8, round(width * wishes.height / height / 2)), wishes.height
    return wishes.width or width, wishes.height or height


def common_rate(media: Iterable[MediaFacts]) -> Fraction:
    """The rate that most of the videos have; one near a common rate, as phones have, means that rate."""
    rates = [one.video.rate for one in media if one.video is not None and not one.video.is_still]
    if not rates:
        return Fraction(30)
    rate = Counter(rates).most_common(1)[0][0]
    nearest = min(_COMMON_RATES, key=lambda common: abs(common - rate))
    if abs(nearest - rate) <= nearest / 50:
        return nearest
    try:
        return parse_rate(rate.limit_denominator(1001))
    except ValueError:
        return Fraction(30)
