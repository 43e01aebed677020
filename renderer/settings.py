"""What a person chose, in their words; a preset is the same thing in a JSON file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from renderer.project.fields import Record
from renderer.project.model import MixKind


class Settings(Record):
    """Every choice of the render dialog and of `reelwright render`. `match` follows the project or its first clip."""

    resolution: str = Field("match", description="360p 480p 720p 1080p 1440p 2160p, WIDTHxHEIGHT, or match.")
    fps: str = Field("match", description="Frames per second, or match.")
    quality: Literal["low", "medium", "high", "ultra", "match"] = Field(
        "high", description="`match` copies all that fits and encodes the rest near-lossless."
    )
    format: str = Field("mp4", description="mp4, webm, mov, gif, png, wav, mp3 or m4a.")
    codec: str = Field("", description="h264, h265, av1, vp9, prores, prores4444; the format's own when empty.")
    fit: Literal["", "contain", "cover", "stretch"] = Field(
        "", description="How every clip and still meets the frame; as each of them says when empty."
    )
    alpha: bool = Field(False, description="Keep transparency, where the format can.")
    copy_mode: Literal["auto", "always", "never"] = Field(
        "auto", alias="copy", description="Whether spans that already fit are copied instead of encoded."
    )
    scenes: tuple[str, ...] | None = Field(None, description="Scene ids; all when left out.")
    audio: tuple[MixKind, ...] | None = Field(None, description="Kinds of sound; all when left out, none when empty.")
    range: str = Field("", description="A-B on the joined timeline, each side a time; all when empty.")
    per_scene: bool = Field(False, description="One file per scene instead of one joined file.")
    preview: bool = Field(False, description="A small fast draft: 360p, low quality.")
    loudness: Annotated[float, Field(ge=-70, le=-5)] | None = Field(
        None, description="LUFS; the project's when left out."
    )
    audio_bit_rate: int = Field(192_000, ge=32_000, le=512_000, description="Bits a second for lossy sound.")
    name: str = Field(
        "", description="File name pattern: {project} {scene} {name} {preset} {n} {date}; a plain one when empty."
    )
    poster: bool = Field(False, description="Write a poster picture beside the file.")

    @property
    def pattern(self) -> str:
        """The file name pattern; without one, the project's title, and the scene's id where each has its file."""
        return self.name or ("{project}_{scene}" if self.per_scene else "{project}")


class Preset(Record):
    """A named choice. Files lie in `resources/presets` (built in) and in the user's settings folder."""

    name: str = Field(min_length=1, max_length=80)
    description: str = ""
    settings: Settings = Settings()
