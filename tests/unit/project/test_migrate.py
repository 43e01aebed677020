"""Older formats become today's, step by step."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from renderer.errors import ProjectError
from renderer.project import parse
from renderer.project.migrate import STEPS, migrate
from renderer.project.model import FORMAT_VERSION


def test_every_older_format_has_its_step() -> None:
    assert sorted(STEPS) == list(range(FORMAT_VERSION))


def test_steps_are_taken_in_turn_from_where_the_file_is() -> None:
    steps = {n: lambda data, n=n: {"reelwright": n + 1, "went": [*data["went"], n]} for n in range(4)}

    assert migrate({"reelwright": 1, "went": []}, 1, steps) == {"reelwright": 4, "went": [1, 2, 3]}


def test_the_short_form_by_hand_is_one_scene() -> None:
    short = {
        "title": "Tea",
        "segments": [{"color": "#102030", "duration": 1}, {"id": "s1", "still": "tea.png", "duration": 2}],
        "audio": [{"kind": "music", "clip": "theme.flac"}],
    }

    project = parse(short, "project.json")

    assert project.title == "Tea"
    assert [scene.id for scene in project.scenes] == ["main"]
    assert [segment.id for segment in project.scenes[0].segments] == ["s1x", "s1"]
    assert [clip.id for clip in project.scenes[0].audio] == ["a1"]


def test_a_missing_version_is_no_hindrance() -> None:
    scenes = [{"id": "a", "segments": [{"id": "s", "color": "#102030", "duration": 1}]}]

    assert parse({"scenes": scenes}, "project.json").reelwright == 1


def test_problems_of_an_older_format_say_which_format_their_places_belong_to() -> None:
    with pytest.raises(ProjectError, match="read as format 1, which the places below belong to") as caught:
        parse({"segments": [{"color": "red", "duration": 1}]}, "project.json")

    assert caught.value.problems[0].place == "project.json: scenes[0].segments[0].color"


@pytest.mark.parametrize("segments", [None, 3, "a", [3], [{"id": []}], {}, []])
def test_a_step_never_fails_and_never_touches_what_it_is_given(segments: Any) -> None:
    data = {"segments": segments, "unknown": 1}
    before = copy.deepcopy(data)

    after = STEPS[0](data)

    assert data == before
    assert after["unknown"] == 1
    assert after["scenes"][0]["segments"] is not None or segments is None
