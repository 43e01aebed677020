"""However assembling ends, the target is whole or not there."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderer.assemble import assemble
from renderer.errors import MediaError, Stopped, StoreError
from renderer.plan import RenderPlan
from tests.join_kit import a_clip, a_plan, encode_parts, finish, numbers


@pytest.fixture
def plan(tmp_path: Path) -> RenderPlan:
    a_clip(tmp_path / "a.mp4")
    return a_plan(tmp_path, [{"clip": "a.mp4"}])


@pytest.fixture
def files_of_20_kb() -> Iterator[None]:
    """No file may grow beyond 20 kB: what a full disk looks like from inside."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_full_disk_is_told_and_leaves_no_half_file(plan: RenderPlan, tmp_path: Path, files_of_20_kb: None) -> None:
    (tmp_path / "out").mkdir()

    with pytest.raises(StoreError, match=r"out\.mp4: cannot be written: .*\. Free some space"):
        list(assemble(plan, {}, None, tmp_path / "out" / "out.mp4", stop=threading.Event()))

    assert left_in(tmp_path / "out") == []


def test_a_full_disk_under_pictures_is_told_too(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, [{"color": "#204060", "duration": "0.2"}], form="png", codec="png", pixel_format="rgb24")
    parts = encode_parts(plan)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / "out").mkdir()

    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(StoreError, match="cannot be written"):
            list(assemble(plan, parts, None, tmp_path / "out" / "frames", stop=threading.Event()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert left_in(tmp_path / "out") == []


def test_a_folder_that_cannot_be_written_is_told(plan: RenderPlan, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder")

    with pytest.raises(StoreError, match="cannot be written: Not a directory"):
        list(assemble(plan, {}, None, tmp_path / "out" / "out.mp4", stop=threading.Event()))


def test_stopping_leaves_nothing(plan: RenderPlan, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    stop = threading.Event()
    stop.set()

    with pytest.raises(Stopped):
        list(assemble(plan, {}, None, tmp_path / "out" / "out.mp4", stop=stop))

    assert left_in(tmp_path / "out") == []


def test_walking_away_leaves_nothing(plan: RenderPlan, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    events = assemble(plan, {}, None, tmp_path / "out" / "out.mp4", stop=threading.Event())

    next(events)
    events.close()

    assert left_in(tmp_path / "out") == []


def test_an_older_file_stays_until_the_new_one_is_whole(plan: RenderPlan, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_text("older")
    events = assemble(plan, {}, None, target, stop=threading.Event())

    next(events)
    before = target.read_bytes()
    list(events)

    assert before == b"older"
    assert numbers(target) == list(range(90))


def test_an_older_folder_of_pictures_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "out" / "frames"
    target.mkdir(parents=True)
    (target / "00009.png").write_text("older")
    plan = a_plan(tmp_path, [{"color": "#204060", "duration": "0.2"}], form="png", codec="png", pixel_format="rgb24")

    finish(plan, target)

    assert left_in(target) == [f"{n:05}.png" for n in range(1, 7)]
    assert left_in(tmp_path / "out") == ["frames"]


def test_a_part_with_too_few_frames_is_not_joined(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, [{"color": "#204060", "duration": 2}])
    short = a_clip(tmp_path / "short.mp4", frames=50)

    with pytest.raises(MediaError, match="holds 50 frames where 60 belong"):
        list(assemble(plan, {0: short}, None, tmp_path / "out.mp4", stop=threading.Event()))

    assert not (tmp_path / "out.mp4").exists()


def test_a_clip_that_was_cut_short_after_planning_is_told(plan: RenderPlan, tmp_path: Path) -> None:
    a_clip(tmp_path / "a.mp4", frames=40)

    with pytest.raises(MediaError, match=r"a\.mp4: was to give 90 frames from frame 0 on, and gave 40"):
        list(assemble(plan, {}, None, tmp_path / "out.mp4", stop=threading.Event()))


def test_a_file_with_a_very_long_name_is_written(plan: RenderPlan, tmp_path: Path) -> None:
    name = "ü" * 125 + ".mp4"

    finish(plan, tmp_path / name)

    assert len(os.fsencode(name)) > 250
    assert (tmp_path / name).is_file()
