"""Everything that would stop a render or spoil it, found before any work starts, all at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from renderer.errors import Problem
from renderer.facts import Facts, MediaFacts
from renderer.output import Output
from renderer.project.model import AudioClip, Project, Scene

DISK_MARGIN_BYTES = 200_000_000
"""Kept free on every disk that a render writes to."""


def check_project(project: Project, scenes: Iterable[Scene], facts: Facts) -> tuple[Problem, ...]:
    """Problems of the chosen scenes' clips: wrong kinds of file, lengths that do not fit, pictures that need a warning.

    Files that could not be probed are missing from `facts`; their problem was told by whoever probed them.
    """
    return tuple(_project_problems(project, tuple(scenes), facts))


def check_output(output: Output, encoders: Iterable[str]) -> tuple[Problem, ...]:
    """Codecs that this machine's libraries lack. `encoders` are FFmpeg's names of those it has."""
    able = set(encoders)
    needed = []
    if output.video is not None:
        needed.append(("--codec", output.video.codec, VIDEO_ENCODERS[output.video.codec]))
    if output.audio is not None:
        needed.append(("--format", output.audio.codec, AUDIO_ENCODERS[output.audio.codec]))
    return tuple(
        Problem(place, f"the encoder {encoder} for {codec} is not there.", "Run `reelwright doctor`.")
        for place, codec, encoder in needed
        if encoder not in able
    )


VIDEO_ENCODERS = {
    "h264": "libx264",
    "h265": "libx265",
    "av1": "libsvtav1",
    "vp9": "libvpx-vp9",
    "prores": "prores_ks",
    "prores4444": "prores_ks",
    "gif": "gif",
    "png": "png",
}
AUDIO_ENCODERS = {"aac": "aac", "opus": "libopus", "mp3": "libmp3lame", "pcm": "pcm_s24le"}


def check_target(target: Path, *, overwrite: bool, is_folder: bool = False) -> tuple[Problem, ...]:
    """Whether the file can be written where it is wanted: folder there and writable, name free, name not too long."""
    place = str(target)
    if any(len(os.fsencode(part)) > 255 for part in target.parts):
        return (Problem(place, "has a longer name than the disk allows.", "Use at most 255 bytes."),)
    if target.is_dir() and not is_folder:
        return (Problem(place, "is a folder.", "Give a file name."),)
    if target.exists() and not overwrite:
        return (Problem(place, "is there already.", "Choose another name, or --overwrite to replace it."),)
    folder = target.parent
    existing = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if not existing.is_dir():
        return (Problem(str(existing), "is not a folder.", "Choose another place."),)
    if not _writable(existing):
        return (Problem(str(existing), "cannot be written to.", "Choose another folder, or change its permissions."),)
    return ()


def check_disk(folder: Path, needed_bytes: int, what: str) -> tuple[Problem, ...]:
    """Whether `needed_bytes` and a margin fit on the disk that holds `folder`."""
    existing = next((parent for parent in (folder, *folder.parents) if parent.exists()), None)
    if existing is None:
        return ()
    free = shutil.disk_usage(existing).free
    if free >= needed_bytes + DISK_MARGIN_BYTES:
        return ()
    return (
        Problem(
            str(folder),
            f"{what} needs about {_megabytes(needed_bytes)}, and {_megabytes(free)} are free on this disk.",
            "Free some space, choose another disk, or a lower quality or resolution.",
        ),
    )


def _project_problems(project: Project, scenes: tuple[Scene, ...], facts: Facts) -> Iterator[Problem]:
    told: set[str] = set()
    for scene in scenes:
        number = project.scenes.index(scene)
        for index, segment in enumerate(scene.segments):
            place = f"scenes[{number}].segments[{index}]"
            for problem in segment.problems(facts):
                yield replace(problem, place=f"{place}.{problem.place}")
            for name in segment.assets():
                media = facts.get(name)
                if media is not None and name not in told:
                    told.add(name)
                    yield from _warnings(place, media)
        for index, clip in enumerate(scene.audio):
            media = facts.get(clip.clip)
            if media is not None:
                yield from _sound_problems(f"scenes[{number}].audio[{index}]", clip, media)


def _warnings(place: str, media: MediaFacts) -> Iterator[Problem]:
    video = media.video
    if video is not None and video.color.is_hdr:
        yield Problem(place, f"{media.path} is HDR and will be tone-mapped to BT.709.", blocking=False)


def _sound_problems(place: str, clip: AudioClip, media: MediaFacts) -> Iterator[Problem]:
    if media.audio is None:
        yield Problem(f"{place}.clip", f"{clip.clip} holds no sound.", "Choose a file with sound.")
        return
    end = media.audio.duration_s
    if clip.in_ >= end:
        yield Problem(f"{place}.in", f"{clip.clip} ends at {float(end):.2f} s, before its in point.", "Trim the clip.")
    elif clip.out is not None and clip.out > end + media.audio.duration_s / 1000 + 1:
        yield Problem(
            f"{place}.out",
            f"{clip.clip} ends at {float(end):.2f} s; silence follows until {float(clip.out):.2f} s.",
            "Trim the clip.",
            blocking=False,
        )


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{max(1, round(size_bytes / 1e6))} MB"
