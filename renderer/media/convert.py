"""From a clip's picture to the canvas: upright, square pixels, progressive, BT.709, scaled and laid in place."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame

from renderer.errors import MediaError
from renderer.facts import Color, VideoFacts
from renderer.media.geometry import Placement, place
from renderer.media.tonemap import lut_file
from renderer.output import Canvas

BT709, LIMITED = 1, 1
"""H.273 numbers that every picture of a YUV canvas is tagged with (primaries, transfer and matrix alike)."""

_TURNS = {90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
_SCALER = "flags=bicubic+accurate_rnd+full_chroma_int"


class Converter:
    """Turns pictures of one clip into pictures of the canvas. A clip that fits already is passed through untouched.

    Used on one thread. The filter graph is made when first needed, and again when the clip changes its size or format.
    """

    def __init__(self, video: VideoFacts, canvas: Canvas, fit: str) -> None:
        self._video = video
        self._canvas = canvas
        self._fit = fit
        self._graph: Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def convert(self, frame: VideoFrame) -> VideoFrame:
        """The canvas's picture for a decoded (and deinterlaced) one. Raises MediaError where no conversion exists."""
        if self._fits(frame):
            return tag(frame, self._canvas)
        shape = (frame.width, frame.height, frame.format.name)
        if self._graph is None or shape != self._shape:
            self._graph, self._shape = self._build(frame), shape
        keep = frame.pts
        frame.pts = None
        self._graph.push(frame)
        frame.pts = keep
        result = self._graph.pull()
        assert isinstance(result, VideoFrame)
        if self._flattens():
            result = _over(result, self._canvas)
        return tag(result, self._canvas)

    def _fits(self, frame: VideoFrame) -> bool:
        return (
            (frame.width, frame.height) == (self._canvas.width, self._canvas.height)
            and frame.format.name == self._canvas.pixel_format
            and self._video.sample_aspect == 1
            and self._video.rotation == 0
            and not self._video.color.is_hdr
            and source_matrix(self._video.color, frame.height) == "bt709"
            and not self._video.color.full_range
            and frame.format.name.startswith("yuv")
        )

    def _flattens(self) -> bool:
        return self._video.has_alpha and not self._canvas.has_alpha

    def _build(self, frame: VideoFrame) -> Graph:
        graph = Graph()
        is_rgb = frame.format.is_rgb
        matrix = "gbr" if is_rgb else source_matrix(self._video.color, frame.height)
        source_range = "pc" if is_rgb or self._video.color.full_range else "tv"
        first = graph.add(
            "buffer",
            f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/90000:pixel_aspect=1/1"
            f":colorspace={matrix}:range={source_range}",
        )
        last = first
        for text in self._steps(frame, matrix, source_range):
            name, _, arguments = text.partition("=")
            step = graph.add(name, arguments or None)
            last.link_to(step)
            last = step
        sink = graph.add("buffersink")
        last.link_to(sink)
        try:
            graph.configure()
        except av.FFmpegError as error:
            raise MediaError(
                f"pictures of the format {frame.format.name} cannot be converted: {error.strerror}.",
                action="Convert the clip with another program.",
            ) from error
        return graph

    def _steps(self, frame: VideoFrame, matrix: str, source_range: str) -> list[str]:
        canvas, video = self._canvas, self._video
        steps = list(_TURNS.get(video.rotation, ()))
        width, height = round(frame.width * video.sample_aspect), frame.height
        if video.rotation in (90, 270):
            width, height = height, width
        at = place((width, height), (canvas.width, canvas.height), self._fit)
        middle = "rgba" if self._flattens() else canvas.pixel_format
        to_rgb = middle.startswith("rgb")
        target = "" if to_rgb else ":out_color_matrix=bt709:out_range=tv"
        source = "" if matrix == "gbr" else f":in_color_matrix={_scaler_name(matrix)}:in_range={source_range}"
        if video.color.is_hdr:
            steps += [
                f"scale={at.width}:{at.height}:{_SCALER}{source}",
                "format=gbrp16le",
                f"lut3d=file={_quoted(lut_file(video.color.transfer))}:interp=tetrahedral",
            ]
            source = ""
            steps += [f"scale={_SCALER}{target}"]
        else:
            steps.append(f"scale={at.width}:{at.height}:{_SCALER}{source}{target}")
        steps += [f"format={middle}", "setsar=1", *_laid(at, canvas, transparent=self._flattens())]
        return steps


