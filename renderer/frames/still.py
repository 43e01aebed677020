"""The picture of a still segment."""

from __future__ import annotations

from renderer.errors import MediaError
from renderer.frames.held import HeldFrame
from renderer.frames.source import FrameRequest


class StillFrames(HeldFrame):
    """One picture file, fitted into the canvas. A FrameSource."""

    def __init__(self, name: str, fit: str, request: FrameRequest) -> None:
        from renderer.media.convert import Converter
        from renderer.media.decode import ClipReader
        from renderer.project.paths import inside

        video = request.facts[name].video
        if video is None:
            raise MediaError("holds no picture.", place=name, action="Choose a picture file.")
        with ClipReader(inside(request.folder, name), video) as reader:
            picture = Converter(video, request.canvas, fit).convert(reader.frame_at(video.start_s * 0))
        super().__init__(picture)
