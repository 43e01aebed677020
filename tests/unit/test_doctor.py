"""The doctor says what is missing and never falls ill itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from renderer.cli.doctor import doctor
from renderer.doctor import State, examine


def test_on_a_whole_installation_nothing_is_missing() -> None:
    done = CliRunner().invoke(doctor, ["--json"])

    findings = [json.loads(line) for line in done.stdout.splitlines()]

    assert [finding for finding in findings if finding["state"] == "missing"] == []
    assert done.exit_code == 0


def test_an_ffmpeg_that_does_not_work_is_missing_and_has_a_remedy(tmp_path: Path) -> None:
    environment = {"REELWRIGHT_FFMPEG": str(tmp_path / "none"), "REELWRIGHT_HOME": str(tmp_path)}

    (finding,) = [finding for finding in examine(environment) if finding.part == "ffmpeg"]

    assert finding.state is State.MISSING
    assert finding.remedy


def test_folders_that_cannot_be_made_are_told_with_their_place(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file where a folder should be")

    found = {finding.part: finding for finding in examine({"REELWRIGHT_HOME": str(taken)})}

    assert found["Cache folder"].state is State.MISSING
    assert str(taken) in found["Data folder"].detail


def test_something_missing_makes_the_exit_code_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_FFMPEG", str(tmp_path / "none"))

    assert CliRunner().invoke(doctor).exit_code == 1
