"""What every test stands on: its own folders, and no process or thread left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, queue and cache of one test, far from the user's."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("REELWRIGHT_HOME", str(home / "data"))
    monkeypatch.setenv("REELWRIGHT_CACHE", str(home / "cache"))
    return home


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail the test that leaves a child process or a non-daemon thread."""
    threads = set(threading.enumerate())
    children = set(psutil.Process().children(recursive=True))

    yield

    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and (_new_children(children) or _new_threads(threads)):
        time.sleep(0.02)
    left = [f"{child.pid} {' '.join(_command(child))[:120]}" for child in _new_children(children)]
    assert not left, f"child processes left behind: {left}"
    assert not _new_threads(threads), f"threads left behind: {_new_threads(threads)}"


def _new_children(before: set[psutil.Process]) -> list[psutil.Process]:
    now = psutil.Process().children(recursive=True)
    return [child for child in now if child not in before and _alive(child)]


def _alive(child: psutil.Process) -> bool:
    try:
        return child.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _command(child: psutil.Process) -> list[str]:
    try:
        return child.cmdline()
    except psutil.Error:
        return []


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
