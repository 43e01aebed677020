"""Ids and names made from other texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from renderer.project.fields import CONTROL


def id_like(text: str, taken: Collection[str], fallback: str) -> str:
    """An id that reminds of `text`, or of `fallback` where nothing of it can stand in an id, and that is not taken."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:50].rstrip("-") or fallback
    number, wanted = 1, stem
    while wanted in taken:
        number += 1
        wanted = f"{stem}-{number}"
    return wanted


def one_line(text: str) -> str:
    """`text` as a name for people: one line, at most 200 characters, no half characters."""
    return CONTROL.sub(" ", text.encode("utf-8", "replace").decode())[:200].strip()
