"""What is in a media file: opened once, its first picture decoded, its last packets read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from renderer.errors import MediaError
from renderer.facts import AudioFacts, Color, MediaFacts, VideoFacts

MATRICES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c"}
PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 12: "smpte432"}
TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 13: "iec61966-2-1",
    14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67",
}  # fmt: skip
"""FFmpeg's numbers (ITU-T H.273) → its names; 0 and 2 mean untagged."""

FULL_RANGE = 2
_STILL_CODECS = {"png", "mjpeg", "webp", "gif", "tiff", "bmp", "jpegxl", "jpeg2000", "av1", "hevc", "apng"}


def open_local(path: Path) -> InputContainer:
    """Open a file for reading; nothing but local files is ever opened. Raises MediaError naming it."""
    if not path.is_file():
        raise MediaError("is not there.", place=str(path), action="Put the file back, or choose another.")
    try:
        return av.open(f"file:{path}", options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise MediaError(f"cannot be read: {_words(error)}.", place=str(path), action="Mend or replace it.") from error


def probe(path: Path, *, name: str, sha256: str = "") -> MediaFacts:
    """The facts of one file, called `name` by the project. Raises MediaError for what is no readable media."""
    with open_local(path) as container:
        video = _video(container, path)
        audio = _audio(container)
        if video is None and audio is None:
            raise MediaError("holds neither pictures nor sound.", place=str(path), action="Choose another file.")
        ends = [part.start_s + part.duration_s for part in (video, audio) if part is not None]
        starts = [part.start_s for part in (video, audio) if part is not None]
        return MediaFacts(
            path=name,
            sha256=sha256,
            size_bytes=path.stat().st_size,
            container=container.format.name,
            start_s=Fraction(container.start_time or 0, 1_000_000),
            duration_s=max(ends) - min(starts),
            video=video,
            audio=audio,
            audio_streams=len(container.streams.audio),
        )


def _video(container: InputContainer, path: Path) -> VideoFacts | None:
    stream = next((s for s in container.streams.video if not _is_cover(s)), None)
    if stream is None:
        return None
    context = stream.codec_context
    frame = _first_frame(container, stream, path)
    rate = _rate(stream)
    time_base = stream.time_base or Fraction(1, 1000)
    first = stream.start_time or 0
    if frame.pts is not None and container.format.name != "avi":
        first = frame.pts
    still = _is_still(container, stream)
    duration_s = Fraction(0) if still else _video_end_s(container, stream, time_base, rate) - first * time_base
    pixel_format = frame.format.name
    return VideoFacts(
        codec=context.codec.canonical_name if hasattr(context.codec, "canonical_name") else context.name,
        profile=str(stream.profile or ""),
        width=frame.width,
        height=frame.height,
        pixel_format=pixel_format,
        bit_depth=max(component.bits for component in frame.format.components),
        rate=rate,
        time_base=time_base,
        start_s=first * time_base,
        duration_s=duration_s,
        frame_count=stream.frames or 0,
        sample_aspect=_aspect(stream),
        rotation=-int(frame.rotation) % 360 // 90 * 90,
        interlaced=bool(frame.interlaced_frame),
        top_field_first=str(context.field_order).lower() not in ("bb", "bt", "3", "5"),
        color=_color(frame),
        has_alpha=any(c.is_alpha for c in frame.format.components) or stream.metadata.get("alpha_mode") == "1",
        is_still=still,
        bit_rate=int(context.bit_rate or 0),
        index=stream.index,
    )


def _audio(container: InputContainer) -> AudioFacts | None:
    streams = [stream for stream in container.streams.audio if stream.codec_context is not None]
    if not streams:
        return None
    default = av.stream.Disposition.default
    stream = next((s for s in streams if s.disposition & default), streams[0])
    time_base = stream.time_base or Fraction(1, 1000)
    start_s = (stream.start_time or 0) * time_base
    if stream.duration:
        duration_s = stream.duration * time_base
    else:
        whole_s = Fraction(container.duration or 0, 1_000_000)
        duration_s = max(Fraction(0), whole_s - start_s + Fraction(container.start_time or 0, 1_000_000))
    return AudioFacts(
        codec=stream.codec_context.name,
        sample_rate=int(stream.sample_rate or 0),
        channels=int(stream.channels or 0),
        layout=str(stream.layout.name if stream.layout else ""),
        start_s=start_s,
        duration_s=duration_s,
        bit_rate=int(stream.codec_context.bit_rate or 0),
        index=stream.index,
    )


def _first_frame(container: InputContainer, stream: VideoStream, path: Path) -> VideoFrame:
    try:
        for packet in container.demux(stream):
            try:
                for frame in packet.decode():
                    return frame
            except av.error.InvalidDataError:
                continue
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"cannot be decoded: {_words(error)}.", place=str(path), action="Replace it.") from error
    raise MediaError("holds no picture that can be decoded.", place=str(path), action="Mend or replace it.")


def _video_end_s(container: InputContainer, stream: VideoStream, time_base: Fraction, rate: Fraction) -> Fraction:
    """Where the last picture's time ends. Containers round or guess durations; the last packets know."""
    guess = (stream.start_time or 0) + (stream.duration or 0)
    if not stream.duration:
        guess = int((container.start_time or 0) / Fraction(1_000_000) / time_base)
        guess += int((container.duration or 0) / Fraction(1_000_000) / time_base)
    one = max(1, round(1 / rate / time_base))
    for target in (max(0, guess - one), None):
        end = _last_packet_end(container, stream, target, one)
        if end is not None:
            return end * time_base
    return guess * time_base


def _last_packet_end(container: InputContainer, stream: VideoStream, target: int | None, one: int) -> int | None:
    end: int | None = None
    try:
        container.seek(target if target is not None else 0, stream=stream, backward=True)
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                stop = packet.pts + (packet.duration or one)
                end = stop if end is None else max(end, stop)
    except (av.FFmpegError, OSError):
        return end
    return end


def _rate(stream: VideoStream) -> Fraction:
    base, average = stream.base_rate, stream.average_rate
    if base and average and abs(base - average) <= average / 50 and 1 <= base <= 1000:
        return Fraction(base)
    rate = average or base or stream.guessed_rate or Fraction(25)
    return min(max(Fraction(rate), Fraction(1, 1000)), Fraction(1000))


def _aspect(stream: VideoStream) -> Fraction:
    aspect = stream.sample_aspect_ratio
    return Fraction(aspect) if aspect and Fraction(1, 10) <= aspect <= 10 else Fraction(1)


def _color(frame: VideoFrame) -> Color:
    jpeg = frame.format.name.startswith("yuvj")
    return Color(
        primaries=PRIMARIES.get(int(frame.color_primaries), ""),
        transfer=TRANSFERS.get(int(frame.color_trc), ""),
        matrix=MATRICES.get(int(frame.colorspace), ""),
        full_range=jpeg or int(frame.color_range) == FULL_RANGE,
    )


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _is_still(container: InputContainer, stream: VideoStream) -> bool:
    name = container.format.name
    if name.endswith("_pipe") or name in ("image2", "ico"):
        return True
    return stream.codec_context.name in _STILL_CODECS and stream.frames == 1 and not container.streams.audio


def _words(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]
