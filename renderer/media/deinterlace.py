"""One progressive picture out of an interlaced one and its neighbours."""

from __future__ import annotations

from av.filter import Graph
from av.video.frame import VideoFrame


def deinterlace(
    before: VideoFrame | None, frame: VideoFrame, after: VideoFrame | None, *, top_field_first: bool
) -> VideoFrame:
    """`frame` without combing (bwdif). Depends on the three pictures alone, so seeking there changes nothing."""
    graph = Graph()
    source = graph.add(
        "buffer",
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/25:pixel_aspect=1/1",
    )
    parity = "tff" if top_field_first else "bff"
    step = graph.add("bwdif", f"mode=send_frame:parity={parity}:deint=all")
    sink = graph.add("buffersink")
    source.link_to(step)
    step.link_to(sink)
    graph.configure()
    for index, picture in enumerate((before or frame, frame, after or frame)):
        keep = picture.pts
        picture.pts = index
        graph.push(picture)
        picture.pts = keep
    graph.pull()
    result = graph.pull()
    assert isinstance(result, VideoFrame)
    return result
