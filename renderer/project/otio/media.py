"""Finding the files that a timeline refers to, and naming those of a project for other programs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from renderer.project.gather import PICTURES, SOUNDS
from renderer.project.intake import Intake
from renderer.project.otio.notes import Told
from renderer.project.otio.times import seconds


def bring_media(urls: Iterable[str], beside: Path, intake: Intake, told: Told) -> dict[str, str]:
    """Project names of the files that `urls` mean, brought into the project; relative ones start at folder `beside`.

    What is not found gets the name that it would have, and is told. What is no file, or no media by its name, is told
    and missing from the answer: a timeline from a stranger must not fetch just any file.
    """
    names: dict[str, str] = {}
    for url in urls:
        path = _path_of(url, beside)
        ending = path.suffix[1:].lower() if path is not None else ""
        if path is None:
            told.tell(url[:200], "is no file on this computer; the background is seen instead.", "Fetch it first.")
        elif ending not in PICTURES | SOUNDS:
            told.tell(url[:200], "is no kind of media file that is known; the background is seen instead.")
        else:
            shelf = "audio" if ending in SOUNDS else "media"
            found = next((there for there in (path, beside / path.name) if there.is_file()), None)
            if found is not None:
                names[url] = intake.bring(found, shelf)
            else:
                names[url] = f"{shelf}/{path.name}"
                told.tell(url[:200], "is not there.", f"Put the file into the project as {names[url]}.")
    return names


def _path_of(url: str, beside: Path) -> Path | None:
    if not url or "\0" in url or len(url) > 8000:
        return None
    windows_drive = url[1:2] == ":"
    split = urlsplit(url) if not windows_drive else None
    if split is not None and split.scheme == "file":
        host = "" if split.netloc in ("", "localhost") else f"//{split.netloc}"
        text = host + unquote(split.path)
        return Path(text[1:] if os.name == "nt" and text[2:3] == ":" else text)
    if split is not None and split.scheme:
        return None
    raw = beside / url
    return raw if _is_there(raw) else beside / unquote(url)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def url_of(folder: Path, name: str, beside: Path) -> str:
    """How a timeline in folder `beside` refers to a project's file: relative where it can, else absolute."""
    path = (folder / name).absolute()
    if path.is_relative_to(beside.absolute()):
        return quote(path.relative_to(beside.absolute()).as_posix())
    return path.as_uri()


def url_in(clip: Any) -> str:
    """The address of a clip's media; "" where it has none."""
    media = clip.media_reference
    return str(getattr(media, "target_url", "") or "") if media is not None else ""


def media_zero(clip: Any) -> Fraction:
    """When a clip's media begins on its own clock, such as 01:00:00:00."""
    media = clip.media_reference
    return seconds(media.available_range.start_time) if media is not None and media.available_range else Fraction(0)
