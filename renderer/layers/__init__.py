"""The kinds of layers: every module of this package that defines one. None so far; scenes keep their room for them."""

from __future__ import annotations

from typing import Any

from renderer.project.fields import Record


class LayerBase(Record):
    """What lies over a scene's segments. A kind adds its own module here."""

    def __init__(self, **data: Any) -> None:
        raise ValueError("layers are not known to this version of Reelwright; remove them or update")
