"""Draws the title card and the end card over soft pictures from the film itself.

Needs Debian's `fonts-ebgaramond`.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SAMPLE = Path(__file__).resolve().parent.parent
FONTS = Path("/usr/share/fonts/opentype/ebgaramond")
REGULAR, ITALIC = FONTS / "EBGaramond12-Regular.otf", FONTS / "EBGaramond12-Italic.otf"
CREAM, SOFT = (255, 250, 240), (255, 244, 226)


def backdrop(video: str, at_s: float, size: tuple[int, int], shade: tuple[int, int, int, int]) -> Image.Image:
    """One frame of the film, out of focus and tinted."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    seek = [ffmpeg, "-v", "error", "-ss", str(at_s), "-i", str(SAMPLE / "video" / video)]
    png = subprocess.run([*seek, "-frames:v", "1", "-f", "apng", "-"], capture_output=True, check=True).stdout
    frame = Image.open(io.BytesIO(png)).convert("RGB")
    wide = frame.resize(size, Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(size[0] / 90))
    return Image.alpha_composite(wide.convert("RGBA"), Image.new("RGBA", size, shade)).convert("RGB")


class Card:
    """A picture on which lines of text stand centred, with the faintest of shadows."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture
        self.unit = picture.height / 1080

    def line(
        self, words: str, y: float, font: Path, points: float, colour: tuple[int, int, int], gap: float = 0
    ) -> None:
        type_ = ImageFont.truetype(str(font), round(points * self.unit))
        gap *= self.unit
        width = sum(type_.getlength(letter) + gap for letter in words) - gap if gap else type_.getlength(words)
        left = (self.picture.width - width) / 2
        shadow = Image.new("L", self.picture.size, 0)
        for layer, ink in ((ImageDraw.Draw(shadow), 110), (None, None)):
            if layer is None:
                blurred = shadow.filter(ImageFilter.GaussianBlur(9 * self.unit))
                self.picture.paste((30, 34, 40), mask=blurred)
                layer, ink = ImageDraw.Draw(self.picture), colour
            x = left
            for piece in words if gap else (words,):
                layer.text((x, y * self.unit), piece, font=type_, fill=ink, anchor="lm")
                x += type_.getlength(piece) + gap

    def rule(self, y: float, width: float) -> None:
        middle, half = self.picture.width / 2, width * self.unit / 2
        top = round(y * self.unit)
        ImageDraw.Draw(self.picture).rectangle(
            (middle - half, top, middle + half, top + max(1, round(1.5 * self.unit))), fill=SOFT
        )

    def save(self, name: str) -> None:
        self.picture.save(SAMPLE / "cards" / name, optimize=True)


def main() -> None:
    title = Card(backdrop("meadow.mp4", 3.0, (1920, 1080), (94, 60, 84, 70)))
    title.line("A Quiet Morning", 486, REGULAR, 168, CREAM)
    title.rule(622, 120)
    title.line("a very short film", 690, ITALIC, 58, SOFT)
    title.save("title.png")

    end = Card(backdrop("meadow.mp4", 9.5, (1280, 720), (28, 44, 40, 150)))
    end.line("Good morning", 330, REGULAR, 116, CREAM)
    end.rule(432, 90)
    for row, (words, points) in enumerate(
        (
            ("Rabbit, wren and meadow from Big Buck Bunny", 38),
            ("© 2008 Blender Foundation, CC BY 3.0", 38),
            ("Flower and stream from the MDN examples, CC0", 38),
            ("Waltz and words made for this film", 38),
        )
    ):
        end.line(words, 520 + 62 * row, ITALIC, points, SOFT)
    end.line("REELWRIGHT", 918, REGULAR, 30, SOFT, gap=14)
    end.save("end.png")


if __name__ == "__main__":
    main()
