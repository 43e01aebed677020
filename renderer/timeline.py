"""Where every segment and sound lies in a scene, in frames and exact seconds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from renderer.facts import Facts
from renderer.project.model import AudioClip, Scene
from renderer.segments import SegmentBase
from renderer.timebase import frame_at

_FINEST = 10**18


@dataclass(frozen=True)
class Placed:
    """A segment's place: frames `start <= n < stop` of its scene. `into_next` frames at its end overlap the next one."""

    segment: SegmentBase
    start: int
    stop: int
    start_s: Fraction
    stop_s: Fraction
    into_next: int = 0

    @property
    def frame_count(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class SceneTimeline:
    """One scene, laid out at `fps`."""

    scene: Scene
    fps: Fraction
    placed: tuple[Placed, ...]

    @property
    def frame_count(self) -> int:
        return self.placed[-1].stop

    @property
    def duration_s(self) -> Fraction:
        return self.frame_count / self.fps

    def at(self, frame: int) -> tuple[Placed, ...]:
        """The one segment seen at `frame`, or the outgoing and the incoming one during a transition."""
        return tuple(place for place in self.placed if place.start <= frame < place.stop)

    def audio_start_s(self, clip: AudioClip) -> Fraction:
        """When an audio clip starts on the scene's clock; with an anchor, it moves with that segment."""
        if clip.anchor is None:
            return clip.start
        return next(place.start_s for place in self.placed if place.segment.id == clip.anchor) + clip.start


def lay_out(scene: Scene, fps: Fraction, facts: Facts) -> SceneTimeline:
    """Segments end to end, each overlapping its successor by its transition.

    Boundaries are rounded from exact times, so no rounding adds up. A transition is never longer than either of its
    segments less one frame; the last segment's is ignored.
    """
    placed: list[Placed] = []
    cursor = Fraction(0)
    overlap_until = 0
    for index, segment in enumerate(scene.segments):
        start_s, stop_s = cursor, cursor + segment.duration_s(facts)
        start = frame_at(start_s, fps)
        stop = max(frame_at(stop_s, fps), start + 1)
        cursor = _bounded(stop_s)
        into_next = 0
        if segment.transition is not None and index + 1 < len(scene.segments):
            following = scene.segments[index + 1].duration_s(facts)
            free = stop - max(start, overlap_until)
            wanted = frame_at(segment.transition.duration, fps)
            into_next = max(0, min(wanted, free - 1, frame_at(following, fps) - 1))
            cursor = _bounded(stop_s - Fraction(into_next) / fps)
        placed.append(Placed(segment, start, stop, start_s, stop_s, into_next))
        overlap_until = stop
    return SceneTimeline(scene, fps, tuple(_touching(placed)))


def _bounded(seconds: Fraction) -> Fraction:
    """`seconds`, to within 10^-18 s.

    The sum of thousands of fractions with denominators of their own would else grow to a number of many pages, and
    laying out a scene would take minutes.
    """
    return seconds if seconds.denominator <= _FINEST else Fraction(round(seconds * _FINEST), _FINEST)


def _touching(placed: list[Placed]) -> list[Placed]:
    """Each segment starts where its predecessor's own part ends, whatever rounding did."""
    result: list[Placed] = []
    for place in placed:
        start = result[-1].stop - result[-1].into_next if result else 0
        result.append(
            Placed(place.segment, start, max(place.stop, start + 1), place.start_s, place.stop_s, place.into_next)
        )
    return result
