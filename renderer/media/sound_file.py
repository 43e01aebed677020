"""The mix becomes a file of its own: the same sound with title and chapters, nothing encoded again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from renderer.errors import Stopped
from renderer.media.remux import Index, Muxer
from renderer.media.sound import SoundReader
from renderer.plan import Chapter


def write_sound_file(
    mix: Path,
    form: str,
    temporary: Path,
    *,
    shown: Path,
    title: str,
    chapters: Sequence[Chapter],
    stop: threading.Event,
) -> Iterator[int]:
    """Write `temporary`; yields 0, for no frames, now and then.

    Every sample of the mix is in it, encoder delay and trimmed end as they were. Raises Stopped soon after `stop`,
    StoreError naming `shown`, MediaError where the mix cannot be read.
    """
    with closing(SoundReader(mix)) as sound:
        index = Index(0, sound.packet_limit, len(chapters))
        with Muxer(temporary, form, shown=shown, title=title, chapters=chapters, index=index) as muxer:
            assert sound.stream is not None
            muxer.add_audio(sound.stream)
            for number, packet in enumerate(sound.rest()):
                if stop.is_set():
                    raise Stopped
                muxer.write_sound(packet)
                if number % 2000 == 0:
                    yield 0
