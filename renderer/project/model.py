"""A project as values: what `project.json` says, checked and frozen."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from renderer.layers import LayerBase
from renderer.project.fields import HexColor, Identifier, MediaPath, Rate, Record, Seconds, Time
from renderer.segments import AnySegment

FORMAT_VERSION = 1
"""The version of `project.json` that this program writes; older ones are migrated, newer ones refused."""

AudioKind = Literal["narration", "dialogue", "music", "sfx"]
MixKind = Literal["narration", "dialogue", "music", "sfx", "clip"]
MIX_KINDS: tuple[MixKind, ...] = ("narration", "dialogue", "music", "sfx", "clip")
"""Every kind of sound; `clip` is the video clips' own."""


class GainPoint(Record):
    """One point of a gain curve: `at` seconds after the audio clip's start. Between points the gain moves evenly in dB."""

    at: Seconds
    gain_db: float = Field(ge=-120, le=40)


class AudioClip(Record):
    """A stretch of a sound file, placed in a scene."""

    id: Identifier
    kind: AudioKind
    clip: MediaPath = Field(description="A sound file, or a video file whose sound is used.")
    character: str = Field("", max_length=200, description="Who speaks, for dialogue.")
    start: Time = Field(Fraction(0), description="When it starts, from the scene's start or from `anchor`'s.")
    anchor: Identifier | None = Field(None, description="Id of a segment of the scene that the clip moves with.")
    in_: Seconds = Field(Fraction(0), alias="in", description="First moment of the file used.")
    out: Seconds | None = Field(None, description="Moment after the last one used; the file's end when left out.")
    gain_db: float = Field(0.0, ge=-120, le=40)
    gain_curve: tuple[GainPoint, ...] = Field((), description="Gain over time, added to `gain_db`.")
    fade_in: Seconds = Fraction(0)
    fade_out: Seconds = Fraction(0)
    loop: bool = Field(False, description="Repeat until the scene ends.")
    mute: bool = False


class Scene(Record):
    """Segments one after the other, layers over them, audio beside them."""

    id: Identifier = Field(description="Unique in the project.")
    name: str = Field("", max_length=200)
    segments: tuple[AnySegment, ...] = Field(min_length=1)
    layers: tuple[LayerBase, ...] = ()
    audio: tuple[AudioClip, ...] = ()


class Duck(Record):
    """Lower this kind by `by_db` while one of the kinds in `under` sounds."""

    under: tuple[MixKind, ...] = Field(min_length=1)
    by_db: float = Field(12.0, ge=0, le=60)


class KindMix(Record):
    """How one kind of sound goes into the mix."""

    gain_db: float = Field(0.0, ge=-120, le=40)
    mute: bool = False
    solo: bool = Field(False, description="While any kind is solo, only solo kinds are heard.")
    duck: Duck | None = None


class Mix(Record):
    """The mix over all scenes."""

    narration: KindMix = KindMix()
    dialogue: KindMix = KindMix()
    music: KindMix = KindMix()
    sfx: KindMix = KindMix()
    clip: KindMix = KindMix()
    loudness: Annotated[float, Field(ge=-70, le=-5)] | None = Field(
        None, description="Target in LUFS; as mixed when left out."
    )
    true_peak: float = Field(-1.0, ge=-9, le=0, description="Highest true peak in dBTP.")

    def of(self, kind: MixKind) -> KindMix:
        mix: KindMix = getattr(self, kind)
        return mix


class Project(Record):
    """Everything in `project.json`."""

    reelwright: Literal[1] = Field(FORMAT_VERSION, description="Version of this format.")
    title: str = Field("Untitled", max_length=200)
    width: int = Field(1920, ge=16, le=8192)
    height: int = Field(1080, ge=16, le=8192)
    fps: Rate = Fraction(30)
    sample_rate: Literal[44100, 48000, 96000] = 48000
    background: HexColor = "#000000"
    scenes: tuple[Scene, ...] = Field(min_length=1)
    mix: Mix = Mix()

    def scene(self, scene_id: str) -> Scene:
        """The scene of that id. Raises KeyError."""
        return next(scene for scene in self.scenes if scene.id == scene_id)
