"""The project format for machines and people: its JSON Schema, and the tables of `docs/project-format.md`.

`python -m renderer.project.schema docs` writes both anew from the model.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from renderer.project.explain import limits, options, record_in
from renderer.project.fields import Record, Written
from renderer.project.model import AudioClip, Duck, GainPoint, KindMix, Mix, Project, Scene
from renderer.project.saving import replace_file
from renderer.segments import KINDS, Transition
from renderer.timebase import as_seconds

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

SCHEMA_FILE = "project.schema.json"
DOCUMENT = "project-format.md"

_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the format that this program writes."""
    schema: dict[str, Any] = _without_titles(Project.model_json_schema(by_alias=True))
    schema["required"] = ["reelwright", *schema["required"]]
    about = {"title": "Reelwright project", "$schema": "https://json-schema.org/draft/2020-12/schema"}
    return about | schema


def records() -> dict[str, type[Record]]:
    """Every record of the format by its class's name, in the order in which they are explained."""
    kinds = tuple(KINDS.values())
    ordered: tuple[type[Record], ...] = (Project, Scene, *kinds, Transition, AudioClip, GainPoint, Mix, KindMix, Duck)
    return {record.__name__: record for record in ordered}


def table(record: type[Record]) -> str:
    """A Markdown table of a record's keys: what is written, what holds when it is left out, what it means."""
    rows = [
        f"| `{field.alias or name}` | {_written(field)} | {_default(field)} | {_cell(field.description or '')} |"
        for name, field in _in_reading_order(record)
    ]
    return "\n".join(["| key | value | when left out | meaning |", "| --- | --- | --- | --- |", *rows])


def with_tables(document: str) -> str:
    """`document` with each block between `<!-- table: Name -->` and `<!-- end -->` made anew."""
    known = records()
    return _BLOCK.sub(lambda block: f"{block[1]}\n{table(known[block[2]])}\n\n{block[3]}", document)


def write_documents(folder: Path) -> None:
    """Bring the schema and the document's tables in `folder` up to date."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    replace_file(folder / SCHEMA_FILE, schema.encode())
    document = folder / DOCUMENT
    replace_file(document, with_tables(document.read_text(encoding="utf-8")).encode())


def _without_titles(value: Any, *, names: bool = False) -> Any:
    """Titles that pydantic makes of names say nothing; `names` tells that keys are the format's own."""
    if isinstance(value, dict):
        kept = {key: child for key, child in value.items() if names or key != "title"}
        return {key: _without_titles(child, names=not names and key in _NAMED) for key, child in kept.items()}
    if isinstance(value, list):
        return [_without_titles(child) for child in value]
    return " ".join(value.split()) if isinstance(value, str) else value


_NAMED = ("properties", "$defs")


def _in_reading_order(record: type[Record]) -> Iterator[tuple[str, FieldInfo]]:
    """A segment's transition comes last, as in saved files."""
    fields = record.model_fields
    yield from ((name, field) for name, field in fields.items() if name != "transition")
    yield from ((name, field) for name, field in fields.items() if name == "transition")


def _written(field: FieldInfo) -> str:
    if said := next((mark.how for mark in _marks(field) if isinstance(mark, Written)), None):
        return said
    if fixed := options(field.annotation):
        shown = ", ".join(f"`{json.dumps(option)}`" for option in fixed)
        return f"list of {shown}" if _is_list(field) else shown
    nested = record_in(field.annotation)
    if _is_list(field):
        return f"list of {_link(nested)}"
    if nested is not None:
        return _link(nested)
    low, high = limits(field)
    noun = next(noun for kind, noun in _NOUNS.items() if kind in str(field.annotation))
    return f"{noun}, {_number(low)} to {_number(high)}" if low is not None and high is not None else noun


_NOUNS = {"bool": "true or false", "int": "whole number", "float": "number", "str": "text"}


def _marks(field: FieldInfo) -> Iterator[Any]:
    yield from field.metadata
    for part in get_args(field.annotation):
        yield from getattr(part, "__metadata__", ())


def _is_list(field: FieldInfo) -> bool:
    return "tuple" in str(field.annotation)


def _link(record: type[Record] | None) -> str:
    if record is None or record.__name__ not in records():
        return "layers"
    if record in KINDS.values():
        return "[segments](#segments)"
    title = _TITLES[record.__name__]
    return f"[{title}](#{title.replace(' ', '-')})"


_TITLES = {
    "Scene": "scenes",
    "Transition": "transition",
    "AudioClip": "audio clips",
    "GainPoint": "gain points",
    "Mix": "mix",
    "KindMix": "mix of a kind",
    "Duck": "ducking",
}


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ((), ""):
        return "nothing" if value is not None else "–"
    if isinstance(value, Fraction):
        return f"`{as_seconds(value)}`"
    if isinstance(value, BaseModel):
        return "all as by default"
    return f"`{json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)}`"


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    write_documents(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
