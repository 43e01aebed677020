"""Kept parts: found whole or not at all, the least used going first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from renderer.errors import StoreError
from renderer.store.parts import PartStore


def kept(store: PartStore, digest: str, content: bytes = b"x" * 1000, used_at: float | None = None) -> Path:
    with store.work_folder() as folder:
        file = folder / "made.mp4"
        file.write_bytes(content)
        part = store.keep(digest, file, frame_count=75, facts={"loudness_lufs": -14.0})
    if used_at is not None:
        os.utime(part.path.with_suffix(".json"), (used_at, used_at))
    return part.path


def test_a_kept_part_is_found_with_what_is_known_of_it(tmp_path: Path) -> None:
    path = kept(PartStore(tmp_path), "ab12")

    found = PartStore(tmp_path).find("ab12")

    assert found is not None
    assert (found.path, found.frame_count, found.size_bytes) == (path, 75, 1000)
    assert found.facts == {"loudness_lufs": -14.0}


def test_a_part_without_its_sidecar_is_not_there(tmp_path: Path) -> None:
    kept(PartStore(tmp_path), "ab12").with_suffix(".json").unlink()

    assert PartStore(tmp_path).find("ab12") is None


@pytest.mark.parametrize("sidecar", ["", "{}", "[1]", '{"suffix": ".mp4", "size_bytes": 5, "frame_count": 1}'])
def test_a_part_that_does_not_fit_its_sidecar_is_not_there(tmp_path: Path, sidecar: str) -> None:
    kept(PartStore(tmp_path), "ab12").with_suffix(".json").write_text(sidecar)

    assert PartStore(tmp_path).find("ab12") is None


def test_the_least_recently_used_parts_go_first(tmp_path: Path) -> None:
    store = PartStore(tmp_path)
    for number in range(4):
        kept(store, f"d{number}", used_at=1000 + number)
    store.find("d0")

    freed = store.prune(2000)

    assert freed == 2000
    assert [bool(store.find(f"d{number}")) for number in range(4)] == [True, False, False, True]


def test_what_a_running_render_holds_is_not_pruned_by_anyone(tmp_path: Path) -> None:
    store = PartStore(tmp_path)
    kept(store, "held", used_at=1)
    kept(store, "free", used_at=2)
    cleared = f"print(PartStore(Path({str(tmp_path)!r})).clear())"
    other = f"from renderer.store.parts import PartStore; from pathlib import Path; {cleared}"

    with store.pinned(["held"]):
        freed = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=True).stdout

    assert freed.strip() == "1000"
    assert store.find("held")
    assert not store.find("free")


def test_the_pin_of_a_killed_render_holds_nothing(tmp_path: Path) -> None:
    kept(PartStore(tmp_path), "held")
    died = (
        "import os; from renderer.store.parts import PartStore; from pathlib import Path\n"
        f"with PartStore(Path({str(tmp_path)!r})).pinned(['held']): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", died], check=False)

    assert PartStore(tmp_path).clear() == 1000


def test_a_cache_that_cannot_be_written_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="REELWRIGHT_CACHE"), PartStore(tmp_path / "file" / "parts").work_folder():
        pass
