"""A project made from clips: sensible scenes, size, rate and sound, ready to render."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import Problem, ProjectError, UsageError
from renderer.facts import Facts, MediaFacts
from renderer.project.gather import Group, gather, sound_kind
from renderer.project.intake import Intake
from renderer.project.model import AudioClip, AudioKind, Duck, KindMix, Mix, Project, Scene
from renderer.project.paths import project_file
from renderer.project.saving import save
from renderer.segments import SegmentBase
from renderer.segments.clip import ClipSegment
from renderer.segments.still import StillSegment
from renderer.timebase import parse_rate
from renderer.timeline import lay_out

if TYPE_CHECKING:
    from renderer.media.library import MediaLibrary

STILL_S = Fraction(3)
"""How long a picture is shown."""

_COMMON_RATES = tuple(
    Fraction(text) for text in "24000/1001 24 25 30000/1001 30 48 50 60000/1001 60 100 120000/1001 120".split()
)


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
    kinds: dict[str, AudioKind] = {}
    pictures = {group: tuple(intake.bring(file, "media") for file in group.pictures) for group in groups}
    sounds: dict[Group, tuple[str, ...]] = {}
    for group in groups:
        named = {intake.bring(file, "audio"): sound_kind(file) for file in group.sounds}
        sounds[group], kinds = tuple(named), kinds | named
    narration = tuple(intake.bring(_there(file, "--narration"), "audio") for file in wishes.narration)
    music = intake.bring(_there(wishes.music, "--music"), "audio") if wishes.music is not None else ""
    wanted = [name for names in (*pictures.values(), *sounds.values(), narration, (music,)) for name in names if name]
    facts, problems = library.facts(folder, dict.fromkeys(wanted))
    for problem in problems:
        intake.drop(problem.place)
    _need((name for name in (*narration, music) if name), facts, problems)
    scenes = _scenes(groups, pictures, facts)
    if not scenes:
        raise ProjectError("None of the clips can be used.", problems, action="Give folders or files with video.")
    width, height = _size((facts[name] for group in groups for name in pictures[group] if name in facts), wishes)
    fps = wishes.fps or _rate(facts[name] for group in groups for name in pictures[group] if name in facts)
    desk = _Desk(scenes, fps, facts)
    for group in groups:
        at = next((number for number, scene in enumerate(scenes) if scene.name == group.name), 0)
        for kind in ("narration", "dialogue", "sfx", "music"):
            desk.in_turn(at, kind, [name for name in sounds[group] if name in facts and kinds[name] == kind])
    desk.narrate(narration)
    if music:
        desk.underlay(music)
    lasting = desk.scenes()
    title = wishes.title or folder.resolve().name or "Untitled"
    project = Project(
        title=title[:200], width=width, height=height, fps=fps, scenes=lasting, mix=_mix(lasting)
    )  # fmt: skip
    named_after = tuple(Problem(problem.place, problem.what, problem.action, blocking=False) for problem in problems)
    return project, named_after + desk.notes()


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


def _scenes(groups: Sequence[Group], pictures: dict[Group, tuple[str, ...]], facts: Facts) -> list[Scene]:
    scenes: list[Scene] = []
    for group in groups:
        segments: list[SegmentBase] = []
        for name in pictures[group]:
            media = facts.get(name)
            if media is not None and media.video is not None:
                segments.append(_segment(name, media, {segment.id for segment in segments}))
        if segments:
            scene_id = _id(group.name or "main", {scene.id for scene in scenes}, "scene")
            scenes.append(Scene(id=scene_id, name=group.name[:200], segments=tuple(segments)))
    return scenes


def _segment(name: str, media: MediaFacts, taken: Collection[str]) -> SegmentBase:
    segment_id = _id(Path(name).stem, taken, "s")
    if media.video is not None and media.video.is_still:
        return StillSegment(id=segment_id, still=name, duration=STILL_S)
    return ClipSegment(id=segment_id, clip=name)


def _id(text: str, taken: Collection[str], fallback: str) -> str:
    """An id that reminds of `text` and that nothing else has."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:50] or fallback
    number, wanted = 1, stem
    while wanted in taken:
        number += 1
        wanted = f"{stem}-{number}"
    return wanted


def _size(media: Iterable[MediaFacts], wishes: Wishes) -> tuple[int, int]:
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


def _rate(media: Iterable[MediaFacts]) -> Fraction:
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


def _mix(scenes: Sequence[Scene]) -> Mix:
    kinds = {clip.kind for scene in scenes for clip in scene.audio}
    if "music" not in kinds:
        return Mix()
    spoken = kinds & {"narration", "dialogue"}
    return Mix(music=KindMix(gain_db=-8, duck=Duck(under=("narration", "dialogue")) if spoken else None))


class _Desk:
    """Lays sounds along scenes whose lengths are known."""

    def __init__(self, scenes: Sequence[Scene], fps: Fraction, facts: Facts) -> None:
        self._scenes = list(scenes)
        self._facts = facts
        self._lengths = [lay_out(scene, fps, facts).duration_s for scene in scenes]
        self._free: dict[tuple[int, AudioKind], Fraction] = {}
        self._notes: list[Problem] = []

    def in_turn(self, at: int, kind: AudioKind, names: Iterable[str]) -> None:
        """One after the other in a scene; those that would start after its end are left out and told."""
        for name in names:
            start = self._free.get((at, kind), Fraction(0))
            if start >= self._lengths[at]:
                what = f"starts after the end of scene {self._scenes[at].id} and was left out."
                self._notes.append(Problem(name, what, "Add it where it belongs.", blocking=False))
                continue
            self._add(at, kind, name, start)
            self._free[at, kind] = start + self._length_s(name)

    def narrate(self, names: Sequence[str]) -> None:
        """One recording a scene where there are as many of them, else one after the other in the first scene."""
        if len(names) == len(self._scenes):
            for at, name in enumerate(names):
                self.in_turn(at, "narration", [name])
        else:
            self.in_turn(0, "narration", names)

    def underlay(self, name: str) -> None:
        """Music under all scenes: each goes on where the last one stopped, and over from the start at the end."""
        length, played = self._length_s(name), Fraction(0)
        for at, scene_length in enumerate(self._lengths):
            begin = played % length
            self._add(at, "music", name, Fraction(0), begin)
            if begin + scene_length > length:
                self._add(at, "music", name, length - begin, loop=True)
            played += scene_length

    def scenes(self) -> tuple[Scene, ...]:
        return tuple(self._scenes)

    def notes(self) -> tuple[Problem, ...]:
        return tuple(self._notes)

    def _length_s(self, name: str) -> Fraction:
        audio = self._facts[name].audio
        return max(audio.duration_s if audio is not None else Fraction(0), Fraction(1, 10))

    def _add(
        self, at: int, kind: AudioKind, name: str, start: Fraction, in_: Fraction = Fraction(0), *, loop: bool = False
    ) -> None:
        scene = self._scenes[at]
        clip_id = _id(Path(name).stem, {clip.id for clip in scene.audio}, "a")
        clip = AudioClip(id=clip_id, kind=kind, clip=name, start=start, in_=in_, loop=loop)
        self._scenes[at] = scene.model_copy(update={"audio": (*scene.audio, clip)})
