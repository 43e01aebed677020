"""Which sounds are heard when: scenes, choices and the mix become one list on the joined timeline. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING

from renderer.digest import ENGINE, codecs_version, digest
from renderer.facts import Facts
from renderer.output import AudioOutput
from renderer.plan import AudioPlan, Choice, DuckRule, PlacedSound
from renderer.project.model import MIX_KINDS, AudioClip, Mix, MixKind, Project
from renderer.segments.clip import ClipSegment
from renderer.timebase import frame_at
from renderer.timeline import Placed, SceneTimeline

if TYPE_CHECKING:
    from renderer.planning import PlacedScene


MIX_ENGINE = 1
"""Raised by whoever changes what is heard for the same wish: old mixes are then never met again."""


def plan_audio(
    project: Project, scenes: Sequence[PlacedScene], facts: Facts, choice: Choice, output: AudioOutput, fps: Fraction
) -> AudioPlan | None:
    """The mix of these scenes as they lie in the joined file; None where nothing is heard."""
    heard = heard_kinds(project.mix, choice.audio)
    sounds = tuple(sound for scene in scenes for sound in _scene_sounds(scene, project.mix, facts, fps, heard))
    if not sounds:
        return None
    present = {sound.kind for sound in sounds}
    ducks = tuple(
        DuckRule(kind, under, duck.by_db)
        for kind in MIX_KINDS
        if (duck := project.mix.of(kind).duck) is not None and duck.by_db > 0 and kind in present
        if (under := tuple(name for name in duck.under if name in present and name != kind))
    )
    frames = sum(scene.stop - scene.start for scene in scenes)
    sample_count = frame_at(frames / fps, Fraction(output.sample_rate))
    loudness = project.mix.loudness if choice.loudness_lufs is None else choice.loudness_lufs
    wish = {
        "engine": [ENGINE, MIX_ENGINE, codecs_version()],
        "output": asdict(output),
        "samples": sample_count,
        "sounds": [{**asdict(sound), "path": ""} for sound in sounds],
        "ducks": [asdict(duck) for duck in ducks],
        "loudness": [loudness, project.mix.true_peak],
    }
    return AudioPlan(
        digest=digest(wish),
        sample_count=sample_count,
        sample_rate=output.sample_rate,
        sounds=sounds,
        ducks=ducks,
        loudness_lufs=loudness,
        true_peak_dbtp=project.mix.true_peak,
    )


def heard_kinds(mix: Mix, chosen: tuple[str, ...] | None) -> frozenset[str]:
    """The kinds that are chosen, not muted, and solo where any chosen kind is solo."""
    kinds = [kind for kind in MIX_KINDS if (chosen is None or kind in chosen) and not mix.of(kind).mute]
    solo = [kind for kind in kinds if mix.of(kind).solo]
    return frozenset(solo or kinds)


def _scene_sounds(
    scene: PlacedScene, mix: Mix, facts: Facts, fps: Fraction, heard: frozenset[str]
) -> Iterator[PlacedSound]:
    """A scene's sounds, in an order that depends on nothing but the project."""
    shift_s = (scene.offset - scene.start) / fps
    window = (scene.offset / fps, (scene.offset + scene.stop - scene.start) / fps)
    if "clip" in heard:
        for place, before in zip(scene.timeline.placed, (None, *scene.timeline.placed), strict=False):
            yield from _heard(_own_sound(place, before, mix, facts, fps, shift_s, window))
    for clip in scene.timeline.scene.audio:
        if clip.kind in heard and not clip.mute:
            yield from _heard(_audio_clip(clip, scene.timeline, mix, facts, shift_s, window))


def _own_sound(
    place: Placed,
    before: Placed | None,
    mix: Mix,
    facts: Facts,
    fps: Fraction,
    shift_s: Fraction,
    window: tuple[Fraction, Fraction],
) -> PlacedSound | None:
    segment = place.segment
    if not isinstance(segment, ClipSegment) or segment.clip not in facts:
        return None
    media = facts[segment.clip]
    if media.audio is None:
        return None
    start_s, stop_s = place.start / fps + shift_s, place.stop / fps + shift_s
    return PlacedSound(
        kind="clip",
        path=segment.clip,
        sha256=media.sha256,
        start_s=start_s,
        stop_s=stop_s,
        in_s=segment.in_,
        out_s=segment.in_ + (stop_s - start_s) * segment.speed,
        speed=segment.speed,
        gain_db=segment.gain_db + mix.clip.gain_db,
        fade_in_s=before.into_next / fps if before is not None else Fraction(0),
        fade_out_s=place.into_next / fps,
        from_s=window[0],
        to_s=window[1],
    )


def _audio_clip(
    clip: AudioClip,
    timeline: SceneTimeline,
    mix: Mix,
    facts: Facts,
    shift_s: Fraction,
    window: tuple[Fraction, Fraction],
) -> PlacedSound | None:
    media = facts.get(clip.clip)
    if media is None or media.audio is None:
        return None
    kind: MixKind = clip.kind
    end_s = media.audio.start_s + media.audio.duration_s - media.zero_s
    out_s = end_s if clip.out is None or 0 < end_s < clip.out else clip.out
    start_s = timeline.audio_start_s(clip) + shift_s
    scene_end_s = timeline.duration_s + shift_s
    if out_s <= clip.in_:
        return None
    stop_s = scene_end_s if clip.loop else min(scene_end_s, start_s + out_s - clip.in_)
    return PlacedSound(
        kind=kind,
        path=clip.clip,
        sha256=media.sha256,
        start_s=start_s,
        stop_s=stop_s,
        in_s=clip.in_,
        out_s=out_s,
        gain_db=clip.gain_db + mix.of(kind).gain_db,
        curve=tuple((point.at, point.gain_db) for point in clip.gain_curve),
        fade_in_s=clip.fade_in,
        fade_out_s=clip.fade_out,
        loop=clip.loop,
        from_s=window[0],
        to_s=window[1],
    )


def _heard(sound: PlacedSound | None) -> Iterator[PlacedSound]:
    """The sound, unless all of it lies outside what is heard."""
    if sound is None or sound.to_s is None:
        return
    if max(sound.start_s, sound.from_s) < min(sound.stop_s, sound.to_s):
        yield sound
