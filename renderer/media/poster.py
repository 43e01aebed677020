"""One picture that stands for a finished video."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import MediaError
from renderer.media.picture import save_picture
from renderer.media.runs import open_video, reading

if TYPE_CHECKING:
    from av import VideoFrame

PLACES = (0.1, 0.25, 0.4, 0.6)
"""Shares of the video that are looked at; the one with the most to see becomes the poster."""


def poster(video: Path, target: Path) -> None:
    """Write a picture of `video` to `target`, a .png or .jpg; it appears whole or not at all.

    Of a few moments the one with the richest picture is taken, so that a fade from black does not stand for a film.
    Raises MediaError where the video cannot be read, StoreError where the picture cannot be written.
    """
    best = max(_candidates(video), key=_richness, default=None)
    if best is None:
        raise MediaError("shows no picture.", place=str(video))
    save_picture(best, target)


def _candidates(video: Path) -> Iterator[VideoFrame]:
    container, stream = open_video(video)
    with container, reading(video):
        length = container.duration or 0
        for share in PLACES:
            container.seek(int(length * share), backward=True)
            frame = next(iter(container.decode(stream)), None)
            if frame is not None:
                yield frame


def _richness(frame: VideoFrame) -> float:
    return float(frame.to_ndarray(format="gray").std())
