"""Where a scene is cut into parts. Pure, and local: what happens elsewhere in the scene moves no cut here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from renderer.timeline import Placed, SceneTimeline


@dataclass(frozen=True)
class Stretch:
    """Frames `start <= frame < stop` of a scene that one segment fills alone, or two share during a transition."""

    places: tuple[Placed, ...]
    start: int
    stop: int


def stretches(timeline: SceneTimeline, start: int, stop: int) -> tuple[Stretch, ...]:
    """The scene's frames `start..stop`, cut wherever a segment or a transition begins or ends."""
    edges = {start, stop}
    for place in timeline.placed:
        edges |= {edge for edge in (place.start, place.stop - place.into_next, place.stop) if start < edge < stop}
    ordered = sorted(edges)
    return tuple(Stretch(timeline.at(first), first, last) for first, last in pairwise(ordered))


def cut(stretch: Stretch, timeline: SceneTimeline) -> tuple[tuple[int, int], ...]:
    """A stretch as frame ranges of about 2 to 4 seconds.

    The segment says where it may be cut (see SegmentBase.cut_frames), on a grid of its own source: trimming one end
    of a clip leaves the parts at its other end alone. A cut that would leave less than half a second is left out.
    """
    if len(stretch.places) != 1:
        return ((stretch.start, stretch.stop),)
    place = stretch.places[0]
    margin = round(timeline.fps / 2)
    grid = (place.start + frame for frame in place.segment.cut_frames(place.frame_count, timeline.fps))
    cuts = [frame for frame in grid if stretch.start + margin <= frame <= stretch.stop - margin]
    return tuple(zip([stretch.start, *cuts], [*cuts, stretch.stop], strict=True))
