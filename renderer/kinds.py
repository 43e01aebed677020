"""How a package of kinds finds them: each module that defines one is found by looking, not by a list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, TypeVar

from pydantic import Discriminator, Tag

from renderer.project.fields import Record

R = TypeVar("R", bound=Record)


def find_kinds(package: str, path: Iterable[str], subclasses: Callable[[], list[type[R]]]) -> dict[str, type[R]]:
    """JSON key → class, sorted, for every subclass with a `kind_key` that a module of `package` defines."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
    found = {getattr(kind, "kind_key", ""): kind for kind in subclasses()}
    return {key: found[key] for key in sorted(found) if key}


def kind_keys(value: Any, kinds: Mapping[str, type[Record]]) -> tuple[str, ...]:
    """The keys in `value` that say which kind it is; one is right."""
    return tuple(key for key in kinds if key in value) if isinstance(value, dict) else ()


def any_of(kinds: Mapping[str, type[Record]], noun: str) -> Any:
    """The pydantic type "one of these kinds", told apart by which kind's key is there."""

    def kind_of(value: Any) -> str | None:
        if isinstance(value, Record):
            return getattr(value, "kind_key", None)
        keys = kind_keys(value, kinds)
        return keys[0] if len(keys) == 1 else None

    return Annotated[
        reduce(or_, (Annotated[kind, Tag(key)] for key, kind in kinds.items())),
        Discriminator(
            kind_of,
            custom_error_type="kind",
            custom_error_message=f"{noun} has exactly one of the keys {', '.join(kinds)}",
        ),
    ]
