"""A project as values: what `project.json` says, checked and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field

from renderer.errors import Problem
from renderer.layers import AnyLayer
from renderer.project.fields import (
    Decibels,
    Flag,
    HexColor,
    Identifier,
    MediaPath,
    Name,
    Rate,
    Record,
    Seconds,
    Time,
    Whole,
)
from renderer.segments import AnySegment

FORMAT_VERSION: Final = 1
"""The version of `project.json` that this program writes; older ones are migrated, newer ones refused."""

AudioKind = Literal["narration", "dialogue", "music", "sfx"]
MixKind = Literal["narration", "dialogue", "music", "sfx", "clip"]
MIX_KINDS: tuple[MixKind, ...] = ("narration", "dialogue", "music", "sfx", "clip")
"""Every kind of sound; `clip` is the video clips' own."""


class GainPoint(Record):
    """One point of a gain curve. Between points the gain moves evenly in dB; before the first and after the last one
    it stays."""

    at: Seconds = Field(description="Seconds after the audio clip's start.")
    gain_db: Decibels = Field(ge=-120, le=40, description="Gain there, in dB.")


class AudioClip(Record):
    """A stretch of a sound file, placed in a scene."""

    id: Identifier = Field(description="Unique among the scene's audio clips.")
    kind: AudioKind = Field(description="What kind of sound it is; the mix treats each kind alike.")
    clip: MediaPath = Field(description="A sound file, or a video file whose sound is used.")
    character: Name = Field("", description="Who speaks, for dialogue.")
    start: Time = Field(Fraction(0), description="When it starts, from the scene's start or from `anchor`'s.")
    anchor: Identifier | None = Field(None, description="Id of a segment of the scene that the clip moves with.")
    in_: Seconds = Field(Fraction(0), alias="in", description="First moment of the file used.")
    out: Seconds | None = Field(None, description="Moment after the last one used; the file's end when left out.")
    gain_db: Decibels = Field(0.0, ge=-120, le=40, description="Gain in dB.")
    gain_curve: tuple[GainPoint, ...] = Field((), description="Gain over time, added to `gain_db`; `at` ascends.")
    fade_in: Seconds = Field(Fraction(0), description="How long it fades in.")
    fade_out: Seconds = Field(Fraction(0), description="How long it fades out.")
    loop: Flag = Field(False, description="Repeat until the scene ends.")
    mute: Flag = Field(False, description="Leave it out of the mix.")

    def rules(self) -> Iterator[Problem]:
        if self.out is not None and self.out <= self.in_:
            yield Problem("out", "`out` does not lie after `in`, so nothing is heard.", "Move `in` before `out`.")
        for index in range(1, len(self.gain_curve)):
            if self.gain_curve[index].at <= self.gain_curve[index - 1].at:
                yield Problem(
                    f"gain_curve[{index}].at", "the point is not later than the one before it.", "Sort them by `at`."
                )


class Scene(Record):
    """Segments one after the other, layers over them, audio beside them."""

    id: Identifier = Field(description="Unique in the project.")
    name: Name = Field("", description="A name for people; chapters are named after it.")
    segments: tuple[AnySegment, ...] = Field(min_length=1, description="The picture: one segment after the other.")
    layers: tuple[AnyLayer, ...] = Field((), description="What lies over the picture. No kind is known so far.")
    audio: tuple[AudioClip, ...] = Field((), description="Sounds beside the segments' own.")


class Duck(Record):
    """Lower one kind of sound while others are heard."""

    under: tuple[MixKind, ...] = Field(min_length=1, description="The kinds that it makes way for.")
    by_db: Decibels = Field(12.0, ge=0, le=60, description="By how much, in dB.")


class KindMix(Record):
    """How one kind of sound goes into the mix."""

    gain_db: Decibels = Field(0.0, ge=-120, le=40, description="Gain in dB.")
    mute: Flag = Field(False, description="Leave the kind out.")
    solo: Flag = Field(False, description="While any kind is solo, only solo kinds are heard.")
    duck: Duck | None = Field(None, description="Make way for other kinds.")


class Mix(Record):
    """The mix over all scenes."""

    narration: KindMix = Field(KindMix(), description="Off-screen voice.")
    dialogue: KindMix = Field(KindMix(), description="Voices of characters.")
    music: KindMix = Field(KindMix(), description="Music.")
    sfx: KindMix = Field(KindMix(), description="Sound effects.")
    clip: KindMix = Field(KindMix(), description="The video clips' own sound.")
    loudness: Annotated[Decibels, Field(ge=-70, le=-5)] | None = Field(
        None, description="Target in LUFS, such as -14; as mixed when left out."
    )
    true_peak: Decibels = Field(-1.0, ge=-9, le=0, description="Highest true peak in dBTP.")

    def of(self, kind: MixKind) -> KindMix:
        mix: KindMix = getattr(self, kind)
        return mix

    def rules(self) -> Iterator[Problem]:
        for kind in MIX_KINDS:
            duck = self.of(kind).duck
            if duck is not None and kind in duck.under:
                yield Problem(f"{kind}.duck.under", f"{kind} cannot duck under itself.", f'Take "{kind}" out.')


class Project(Record):
    """Everything in `project.json`."""

    schema_hint: str | None = Field(
        None, alias="$schema", max_length=2000, description="Where an editor finds the JSON Schema; kept, not read."
    )
    reelwright: Literal[1] = Field(FORMAT_VERSION, description="Version of this format.")
    title: Name = Field("Untitled", description="The project's name.")
    width: Whole = Field(1920, ge=16, le=8192, description="Width of the picture in pixels.")
    height: Whole = Field(1080, ge=16, le=8192, description="Height of the picture in pixels.")
    fps: Rate = Field(Fraction(30), description='Frames per second: 25, 29.97 or "30000/1001".')
    sample_rate: Literal[44100, 48000, 96000] = Field(48000, description="Samples of sound per second.")
    background: HexColor = Field("#000000", description="What is seen where no picture is.")
    scenes: tuple[Scene, ...] = Field(min_length=1, description="The scenes, in the order in which they are joined.")
    mix: Mix = Field(Mix(), description="How sounds are put together.")

    def scene(self, scene_id: str) -> Scene:
        """The scene of that id. Raises KeyError."""
        for scene in self.scenes:
            if scene.id == scene_id:
                return scene
        raise KeyError(scene_id)
