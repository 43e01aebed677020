"""What a project file may say, and how it is told what is wrong."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from renderer.errors import ProjectError
from renderer.project import load, parse
from renderer.segments.clip import ClipSegment
from tests.projects import harbour


def refused(data: object) -> list[str]:
    """The problems of a file that is not taken."""
    with pytest.raises(ProjectError) as caught:
        parse(data, "/home/maya/harbour/project.json")
    return [str(problem) for problem in caught.value.problems]


def changed(**changes: Any) -> dict[str, Any]:
    """The sample with values at `scenes__0__id` set, or removed where the value is `...`."""
    data = harbour()
    for path, value in changes.items():
        *owners, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        owner: Any = data
        for step in owners:
            owner = owner[step]
        if value is ...:
            del owner[last]
        elif isinstance(owner, list):
            owner.append(value)
        else:
            owner[last] = value
    return data


def test_the_sample_of_the_format_is_read_as_it_is_meant() -> None:
    project = parse(harbour(), "project.json")

    clip = project.scenes[0].segments[0]
    assert isinstance(clip, ClipSegment)
    assert (project.fps, clip.in_, clip.out) == (Fraction(30000, 1001), Fraction(1, 2), Fraction(9, 2))
    assert clip.transition is not None
    assert clip.transition.duration == Fraction(1, 2)
    assert project.scenes[0].audio[1].character == "Maya"
    assert project.mix.music.duck is not None
    assert project.mix.music.duck.under == ("narration", "dialogue")


def test_frame_timecode_counts_at_the_projects_own_rate() -> None:
    data = changed(fps=25, scenes__0__segments__0__in="00:00:01:05", scenes__0__audio__0__start="00:00:00:24")

    project = parse(data, "project.json")

    clip = project.scenes[0].segments[0]
    assert isinstance(clip, ClipSegment)
    assert clip.in_ == Fraction(6, 5)
    assert project.scenes[0].audio[0].start == Fraction(24, 25)


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    data = changed(
        widht=3,
        scenes__0__segments__0__clpi="a.mp4",
        scenes__0__segments__0__transition__duration=9,
        scenes__0__segments__2__color="red",
        scenes__0__audio__0__kind="musik",
        scenes__0__audio__2__anchor="s9",
        mix__lodness=-14,
        mix__music__duck__under=["music"],
    )

    problems = refused(data)

    assert [problem.split(": ")[1] for problem in problems] == [
        "scenes[0].segments[0].transition.duration",
        "scenes[0].segments[0].clpi",
        "scenes[0].segments[2].color",
        "scenes[0].audio[0].kind",
        "scenes[0].audio[2].anchor",
        "mix.music.duck.under",
        "mix.lodness",
        "widht",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"widht": 3}, 'widht: is not a key of the format. Did you mean "width"?'),
        ({"scenes__0__segments__0__in_": 1}, 'segments[0].in_: is not a key of the format. Did you mean "in"?'),
        ({"scenes__0__segments__1__gain": 1}, "segments[1].gain: is not a key of the format. Known here: id, "),
        ({"mix__musik": {}}, 'mix.musik: is not a key of the format. Did you mean "music"?'),
        ({"mix__music__duck__by": 3}, 'mix.music.duck.by: is not a key of the format. Did you mean "by_db"?'),
        ({"width": "1920"}, 'width: "1920" cannot stand here. Write a whole number.'),
        ({"width": True}, "width: true cannot stand here. Write a whole number."),
        ({"width": 7}, "width: 7 is out of range. Write a number from 16 to 8192."),
        ({"fps": 0}, "fps: a frame rate is a number such as 25"),
        ({"sample_rate": 22050}, "sample_rate: 22050 is not known here. Use one of 44100, 48000, 96000."),
        ({"background": "black"}, 'background: "black" is not a colour; write "#rrggbb"'),
        ({"mix__loudness": "loud"}, 'mix.loudness: "loud" cannot stand here. Write a number.'),
        ({"mix__loudness": 3}, "mix.loudness: 3 is out of range. Write a number from -70 to -5."),
        ({"mix__music": []}, 'mix.music: a list cannot stand here. Write an object, {"gain_db": …'),
        ({"scenes": {}}, "scenes: an object cannot stand here. Write a list"),
        ({"scenes": []}, "scenes: is empty."),
        ({"scenes": ...}, "scenes: is missing."),
        ({"scenes__0__id": ...}, "scenes[0].id: is missing. Write `id` (unique in the project)."),
        ({"scenes__0__id": "cold open"}, 'scenes[0].id: "cold open" cannot be an id; use 1 to 64'),
        ({"scenes__0__name": "x" * 300}, "scenes[0].name: is too long. Use at most 200 characters."),
        ({"scenes__0__segments__9": {"id": "x"}}, "segments[3]: does not say what is seen. Write one of `clip`"),
        ({"scenes__0__segments__9": {"id": "x", "Clip": "a"}}, 'segments[3]: does not say what is seen. Did you mean "clip"?'),
        ({"scenes__0__segments__0__still": "a"}, "segments[0]: has `clip` and `still` at once."),
        ({"scenes__0__segments__9": "a.mp4"}, 'segments[3]: "a.mp4" cannot stand here. Write an object with one of'),
        ({"scenes__0__segments__1__duration": 0}, "segments[1].duration: a length is more than 0"),
        ({"scenes__0__segments__1__duration": -1}, "segments[1].duration: a length is more than 0"),
        ({"scenes__0__segments__1__duration": "soon"}, 'segments[1].duration: "soon" is not a time; write seconds'),
        ({"scenes__0__segments__1__fit": "covr"}, 'segments[1].fit: "covr" is not known here. Did you mean "cover"?'),
        ({"scenes__0__segments__1__id": "s1"}, 'segments[1].id: "s1" is also the id of scenes[0].segments[0].'),
        ({"scenes__0__segments__0__speed": 0}, "segments[0].speed: a speed lies between 0.01 and 100"),
        ({"scenes__0__segments__0__out": "0.5"}, "segments[0].out: `out` does not lie after `in`"),
        ({"scenes__0__segments__0__in": -1}, "segments[0].in: a length or position cannot be negative"),
        ({"scenes__0__segments__0__clip": "../a.mp4"}, 'segments[0].clip: "../a.mp4" leaves the project folder'),
        ({"scenes__0__segments__0__clip": "/a.mp4"}, 'segments[0].clip: "/a.mp4" leaves the project folder'),
        ({"scenes__0__segments__0__clip": "C:\\a.mp4"}, "segments[0].clip: "),
        ({"scenes__0__segments__0__clip": "http://x/a.mp4"}, "leaves the project folder"),
        ({"scenes__0__segments__0__clip": "."}, 'segments[0].clip: "." cannot be a file'),
        ({"scenes__0__segments__0__clip": 7}, "segments[0].clip: a file is named by its path"),
        ({"scenes__0__segments__0__transition": {"duration": 5}}, "the transition is longer than the segment, which has 4 s"),
        ({"scenes__0__segments__0__transition": {"duration": "3.5"}}, "longer than the next segment, which has 3 s"),
        ({"scenes__0__segments__0__transition": {"kind": "wipe", "duration": 1}}, '"wipe" is not known here.'),
        ({"scenes__0__segments__1__transition": {"duration": "0.9"}, "scenes__0__segments__1__duration": 1}, "together with"),
        ({"scenes__0__layers__0": {"text": "Hi"}}, "layers[0]: this version of Reelwright knows no layers"),
        ({"scenes__0__audio__1__anchor": "s9"}, 'audio[1].anchor: "s9" is no segment of this scene. Use one of s1, s2, s3'),
        ({"scenes__0__audio__1__id": "n1"}, 'audio[1].id: "n1" is also the id of scenes[0].audio[0].'),
        ({"scenes__0__audio__0__out": 0}, "audio[0].out: `out` does not lie after `in`"),
        ({"scenes__0__audio__2__loop": "yes"}, 'audio[2].loop: "yes" cannot stand here. Write true or false.'),
        ({"scenes__0__audio__2__kind": "noise"}, 'Use one of "narration", "dialogue", "music", "sfx".'),
        (
            {"scenes__0__audio__0__gain_curve": [{"at": 2, "gain_db": 0}, {"at": 2, "gain_db": 1}]},
            "audio[0].gain_curve[1].at: the point is not later than the one before it.",
        ),
        ({"mix__music__duck": {"under": ["music"]}}, "mix.music.duck.under: music cannot duck under itself."),
        ({"mix__music__duck": {"under": []}}, "mix.music.duck.under: is empty."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_to_write_instead(changes: dict[str, Any], said: str) -> None:
    problems = refused(changed(**changes))

    assert len(problems) == 1, problems
    assert problems[0].startswith("project.json: ")
    assert said in problems[0]


def test_two_scenes_of_one_name_are_refused() -> None:
    data = harbour()
    data["scenes"].append(data["scenes"][0])

    assert refused(data) == [
        'project.json: scenes[1].id: "intro" is also the id of scenes[0]. Give this scene an id of its own.'
    ]


def test_a_wrong_rate_is_told_once_and_not_at_every_timecode() -> None:
    data = changed(fps="fast", scenes__0__segments__0__in="00:00:01:05")

    assert len(refused(data)) == 1


def test_a_transition_of_the_last_segment_is_ignored_whatever_its_length() -> None:
    data = changed(scenes__0__segments__2__transition={"duration": 100})

    project = parse(data, "project.json")

    assert project.scenes[0].segments[2].transition is not None


def test_a_newer_format_is_refused_kindly(tmp_path: Path) -> None:
    file = tmp_path / "project.json"
    file.write_text('{"reelwright": 2, "acts": []}')

    with pytest.raises(ProjectError) as caught:
        load(tmp_path)

    assert str(caught.value) == (
        f"{file}: was made with a newer Reelwright (format 2; this one knows up to 1). "
        "Update Reelwright to open it; the file is fine and stays as it is."
    )


@pytest.mark.parametrize("version", ["1", 1.0, True, None, -1, [1]])
def test_a_format_version_is_a_number(version: object) -> None:
    assert refused(changed(reelwright=version)) == ["project.json: reelwright: is not a format version. Write 1."]


def test_many_mistakes_are_counted_not_all_listed() -> None:
    data = changed(scenes__0__segments=[{"id": f"s{n}", "color": "red", "duration": 1} for n in range(500)])

    with pytest.raises(ProjectError, match="500 problems, of which these are the first 50") as caught:
        parse(data, "project.json")

    assert len(caught.value.problems) == 50


def test_a_missing_project_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"project\.json: is not there\. .* `reelwright new`"):
        load(tmp_path)
