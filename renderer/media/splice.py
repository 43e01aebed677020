"""What has to change in packets of different origin so that one description in the file's head fits them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from renderer.media.runs import Run, RunReader

if TYPE_CHECKING:
    from av import Packet

Change = Callable[["Packet[Any]"], "Packet[Any]"]


@dataclass(frozen=True)
class Splice:
    """`extradata` for the file's head, and per run what to do with its packets; None leaves them byte for byte."""

    extradata: bytes | None
    changes: tuple[Change | None, ...]

    @staticmethod
    def of(codec: str, runs: Sequence[Run], reader: RunReader) -> Splice:
        """The splice of all runs. Raises RenderError where they cannot live in one file."""
        return Splice(None, (None,) * len(runs))

    def change(self, run: int) -> Change | None:
        return self.changes[run]
