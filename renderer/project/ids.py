"""Ids that remind of what they stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection


def id_like(text: str, taken: Collection[str], fallback: str) -> str:
    """An id that reminds of `text`, or of `fallback` where nothing of it can stand in an id, and that is not taken."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:50].rstrip("-") or fallback
    number, wanted = 1, stem
    while wanted in taken:
        number += 1
        wanted = f"{stem}-{number}"
    return wanted
