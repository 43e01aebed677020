"""Projects for tests: the format's sample, and any project that can be."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from renderer.project.model import AudioClip, Duck, GainPoint, KindMix, Mix, Project, Scene
from renderer.segments import SegmentBase, Transition
from renderer.segments.clip import ClipSegment
from renderer.segments.color import ColorSegment
from renderer.segments.still import StillSegment

_HARBOUR: dict[str, Any] = {
    "reelwright": 1,
    "title": "Harbour",
    "width": 1920,
    "height": 1080,
    "fps": "30000/1001",
    "sample_rate": 48000,
    "background": "#000000",
    "scenes": [
        {
            "id": "intro",
            "name": "Cold open",
            "segments": [
                {
                    "id": "s1",
                    "clip": "media/dock.mp4",
                    "in": "0.5",
                    "out": "4.5",
                    "speed": 1,
                    "fit": "cover",
                    "gain_db": 0,
                    "transition": {"kind": "crossfade", "duration": "0.5"},
                },
                {"id": "s2", "still": "media/card.png", "duration": "3", "fit": "contain"},
                {"id": "s3", "color": "#102030", "duration": "1"},
            ],
            "layers": [],
            "audio": [
                {
                    "id": "n1",
                    "kind": "narration",
                    "clip": "audio/n1.wav",
                    "start": "0.2",
                    "in": "0",
                    "out": "6",
                    "gain_db": 0,
                    "fade_in": "0.1",
                    "fade_out": "0.3",
                },
                {
                    "id": "d1",
                    "kind": "dialogue",
                    "character": "Maya",
                    "clip": "audio/m1.wav",
                    "anchor": "s1",
                    "start": "1",
                },
                {"id": "m1", "kind": "music", "clip": "audio/theme.flac", "loop": True},
            ],
        }
    ],
    "mix": {
        "narration": {"gain_db": 0},
        "music": {"gain_db": -8, "duck": {"under": ["narration", "dialogue"], "by_db": 12}},
        "loudness": -14,
    },
}


def harbour() -> dict[str, Any]:
    """The sample of the format as JSON values, the caller's own."""
    return copy.deepcopy(_HARBOUR)


def a_scene(*segments: SegmentBase, audio: tuple[AudioClip, ...] = (), scene_id: str = "a") -> Scene:
    return Scene(id=scene_id, segments=segments, audio=audio)


def a_color(duration: Fraction | int, *, fade: Fraction | int = 0, segment_id: str = "s") -> ColorSegment:
    transition = Transition(duration=Fraction(fade)) if fade else None
    return ColorSegment(id=segment_id, color="#336699", duration=Fraction(duration), transition=transition)


times = st.fractions(min_value=0, max_value=1000, max_denominator=10**6)
lengths = st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=10**6)
decibels = st.one_of(st.integers(-120, 40), st.floats(-120, 40))
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
paths = st.text(st.sampled_from("abcdé 中._-/"), min_size=1, max_size=20).map(
    lambda text: f"media/{text}x".replace("..", "_")
)
fits = st.sampled_from(["contain", "cover", "stretch"])


@st.composite
def segments(draw: st.DrawFn, segment_id: str, next_length: Fraction | None) -> SegmentBase:
    """A segment whose transition leaves room for another one at its other end."""
    length = draw(lengths)
    transition = None
    if next_length is not None and draw(st.booleans()):
        limit = min(length, next_length) / 2
        transition = Transition(duration=limit * draw(st.fractions(Fraction(1, 100), 1, max_denominator=100)))
    kind = draw(st.sampled_from(["clip", "still", "color"]))
    if kind == "clip":
        start, speed = draw(times), draw(st.fractions(Fraction(1, 100), 100, max_denominator=1000))
        return ClipSegment(
            id=segment_id,
            clip=draw(paths),
            in_=start,
            out=start + length * speed,
            speed=speed,
            fit=draw(fits),
            gain_db=draw(decibels),
            transition=transition,
        )
    if kind == "still":
        return StillSegment(
            id=segment_id, still=f"stills/{draw(paths)}", duration=length, fit=draw(fits), transition=transition
        )
    color = draw(st.from_regex(r"#[0-9a-f]{6}([0-9a-f]{2})?", fullmatch=True))
    return ColorSegment(id=segment_id, color=color, duration=length, transition=transition)


@st.composite
def sounds(draw: st.DrawFn, clip_id: str, anchors: list[str]) -> AudioClip:
    start = draw(times)
    points = draw(st.lists(times, max_size=3, unique=True))
    return AudioClip(
        id=clip_id,
        kind=draw(st.sampled_from(["narration", "dialogue", "music", "sfx"])),
        clip=draw(paths),
        character=draw(names),
        start=draw(st.fractions(-100, 100, max_denominator=10**6)),
        anchor=draw(st.none() | st.sampled_from(anchors)),
        in_=start,
        out=draw(st.none() | lengths.map(lambda length: start + length)),
        gain_db=draw(decibels),
        gain_curve=tuple(GainPoint(at=at, gain_db=draw(decibels)) for at in sorted(points)),
        fade_in=draw(times),
        fade_out=draw(times),
        loop=draw(st.booleans()),
        mute=draw(st.booleans()),
    )


@st.composite
def scenes(draw: st.DrawFn, scene_id: str) -> Scene:
    count = draw(st.integers(1, 4))
    made: list[SegmentBase] = []
    next_length: Fraction | None = None
    for number in reversed(range(count)):
        segment = draw(segments(f"s{number}", next_length))
        next_length = segment.duration_s({})
        made.insert(0, segment)
    ids = [segment.id for segment in made]
    audio = tuple(draw(sounds(f"a{number}", ids)) for number in range(draw(st.integers(0, 2))))
    return Scene(id=scene_id, name=draw(names), segments=tuple(made), audio=audio)


@st.composite
def mixes(draw: st.DrawFn) -> Mix:
    ducks = st.builds(Duck, under=st.just(("narration", "clip")), by_db=st.integers(0, 60))
    kind = st.builds(KindMix, gain_db=decibels, mute=st.booleans(), solo=st.booleans())
    music = st.builds(KindMix, gain_db=decibels, duck=st.none() | ducks)
    return Mix(narration=draw(kind), music=draw(music), clip=draw(kind), loudness=draw(st.none() | st.floats(-70, -5)))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Any project that this version can write."""
    return Project(
        title=draw(names),
        width=draw(st.integers(16, 8192)),
        height=draw(st.integers(16, 8192)),
        fps=draw(st.sampled_from([Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(59), Fraction(25, 2)])),
        sample_rate=draw(st.sampled_from([44100, 48000, 96000])),
        background=draw(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)),
        scenes=tuple(draw(scenes(f"scene{number}")) for number in range(draw(st.integers(1, 3)))),
        mix=draw(mixes()),
    )
