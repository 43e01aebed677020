"""Two canvas pictures become one."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from renderer.media.convert import tag
from renderer.output import Canvas

Samples = NDArray[Any]


def crossfade(first: VideoFrame, second: VideoFrame, amount: float, canvas: Canvas) -> VideoFrame:
    """`first` × (1 − amount) + `second` × amount, plane by plane in the canvas's own values, as editors do.

    Straight alpha is faded by alpha: colours are weighed by how much of them is seen. Raises nothing.
    """
    made = VideoFrame(first.width, first.height, first.format.name)
    planes = [_samples(frame) for frame in (first, second)]
    weights: list[float | Samples] = [1 - amount, amount]
    if canvas.has_alpha and first.format.name.startswith("yuva"):
        alphas = [picture[3].astype(np.float32) for picture in planes]
        total = alphas[0] * weights[0] + alphas[1] * weights[1]
        safe = np.maximum(total, 1e-6)
        weighed = [alphas[n] * weights[n] / safe for n in (0, 1)]
        for n in range(3):
            ratio = (planes[0][3].shape[0] // planes[0][n].shape[0], planes[0][3].shape[1] // planes[0][n].shape[1])
            share = [weight[:: ratio[0], :: ratio[1]] for weight in weighed]
            _store(made, n, planes[0][n] * share[0] + planes[1][n] * share[1])
        _store(made, 3, total)
        return tag(made, canvas)
    for n in range(len(planes[0])):
        _store(made, n, planes[0][n] * np.float32(weights[0]) + planes[1][n] * np.float32(weights[1]))
    return tag(made, canvas)


def _samples(frame: VideoFrame) -> list[Samples]:
    return [_view(plane, frame) for plane in frame.planes]


def _view(plane: av.video.plane.VideoPlane, frame: VideoFrame) -> Samples:
    """A plane's samples without its padding; packed pixels are columns side by side."""
    depth = np.dtype(np.uint16 if frame.format.components[0].bits > 8 else np.uint8)
    width = plane.width * (len(frame.format.components) if len(frame.planes) == 1 else 1)
    rows: Samples = np.frombuffer(memoryview(plane), dtype=depth).reshape(plane.height, -1)
    return rows[:, :width]


def _store(frame: VideoFrame, index: int, values: Samples) -> None:
    target = _view(frame.planes[index], frame)
    top = 2 ** frame.format.components[0].bits - 1
    target[...] = np.clip(np.rint(values), 0, top)
