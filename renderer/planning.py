"""From a project and a wish to the parts of one file: where chunks begin and end, what each is called, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

from renderer.audio.sounds import plan_audio
from renderer.chunking import Stretch, cut, stretches
from renderer.copying import CopyVerdict, copyable, settle_copies
from renderer.digest import copied_wish, digest, encoded_wish, job_name
from renderer.errors import UsageError
from renderer.facts import Facts
from renderer.media.packets import PacketIndex
from renderer.output import Output, VideoOutput
from renderer.plan import Chapter, Choice, Chunk, PacketRange, RenderPlan
from renderer.project.model import Project
from renderer.segments.clip import ClipSegment
from renderer.settle import chosen_scenes
from renderer.timebase import frame_at
from renderer.timeline import SceneTimeline, lay_out


@dataclass(frozen=True)
class PlacedScene:
    """A scene's frames `start <= frame < stop`, which begin at frame `offset` of the joined file."""

    timeline: SceneTimeline
    start: int
    stop: int
    offset: int


def make_plan(
    project: Project,
    folder: Path,
    output: Output,
    choice: Choice,
    facts: Facts,
    indexes: Mapping[str, PacketIndex],
) -> RenderPlan:
    """The plan of one file: every chosen scene in order, cut to the chosen range. Pure.

    `indexes` tell where clips may be cut without encoding; a clip without one is always encoded. Raises UsageError
    where the choice leaves nothing to render.
    """
    fps = output.video.canvas.fps if output.video is not None else project.fps
    scenes = _place(project, choice, facts, fps)
    chunks, parameter_set_id = ((), 0) if output.video is None else _chunks(scenes, output.video, facts, indexes)
    frame_count = sum(scene.stop - scene.start for scene in scenes)
    audio = plan_audio(project, scenes, facts, choice, output.audio, fps) if output.audio is not None else None
    if audio is None and not chunks:
        raise UsageError("There is no sound to render.", action="Choose other kinds of sound, or a format with pictures.")
    used = {name for scene in scenes for segment in scene.timeline.scene.segments for name in segment.assets()}
    used |= {sound.path for sound in audio.sounds} if audio is not None else set()
    chapters = _chapters(scenes, fps)
    rest = [asdict(output), audio.digest if audio else "", [asdict(chapter) for chapter in chapters]]
    return RenderPlan(
        job=job_name(project.title, [chunk.digest for chunk in chunks], rest),
        title=project.title,
        folder=str(folder),
        project=project,
        output=output,
        facts={name: facts[name] for name in sorted(used) if name in facts},
        chunks=chunks,
        audio=audio,
        chapters=chapters,
        frame_count=frame_count,
        parameter_set_id=parameter_set_id,
    )


def _place(project: Project, choice: Choice, facts: Facts, fps: Fraction) -> tuple[PlacedScene, ...]:
    placed: list[PlacedScene] = []
    joined = written = 0
    first, last = (0, None) if choice.range_s is None else (frame_at(t, fps) for t in choice.range_s)
    for scene in chosen_scenes(project, choice):
        timeline = lay_out(scene, fps, facts)
        start = max(0, first - joined)
        stop = timeline.frame_count if last is None else min(timeline.frame_count, last - joined)
        if start < stop:
            placed.append(PlacedScene(timeline, start, stop, written))
            written += stop - start
        joined += timeline.frame_count
    if not placed:
        raise UsageError(
            f"The chosen scenes end at {float(joined / fps):.2f} s, before the range begins.",
            place="--range",
            action="Choose an earlier range.",
        )
    return tuple(placed)


def _chapters(scenes: Sequence[PlacedScene], fps: Fraction) -> tuple[Chapter, ...]:
    if len(scenes) < 2:
        return ()
    return tuple(
        Chapter(
            place.timeline.scene.name or place.timeline.scene.id,
            place.offset / fps,
            (place.offset + place.stop - place.start) / fps,
        )
        for place in scenes
    )
