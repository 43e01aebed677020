"""From a person's choice to one exact output; combinations that cannot work are refused with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from fractions import Fraction

from renderer.copying import SOURCE_CODECS
from renderer.errors import UsageError
from renderer.facts import Facts
from renderer.output import (
    FORMATS,
    PIXEL_FORMATS,
    QUALITIES,
    AudioOutput,
    Canvas,
    Format,
    Output,
    Quality,
    VideoOutput,
    parse_resolution,
)
from renderer.plan import Choice
from renderer.project.model import Project, Scene
from renderer.segments import SegmentBase
from renderer.settings import Settings
from renderer.timebase import parse_rate, parse_time

GIF_RATE_LIMIT = 50
"""A GIF delay is whole hundredths of a second and players slow down anything under two of them."""

MATCH_QUALITY = Quality(18, "medium")
"""For what must be encoded between copied spans: visually the same as its neighbours."""


def settle_output(settings: Settings, project: Project, facts: Facts) -> Output:
    """The output that `settings` mean for this project. Raises UsageError with the reason and what would work."""
    form = _format(settings.format)
    return Output(form.name, _video(settings, form, project, facts), _audio(settings, form, project))


def settle_choice(settings: Settings, project: Project) -> Choice:
    """Which scenes, sounds and range are meant. Raises UsageError for ids that the project does not have."""
    known = [scene.id for scene in project.scenes]
    for wanted in settings.scenes or ():
        if wanted not in known:
            near = get_close_matches(wanted, known, n=1)
            hint = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(known)}."
            raise UsageError(f'There is no scene "{wanted}".', place="--scenes", action=hint)
    scenes = tuple(name for name in known if name in settings.scenes) if settings.scenes is not None else None
    if scenes == ():
        raise UsageError("No scene is chosen.", place="--scenes", action=f"There are: {', '.join(known)}.")
    return Choice(scenes, settings.audio, _range(settings.range, project), settings.loudness)


def chosen_scenes(project: Project, choice: Choice) -> tuple[Scene, ...]:
    """The scenes of a choice, in the project's order."""
    return tuple(scene for scene in project.scenes if choice.scenes is None or scene.id in choice.scenes)


def fitted(project: Project, fit: str) -> Project:
    """The project with every clip and still meeting the frame by `fit`; as it is for an empty one."""
    if not fit:
        return project
    scenes = tuple(
        scene.model_copy(update={"segments": tuple(_fitted(segment, fit) for segment in scene.segments)})
        for scene in project.scenes
    )
    return project.model_copy(update={"scenes": scenes})


def _fitted(segment: SegmentBase, fit: str) -> SegmentBase:
    return segment.model_copy(update={"fit": fit}) if "fit" in type(segment).model_fields else segment


def _format(name: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    raise UsageError(f'"{name}" is not a format.', place="--format", action=f"Use one of {', '.join(FORMATS)}.")


def _video(settings: Settings, form: Format, project: Project, facts: Facts) -> VideoOutput | None:
    if not form.video:
        if settings.codec and settings.codec not in form.audio:
            raise UsageError(f"{form.name} is sound only and holds no {settings.codec}.", place="--codec")
        return None
    codec = _codec(settings, form, project, facts)
    if settings.alpha and codec not in form.alpha:
        able = [f"{other.name} with {name}" for other in FORMATS.values() for name in other.alpha]
        raise UsageError(
            f"{codec} in {form.name} cannot keep transparency.", place="--alpha", action=f"Use {', '.join(able)}."
        )
    fps = project.fps if settings.fps == "match" else _rate(settings.fps)
    if form.name == "gif" and fps > GIF_RATE_LIMIT:
        raise UsageError(
            f"A GIF cannot play {float(fps):g} frames a second.", place="--fps", action="Use --fps 25, or 50 at most."
        )
    resolution = "360p" if settings.preview and settings.resolution == "match" else settings.resolution
    width, height = parse_resolution(resolution, project.width, project.height)
    background = project.background if settings.alpha else project.background[:7]
    canvas = Canvas(width, height, fps, PIXEL_FORMATS[codec][settings.alpha], background)
    return VideoOutput(codec, canvas, _quality(settings), _copy_mode(settings))


def _codec(settings: Settings, form: Format, project: Project, facts: Facts) -> str:
    if not settings.codec:
        return _most_common_codec(form, project, facts) if settings.quality == "match" else form.video[0]
    if settings.codec in form.video:
        return settings.codec
    homes = [other.name for other in FORMATS.values() if settings.codec in other.video]
    if not homes:
        every = sorted({name for other in FORMATS.values() for name in other.video})
        raise UsageError(f'"{settings.codec}" is not a codec.', place="--codec", action=f"Use {', '.join(every)}.")
    raise UsageError(
        f"{form.name} does not hold {settings.codec}.",
        place="--codec",
        action=f"Use --codec {' or '.join(form.video)}, or --format {' or '.join(homes)}.",
    )


def _most_common_codec(form: Format, project: Project, facts: Facts) -> str:
    seen: Counter[str] = Counter()
    for segment in (segment for scene in project.scenes for segment in scene.segments):
        for name in segment.assets():
            media = facts.get(name)
            if media is not None and media.video is not None and not media.video.is_still:
                seen[SOURCE_CODECS.get(media.video.codec, "")] += round(1000 * segment.duration_s(facts))
    return max(form.video, key=lambda codec: seen[codec])


def _quality(settings: Settings) -> Quality:
    if settings.quality == "match":
        return MATCH_QUALITY
    if settings.preview:
        return QUALITIES["low"]
    return QUALITIES[settings.quality]


def _copy_mode(settings: Settings) -> str:
    if settings.preview and settings.copy_mode == "auto":
        return "never"
    return "always" if settings.quality == "match" and settings.copy_mode == "auto" else settings.copy_mode


def _rate(text: str) -> Fraction:
    try:
        return parse_rate(text)
    except ValueError as error:
        raise UsageError(f"{error}.", place="--fps") from error


def _audio(settings: Settings, form: Format, project: Project) -> AudioOutput | None:
    if not form.audio:
        return None
    if settings.audio == () and not form.video:
        raise UsageError(f"{form.name} is sound only, and no sound is chosen.", place="--audio")
    if settings.audio == ():
        return None
    codec = form.audio[0]
    rate = 48000 if codec == "opus" else min(project.sample_rate, 48000) if codec == "mp3" else project.sample_rate
    return AudioOutput(codec, rate, 0 if codec == "pcm" else settings.audio_bit_rate)


def _range(text: str, project: Project) -> tuple[Fraction, Fraction] | None:
    if not text:
        return None
    sides: Sequence[str] = text.split("-")
    try:
        if len(sides) != 2:
            raise ValueError("a range is two times with a dash between them")
        start, stop = (parse_time(side, project.fps) for side in sides)
    except ValueError as error:
        raise UsageError(f"{error}.", place="--range", action="Write for example 10-25.5 or 0:10-0:25.") from error
    if not 0 <= start < stop:
        raise UsageError("The range ends before it begins.", place="--range", action="Write the earlier time first.")
    return start, stop
