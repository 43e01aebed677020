"""Where scenes are cut, and that an edit moves no cut elsewhere."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from renderer.chunking import cut, stretches
from renderer.project.model import Scene
from renderer.timeline import SceneTimeline, lay_out

FPS = Fraction(30)


def a_timeline(*segments: dict[str, Any]) -> SceneTimeline:
    named = [{"id": f"s{index}", **segment} for index, segment in enumerate(segments)]
    return lay_out(Scene.model_validate({"id": "scene", "segments": named}), FPS, {})


def a_clip(in_s: str, out_s: str, **more: Any) -> dict[str, Any]:
    return {"clip": "a.mp4", "in": in_s, "out": out_s, **more}


def ranges(timeline: SceneTimeline) -> list[tuple[int, int]]:
    return [span for stretch in stretches(timeline, 0, timeline.frame_count) for span in cut(stretch, timeline)]


SEGMENT = st.one_of(
    st.builds(lambda s: {"color": "#000000", "duration": s}, st.integers(1, 30)),
    st.builds(lambda a, n: a_clip(str(a), str(a + n)), st.integers(0, 9), st.integers(1, 30)),
    st.builds(
        lambda n, t: a_clip("0.5", str(n), transition={"duration": str(t)}), st.integers(3, 30), st.sampled_from([1, 2])
    ),
)


@given(st.lists(SEGMENT, min_size=1, max_size=8))
def test_chunks_cover_every_frame_once_and_are_never_long(segments: list[dict[str, Any]]) -> None:
    timeline = a_timeline(*segments)

    spans = ranges(timeline)

    assert spans[0][0] == 0
    assert spans[-1][1] == timeline.frame_count
    assert all(left[1] == right[0] for left, right in pairwise(spans))
    assert all(0 < stop - start <= 4.5 * FPS for start, stop in spans)


def test_trimming_the_start_of_a_clip_leaves_its_other_chunks_where_they_were() -> None:
    def source_cuts(in_s: str) -> set[Fraction]:
        timeline = a_timeline(a_clip(in_s, "20"))
        return {Fraction(in_s) + start / FPS for start, _ in ranges(timeline)[1:]}

    assert source_cuts("0.5") == source_cuts("0.7")


def test_a_transition_is_a_chunk_of_its_own() -> None:
    timeline = a_timeline(a_clip("0", "4", transition={"duration": "0.5"}), a_clip("0", "4"))

    assert (105, 120) in ranges(timeline)
