"""One picture, shown for as long as a segment lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from av import VideoFrame


class HeldFrame:
    """A FrameSource of a single picture, made once."""

    def __init__(self, picture: VideoFrame) -> None:
        self._picture = picture

    def frame(self, index: int) -> VideoFrame:
        """See FrameSource."""
        return self._picture

    def close(self) -> None:
        """See FrameSource; nothing is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
