"""One canvas picture as a file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import av
from av.video.frame import VideoFrame

from renderer.errors import StoreError, UsageError

_CODECS = {".png": ("png", "rgb24"), ".jpg": ("mjpeg", "yuvj444p"), ".jpeg": ("mjpeg", "yuvj444p")}


def save_picture(frame: VideoFrame, path: Path) -> None:
    """Write a picture as .png (alpha kept) or .jpg, whole or not at all. Raises UsageError, StoreError."""
    if path.suffix.lower() not in _CODECS:
        raise UsageError(f"{path.name} is not a picture's name.", action="End it with .png or .jpg.")
    codec, pixel_format = _CODECS[path.suffix.lower()]
    if codec == "png" and any(component.is_alpha for component in frame.format.components):
        pixel_format = "rgba"
    temporary = path.with_name(f".{path.stem[:40]}-{uuid4().hex[:8]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(_encoded(frame, codec, pixel_format))
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"cannot be written: {error.strerror}.", place=str(path), action="Choose another folder."
        ) from error


def _encoded(frame: VideoFrame, codec: str, pixel_format: str) -> bytes:
    if frame.format.name.startswith("yuv"):
        picture = frame.reformat(
            format=pixel_format, src_colorspace="itu709", dst_colorspace="itu709" if codec == "png" else "itu601"
        )
    else:
        picture = frame.reformat(format=pixel_format)
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, pixel_format  # type: ignore[attr-defined]
    encoder.time_base = Fraction(1, 25)
    if codec == "mjpeg":
        encoder.options = {"q": "2"}
    picture.pts = 0
    packets = encoder.encode(picture) + encoder.encode(None)  # type: ignore[attr-defined]
    return b"".join(bytes(packet) for packet in packets)
