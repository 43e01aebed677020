"""The whole timeline's sound, mixed once: placed, ducked, brought to its loudness, encoded."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from threading import Event
from typing import Any

import numpy as np

from renderer.audio.activity import ENVELOPE_HZ, Floats, active_spans, curve_gain, duck_gain
from renderer.audio.command import FLOATS, codec_options, run_graph
from renderer.audio.graph import (
    CONTROL_HZ,
    Control,
    Piece,
    control_stream,
    exactly,
    file_stream,
    laid,
    mixed,
    sound_piece,
)
from renderer.audio.loudness import LOSSY_MARGIN_DB, METER, MOST_GAIN_DB, PEAK, Loudness, gain_to, read_meter, read_peak
from renderer.errors import MediaError, ToolError
from renderer.facts import MediaFacts
from renderer.output import AudioOutput
from renderer.plan import AudioPlan, DuckRule, PlacedSound
from renderer.project.paths import inside

INPUTS_AT_ONCE = 24
"""More sounds than this are mixed in groups first: open files and filters have limits."""

CLOSE_LU = 0.2
"""How near the target is near enough."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class MixResult:
    """What was written. Loudness (LUFS) and true peak (dBTP) are those before a lossy codec; None where not measured."""

    size_bytes: int
    sample_count: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    warnings: tuple[str, ...] = ()


def mix(
    plan: AudioPlan,
    folder: Path,
    output: AudioOutput,
    target: Path,
    *,
    facts: Mapping[str, MediaFacts],
    stop: Event,
    progress: Progress,
) -> MixResult:
    """Write the mix of exactly `plan.sample_count` samples to `target`, whole or not at all.

    `progress` hears the step and its seconds done, on this thread. Raises Stopped soon after `stop`, MediaError for a
    sound that cannot be read, ToolError, StoreError.
    """
    with _work_folder(target) as work:
        return _Mix(plan, folder, output, work, facts, stop, progress).write(target)


