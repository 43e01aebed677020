"""Speaks the film's words into `audio/`, with the free CMU Arctic voices.

Needs Debian's `festival festvox-us-slt-hts flite`. The words are below; change them and run this file again.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

AUDIO = Path(__file__).resolve().parent.parent / "audio"

NARRATOR = {
    "narrator-1": "There are mornings, when nobody is in a hurry.",
    "narrator-2": "The water has been up all night. The flower takes its time... and is worth the wait.",
    "narrator-3": "Good morning.",
}
WREN = {"wren": "Is he up yet? The whole meadow is waiting!"}
RABBIT = {"rabbit": "Oh... just five more minutes."}

WARM = "highpass=f=70,equalizer=f=180:t=q:w=1:g=2,equalizer=f=3200:t=q:w=1.4:g=-2,aecho=0.9:0.5:23:0.10"
BRIGHT = "asetrate=16000*1.16,aresample=48000,atempo=0.93,highpass=f=180,aecho=0.9:0.4:31:0.12"
DEEP = "asetrate=16000*0.86,aresample=48000,atempo=1.02,highpass=f=60,equalizer=f=140:t=q:w=1:g=3,aecho=0.9:0.5:37:0.12"
TRIM = (
    "silenceremove=start_periods=1:start_threshold=-50dB,areverse,silenceremove=start_periods=1:start_threshold=-50dB"
)


def main() -> None:
    AUDIO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.wav"
        for name, words in NARRATOR.items():
            voice = "(begin (voice_cmu_us_slt_arctic_hts) (Parameter.set 'Duration_Stretch 1.08))"
            subprocess.run(["text2wave", "-eval", voice, "-o", raw], input=words, text=True, check=True)
            finish(raw, WARM, AUDIO / f"{name}.flac")
        for voice, lines, sound in (("slt", WREN, BRIGHT), ("rms", RABBIT, DEEP)):
            for name, words in lines.items():
                subprocess.run(["flite", "-voice", voice, "-t", words, "-o", raw], check=True)
                finish(raw, sound, AUDIO / f"{name}.flac")


def finish(raw: Path, sound: str, target: Path) -> None:
    """Trimmed, coloured, at 48 kHz and at an even loudness."""
    even = "aresample=48000,loudnorm=I=-19:TP=-3:LRA=7,aresample=48000,apad=pad_dur=0.15,asetnsamples=4096"
    steps = f"{TRIM},areverse,{sound},{even}"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run(
        [ffmpeg, "-v", "error", "-y", "-i", raw, "-af", steps, "-ac", "1", "-sample_fmt", "s16", target], check=True
    )


if __name__ == "__main__":
    main()
