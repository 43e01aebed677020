"""Plays the film's waltz, sixteen bars in D written for it, with FluidR3's instruments.

Needs Debian's `fluidsynth fluid-soundfont-gm`. The score is below, so that it can be changed like any other text.
"""

from __future__ import annotations

import random
import struct
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

AUDIO = Path(__file__).resolve().parent.parent / "audio"
SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
TICKS, BEATS_PER_MINUTE = 480, 72

CHORDS = """D-F#-A  B-D-F#  G-B-D  A-C#-E  D-F#-A  F#-A-C#  G-B-D  A-C#-E
            B-D-F#  G-B-D   E-G-B  A-C#-E  D-F#-A  G-B-D    A-C#-E D-F#-A"""
# Beats and notes of the flute, bar after bar; "." rests.
TUNE = """3:.            3:.              2:A5 1:B5  3:A5
          1:F#5 1:A5 1:D6 2:C#6 1:A5      2:B5 1:G5  3:A5
          1:D6 1:C#6 1:B5 2:D6 1:B5       1:G5 1:F#5 1:E5 2:E5 1:A5
          3:F#5          2:G5 1:B5        2:C#6 1:E6 3:D6"""
PIANO, STRINGS, FLUTE, BELLS = range(4)
PROGRAMS = {PIANO: 0, STRINGS: 49, FLUTE: 73, BELLS: 46}
LEVELS = {PIANO: 92, STRINGS: 62, FLUTE: 84, BELLS: 66}
SIDES = {PIANO: 52, STRINGS: 70, FLUTE: 78, BELLS: 40}
Event = tuple[int, bytes]


def pitch(name: str) -> int:
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    return 12 * (int(name[-1]) + 1) + steps[name[0]] + ("#" in name)


def score(seed: int = 3) -> list[Event]:
    """Every note as MIDI; a hand that is never quite even, the same one each time."""
    chance, chords, events = random.Random(seed), CHORDS.split(), []

    def play(channel: int, note: int, at: float, beats: float, strength: int) -> None:
        start = max(0, round(at * TICKS) + chance.randint(-6, 10))
        force = max(1, min(127, strength + chance.randint(-6, 6)))
        events.append((start, bytes((0x90 | channel, note, force))))
        events.append((start + round(beats * TICKS), bytes((0x80 | channel, note, 0))))

    for bar, chord in enumerate(chords):
        at, tones = 3.0 * bar, [pitch(f"{tone}4") for tone in chord.split("-")]
        root, last = tones[0] - 24, bar == len(chords) - 1
        closed = [tone - 12 if tone > pitch("G4") else tone for tone in tones]
        play(PIANO, root, at, 2.9, 56)
        pattern = [closed[0], closed[1], closed[2], closed[0] + 12, closed[2], closed[1]]
        for step, tone in enumerate(pattern[:1] if last else pattern):
            play(PIANO, tone, at + step / 2, 1.2, 44 if step else 50)
        if bar >= 1:
            for tone in (root + 12, *closed):
                play(STRINGS, tone, at, 3.05, 40 + min(bar, 8) * 2)
        if bar % 4 == 0:
            for step, tone in enumerate(sorted(closed)):
                play(BELLS, tone + 12, at + step / 6, 2, 48)
    at = 0.0
    for word in TUNE.split():
        beats, name = word.split(":")
        if name != ".":
            play(FLUTE, pitch(name), at, float(beats) * 0.96, 66)
        at += float(beats)
    return sorted(events, key=lambda event: (event[0], event[1][0] & 0xF0 == 0x90))


def midi(events: list[Event]) -> bytes:
    body = bytearray(b"\x00\xff\x51\x03" + struct.pack(">I", 60_000_000 // BEATS_PER_MINUTE)[1:])
    for channel, program in PROGRAMS.items():
        body += bytes((0, 0xC0 | channel, program))
        for control, value in ((7, LEVELS[channel]), (10, SIDES[channel]), (91, 70)):
            body += bytes((0, 0xB0 | channel, control, value))
    before = 0
    for at, message in events:
        body += length(at - before) + message
        before = at
    body += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(body)) + bytes(body)


def length(ticks: int) -> bytes:
    parts = [ticks & 0x7F]
    while ticks := ticks >> 7:
        parts.append(ticks & 0x7F | 0x80)
    return bytes(reversed(parts))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        notes, raw = Path(folder) / "notes.mid", Path(folder) / "raw.wav"
        notes.write_bytes(midi(score()))
        room = ["-o", "synth.reverb.room-size=0.7", "-o", "synth.reverb.level=0.5", "-o", "synth.chorus.active=0"]
        play = ["fluidsynth", "-ni", "-q", "-g", "0.8", "-r", "48000", *room, "-F", str(raw), SOUNDFONT, str(notes)]
        subprocess.run(play, check=True)
        finish = "atrim=0:43,loudnorm=I=-18:TP=-2:LRA=11,aresample=48000,afade=t=out:st=40:d=3"
        ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
        sound = ["-af", finish, "-c:a", "libopus", "-b:a", "128k"]
        subprocess.run([ffmpeg, "-v", "error", "-y", "-i", raw, *sound, AUDIO / "waltz.ogg"], check=True)


if __name__ == "__main__":
    main()
