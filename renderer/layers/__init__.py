"""The kinds of layers: every module of this package that defines one. None so far; scenes keep their room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from renderer.kinds import any_of, find_kinds
from renderer.layers.base import LayerBase

__all__ = ["KINDS", "AnyLayer", "LayerBase"]

KINDS = find_kinds(__name__, __path__, LayerBase.__subclasses__)
"""JSON key → layer class."""


def _refuse(value: Any) -> Any:
    if isinstance(value, LayerBase):
        return value
    raise ValueError("this version of Reelwright knows no layers; take it out, or update Reelwright")


if TYPE_CHECKING:
    AnyLayer = LayerBase
else:
    AnyLayer = (
        any_of(KINDS, "a layer")
        if KINDS
        else Annotated[LayerBase, BeforeValidator(_refuse), WithJsonSchema({"not": {}})]
    )
