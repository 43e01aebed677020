"""The filter chains of a mix, in samples: every place is exact. Built with ffmpeg-python; nothing runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from renderer.facts import MediaFacts
from renderer.plan import PlacedSound

CONTROL_HZ = 1000
"""Rate of control signals (gain curves, ducking); upsampled they are smooth to the sample."""

_SEEKABLE = ("wav", "flac", "mov", "matroska", "w64", "aiff")
"""Containers (by the start of FFmpeg's name) whose seeks are exact to the sample."""

_SEEK_MARGIN_S = 2

_GAPS = {"min_comp": 0.000001, "min_hard_comp": 0.025}
"""Seconds: timestamps that jitter less than `min_hard_comp` are left alone; a longer gap is filled."""


@dataclass(frozen=True)
class Control:
    """A gain signal: mono 32-bit floats at CONTROL_HZ, as a raw file. Starts with the sound, or with the mix."""

    path: Path


@dataclass(frozen=True)
class Piece:
    """Stereo floats that lie at samples `first <= n < first + length` of the mix; `stream` has just these."""

    first: int
    length: int
    stream: Any

    @property
    def stop(self) -> int:
        return self.first + self.length


_LONG_LOOP_S = 60
_MOST_TURNS = 20
"""`aloop` keeps a turn in memory, 23 MB a minute; long ones are read from the file again for each turn."""

_MOST_SOUNDS = 100_000


def samples(seconds: Fraction, rate: int) -> int:
    """The sample boundary nearest to a time; halves go up."""
    return int((seconds * rate * 2 + 1) // 2)


def sound_piece(
    sound: PlacedSound, media: MediaFacts, path: Path, rate: int, curve: Control | None, number: int
) -> Piece:
    """What is heard of a sound, at its place. `number` is another for each sound of a graph."""
    start, stop = samples(sound.start_s, rate), samples(sound.stop_s, rate)
    first = max(start, samples(sound.from_s, rate))
    last = stop if sound.to_s is None else min(stop, samples(sound.to_s, rate))
    skip, length = first - start, max(0, last - first)
    stream = _repeated(sound, media, path, rate, skip, number) if sound.loop else None
    if stream is None:
        stream = _played(sound, media, path, rate, sound.in_s + Fraction(skip, rate) * sound.speed, number)
    # Fades count from the sound's own start, of which `skip` samples are not heard.
    stream = exactly(stream, length).filter("asetpts", f"N+{skip}")
    if sound.gain_db:
        stream = stream.filter("volume", f"{sound.gain_db}dB", precision="double")
    stream = _faded(stream, sound, stop - start, rate).filter("asetpts", "N")
    if curve is not None:
        gain = control_stream(curve, rate).filter("atrim", start_sample=skip).filter("asetpts", "N")
        stream = exactly(ffmpeg.filter([stream, gain], "amultiply"), length)
    return Piece(first, length, stream)


def laid(pieces: Sequence[Piece], origin: int = 0) -> Any:
    """The sum of pieces, each at its place counted from `origin`, as one stream that ends with the last of them.

    Pieces that do not overlap follow each other in one lane: silence costs time too, and is made but once a lane.
    """
    lanes: list[list[Piece]] = []
    # `concat` takes no stream without a sample.
    for piece in sorted(filter(lambda piece: piece.length, pieces), key=lambda piece: piece.first):
        lane = next((lane for lane in lanes if lane[-1].stop <= piece.first), None)
        if lane is None:
            lanes.append([piece])
        else:
            lane.append(piece)
    return mixed([_lane(lane, origin) for lane in lanes]) if lanes else pieces[0].stream


def _lane(pieces: Sequence[Piece], origin: int) -> Any:
    streams, at = [], origin
    for piece in pieces:
        gap = piece.first - at
        streams.append(piece.stream.filter("adelay", delays=f"{gap}S", all=1) if gap else piece.stream)
        at = piece.stop
    return streams[0] if len(streams) == 1 else ffmpeg.concat(*streams, v=0, a=1)


def _played(sound: PlacedSound, media: MediaFacts, path: Path, rate: int, in_s: Fraction, number: int) -> Any:
    """A sound's file from `in_s` to its `out_s`, once, at its speed; stereo floats at `rate`."""
    assert media.audio is not None
    first_s = media.zero_s + in_s
    first, last = samples(first_s, rate), samples(media.zero_s + sound.out_s, rate)
    # ffmpeg-python takes equal inputs for the same one, which cannot feed two chains; this tells them apart.
    options: dict[str, Any] = {"protocol_whitelist": "file", "probesize": 5_000_000 + number}
    from_start_s = first_s - media.start_s
    if media.container.startswith(_SEEKABLE) and from_start_s > 2 * _SEEK_MARGIN_S:
        options |= {"ss": int(from_start_s) - _SEEK_MARGIN_S, "noaccurate_seek": None}
    stream = ffmpeg.input(f"file:{path}", **options)[str(media.audio.index)]
    # Times are the container's own (-copyts): what lies before `first` goes, a late start and gaps become silence.
    stream = stream.filter("aresample", rate, **{"async": 1, "first_pts": first, **_GAPS})
    stream = exactly(_stereo(stream, media.audio.channels).filter("asetpts", "N"), max(0, last - first))
    for factor in _tempo_factors(sound.speed):
        stream = stream.filter("atempo", factor)
    return stream


def _repeated(sound: PlacedSound, media: MediaFacts, path: Path, rate: int, skip: int, number: int) -> Any:
    """A loop from its sample `skip` on, without an end; None where it ends before it repeats."""
    once = max(1, samples((sound.out_s - sound.in_s) / sound.speed, rate))
    start, stop = samples(sound.start_s, rate), samples(sound.stop_s, rate)
    if stop - start <= once:
        return None
    turns = -(-(skip % once + stop - start - skip) // once)
    if once > _LONG_LOOP_S * rate and turns <= _MOST_TURNS:
        numbers = (number + turn * _MOST_SOUNDS for turn in range(turns))
        played = [exactly(_played(sound, media, path, rate, sound.in_s, each), once) for each in numbers]
        stream = ffmpeg.concat(*played, v=0, a=1) if turns > 1 else played[0]
    else:
        stream = exactly(_played(sound, media, path, rate, sound.in_s, number), once)
        stream = stream.filter("aloop", loop=-1, size=once)
    return stream.filter("atrim", start_sample=skip % once).filter("asetpts", "N")


def control_stream(control: Control, rate: int) -> Any:
    """A control signal as stereo floats at `rate`; after its end the last value goes on long enough for any mix."""
    stream = ffmpeg.input(f"file:{control.path}", f="f32le", ar=CONTROL_HZ, ac=1, protocol_whitelist="file")
    return stream.filter("aresample", rate).filter("pan", "stereo|c0<c0|c1<c0")


def mixed(streams: Sequence[Any]) -> Any:
    """The plain sum of streams."""
    if len(streams) == 1:
        return streams[0]
    return ffmpeg.filter(list(streams), "amix", inputs=len(streams), normalize=0, dropout_transition=0)


def exactly(stream: Any, sample_count: int) -> Any:
    """The first `sample_count` samples of a stream, with silence after its end."""
    return stream.filter("apad", whole_len=sample_count).filter("atrim", end_sample=sample_count)


def file_stream(path: Path) -> Any:
    """A file that an earlier step wrote: stereo floats at the mix's rate."""
    return ffmpeg.input(f"file:{path}", protocol_whitelist="file").audio


def _stereo(stream: Any, channels: int) -> Any:
    if channels == 1:
        stream = stream.filter("pan", "stereo|c0<c0|c1<c0")
    return stream.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")


def _tempo_factors(speed: Fraction) -> list[float]:
    """`atempo` takes 0.5 to 100 at a time; slower is a chain."""
    if speed == 1:
        return []
    factors, left = [], float(speed)
    while left < 0.5:
        factors.append(0.5)
        left /= 0.5
    return [*factors, left]


def _faded(stream: Any, sound: PlacedSound, length: int, rate: int) -> Any:
    """Fades of equal power, so that one sound going over into another keeps its loudness."""
    rise, fall = min(length, samples(sound.fade_in_s, rate)), min(length, samples(sound.fade_out_s, rate))
    if rise:
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=rise, curve="qsin")
    if fall:
        stream = stream.filter("afade", type="out", start_sample=length - fall, nb_samples=fall, curve="qsin")
    return stream