def source_matrix(color: Color, height: int) -> str:
    """The YUV matrix of a source. Untagged pictures are BT.601 up to 576 lines, BT.709 above, as players guess."""
    return color.matrix or ("bt709" if height > 576 else "smpte170m")


def tag(frame: VideoFrame, canvas: Canvas) -> VideoFrame:
    """The same picture, tagged as what it is: BT.709 limited range for YUV, nothing for RGB."""
    if canvas.pixel_format.startswith("yuv"):
        frame.colorspace = BT709
        frame.color_primaries = BT709
        frame.color_trc = BT709
        frame.color_range = LIMITED
    return frame


def rgb_frame(pixels: np.ndarray, canvas: Canvas) -> VideoFrame:
    """A canvas picture from sRGB pixels: uint8, height×width×3, or ×4 with straight alpha."""
    source = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgba" if pixels.shape[2] == 4 else "rgb24")
    if source.format.name == canvas.pixel_format:
        return source
    if canvas.pixel_format.startswith("rgb"):
        return source.reformat(format=canvas.pixel_format)
    # Not `reformat`: with 10-bit alpha it leaves bytes to chance.
    graph = Graph()
    size = f"video_size={source.width}x{source.height}:pix_fmt={source.format.name}"
    first = graph.add("buffer", f"{size}:time_base=1/90000:pixel_aspect=1/1:colorspace=gbr:range=pc")
    scale = graph.add("scale", f"{_SCALER}:out_color_matrix=bt709:out_range=tv")
    form, sink = graph.add("format", canvas.pixel_format), graph.add("buffersink")
    for left, right in ((first, scale), (scale, form), (form, sink)):
        left.link_to(right)
    graph.configure()
    graph.push(source)
    made = graph.pull()
    assert isinstance(made, VideoFrame)
    return tag(made, canvas)


def background_pixels(canvas: Canvas) -> np.ndarray:
    """The background colour as (r, g, b, a), 0 to 255."""
    text = canvas.background.lstrip("#").ljust(8, "f")
    return np.array([int(text[n : n + 2], 16) for n in (0, 2, 4, 6)], dtype=np.uint8)


def _over(frame: VideoFrame, canvas: Canvas) -> VideoFrame:
    """An RGBA picture with straight alpha, laid over the background."""
    pixels = frame.to_ndarray().astype(np.uint16)
    alpha = pixels[..., 3:]
    behind = background_pixels(canvas)[:3].astype(np.uint16)
    flat = (pixels[..., :3] * alpha + behind * (255 - alpha) + 127) // 255
    return rgb_frame(flat.astype(np.uint8), canvas)


def _laid(at: Placement, canvas: Canvas, *, transparent: bool) -> list[str]:
    steps = []
    if at.width > canvas.width or at.height > canvas.height:
        steps.append(
            f"crop={min(at.width, canvas.width)}:{min(at.height, canvas.height)}:{max(0, -at.x)}:{max(0, -at.y)}"
        )
    if at.width < canvas.width or at.height < canvas.height:
        color = "black@0" if transparent else f"0x{canvas.background[1:]}"
        steps.append(f"pad={canvas.width}:{canvas.height}:{max(0, at.x)}:{max(0, at.y)}:color={color}")
    return steps


def _quoted(path: str) -> str:
    """A path as the value of a filter's option."""
    return "".join(f"\\{sign}" if sign in ":'\\" else sign for sign in path)


def _scaler_name(matrix: str) -> str:
    return {"bt2020nc": "bt2020", "bt2020c": "bt2020", "bt470bg": "bt601", "smpte170m": "bt601"}.get(matrix, matrix)


def flat_frame(color: str, canvas: Canvas) -> VideoFrame:
    """A canvas of one colour, `#rrggbb` or `#rrggbbaa`, over the background where the canvas has no alpha."""
    paint = background_pixels(replace(canvas, background=color)).astype(np.uint32)
    if not canvas.has_alpha:
        behind = background_pixels(canvas).astype(np.uint32)
        paint = (paint * paint[3] + behind * (255 - paint[3]) + 127) // 255
    count = 4 if canvas.has_alpha else 3
    pixels = np.empty((canvas.height, canvas.width, count), dtype=np.uint8)
    pixels[...] = paint[:count]
    return rgb_frame(pixels, canvas)
