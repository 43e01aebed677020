"""What to render, decided before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from renderer.facts import MediaFacts
from renderer.output import Output
from renderer.project.model import Project

Method = Literal["encode", "copy"]


@dataclass(frozen=True)
class PacketRange:
    """A run of a clip's packets that decodes by itself: the pictures shown in `start_s <= t < stop_s` of the clip."""

    path: str
    start_s: Fraction
    stop_s: Fraction
    size_bytes: int
    reorder_depth: int = 0
    """How many packets before it is shown a picture of the clip may come in the file."""


@dataclass(frozen=True)
class Chunk:
    """Frames `start <= n < stop` of one scene's own timeline, rendered or copied as one part.

    `digest` names the part: everything that shapes its bytes. `reason` says why it is encoded or copied.
    """

    index: int
    scene: str
    start: int
    stop: int
    digest: str
    method: Method
    reason: str
    packets: PacketRange | None = None

    @property
    def frame_count(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Choice:
    """Which part of the project is wanted. `scenes` and `audio` None mean all; `range_s` is on the joined timeline."""

    scenes: tuple[str, ...] | None = None
    audio: tuple[str, ...] | None = None
    range_s: tuple[Fraction, Fraction] | None = None
    loudness_lufs: float | None = None
    """Overrides the project's target."""


@dataclass(frozen=True)
class PlacedSound:
    """One sound on the joined timeline, in exact seconds of that timeline and of its file.

    The file plays from `in_s` to `out_s` (its own clock, zero at `MediaFacts.zero_s`) at `speed`, from `start_s` on,
    ended at `stop_s`; with `loop` it repeats until then. Fades and `curve`, which holds (seconds after start_s, dB), are
    laid on that; what is heard of it lies in `from_s` to `to_s`. Gains add.
    """

    kind: str
    path: str
    sha256: str
    start_s: Fraction
    stop_s: Fraction
    in_s: Fraction
    out_s: Fraction
    speed: Fraction = Fraction(1)
    gain_db: float = 0.0
    curve: tuple[tuple[Fraction, float], ...] = ()
    fade_in_s: Fraction = Fraction(0)
    fade_out_s: Fraction = Fraction(0)
    loop: bool = False
    from_s: Fraction = Fraction(0)
    to_s: Fraction | None = None


@dataclass(frozen=True)
class DuckRule:
    """Lower `kind` by `by_db` while any of `under` sounds."""

    kind: str
    under: tuple[str, ...]
    by_db: float


@dataclass(frozen=True)
class AudioPlan:
    """One mix for the whole timeline: exactly `sample_count` samples, silence where nothing plays."""

    digest: str
    sample_count: int
    sample_rate: int
    sounds: tuple[PlacedSound, ...]
    ducks: tuple[DuckRule, ...]
    loudness_lufs: float | None
    true_peak_dbtp: float


@dataclass(frozen=True)
class Chapter:
    """A scene's place in the joined file, in seconds."""

    title: str
    start_s: Fraction
    stop_s: Fraction


@dataclass(frozen=True)
class RenderPlan:
    """One file to make. Serialisable; the same wish gives the same `job`.

    `folder` is where the project lies on this machine and is no part of the name. `chunks` are in file order;
    empty where the format has no picture. `facts` holds every file the plan touches.
    """

    job: str
    title: str
    folder: str
    project: Project
    output: Output
    facts: dict[str, MediaFacts]
    chunks: tuple[Chunk, ...]
    audio: AudioPlan | None
    chapters: tuple[Chapter, ...]
    frame_count: int

    @property
    def duration_s(self) -> Fraction:
        """Length of the file in seconds."""
        if self.output.video is not None:
            return self.frame_count / self.output.video.canvas.fps
        return Fraction(self.audio.sample_count, self.audio.sample_rate) if self.audio else Fraction(0)

    def to_json(self) -> str:
        """Text that `plan_from_json` reads back to an equal plan."""
        return _adapter().dump_json(self, by_alias=True).decode()


@cache
def _adapter() -> TypeAdapter[RenderPlan]:
    return TypeAdapter(RenderPlan)


def plan_from_json(text: str) -> RenderPlan:
    """The plan that `to_json` wrote. Raises pydantic.ValidationError for anything else."""
    return _adapter().validate_json(text)
