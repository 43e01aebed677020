"""Laying sounds along scenes whose lengths are known: one after the other, or under all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from renderer.errors import Problem
from renderer.facts import Facts
from renderer.project.ids import id_like
from renderer.project.model import AudioClip, AudioKind, Duck, KindMix, Mix, Scene
from renderer.timeline import lay_out


class Desk:
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
        clip_id = id_like(Path(name).stem, {clip.id for clip in scene.audio}, "a")
        clip = AudioClip(id=clip_id, kind=kind, clip=name, start=start, in_=in_, loop=loop)
        self._scenes[at] = scene.model_copy(update={"audio": (*scene.audio, clip)})


def fitting_mix(scenes: Sequence[Scene]) -> Mix:
    """Music below the rest, and lower still while somebody speaks."""
    kinds = {clip.kind for scene in scenes for clip in scene.audio}
    if "music" not in kinds:
        return Mix()
    spoken = kinds & {"narration", "dialogue"}
    return Mix(music=KindMix(gain_db=-8, duck=Duck(under=("narration", "dialogue")) if spoken else None))
