"""Reads the mixed sound as packets, in step with the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import MediaError

if TYPE_CHECKING:
    from av import AudioStream, Packet
    from av.container import InputContainer

PCM_PACKET_BYTES = 65536
"""A fifth of a second of 48 kHz stereo: few packets, and still finely interleaved."""


class SoundReader:
    """The packets of an audio part, or of nothing. Encoder delay and trimmed ends stay as the part says."""

    def __init__(self, mix: Path | None) -> None:
        self.stream: AudioStream | None = None
        self.packet_limit = 0
        self._container: InputContainer | None = None
        self._packets: Iterator[Packet[AudioStream]] = iter(())
        self._next: Packet[AudioStream] | None = None
        self._path = mix
        if mix is not None:
            self._open(mix)

    def _open(self, mix: Path) -> None:
        import av

        options = {"protocol_whitelist": "file", "max_size": str(PCM_PACKET_BYTES)}
        if mix.suffix != ".wav":
            del options["max_size"]
        try:
            self._container = av.open(str(mix.absolute()), options=options)
        except (av.FFmpegError, OSError) as error:
            raise MediaError(f"cannot be opened: {error}.", place=str(mix)) from error
        self.stream = next(iter(self._container.streams.audio), None)
        if self.stream is None:
            raise MediaError("holds no sound.", place=str(mix))
        shortest_samples = 960 if self.stream.codec_context.name in ("opus", "libopus") else 1024
        duration_s = (self._container.duration or 0) / av.time_base
        self.packet_limit = int(duration_s * self.stream.rate / shortest_samples) + 16
        self._packets = self._container.demux(self.stream)
        self._advance()

    def until(self, seconds: float) -> Iterator[Packet[AudioStream]]:
        """The packets that begin at or before a moment of the file."""
        while self._next is not None and self._starts_s <= seconds:
            yield self._next
            self._advance()

    def rest(self) -> Iterator[Packet[AudioStream]]:
        """All that is left."""
        while self._next is not None:
            yield self._next
            self._advance()

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._container = self._next = None

    def _advance(self) -> None:
        import av

        try:
            packet = next((packet for packet in self._packets if packet.size), None)
        except av.FFmpegError as error:
            raise MediaError(f"cannot be read: {error}.", place=str(self._path)) from error
        self._next = packet
        if packet is not None:
            assert packet.time_base is not None
            stamp = packet.dts if packet.dts is not None else packet.pts
            self._starts_s = float((stamp or 0) * packet.time_base)
