"""What must hold in the repository itself: pins, licence, lists that are kept by hand."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import renderer

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = (ROOT / "constraints.txt").read_text()
PLACES = re.compile(
    r"(?<![\w.])/(?:root|work)/"
    r"|--(?:extra-index-url|index-url|find-links|trusted-host)\b"
    r"|\b(?:pypi|npm|proxy|mirror|registry|artifactory|nexus)\.(?!org\b)[a-z0-9.-]+\.[a-z]{2,}\b",
    re.IGNORECASE,
)
"""Folders of one machine, and addresses of registries."""


def tracked_texts() -> list[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = []
    for name in filter(None, listed.split("\0")):
        try:
            texts.append((name, (ROOT / name).read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture, a film, or a file removed but not yet from the index
    return texts


def test_every_pin_has_a_hash() -> None:
    pins = re.split(r"\n(?=\S)", CONSTRAINTS.strip())

    without = [pin.splitlines()[0] for pin in pins if not pin.startswith("#") and "--hash=sha256:" not in pin]

    assert len(pins) > 30
    assert without == []


def test_every_pin_is_an_exact_version() -> None:
    requirements = [line for line in CONSTRAINTS.splitlines() if line and not line[0].isspace() and line[0] != "#"]

    assert [line for line in requirements if not re.match(r"[a-z0-9.-]+==[0-9][^ ]* ", line)] == []


def test_the_constraints_name_no_address() -> None:
    assert "://" not in CONSTRAINTS
    assert not re.search(r"^-", CONSTRAINTS, re.MULTILINE)


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    found = {f"{name}: {match[0]}" for name, text in tracked_texts() for match in PLACES.finditer(text)}

    assert found == set()


def test_the_licence_is_apache_2_everywhere() -> None:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]

    text = (ROOT / "LICENSE").read_text()

    assert said == "Apache-2.0"
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def test_every_decision_is_in_the_index_and_nothing_else_is() -> None:
    folder = ROOT / "docs" / "decisions"
    files = {path.name for path in folder.glob("*.md")} - {"README.md"}

    listed = re.findall(r"\]\(([^)]+\.md)\)", (folder / "README.md").read_text())

    assert sorted(listed) == sorted(files)


def test_links_between_documents_lead_somewhere() -> None:
    documents = [ROOT / name for name, _ in tracked_texts() if name.endswith(".md")]

    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in documents
        for link in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
        if "://" not in link and not (document.parent / link).exists()
    ]

    assert broken == []


@pytest.mark.parametrize("name", renderer.__all__)
def test_each_public_name_can_be_had(name: str) -> None:
    assert getattr(renderer, name) is not None
