"""Writes packets that are already encoded into one file: times, tags, chapters; nothing is encoded again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from renderer.errors import StoreError
from renderer.output import VideoOutput
from renderer.plan import Chapter

if TYPE_CHECKING:
    from av import AudioStream, Packet, VideoStream

MUXERS = {"mp4": "mp4", "mov": "mov", "webm": "webm", "m4a": "ipod", "wav": "wav", "mp3": "mp3"}
"""Format → FFmpeg's name of its muxer."""

BT709 = 1
LIMITED = 1
"""Numbers of ITU-T H.273 and of FFmpeg's AVColorRange."""


@dataclass(frozen=True)
class Index:
    """How much the file's index will have to list, to keep room for it at the front."""

    frames: int
    sounds: int = 0
    chapters: int = 0

    @property
    def room_bytes(self) -> int:
        """An upper bound: size, time and sync flag of every packet, and an offset wherever sound and picture alternate."""
        chunks = self.frames + min(self.sounds, self.frames + self.chapters + 1) + self.chapters
        return 8192 + 18 * self.frames + 12 * self.sounds + 20 * chunks + 1000 * self.chapters


class Muxer:
    """One output file at a temporary name. Used on one thread; `close` finishes the file, `abandon` leaves it behind.

    Raises StoreError, naming `shown`, when the disk is full or the folder cannot be written.
    """

    def __init__(
        self,
        target: Path,
        form: str,
        *,
        shown: Path,
        title: str = "",
        chapters: Sequence[Chapter] = (),
        index: Index | None = None,
    ) -> None:
        import av

        self._shown = shown
        self._failures = av.FFmpegError
        options: dict[str, str] = {}
        if form in ("mp4", "m4a", "mov") and index is not None:
            options = {"moov_size": str(index.room_bytes)}
        with writing(self._shown):
            target.touch()
            self._container = av.open(str(target.absolute()), "w", format=MUXERS[form], options=options)
        if title:
            self._container.metadata["title"] = title
        if chapters:
            self._container.set_chapters([_chapter(number, chapter) for number, chapter in enumerate(chapters)])
        self._video: VideoStream | None = None
        self._audio: AudioStream | None = None
        self._tick = Fraction(1)

    def add_video(self, template: VideoStream, video: VideoOutput, *, extradata: bytes | None = None) -> None:
        """The picture: described like `template` but for `extradata`, at exactly the canvas's rate, YUV tagged BT.709."""
        stream = self._container.add_stream_from_template(template, opaque=True)
        context = stream.codec_context
        if extradata is not None:
            context.extradata = extradata
        tag = _tag(video, template)
        if tag:
            context.codec_tag = tag
        if video.canvas.pixel_format.startswith("yuv"):
            context.color_primaries = context.color_trc = context.colorspace = BT709
            context.color_range = LIMITED
        if video.canvas.has_alpha and video.codec == "vp9":
            stream.metadata["alpha_mode"] = "1"
        context.framerate = video.canvas.fps
        self._tick = 1 / video.canvas.fps
        stream.time_base = self._tick
        self._video = stream

    def add_audio(self, template: AudioStream) -> None:
        """The sound, as it is."""
        self._audio = self._container.add_stream_from_template(template, opaque=True)

    def write_frame(self, packet: Packet[Any], pts: int, dts: int) -> None:
        """One picture, shown at frame `pts` of the file."""
        packet.stream = self._video
        packet.pts = pts
        packet.dts = dts
        packet.duration = 1
        packet.time_base = self._tick
        try:
            self._container.mux_one(packet)
        except (self._failures, OSError) as error:
            raise cannot_write(self._shown, error) from error

    def write_sound(self, packet: Packet[Any]) -> None:
        """One packet of sound with the times it has."""
        packet.stream = self._audio
        try:
            self._container.mux_one(packet)
        except (self._failures, OSError) as error:
            raise cannot_write(self._shown, error) from error

    def close(self) -> None:
        """Write the index. The file is whole afterwards, though not yet on the disk for good."""
        with writing(self._shown):
            self._container.close()

    def abandon(self) -> None:
        """Let go of the file, whatever state it is in."""
        import av

        try:
            self._container.close()
        except (av.FFmpegError, OSError):
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


@contextmanager
def writing(shown: Path) -> Iterator[None]:
    """Turns what FFmpeg and the system say about a file being written into StoreError; our own errors pass."""
    import av

    try:
        yield
    except (av.FFmpegError, OSError) as error:
        raise cannot_write(shown, error) from error


def cannot_write(target: Path, error: Exception) -> StoreError:
    """The error of a target that could not be written, in words."""
    number = getattr(error, "errno", None)
    reason = os.strerror(number) if isinstance(number, int) and number > 0 else str(error)
    return StoreError(
        f"cannot be written: {reason}.",
        place=str(target),
        action="Free some space or choose another folder, then run the same again; finished parts are kept.",
    )


def _chapter(number: int, chapter: Chapter) -> Any:
    return {
        "id": number,
        "start": round(chapter.start_s * 1000),
        "end": round(chapter.stop_s * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": chapter.title},
    }


def _tag(video: VideoOutput, template: VideoStream) -> str:
    """How the container names the codec: `hvc1`, which Apple's players want, and the ProRes flavour of the template."""
    if video.codec == "h265":
        return "hvc1"
    return str(template.codec_context.codec_tag) if video.codec.startswith("prores") else ""
