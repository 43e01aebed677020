"""Events on a pipe."""

from __future__ import annotations

from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.events import FramesDone, RenderEvent, from_json, to_json

VALUES = {int: st.integers(0, 10**9), str: st.text(max_size=30), float: st.floats(0, 1e6), bool: st.booleans()}


@given(st.data())
def test_every_event_comes_back_from_its_line_as_it_went_in(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(RenderEvent.__subclasses__(), key=lambda k: k.kind)))
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name != "kind"}
    fields = {name: data.draw(VALUES.get(hint, st.none() | st.floats(-70, 0))) for name, hint in hints.items()}

    line = to_json(kind(**fields))

    assert "\n" not in line
    assert from_json(line) == kind(**fields)


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", '{"event": "frames"}', '{"event": "nonsense"}', '{"event": "frames", "x": 1}']
)
def test_a_line_that_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        from_json(line)


def test_kinds_are_told_apart() -> None:
    kinds = [kind.kind for kind in RenderEvent.__subclasses__()]

    assert len(kinds) == len(set(kinds))
    assert FramesDone.kind in kinds
