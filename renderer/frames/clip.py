"""The pictures of a video clip."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Self

from renderer.errors import MediaError
from renderer.frames.source import FrameRequest

if TYPE_CHECKING:
    from av import VideoFrame


class ClipFrames:
    """A stretch of a clip from `in_s` on, at `speed`, fitted into the canvas. A FrameSource."""

    def __init__(self, name: str, request: FrameRequest, *, in_s: Fraction, speed: Fraction, fit: str) -> None:
        from renderer.media.convert import Converter
        from renderer.media.decode import ClipReader
        from renderer.project.paths import inside

        video = request.facts[name].video
        if video is None:
            raise MediaError("holds no video.", place=name, action="Choose another file.")
        self._video = video
        self._in_s = in_s
        self._step_s = speed / request.canvas.fps
        self._reader = ClipReader(inside(request.folder, name), video)
        self._converter = Converter(video, request.canvas, fit)
        self._last: tuple[VideoFrame, VideoFrame] | None = None

    def frame(self, index: int) -> VideoFrame:
        """See FrameSource. A picture that is shown for several frames is converted once."""
        at_s = self._in_s + index * self._step_s
        before, shown, after = self._reader.frames_around(at_s)
        if self._last is not None and self._last[0] is shown:
            return self._last[1]
        picture = shown
        if self._video.interlaced:
            from renderer.media.deinterlace import deinterlace

            if before is None and at_s > 0:
                # Just after a seek: read the picture before as well, so that any order gives the same result.
                self._reader.frame_at(max(Fraction(0), at_s - 2 / self._video.rate))
                before, shown, after = self._reader.frames_around(at_s)
            picture = deinterlace(before, shown, after, top_field_first=self._video.top_field_first)
        self._last = (shown, self._converter.convert(picture))
        return self._last[1]

    def close(self) -> None:
        """See FrameSource."""
        self._last = None
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
