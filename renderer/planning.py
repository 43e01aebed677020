"""From a project and a wish to the parts of one file: where chunks begin and end, what each is called, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from renderer.audio.sounds import plan_audio
from renderer.chunking import Stretch, cut, stretches
from renderer.copying import CopyRange, CopyVerdict, copyable, settle_copies
from renderer.digest import copied_wish, digest, encoded_wish, job_name
from renderer.errors import UsageError
from renderer.facts import Facts
from renderer.media.packets import PacketIndex
from renderer.output import Output, VideoOutput
from renderer.plan import Chapter, Choice, Chunk, RenderPlan
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
    chunks = _chunks(scenes, output.video, facts, indexes) if output.video is not None else ()
    frame_count = sum(scene.stop - scene.start for scene in scenes)
    audio = plan_audio(project, scenes, facts, choice, output.audio, fps) if output.audio is not None else None
    if audio is None and not chunks:
        raise UsageError(
            "There is no sound to render.", action="Choose other kinds of sound, or a format with pictures."
        )
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


@dataclass(frozen=True)
class _Span:
    """Frames of one scene that become one part; `copy` names the packets where they are copied."""

    scene: PlacedScene
    start: int
    stop: int
    reason: str
    copy: CopyRange | None = None


def _chunks(
    scenes: Sequence[PlacedScene], video: VideoOutput, facts: Facts, indexes: Mapping[str, PacketIndex]
) -> tuple[Chunk, ...]:
    found = [(scene, stretch) for scene in scenes for stretch in stretches(scene.timeline, scene.start, scene.stop)]
    verdicts = settle_copies([_verdict(stretch, video, facts, indexes) for _, stretch in found])
    spans = [
        span
        for (scene, stretch), verdict in zip(found, verdicts, strict=True)
        for span in _spans(scene, stretch, verdict)
    ]
    return tuple(_chunk(index, span, video, facts) for index, span in enumerate(spans))


def _verdict(stretch: Stretch, video: VideoOutput, facts: Facts, indexes: Mapping[str, PacketIndex]) -> CopyVerdict:
    place = stretch.places[0]
    if len(stretch.places) > 1:
        return CopyVerdict((), "encoded: a transition")
    if not isinstance(place.segment, ClipSegment):
        return CopyVerdict((), f"encoded: a {place.segment.kind_key}")
    name = place.segment.clip
    return copyable(
        place.segment, facts[name], indexes.get(name), stretch.start - place.start, stretch.stop - place.start, video
    )


def _spans(scene: PlacedScene, stretch: Stretch, verdict: CopyVerdict) -> Iterator[_Span]:
    """A stretch as parts: what is copied whole, and what is left before, between and after, cut for encoding."""
    origin = stretch.places[0].start
    cursor = stretch.start
    for copied in verdict.ranges:
        first, stop = origin + copied.first_frame, origin + copied.stop_frame
        yield from _encoded(scene, stretch, cursor, first, "encoded: up to the first frame that can be copied")
        yield _Span(scene, first, stop, verdict.reason, copied)
        cursor = stop
    reason = "encoded: after the last frame that can be copied" if verdict.ranges else verdict.reason
    yield from _encoded(scene, stretch, cursor, stretch.stop, reason)


def _encoded(scene: PlacedScene, stretch: Stretch, start: int, stop: int, reason: str) -> Iterator[_Span]:
    if start < stop:
        for first, last in cut(Stretch(stretch.places, start, stop), scene.timeline):
            yield _Span(scene, first, last, reason)


def _chunk(index: int, span: _Span, video: VideoOutput, facts: Facts) -> Chunk:
    if span.copy is not None:
        packets = span.copy.packets
        name = digest(copied_wish(packets, facts[packets.path].sha256))
    else:
        packets = None
        name = digest(encoded_wish(span.scene.timeline, span.start, span.stop, video, facts))
    return Chunk(
        index=index,
        scene=span.scene.timeline.scene.id,
        start=span.start,
        stop=span.stop,
        digest=name,
        method="copy" if packets is not None else "encode",
        reason=span.reason,
        packets=packets,
    )


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
