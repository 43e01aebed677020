"""The picture of a colour segment."""

from __future__ import annotations

from renderer.frames.held import HeldFrame
from renderer.frames.source import FrameRequest


class ColorFrames(HeldFrame):
    """One colour, `#rrggbb` or `#rrggbbaa`, over the canvas's background. A FrameSource."""

    def __init__(self, color: str, request: FrameRequest) -> None:
        from renderer.media.convert import flat_frame

        super().__init__(flat_frame(color, request.canvas))
