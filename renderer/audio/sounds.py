"""Which sounds a file has and where each of them lies. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

from renderer.digest import ENGINE, codecs_version, digest
from renderer.facts import Facts, MediaFacts
from renderer.output import AudioOutput
from renderer.plan import AudioPlan, Choice, DuckRule, PlacedSound
from renderer.project.model import MIX_KINDS, AudioClip, Mix, MixKind, Project
from renderer.segments.clip import ClipSegment
from renderer.timeline import Placed, SceneTimeline

if TYPE_CHECKING:
    from renderer.planning import PlacedScene

MIX_ENGINE = 1
"""Raised by whoever changes what is heard for the same wish."""


def plan_audio(
    project: Project,
    scenes: Sequence[PlacedScene],
    facts: Facts,
    choice: Choice,
    output: AudioOutput,
    fps: Fraction,
) -> AudioPlan | None:
    """The mix of these scenes, as long as their frames; None where nothing is heard.

    A file that `facts` does not know, or that has no sound, is left out: that is told elsewhere, before any work.
    """
    heard = heard_kinds(project.mix, choice)
    sounds = tuple(
        replace(sound, gain_db=sound.gain_db + project.mix.of(kind).gain_db)
        for scene in scenes
        for kind, whole in _scene_sounds(scene.timeline, facts)
        if kind in heard and (sound := _within(whole, scene)) is not None
    )
    if not sounds:
        return None
    frame_count = sum(scene.stop - scene.start for scene in scenes)
    plan = AudioPlan(
        digest="",
        sample_count=sample_at(frame_count / fps, output.sample_rate),
        sample_rate=output.sample_rate,
        sounds=sounds,
        ducks=_ducks(project.mix, {sound.kind for sound in sounds}),
        loudness_lufs=project.mix.loudness if choice.loudness_lufs is None else choice.loudness_lufs,
        true_peak_dbtp=project.mix.true_peak,
    )
    return replace(plan, digest=digest(_wish(plan, output)))


def heard_kinds(mix: Mix, choice: Choice) -> frozenset[MixKind]:
    """The kinds that are heard: chosen, not muted, and solo where any kind is."""
    solo = any(mix.of(kind).solo for kind in MIX_KINDS)
    return frozenset(
        kind
        for kind in MIX_KINDS
        if (choice.audio is None or kind in choice.audio) and not mix.of(kind).mute and (mix.of(kind).solo or not solo)
    )


def sample_at(seconds: Fraction, sample_rate: int) -> int:
    """The sample nearest to a time; halves go up, so sounds that share a time share a sample."""
    return floor(seconds * sample_rate + Fraction(1, 2))


def _scene_sounds(timeline: SceneTimeline, facts: Facts) -> Iterator[tuple[MixKind, PlacedSound]]:
    """Every sound of a scene on the scene's own clock, as if all of it was rendered."""
    fade_in = 0
    for place in timeline.placed:
        if isinstance(place.segment, ClipSegment):
            media = facts.get(place.segment.clip)
            if media is not None and media.audio is not None:
                yield "clip", _own_sound(place, place.segment, fade_in, timeline, media)
        fade_in = place.into_next
    for clip in timeline.scene.audio:
        media = facts.get(clip.clip)
        if clip.mute or media is None or media.audio is None:
            continue
        sound = _audio_clip(clip, timeline, media)
        if sound is not None:
            yield clip.kind, sound


def _own_sound(
    place: Placed, segment: ClipSegment, fade_in: int, timeline: SceneTimeline, media: MediaFacts
) -> PlacedSound:
    """A clip's own sound, bound to its pictures: it begins and ends with its first and last frame."""
    fps = timeline.fps
    return PlacedSound(
        kind="clip",
        path=segment.clip,
        sha256=media.sha256,
        start_s=place.start / fps,
        stop_s=place.stop / fps,
        in_s=segment.in_,
        out_s=segment.in_ + place.frame_count / fps * segment.speed,
        speed=segment.speed,
        gain_db=segment.gain_db,
        fade_in_s=fade_in / fps,
        fade_out_s=place.into_next / fps,
        label=f"{timeline.scene.id}/{segment.id}",
    )


def _audio_clip(clip: AudioClip, timeline: SceneTimeline, media: MediaFacts) -> PlacedSound | None:
    """An audio clip, which ends with its scene at the latest; None where nothing of it is left."""
    end_s = _end_s(media)
    out_s = end_s if clip.out is None or 0 < end_s < clip.out else clip.out
    start_s = timeline.audio_start_s(clip)
    stop_s = timeline.duration_s if clip.loop else min(timeline.duration_s, start_s + out_s - clip.in_)
    if out_s <= clip.in_ or stop_s <= max(start_s, 0):
        return None
    return PlacedSound(
        kind=clip.kind,
        path=clip.clip,
        sha256=media.sha256,
        start_s=start_s,
        stop_s=stop_s,
        in_s=clip.in_,
        out_s=out_s,
        gain_db=clip.gain_db,
        curve=tuple((point.at, point.gain_db) for point in clip.gain_curve),
        fade_in_s=clip.fade_in,
        fade_out_s=clip.fade_out,
        loop=clip.loop,
        label=f"{timeline.scene.id}/{clip.id}",
    )


def _end_s(media: MediaFacts) -> Fraction:
    """Where a file's sound ends on the clip's own clock."""
    assert media.audio is not None
    return media.audio.start_s + media.audio.duration_s - media.zero_s


def _within(sound: PlacedSound, scene: PlacedScene) -> PlacedSound | None:
    """What of a scene's sound is rendered, on the file's clock; None where nothing is."""
    fps = scene.timeline.fps
    first_s, last_s = scene.start / fps, scene.stop / fps
    start_s, stop_s = max(sound.start_s, first_s), min(sound.stop_s, last_s)
    if start_s >= stop_s:
        return None
    moved_s = scene.offset / fps - first_s
    return replace(
        sound,
        start_s=start_s + moved_s,
        stop_s=stop_s + moved_s,
        skip_s=start_s - sound.start_s,
        cut_s=sound.stop_s - stop_s,
    )


def _ducks(mix: Mix, present: set[str]) -> tuple[DuckRule, ...]:
    rules = []
    for kind in MIX_KINDS:
        duck = mix.of(kind).duck
        if duck is None or duck.by_db == 0 or kind not in present:
            continue
        under = tuple(other for other in MIX_KINDS if other in duck.under and other in present)
        if under:
            rules.append(DuckRule(kind, under, duck.by_db))
    return tuple(rules)


def _wish(plan: AudioPlan, output: AudioOutput) -> dict[str, Any]:
    """Everything that shapes the mix. Files by their bytes: what they are called and where they lie is not heard."""
    sounds = [asdict(sound) for sound in plan.sounds]
    for sound in sounds:
        del sound["path"], sound["label"]
    return {
        "engine": [ENGINE, MIX_ENGINE],
        "codecs": codecs_version(),
        "output": asdict(output),
        "samples": plan.sample_count,
        "rate": plan.sample_rate,
        "sounds": sounds,
        "ducks": [asdict(rule) for rule in plan.ducks],
        "loudness": [plan.loudness_lufs, plan.true_peak_dbtp],
    }
