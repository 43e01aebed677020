"""What in some folders and files could become a project: files by kind, in natural order, grouped into scenes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from renderer.errors import Problem, UsageError
from renderer.project.model import AudioKind

_VIDEOS = "3gp avi dv flv gif m2ts m2v m4v mkv mov mp4 mpeg mpg mts mxf ogv ts vob webm wmv y4m apng"
_STILLS = "avif bmp exr heic jpeg jpg jxl png tga tif tiff webp"
_SOUNDS = "aac ac3 aif aiff caf flac m4a mka mp2 mp3 oga ogg opus w64 wav wma"
PICTURES = frozenset(f"{_VIDEOS} {_STILLS}".split())
"""Name endings of videos and stills. Which of them a file is, its probe tells."""
SOUNDS = frozenset(_SOUNDS.split())

_KIND_WORDS: tuple[tuple[AudioKind, tuple[str, ...]], ...] = (
    ("narration", ("narration", "narrator", "voice", "voiceover", "vo", "speech", "commentary")),
    ("dialogue", ("dialogue", "dialog", "dlg", "lines")),
    ("sfx", ("sfx", "fx", "effect", "effects", "foley", "ambience", "ambient", "atmo", "noise")),
    ("music", ("music", "theme", "score", "song", "soundtrack", "bgm", "jingle")),
)


@dataclass(frozen=True)
class Group:
    """Files that belong to one scene, in order. `name` is "" where no sub-folder gave one."""

    name: str
    pictures: tuple[Path, ...]
    sounds: tuple[Path, ...]


def gather(given: Iterable[Path]) -> tuple[tuple[Group, ...], tuple[Problem, ...]]:
    """Groups of media files: each sub-folder of a folder is one; all else is together in the first.

    Hidden files are passed over, files of other kinds are told as notes. Raises UsageError for what is not there or
    cannot be read.
    """
    found: dict[str, list[Path]] = {}
    for path in _in_order(given):
        if path.is_dir():
            for file in sorted(_files(path), key=lambda file: natural_key(file.relative_to(path).as_posix())):
                steps = file.relative_to(path).parts
                found.setdefault(steps[0] if len(steps) > 1 else "", []).append(file)
        elif path.is_file():
            found.setdefault("", []).append(path)
        else:
            raise UsageError(f"{path} is not there.", place="--clips", action="Give folders or files that exist.")
    groups = tuple(
        Group(
            name,
            tuple(dict.fromkeys(file for file in found[name] if _ending(file) in PICTURES)),
            tuple(dict.fromkeys(file for file in found[name] if _ending(file) in SOUNDS)),
        )
        for name in sorted(found, key=natural_key)
    )
    others = (file for files in found.values() for file in files if _ending(file) not in PICTURES | SOUNDS)
    notes = tuple(Problem(str(file), "is no kind of media file that is known.", blocking=False) for file in others)
    return tuple(group for group in groups if group.pictures or group.sounds), notes


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts as people count: `shot 2` before `shot 10`, without regard to case; folder by folder."""
    key: list[tuple[int, int, str]] = []
    for part in re.findall(r"[0-9]{1,18}|/|[^0-9/]+", text.casefold()):
        if part == "/":
            key.append((0, 0, ""))
        elif part[0] in "0123456789":
            key.append((1, int(part), ""))
        else:
            key.append((2, 0, part))
    return (*key, (-1, 0, text))


def sound_kind(file: Path) -> AudioKind:
    """What a sound is, by the words in its name or its folder's; music where nothing tells."""
    return kind_in(file.stem) or kind_in(file.parent.name) or "music"


def kind_in(text: str) -> AudioKind | None:
    """The kind of sound that a name speaks of, such as `Door SFX` or `theme_02`."""
    words = set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower()))
    return next((kind for kind, telling in _KIND_WORDS if words & set(telling)), None)


def _in_order(given: Iterable[Path]) -> list[Path]:
    """As a person listed them; but in natural order where they come as a shell's `*` lists them."""
    paths = list(given)
    return sorted(paths, key=lambda path: natural_key(str(path))) if paths == sorted(paths, key=str) else paths


def _files(folder: Path) -> Iterator[Path]:
    """Every file below `folder` that is not hidden; links to folders are not followed, so that no ring is walked."""
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}.", place="--clips") from error
    for entry in entries:
        if entry.name.startswith((".", "~")) or entry.name == "project.json":
            continue
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _files(entry)
        elif entry.is_file():
            yield entry


def _ending(file: Path) -> str:
    return file.suffix[1:].lower()
