"""Parts of PNG pictures become a folder of numbered files."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path

from renderer.errors import Stopped
from renderer.media.remux import writing
from renderer.media.runs import Run, RunReader

TELL_EVERY = 20


def write_pictures(
    runs: Sequence[Run], fps: Fraction, folder: Path, *, shown: Path, stop: threading.Event
) -> Iterator[int]:
    """Write `folder/00001.png` and so on; yields now and then how many pictures are written.

    Makes the folder, which must not be there. Raises Stopped soon after `stop`, StoreError naming `shown`, MediaError
    for a part that cannot be read.
    """
    with writing(shown):
        folder.mkdir()
    digits = max(5, len(str(sum(run.frame_count for run in runs))))
    number = 0
    with closing(RunReader(fps)) as reader:
        for run in runs:
            for packet in reader.packets(run):
                if stop.is_set():
                    raise Stopped
                number += 1
                with writing(shown):
                    (folder / f"{number:0{digits}}.png").write_bytes(bytes(packet))
                if number % TELL_EVERY == 0:
                    yield number
    yield number
