"""What every layer kind is; one module of this package per kind."""

from __future__ import annotations

from typing import ClassVar

from renderer.project.fields import Identifier, Record


class LayerBase(Record):
    """What lies over a scene's segments. `kind_key` is the JSON key that tells the kind, as with segments."""

    kind_key: ClassVar[str]

    id: Identifier
