"""How long a plan will take and how big its file will be: learned from past renders here, typical until then. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Literal

from renderer.events import ChunkDone, JobDone, JobStarted, RenderEvent
from renderer.output import AudioOutput, VideoOutput
from renderer.plan import Chunk, RenderPlan

Basis = Literal["measured", "typical"]

RECENT = 12
"""How many of the latest measures of the same kind an estimate rests on."""

START_S = 0.6
"""Until the first frame: workers start, files open."""

MIX_SPEED = 60.0
"""Seconds of sound mixed, measured and encoded in one second of one core."""

DISK_BYTES_PER_S = 200e6
"""Joining parts into a file, on an ordinary disk."""

_DECODE_S = 0.006
"""Seconds of one core to decode and convert a million pixels."""

_ENCODE_S: Mapping[str, Mapping[str, float]] = {
    "h264": {"veryfast": 0.022, "fast": 0.037, "medium": 0.048, "slow": 0.085},
    "h265": {"veryfast": 0.08, "fast": 0.11, "medium": 0.17, "slow": 0.45},
    "av1": {"veryfast": 0.05, "fast": 0.08, "medium": 0.14, "slow": 0.35},
    "vp9": {"veryfast": 0.10, "fast": 0.15, "medium": 0.25, "slow": 0.50},
    "prores": {"": 0.035},
    "prores4444": {"": 0.06},
    "gif": {"": 0.06},
    "png": {"": 0.05},
}
"""Seconds of one core to encode a million pixels, by speed. Measured on 1080p of ordinary content."""

_BITS_PER_PIXEL = {
    "h264": 0.075, "h265": 0.045, "av1": 0.040, "vp9": 0.048,
    "prores": 2.4, "prores4444": 5.3, "gif": 3.0, "png": 11.0,
}  # fmt: skip
"""At CRF 23 where the codec has one; it doubles with every 6 steps down."""

_CRF_CODECS = ("h264", "h265", "av1", "vp9")


@dataclass(frozen=True)
class Measure:
    """What one render on this machine took. `worker_s` is the time its chunks took, added over all workers."""

    codec: str
    speed: str
    crf: int
    pixels: int
    """Of one frame."""
    frames: int
    """Encoded ones only."""
    worker_s: float
    size_bytes: int
    """Of the encoded frames only."""
    workers: int
    took_s: float


@dataclass(frozen=True)
class Estimate:
    """`low_s <= time_s <= high_s`. `samples` is how many past renders it rests on, 0 for a typical figure."""

    time_s: float
    low_s: float
    high_s: float
    size_bytes: int
    basis: Basis
    samples: int = 0

    def __str__(self) -> str:
        if self.basis == "typical":
            return f"about {_clock(self.low_s)} to {_clock(self.high_s)}"
        renders = "your last render" if self.samples == 1 else f"your last {self.samples} renders"
        return f"{_clock(self.time_s)}, from {renders}"


def estimate(
    plan: RenderPlan,
    missing: Collection[int] | None = None,
    history: Sequence[Measure] = (),
    workers: int = 1,
    *,
    mix: bool = True,
) -> Estimate:
    """Time and size of `plan` when the chunks `missing` must be encoded (all that are not copies when None).

    `history` has the newest first. `mix` tells whether the sound must be mixed too. Copied chunks cost their bytes,
    reused ones nothing but the bytes joined. More missing chunks never take less time, more workers never more.
    """
    size = size_bytes(plan, history)
    todo = [chunk for chunk in plan.chunks if _is_encoded(chunk) and (missing is None or chunk.index in missing)]
    sound_s = float(plan.audio.sample_count / plan.audio.sample_rate) / MIX_SPEED if plan.audio and mix else 0.0
    join_s = size / DISK_BYTES_PER_S
    if not todo or plan.output.video is None:
        time_s = join_s + (START_S + sound_s if sound_s else 0.0)
        return Estimate(time_s, time_s * 0.5, time_s * 2 + 0.5, size, "typical")
    cost = _cost(plan.output.video, history)

    def total(frame_s: float) -> float:
        chunks_s = [chunk.frame_count * frame_s for chunk in todo]
        shared_s = (sum(chunks_s) + sound_s) / max(1, workers)
        return START_S + max(shared_s, max(chunks_s), sound_s) + join_s

    return Estimate(total(cost.likely), total(cost.low), total(cost.high), size, cost.basis, cost.samples)


def size_bytes(plan: RenderPlan, history: Sequence[Measure] = ()) -> int:
    """About how big the file will be: bytes of copied packets as they are, of the rest by codec, quality and size."""
    video = plan.output.video
    copied = sum(chunk.packets.size_bytes for chunk in plan.chunks if chunk.packets is not None)
    encoded = sum(chunk.frame_count for chunk in plan.chunks if _is_encoded(chunk))
    pictures = encoded * _frame_bytes(video, history) if video is not None else 0.0
    sound = _sound_bytes_per_s(plan.output.audio) * float(plan.duration_s) if plan.audio is not None else 0.0
    return round((copied + pictures + sound) * 1.005)


def measuring(
    plan: RenderPlan, workers: int, events: Iterable[RenderEvent], keep: Callable[[Measure], None]
) -> Iterator[RenderEvent]:
    """Pass on the events of one plan's render; when it is done, call `keep` with what it took.

    Nothing is kept of a render that failed, was stopped, or encoded less than a second of video.
    """
    frames = size = 0
    worker_s = 0.0
    for event in events:
        match event:
            case JobStarted():
                frames, size, worker_s = 0, 0, 0.0
            case ChunkDone():
                frames, size, worker_s = frames + event.frames, size + event.size_bytes, worker_s + event.took_s
            case JobDone() if plan.output.video is not None and worker_s > 0:
                video = plan.output.video
                if frames >= video.canvas.fps:
                    pixels = video.canvas.width * video.canvas.height
                    quality = video.quality
                    took_s = event.took_s
                    keep(
                        Measure(
                            video.codec, quality.speed, quality.crf, pixels, frames, worker_s, size, workers, took_s
                        )
                    )
            case _:
                pass
        yield event


@dataclass(frozen=True)
class _Cost:
    """Seconds of one worker for one frame."""

    likely: float
    low: float
    high: float
    basis: Basis
    samples: int


def _cost(video: VideoOutput, history: Sequence[Measure]) -> _Cost:
    pixels = video.canvas.width * video.canvas.height
    typical = _typical_frame_s(video.codec, video.quality.speed, pixels)
    same = [m for m in history if _counts(m) and (m.codec, m.speed) == (video.codec, video.quality.speed)][:RECENT]
    if same:
        costs = [m.worker_s / m.frames * pixels / m.pixels for m in same]
        likely = median(costs)
        spread = 1.25 if len(costs) > 2 else 1.5
        return _Cost(likely, min(*costs, likely / spread), max(*costs, likely * spread), "measured", len(same))
    # Other codecs and speeds still tell how fast this machine is.
    others = [m for m in history if _counts(m)][:RECENT]
    ratios = [m.worker_s / m.frames / _typical_frame_s(m.codec, m.speed, m.pixels) for m in others]
    likely = typical * median(ratios) if ratios else typical
    return _Cost(likely, likely * 0.5, likely * 2.0, "typical", 0)


def _typical_frame_s(codec: str, speed: str, pixels: int) -> float:
    speeds = _ENCODE_S.get(codec, _ENCODE_S["h264"])
    encode_s = speeds.get(speed) or speeds.get("medium") or next(iter(speeds.values()))
    return (encode_s + _DECODE_S) * pixels / 1e6


def _frame_bytes(video: VideoOutput, history: Sequence[Measure]) -> float:
    pixels = video.canvas.width * video.canvas.height
    typical = _typical_frame_bytes(video.codec, video.quality.crf, pixels)
    # Content differs more than codecs do, so what was measured corrects the typical figure and does not replace it.
    same = [m for m in history if _counts(m) and m.codec == video.codec and m.size_bytes > 0][:RECENT]
    ratios = [m.size_bytes / m.frames / _typical_frame_bytes(m.codec, m.crf, m.pixels) for m in same]
    return typical * median(ratios) if ratios else typical


def _typical_frame_bytes(codec: str, crf: int, pixels: int) -> float:
    bits = _BITS_PER_PIXEL.get(codec, _BITS_PER_PIXEL["h264"]) * pixels
    return bits / 8 * (2.0 ** ((23 - crf) / 6) if codec in _CRF_CODECS else 1.0)


def _sound_bytes_per_s(audio: AudioOutput | None) -> float:
    if audio is None:
        return 0.0
    return audio.bit_rate / 8 if audio.bit_rate else audio.sample_rate * audio.channels * 3


def _is_encoded(chunk: Chunk) -> bool:
    return chunk.method == "encode"


def _counts(measure: Measure) -> bool:
    return measure.frames > 0 and measure.pixels > 0 and 0 < measure.worker_s < inf


def _clock(seconds: float) -> str:
    """`4 s`, `2 min 10 s`, `1 h 5 min`."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    if seconds < 3570:
        minutes, rest = divmod(round(seconds / 5) * 5, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
