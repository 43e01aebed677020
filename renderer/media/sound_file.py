"""The mix becomes a file of its own: the same sound with title and chapters, nothing encoded again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from renderer.errors import Stopped
from renderer.media.remux import Index, Muxer
from renderer.media.sound import SoundReader
from renderer.plan import RenderPlan


def write_sound_file(
    plan: RenderPlan, mix: Path, temporary: Path, *, shown: Path, stop: threading.Event
) -> Iterator[int]:
    """Write `temporary`; yields 0, for no frames, now and then.

    Every sample of the mix is in it, encoder delay and trimmed end as they were. Raises Stopped soon after `stop`,
    StoreError naming `shown`, MediaError where the mix cannot be read.
    """
    form = plan.output.format
    # MP3 keeps chapters as extra tags at its front that some players take for noise, WAV has no place for them.
    chapters = plan.chapters if form == "m4a" else ()
    with closing(SoundReader(mix)) as sound:
        index = Index(0, sound.packet_limit, len(chapters))
        with Muxer(temporary, form, shown=shown, title=plan.title, chapters=chapters, index=index) as muxer:
            assert sound.stream is not None
            muxer.add_audio(sound.stream)
            for number, packet in enumerate(sound.rest()):
                if stop.is_set():
                    raise Stopped
                muxer.write_sound(packet)
                if number % 500 == 0:
                    yield 0
