"""Which files become which scenes, in which order, as which kind of sound."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import UsageError
from renderer.project.gather import gather, natural_key, sound_kind
from renderer.project.ids import id_like
from renderer.project.intake import Intake


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_files_come_in_the_order_people_count_in(tmp_path: Path) -> None:
    touch(tmp_path, "shot 10.mp4", "Shot 2.mp4", "shot 1.MP4", "shot 2b.mov")

    (group,), _ = gather([tmp_path])

    assert [file.name for file in group.pictures] == ["shot 1.MP4", "Shot 2.mp4", "shot 2b.mov", "shot 10.mp4"]


def test_each_sub_folder_is_a_scene_and_deeper_ones_belong_to_it(tmp_path: Path) -> None:
    touch(tmp_path, "10 end/c.mp4", "2 mid/x/b.mp4", "2 mid/a.mp4", "title.png")

    groups, _ = gather([tmp_path])

    assert [(group.name, [file.name for file in group.pictures]) for group in groups] == [
        ("", ["title.png"]),
        ("2 mid", ["a.mp4", "b.mp4"]),
        ("10 end", ["c.mp4"]),
    ]


def test_what_is_no_media_is_told_and_what_is_hidden_is_not(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "notes.txt", ".DS_Store", ".hidden/b.mp4", "project.json")

    (group,), notes = gather([tmp_path])

    assert [file.name for file in group.pictures] == ["a.mp4"]
    assert [note.place for note in notes] == [str(tmp_path / "notes.txt")]


def test_a_ring_of_folders_is_not_walked_for_ever(tmp_path: Path) -> None:
    touch(tmp_path, "a/a.mp4")
    (tmp_path / "a" / "again").symlink_to(tmp_path)

    (group,), _ = gather([tmp_path])

    assert len(group.pictures) == 1


def test_files_that_a_shell_listed_are_put_in_natural_order_and_others_stay(tmp_path: Path) -> None:
    touch(tmp_path, "s1.mp4", "s2.mp4", "s10.mp4")
    by_shell = [tmp_path / name for name in ("s1.mp4", "s10.mp4", "s2.mp4")]
    by_hand = [tmp_path / name for name in ("s2.mp4", "s1.mp4", "s10.mp4")]

    assert [file.name for file in gather(by_shell)[0][0].pictures] == ["s1.mp4", "s2.mp4", "s10.mp4"]
    assert [file.name for file in gather(by_hand)[0][0].pictures] == ["s2.mp4", "s1.mp4", "s10.mp4"]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere is not there"):
        gather([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("theme.flac", "music"),
        ("Maya_voice-over 2.wav", "narration"),
        ("VO_03.wav", "narration"),
        ("doorSfx.wav", "sfx"),
        ("sfx/door.wav", "sfx"),
        ("dialogue/maya.wav", "dialogue"),
        ("track 01.mp3", "music"),
        ("invoice.mp3", "music"),
    ],
)
def test_a_sound_is_what_its_name_or_folder_says(name: str, kind: str) -> None:
    assert sound_kind(Path("clips") / name) == kind


@given(st.lists(st.text(max_size=12), max_size=8))
def test_the_natural_order_is_an_order(names: list[str]) -> None:
    ordered = sorted(names, key=natural_key)

    assert all(natural_key(one) <= natural_key(other) for one, other in pairwise(ordered))
    names.reverse()
    assert sorted(names, key=natural_key) == ordered


def test_ids_remind_of_names_and_are_never_taken() -> None:
    assert id_like("Café au lait (2)", (), "s") == "Cafe-au-lait-2"
    assert id_like("港", (), "s") == "s"
    assert id_like("dock", ("dock", "dock-2"), "s") == "dock-3"


def test_a_file_from_elsewhere_is_linked_and_stays_where_it_was(tmp_path: Path) -> None:
    touch(tmp_path, "card/dock.mp4")

    name = Intake(tmp_path / "project").bring(tmp_path / "card" / "dock.mp4", "media")

    assert name == "media/dock.mp4"
    assert (tmp_path / "project" / name).samefile(tmp_path / "card" / "dock.mp4")


def test_a_file_of_the_project_stays_under_its_name(tmp_path: Path) -> None:
    touch(tmp_path, "raw/dock.mp4")

    assert Intake(tmp_path).bring(tmp_path / "raw" / "dock.mp4", "media") == "raw/dock.mp4"


def test_two_files_of_one_name_both_come_whatever_the_case(tmp_path: Path) -> None:
    touch(tmp_path, "a/dock.mp4", "b/Dock.mp4", "project/media/dock-2.mp4")
    intake = Intake(tmp_path / "project")

    names = [intake.bring(tmp_path / name, "media") for name in ("a/dock.mp4", "b/Dock.mp4", "a/dock.mp4")]

    assert names == ["media/dock.mp4", "media/Dock-3.mp4", "media/dock.mp4"]
    assert (tmp_path / "project/media/dock-2.mp4").read_text() == "project/media/dock-2.mp4"
    assert (tmp_path / "project/media/Dock-3.mp4").read_text() == "b/Dock.mp4"


def test_bringing_the_same_file_again_makes_no_second_one(tmp_path: Path) -> None:
    touch(tmp_path, "a/dock.mp4")
    Intake(tmp_path / "project").bring(tmp_path / "a/dock.mp4", "media")

    assert Intake(tmp_path / "project").bring(tmp_path / "a/dock.mp4", "media") == "media/dock.mp4"


def test_a_link_that_leads_out_is_replaced_by_the_file_itself(tmp_path: Path) -> None:
    touch(tmp_path, "outside/dock.mp4")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "linked.mp4").symlink_to(tmp_path / "outside" / "dock.mp4")

    name = Intake(tmp_path / "project").bring(tmp_path / "project" / "linked.mp4", "media")

    assert name == "media/linked.mp4"
    assert not (tmp_path / "project" / name).is_symlink()


def test_names_that_other_systems_cannot_have_are_changed(tmp_path: Path) -> None:
    touch(tmp_path, 'a/what? "dock\\pier".mp4')

    name = Intake(tmp_path / "project").bring(tmp_path / 'a/what? "dock\\pier".mp4', "media")

    assert name == "media/what_ _dock_pier_.mp4"


def test_what_was_brought_can_be_taken_back_and_nothing_else(tmp_path: Path) -> None:
    touch(tmp_path, "a/dock.mp4", "project/media/mine.mp4")
    intake = Intake(tmp_path / "project")
    intake.bring(tmp_path / "a/dock.mp4", "media")
    intake.bring(tmp_path / "project/media/mine.mp4", "media")

    intake.drop_all()

    assert [file.name for file in (tmp_path / "project/media").iterdir()] == ["mine.mp4"]
    assert (tmp_path / "a/dock.mp4").is_file()
