"""The written format is the real one: schema, tables and examples say what the program does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from renderer.errors import ProjectError
from renderer.project import parse
from renderer.project.model import Project
from renderer.project.saving import as_json
from renderer.project.schema import json_schema, records, table, with_tables, write_documents
from tests.projects import harbour, projects

DOCS = Path(__file__).parents[3] / "docs"
VALIDATOR = Draft202012Validator(json_schema())


def test_the_schema_beside_the_document_is_the_programs_own() -> None:
    Draft202012Validator.check_schema(json_schema())

    assert json.loads((DOCS / "project.schema.json").read_text("utf-8")) == json_schema(), (
        "run: python -m renderer.project.schema docs"
    )


def test_the_tables_of_the_document_are_the_programs_own() -> None:
    document = (DOCS / "project-format.md").read_text("utf-8")

    assert with_tables(document) == document, "run: python -m renderer.project.schema docs"


def test_the_document_explains_every_record() -> None:
    document = (DOCS / "project-format.md").read_text("utf-8")

    assert set(re.findall(r"<!-- table: (\w+) -->", document)) == set(records())


@pytest.mark.parametrize("name", records())
def test_every_key_is_explained(name: str) -> None:
    assert all(field.description for field in records()[name].model_fields.values())
    assert "|  |" not in table(records()[name])


def test_the_documents_examples_are_projects() -> None:
    document = (DOCS / "project-format.md").read_text("utf-8")

    examples = [json.loads(example) for example in re.findall(r"```json\n(.*?)```", document, re.DOTALL)]

    assert [parse(example, "project.json").reelwright for example in examples] == [1, 1]
    VALIDATOR.validate(examples[0])


def test_the_schema_takes_the_sample() -> None:
    VALIDATOR.validate(harbour())
    VALIDATOR.validate({"$schema": "project.schema.json", **harbour()})


@given(projects())
@settings(deadline=None, max_examples=30)
def test_the_schema_takes_every_project_that_is_written(project: Project) -> None:
    VALIDATOR.validate(as_json(project))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(widht=3),
        lambda data: data.update(width="1920"),
        lambda data: data.update(reelwright=2),
        lambda data: data.pop("reelwright"),
        lambda data: data["mix"].update(lodness=-14),
        lambda data: data["scenes"][0].update(id="cold open"),
        lambda data: data["scenes"][0].update(segments=[]),
        lambda data: data["scenes"][0]["segments"][0].update(clpi="a"),
        lambda data: data["scenes"][0]["segments"][0].update(still="a.png"),
        lambda data: data["scenes"][0]["segments"][2].update(color="red"),
        lambda data: data["scenes"][0]["audio"][0].update(kind="musik"),
        lambda data: data["scenes"][0].update(layers=[{"id": "l1"}]),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(change: Any) -> None:
    data = harbour()

    change(data)

    with pytest.raises(ValidationError):
        VALIDATOR.validate(data)
    if "reelwright" in data:
        with pytest.raises(ProjectError):
            parse(data, "project.json")


def test_both_documents_are_written_from_the_model(tmp_path: Path) -> None:
    (tmp_path / "project-format.md").write_text("<!-- table: Duck -->\nold\n<!-- end -->\n")

    write_documents(tmp_path)

    assert "| `under` | list of" in (tmp_path / "project-format.md").read_text()
    assert json.loads((tmp_path / "project.schema.json").read_text()) == json_schema()
