"""Who holds a job: one process of one machine, recognised for certain even after its number is used again."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Owner:
    """`machine` names the host and its process table, `born` the moment the process started, in the system's terms."""

    machine: str
    pid: int
    born: str

    def is_local(self) -> bool:
        """Whether this process can tell if the owner lives."""
        return self.machine == _machine()

    def is_alive(self) -> bool:
        """Whether the process runs. Only meaningful for a local owner."""
        return _born(self.pid) == self.born


def this_process() -> Owner:
    """The owner that the calling process is."""
    pid = os.getpid()
    return Owner(_machine(), pid, _born(pid))


@cache
def _machine() -> str:
    if sys.platform != "linux":
        return platform.node()
    try:
        # Two containers may share a disk and a name, never a process table.
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def _born(pid: int) -> str:
    """When the process started; "" where it does not run or is a zombie."""
    if sys.platform == "linux":
        return _born_on_linux(pid)
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return ""


def _born_on_linux(pid: int) -> str:
    """Ticks since boot, which a corrected clock does not move."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in ("Z", "X") else rest[18]