@dataclass(frozen=True)
class _Mix:
    plan: AudioPlan
    folder: Path
    output: AudioOutput
    work: Path
    facts: Mapping[str, MediaFacts]
    stop: Event
    progress: Progress

    def write(self, target: Path) -> MixResult:
        stream = exactly(self._all(), self.plan.sample_count)
        made = self.work / f"made{target.suffix}"
        if self.plan.loudness_lufs is None:
            said = self._run("mix", stream.filter("astats", **PEAK), made, **codec_options(self.output))
            made.replace(target)
            return MixResult(target.stat().st_size, self.plan.sample_count, None, None, _over_full_scale(said))
        flat = self.work / "flat.wav"
        measured = self._measured("mix", stream, flat)
        loud, result, warnings = self._levelled(flat, measured, self.plan.loudness_lufs)
        self._run("encode", loud, made, **codec_options(self.output))
        made.replace(target)
        heard_lufs = None if result.is_silent else result.integrated_lufs
        peak_dbtp = None if result.is_silent else result.true_peak_dbtp
        return MixResult(target.stat().st_size, self.plan.sample_count, heard_lufs, peak_dbtp, warnings)

    def _all(self) -> Any:
        """Every kind's sum, ducked, summed."""
        kinds = list(dict.fromkeys(sound.kind for sound in self.plan.sounds))
        room = INPUTS_AT_ONCE if len(self.plan.sounds) <= INPUTS_AT_ONCE else INPUTS_AT_ONCE // len(kinds)
        pieces = {kind: self._kind(kind, room) for kind in kinds}
        ducked: dict[str, Any] = {}
        for rule in self.plan.ducks:
            gain = self._duck(rule, [piece for kind in rule.under for piece in pieces.get(kind, [])])
            if gain is not None:
                stream = ducked.get(rule.kind) or exactly(laid(pieces[rule.kind]), self.plan.sample_count)
                ducked[rule.kind] = mixed_by(stream, gain)
        plain = [piece for kind in kinds if kind not in ducked for piece in pieces[kind]]
        return mixed([*([laid(plain)] if plain else []), *ducked.values()])

    def _kind(self, kind: str, room: int) -> list[Piece]:
        """One kind's sounds, at most `room`: where there are more, neighbours become files of their sums."""
        found = ((n, sound) for n, sound in enumerate(self.plan.sounds) if sound.kind == kind)
        pieces = [self._sound(sound, number) for number, sound in found]
        level = 0
        while len(pieces) > room:
            pieces.sort(key=lambda piece: piece.first)
            groups = [pieces[n : n + INPUTS_AT_ONCE] for n in range(0, len(pieces), INPUTS_AT_ONCE)]
            pieces = [self._file(group, f"{kind}-{level}-{number}") for number, group in enumerate(groups)]
            level += 1
        return pieces

    def _file(self, pieces: Sequence[Piece], name: str) -> Piece:
        file = self.work / f"{name}.wav"
        first = min(piece.first for piece in pieces)
        length = max(piece.stop for piece in pieces) - first
        self._run("mix", exactly(laid(pieces, first), length), file, **FLOATS)
        return Piece(first, length, exactly(file_stream(file), length))

    def _sound(self, sound: PlacedSound, number: int) -> Piece:
        media = self.facts[sound.path]
        curve = None
        if sound.curve:
            points = tuple((float(at), gain_db) for at, gain_db in sound.curve)
            gain = curve_gain(points, float(sound.stop_s - sound.start_s), CONTROL_HZ)
            curve = self._control(f"curve-{number}", gain)
        return sound_piece(sound, media, inside(self.folder, sound.path), self.plan.sample_rate, curve, number)

    def _duck(self, rule: DuckRule, under: Sequence[Piece]) -> Any:
        """The gain signal of a kind that makes way for others; None where these are never heard."""
        if not under:
            return None
        name = "-".join((rule.kind, *rule.under))
        file = self.work / f"under-{name}.raw"
        self._run("measure", laid(under), file, f="f32le", ac=1, ar=ENVELOPE_HZ)
        spans = active_spans(_mapped(file))
        if not spans:
            return None
        gain = duck_gain(spans, rule.by_db, self._duration_s(), CONTROL_HZ)
        return control_stream(self._control(f"duck-{name}", gain), self.plan.sample_rate)

    def _control(self, name: str, gain: Floats) -> Control:
        path = self.work / f"{name}.raw"
        gain.tofile(path)
        return Control(path)

    def _levelled(self, flat: Path, measured: Loudness, target_lufs: float) -> tuple[Any, Loudness, tuple[str, ...]]:
        """The mix at its loudness: one gain where the peaks allow, with a limiter where they do not."""
        source = partial(file_stream, flat)
        if measured.is_silent:
            return source(), measured, ("The mix is silent or too short to measure; its loudness is left as it is.",)
        peak_dbtp = self.plan.true_peak_dbtp - (LOSSY_MARGIN_DB if self.output.bit_rate else 0.0)
        gain_db = gain_to(target_lufs, measured)
        warnings: tuple[str, ...] = ()
        if gain_db == MOST_GAIN_DB:
            warnings = (f"The mix is very quiet; it was raised by {MOST_GAIN_DB:g} dB and no more.",)
        if measured.true_peak_dbtp + gain_db <= peak_dbtp:
            result = Loudness(measured.integrated_lufs + gain_db, measured.true_peak_dbtp + gain_db)
            return _gained(source(), gain_db), result, warnings
        limited = self.work / "limited.wav"
        result = measured
        for _ in range(4):
            loud = _limited(_gained(source(), gain_db), peak_dbtp, self.plan.sample_rate)
            result = self._measured("measure", exactly(loud, self.plan.sample_count), limited)
            short_db = target_lufs - result.integrated_lufs
            if abs(short_db) <= CLOSE_LU:
                break
            gain_db = min(MOST_GAIN_DB, gain_db + short_db)
        if abs(target_lufs - result.integrated_lufs) > 2 * CLOSE_LU:
            near = f"{result.integrated_lufs:.1f} LUFS instead of {target_lufs:g}"
            warnings = (*warnings, f"The peaks leave room for {near}; lower music or effects to get nearer.")
        return file_stream(limited), result, warnings

    def _measured(self, step: str, stream: Any, file: Path) -> Loudness:
        said = self._run(step, stream.filter("ebur128", **METER), file, **FLOATS)
        return read_meter(said)

    def _run(self, step: str, stream: Any, target: Path, **options: Any) -> str:
        try:
            return run_graph(
                stream, target, options, stop=self.stop, progress=lambda done_s: self.progress(step, float(done_s))
            )
        except ToolError as error:
            for sound in self.plan.sounds:
                if sound.path in str(error):
                    raise MediaError(f"cannot be mixed: {error.what}", place=sound.path) from error
            raise

    def _duration_s(self) -> float:
        return float(Fraction(self.plan.sample_count, self.plan.sample_rate))


def mixed_by(stream: Any, gain: Any) -> Any:
    """A stream times a gain signal of at least its length."""
    import ffmpeg

    return ffmpeg.filter([stream, gain], "amultiply")


def _mapped(file: Path) -> Floats:
    """Raw floats as they lie in a file; an empty one cannot be mapped."""
    return np.memmap(file, np.float32, "r") if file.stat().st_size else np.zeros(0, np.float32)


def _over_full_scale(said: str) -> tuple[str, ...]:
    over_db = read_peak(said)
    if over_db <= 0.05:
        return ()
    return (f"The mix is {over_db:.1f} dB over full scale and is cut off there; lower it, or give it a loudness.",)


def _gained(stream: Any, gain_db: float) -> Any:
    return stream.filter("volume", f"{gain_db:.4f}dB", precision="double")


def _limited(stream: Any, peak_dbtp: float, rate: int) -> Any:
    """True peaks held by limiting at four times the rate, where peaks between samples are seen."""
    limit = 10 ** (peak_dbtp / 20)
    fast = stream.filter("aresample", 4 * rate)
    held = fast.filter("alimiter", limit=f"{limit:.6f}", attack=5, release=80, level="disabled", latency=1)
    return held.filter("aresample", rate)


@contextlib.contextmanager
def _work_folder(target: Path) -> Iterator[Path]:
    folder = Path(mkdtemp(prefix=".mix-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
