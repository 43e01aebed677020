"""Names made of content: a part's name is a digest of everything that shapes its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from functools import cache
from importlib.metadata import version
from typing import Any

from renderer.facts import Facts
from renderer.output import VideoOutput
from renderer.plan import PacketRange
from renderer.timebase import as_seconds
from renderer.timeline import SceneTimeline

ENGINE = 1
"""Raised by whoever changes what pixels or bytes come out for the same wish: old parts are then never met again."""


def digest(wish: Any) -> str:
    """SHA-256, in hex, of plain values as canonical JSON. Fractions are written exactly."""
    text = json.dumps(wish, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def encoded_wish(timeline: SceneTimeline, start: int, stop: int, video: VideoOutput, facts: Facts) -> dict[str, Any]:
    """What shapes an encoded part: the segments seen in `start <= frame < stop`, the canvas, the encoder.

    Positions are relative to the part, so a part survives when something before it grows, shrinks or moves.
    """
    slices: list[dict[str, Any]] = []
    for place in timeline.placed:
        first, last = max(start, place.start), min(stop, place.stop)
        if first >= last:
            continue
        seen = place.segment.wish(first - place.start, last - place.start, timeline.fps, facts)
        slices.append({"kind": place.segment.kind_key, "from": first - start, **seen})
        if place.into_next and stop > place.stop - place.into_next and place.segment.transition is not None:
            slices[-1]["transition"] = {
                "kind": place.segment.transition.kind,
                "from": place.stop - place.into_next - start,
                "frames": place.into_next,
            }
    return {
        "engine": ENGINE,
        "codecs": codecs_version(),
        "video": {**asdict(video), "copy": ""},
        "frames": stop - start,
        "slices": slices,
    }


def copied_wish(packets: PacketRange, sha256: str) -> dict[str, Any]:
    """What shapes a copied part: the file and which of its packets."""
    return {"copy": sha256, "from": packets.start_s, "to": packets.stop_s}


def job_name(title: str, chunks: Sequence[str], rest: Any) -> str:
    """The name of a whole plan: the same wish gives the same name."""
    return digest([title, list(chunks), rest])[:20]


@cache
def codecs_version() -> str:
    """The codec libraries' release: another encoder may write other bytes."""
    return version("av")


def _plain(value: Any) -> str:
    if isinstance(value, Fraction):
        return as_seconds(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a digest")
