"""Which FFmpeg libraries PyAV brings."""

from __future__ import annotations

from typing import Final

import av

TOLD: Final = ("libavcodec", "libavfilter", "libavformat")


def library_versions() -> dict[str, str]:
    """Version of the libraries that matter, such as `libavcodec` → `62.28.102`."""
    return {name: ".".join(map(str, av.library_versions[name])) for name in TOLD if name in av.library_versions}
