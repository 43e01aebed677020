"""From a pattern such as `{project}_{scene}_{name}_v{n}` to a file name that every system takes and that is free."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import StoreError, UsageError

if TYPE_CHECKING:
    from renderer.plan import RenderPlan
    from renderer.project.model import Project

FIELDS = {
    "project": "the project's title",
    "scene": "the scene's id",
    "name": "the scene's name",
    "preset": "the preset's name",
    "n": "the next free version number; {n:03} writes 007",
    "date": "the day, 2026-05-31",
    "time": "the time of day, 140509",
    "width": "the picture's width",
    "height": "the picture's height",
    "resolution": "the picture's size, 1920x1080",
    "fps": "frames a second",
}
"""What may stand in a pattern, and what it becomes."""

NAME_LIMIT_BYTES = 240
"""Every system takes 255 bytes of UTF-8; the rest is room for the temporary name a file is written under."""

_PATTERN_LIMIT_BYTES = 120
_FIELD = re.compile(r"\{(?P<field>[^{}:]*)(?::(?P<width>[^{}]*))?\}")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
_SEPARATORS = " _-.+"


@dataclass(frozen=True)
class Naming:
    """What the fields of a pattern stand for. Empty text and 0 leave a field out, with the separator before it."""

    project: str = ""
    scene: str = ""
    name: str = ""
    preset: str = ""
    width: int = 0
    height: int = 0
    fps: str = ""
    when: datetime = datetime(2000, 1, 1)

    @classmethod
    def of(
        cls,
        plan: RenderPlan,
        project: Project,
        preset: str = "",
        *,
        scenes: tuple[str, ...] | None = None,
        when: datetime | None = None,
    ) -> Naming:
        """The values for a plan's file. `scenes` are the ids in it; read from the plan's chunks when left out.

        Several scenes give `intro+outro`, all of many give `all`, and no {name}.
        """
        if scenes is None:
            seen = dict.fromkeys(chunk.scene for chunk in plan.chunks)
            scenes = tuple(seen) or tuple(scene.id for scene in project.scenes)
        alone = project.scene(scenes[0]) if len(scenes) == 1 else None
        canvas = plan.output.video.canvas if plan.output.video is not None else None
        return cls(
            project=plan.title,
            scene="all" if 1 < len(scenes) == len(project.scenes) else "+".join(scenes),
            name=alone.name if alone is not None else "",
            preset=preset,
            width=canvas.width if canvas is not None else 0,
            height=canvas.height if canvas is not None else 0,
            fps=f"{float(canvas.fps):.5g}" if canvas is not None else "",
            when=when or datetime.now(),
        )

    def texts(self) -> dict[str, str]:
        """Field → text, all but `n`, as they were given."""
        return {
            "project": self.project,
            "scene": self.scene,
            "name": self.name,
            "preset": self.preset,
            "date": f"{self.when:%Y-%m-%d}",
            "time": f"{self.when:%H%M%S}",
            "width": str(self.width or ""),
            "height": str(self.height or ""),
            "resolution": f"{self.width}x{self.height}" if self.width and self.height else "",
            "fps": self.fps,
        }


def file_name(
    pattern: str,
    naming: Naming,
    folder: Path,
    extension: str,
    *,
    taken: Iterable[Path] = (),
    own: Iterable[Path] = (),
    overwrite: bool = False,
) -> Path:
    """A file in `folder` named by `pattern`: not in `taken`, and free there unless `overwrite` is told.

    `own` are files that may be written again, as if they were not there: a job that goes on gets its own names back.
    Reads the folder; makes nothing. See `free_name` for the rules. Raises UsageError for a pattern that cannot be,
    StoreError where the folder cannot be read.
    """
    try:
        existing = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise StoreError(f"{folder} cannot be read: {error.strerror}.", action="Choose another folder.") from error
    again = {_key(path.name) for path in own if path.parent == folder}
    others = [name for name in existing if _key(name) not in again]
    mine = [path.name for path in taken if path.parent == folder]
    return folder / free_name(pattern, naming, extension, existing=others, taken=mine, reuse=overwrite)


def free_name(
    pattern: str,
    naming: Naming,
    extension: str,
    *,
    existing: Collection[str] = (),
    taken: Collection[str] = (),
    reuse: bool = False,
) -> str:
    """The name that `pattern` means, beside the names that are there already. Pure.

    `{n}` becomes one more than the highest version there, whatever its extension; gaps are never filled, so that
    versions stay in the order they were made. Without `{n}`, a name that is there becomes `name-2`, `name-3` …;
    with `reuse` only names in `taken` are avoided. Names are compared as Windows and macOS do: without case, composed.
    """
    parts = _parse(pattern, extension)
    used = {_key(name) for name in taken} | (set() if reuse else {_key(name) for name in existing})
    if any(part.field == "n" for part in parts):
        number = _next_version(parts, naming, extension, [*existing, *taken])
        return _fit(parts, naming, extension, number)
    number, name = 1, _fit(parts, naming, extension)
    while _key(name) in used:
        number += 1
        name = _fit(parts, naming, extension, ending=f"-{number}")
    return name


def check_pattern(pattern: str) -> None:
    """Raise UsageError, with the reason and what would work, where `pattern` cannot name a file."""
    _parse(pattern, "")


def clean(text: str) -> str:
    """`text` as a part of a file name: no separators, control or invisible formatting characters, composed."""
    kept: list[str] = []
    for char in _FORBIDDEN.sub("-", unicodedata.normalize("NFC", text)):
        category = unicodedata.category(char)
        if category in ("Zs", "Zl", "Zp") or char in "\t\r\n":
            kept.append(" ")
        elif category[0] != "C" or char in "\u200c\u200d":  # joiners hold emoji and some scripts together
            kept.append(char)
    return re.sub(" {2,}", " ", "".join(kept)).strip()


@dataclass(frozen=True)
class _Part:
    """Literal text, or a field; `digits` pads a version number."""

    literal: str = ""
    field: str = ""
    digits: int = 0


def _parse(pattern: str, extension: str) -> list[_Part]:
    place = "--name"
    if len(pattern.encode("utf-8", "replace")) > _PATTERN_LIMIT_BYTES:
        raise UsageError("The name pattern is too long.", place=place, action=f"Use {_PATTERN_LIMIT_BYTES} bytes.")
    if extension and pattern.lower().endswith(extension.lower()):
        pattern = pattern[: -len(extension)]
    parts: list[_Part] = []
    cursor = 0
    for match in _FIELD.finditer(pattern):
        parts += [_literal(pattern[cursor : match.start()], pattern), _field(match)]
        cursor = match.end()
    parts.append(_literal(pattern[cursor:], pattern))
    fields = [part.field for part in parts if part.field]
    for field in fields:
        if fields.count(field) > 1:
            raise UsageError(f"The name pattern says {{{field}}} twice.", place=place, action="Say it once.")
    if not fields and not clean(pattern).strip(_SEPARATORS):
        raise UsageError("The name pattern is empty.", place=place, action="Write for example {project}_v{n}.")
    return parts


def _literal(text: str, pattern: str) -> _Part:
    if "{" in text or "}" in text:
        raise UsageError(
            f'"{pattern}" has a brace without its partner.', place="--name", action="Write fields as {project}."
        )
    if "/" in text or "\\" in text:
        raise UsageError(
            f'"{pattern}" leaves the target folder: a pattern names a file.',
            place="--name",
            action="Choose it with -o.",
        )
    return _Part(literal=_FORBIDDEN.sub("-", "".join(c for c in text if unicodedata.category(c)[0] != "C")))


def _field(match: re.Match[str]) -> _Part:
    field, width = match["field"].strip(), match["width"]
    if field not in FIELDS:
        near = get_close_matches(field.lower(), FIELDS, n=1, cutoff=0.5)
        hint = f"Did you mean {{{near[0]}}}?" if near else f"There are {', '.join(f'{{{name}}}' for name in FIELDS)}."
        raise UsageError(f"{{{field}}} is no part of a name pattern.", place="--name", action=hint)
    if width is None:
        return _Part(field=field)
    if field != "n" or not re.fullmatch("0?[1-9]", width):
        raise UsageError(f"{match[0]} cannot be.", place="--name", action="Only {n} takes digits: {n:03} writes 007.")
    return _Part(field=field, digits=int(width))


def _next_version(parts: list[_Part], naming: Naming, extension: str, names: Collection[str]) -> int:
    """One more than the highest n whose name, or whose name but for the extension, is among `names`."""
    there = {_key(name) for name in names}
    there |= {_key(name.rpartition(".")[0]) for name in names if "." in name}
    tried = {int(run) for name in names for run in re.findall(r"[0-9]{1,9}", name)}

    def is_there(n: int) -> bool:
        return _key(_fit(parts, naming, extension, n).removesuffix(extension)) in there

    number = max((n for n in tried if is_there(n)), default=0) + 1
    while is_there(number):  # where other digits touch the version, no run of digits is one
        number += 1
    return number


def _fit(parts: list[_Part], naming: Naming, extension: str, n: int = 0, ending: str = "") -> str:
    """The name with its values, the longest of them shortened until it fits; never the version or the ending."""
    values = {field: clean(text) for field, text in naming.texts().items()}
    while True:
        name = _safe(_join(parts, values, n) + ending) + extension
        excess = len(name.encode()) - NAME_LIMIT_BYTES
        if excess <= 0:
            return name
        used = [part.field for part in parts if part.field and part.field != "n"]
        longest = max(used, key=lambda field: len(values[field].encode()))
        values[longest] = _cut(values[longest], len(values[longest].encode()) - excess)


def _join(parts: list[_Part], values: dict[str, str], n: int) -> str:
    name, gap = "", False
    for part in parts:
        text = part.literal or (str(n).zfill(part.digits) if part.field == "n" else values.get(part.field, ""))
        if part.field and not text:
            gap = True
            continue
        if gap and (not name or name[-1] in _SEPARATORS):
            text = text.lstrip(_SEPARATORS) if part.literal else text
        gap = gap and not text
        name += text
    return name.rstrip(_SEPARATORS) if gap else name


def _safe(stem: str) -> str:
    """Valid as a name on Windows, macOS and Linux, and no option to a shell command."""
    stem = stem.strip().rstrip(". ").lstrip(".-~ ") or "untitled"
    return f"_{stem}" if _RESERVED.fullmatch(stem.split(".")[0].strip()) else stem


def _cut(text: str, limit_bytes: int) -> str:
    """`text` in at most `limit_bytes`, at least one character, without half of a composed one at its end."""
    cut = text.encode()[: max(limit_bytes, 0)].decode(errors="ignore") or text[0]
    while len(cut) > 1 and len(cut) < len(text) and unicodedata.category(text[len(cut)]) in ("Mn", "Me", "Cf"):
        cut = cut[:-1]
    return cut.rstrip(" \u200d")


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
