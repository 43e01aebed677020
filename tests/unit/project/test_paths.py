"""A project's files lie in its folder, whatever the project says."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer.errors import MediaError
from renderer.project.paths import inside, project_file, project_folder


def test_a_file_of_the_project_is_found(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    clip = tmp_path / "media" / "dock é.mp4"
    clip.touch()

    assert inside(tmp_path, "media/dock é.mp4") == clip.resolve()


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b.mp4").symlink_to("a.mp4")

    assert inside(tmp_path, "b.mp4") == (tmp_path / "a.mp4").resolve()


@pytest.mark.parametrize(
    "name", ["../secret", "media/../../secret", "/etc/hostname", "out/secret", "linked", ".", "a\0b"]
)
def test_what_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "secret").write_text("x")
    (folder / "out").symlink_to("..")
    (folder / "linked").symlink_to(tmp_path / "secret")

    with pytest.raises(MediaError):
        inside(folder, name)


def test_links_in_a_ring_are_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    with pytest.raises(MediaError, match="leads nowhere"):
        inside(tmp_path, "a/x.mp4")


def test_the_project_file_is_found_by_folder_or_by_name(tmp_path: Path) -> None:
    (tmp_path / "odd.json").mkdir()

    assert project_file(tmp_path) == tmp_path / "project.json"
    assert project_file(tmp_path / "other.json") == tmp_path / "other.json"
    assert project_file(tmp_path / "odd.json") == tmp_path / "odd.json" / "project.json"
    assert project_folder(tmp_path / "other.json") == project_folder(tmp_path) == tmp_path
