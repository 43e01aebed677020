"""What has to change in packets of different origin so that one description in the file's head fits them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from renderer.errors import RenderError
from renderer.media.description import description, units_of_description
from renderer.media.nal import NAL_CODECS, NalCodec, join_lengths, split_lengths, split_start_codes
from renderer.media.parameter_sets import (
    Numbers,
    ParameterSet,
    allocate,
    renumbered_set,
    renumbered_slice,
    sets_of_units,
    without_naming_messages,
)
from renderer.media.runs import Run, RunReader

if TYPE_CHECKING:
    from av import Packet

Change = Callable[["Packet[Any]"], "Packet[Any]"]

LENGTH_BYTES = 4


@dataclass(frozen=True)
class Splice:
    """`extradata` for the file's head, and per run what to do with its packets; None leaves them byte for byte."""

    extradata: bytes | None
    changes: tuple[Change | None, ...]

    @staticmethod
    def of(runs: Sequence[Run], reader: RunReader) -> Splice:
        """The splice of all runs. Raises RenderError where they cannot stand in one file.

        Copied packets keep their bytes wherever they can: their parameter sets keep their numbers, the most copied
        first, and those of encoded parts move out of their way.
        """
        codec = NAL_CODECS.get(reader.survey(runs[0]).codec)
        if codec is None:
            return Splice(None, (None,) * len(runs))
        by_path = {run.path: run for run in runs}
        found = {path: _origin(codec, run, reader) for path, run in by_path.items()}
        origins = [found[run.path] for run in runs]
        weights: dict[_Origin, int] = {}
        for run, origin in zip(runs, origins, strict=True):
            weights[origin] = weights.get(origin, 0) + (run.frame_count << 40 if run.is_copy else run.frame_count)
        ordered = sorted(weights, key=lambda origin: -weights[origin])
        numbers = allocate(codec, [[item.name for item in origin.sets] for origin in ordered])
        if any(each is None for each in numbers):
            raise RenderError(
                "These clips come from too many different encoders for one file.",
                action="Render with --copy never.",
                retryable=False,
            )
        settled = {origin: each or {} for origin, each in zip(ordered, numbers, strict=True)}
        if len(ordered) == 1 and origins[0].length_bytes == LENGTH_BYTES:
            return Splice(origins[0].extradata, (None,) * len(runs))
        units = dict.fromkeys(renumbered_set(codec, item, settled[each]) for each in ordered for item in each.sets)
        model = next((each.extradata for each in ordered if each.length_bytes), None)
        changes = {each: _change(codec, each, settled[each]) for each in ordered}
        return Splice(description(codec, tuple(units), model=model), tuple(changes[each] for each in origins))


@dataclass(frozen=True)
class _Origin:
    """How a run's packets are written: its parameter sets, and the bytes of a length (0 for start codes)."""

    sets: tuple[ParameterSet, ...]
    length_bytes: int
    extradata: bytes


def _origin(codec: NalCodec, run: Run, reader: RunReader) -> _Origin:
    extradata = reader.survey(run).extradata
    try:
        units, length_bytes = units_of_description(codec, extradata)
        return _Origin(sets_of_units(codec, units), length_bytes, extradata)
    except ValueError as error:
        raise RenderError(
            f"{run.path} has a broken stream description: {error}.", action="Render with --copy never.", retryable=False
        ) from error


def _change(codec: NalCodec, origin: _Origin, numbers: Numbers) -> Change | None:
    if not numbers and origin.length_bytes == LENGTH_BYTES:
        return None

    def change(packet: Packet[Any]) -> Packet[Any]:
        from av import Packet as NewPacket

        data = bytes(packet)
        units = split_lengths(data, origin.length_bytes) if origin.length_bytes else split_start_codes(data)
        try:
            changed = NewPacket(join_lengths(list(_changed(codec, units, numbers, origin.length_bytes == 0))))
        except ValueError as error:
            raise RenderError(f"A copied picture is broken: {error}.", action="Render with --copy never.") from error
        changed.is_keyframe = packet.is_keyframe
        return changed

    return change


def _changed(
    codec: NalCodec, units: Iterator[memoryview], numbers: Numbers, had_start_codes: bool
) -> Iterator[bytes | memoryview]:
    """The units of one packet under new numbers. What the file's head lists now is left out, and so are delimiters."""
    for unit in units:
        kind = codec.kind(unit)
        if kind in codec.parameter_sets or (had_start_codes and kind == codec.delimiter):
            continue
        if not numbers:
            yield unit
        elif kind in codec.slices:
            yield renumbered_slice(codec, unit, numbers)
        elif kind == codec.side_information:
            kept = without_naming_messages(codec, bytes(unit))
            if kept is not None:
                yield kept
        else:
            yield unit
