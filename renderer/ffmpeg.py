"""The ffmpeg program: which one is used, and how it is run. The one place that starts it."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from threading import Event

from renderer.errors import Stopped, StoreError, ToolError

OLDEST = (5, 1)
"""Older ones lack options of the filters that the mix uses."""

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
"""Loaded before any fork: a child between fork and exec must not load anything."""
_GRACE_S = 1.0
_DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded")
_TELLING = re.compile(r"error|invalid|no such|fail|cannot|unable|not found|denied", re.IGNORECASE)


@dataclass(frozen=True)
class FfmpegBinary:
    """One program. `source` is `setting`, `package` or `PATH`; `version` starts with its number."""

    path: Path
    version: str
    source: str

    @property
    def number(self) -> tuple[int, int]:
        """(major, minor); builds without a number count as newest."""
        match = re.match(r"n?(\d+)\.(\d+)", self.version)
        return (int(match[1]), int(match[2])) if match else (999, 0)


def find_ffmpeg(environment: Mapping[str, str] = os.environ) -> FfmpegBinary:
    """REELWRIGHT_FFMPEG if it is set, else the newer of the packaged program and the one on PATH.

    Raises ToolError, with what to do, where there is none that works.
    """
    if setting := environment.get("REELWRIGHT_FFMPEG", ""):
        found = _looked_at(setting, "setting")
        if found is None:
            raise ToolError(
                f"REELWRIGHT_FFMPEG names {setting}, which is no working ffmpeg.", action="Mend or unset it."
            )
        return found
    candidates = [_looked_at(path, source) for path, source in _places(environment)]
    able = [found for found in candidates if found is not None and found.number >= OLDEST]
    if not able:
        raise ToolError(
            "There is no ffmpeg of version 5.1 or newer.", action="Install it again with `pip install imageio-ffmpeg`."
        )
    return max(able, key=lambda found: (found.number, found.source == "package"))


def run_ffmpeg(
    arguments: Sequence[str | Path], *, stop: Event, progress: Callable[[Fraction], None] | None = None
) -> str:
    """Run ffmpeg to its end and return what it said; `progress` hears the seconds of output done.

    Raises Stopped within a second or two of `stop`, ToolError with ffmpeg's last words where it fails. The process
    ends with this one, whatever happens. `progress` is called on this thread.
    """
    head = [str(find_ffmpeg().path), "-hide_banner", "-nostdin", "-y", "-progress", "pipe:1", "-stats_period", "0.2"]
    process = subprocess.Popen(
        [*head, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    said: deque[str] = deque(maxlen=4000)
    told: deque[str] = deque(maxlen=1)
    threads = [
        threading.Thread(target=_drain, args=(process.stderr, said.append), daemon=True),
        threading.Thread(target=_drain, args=(process.stdout, lambda line: _keep_time(line, told)), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        while True:
            try:
                process.wait(0.1)
                break
            except subprocess.TimeoutExpired:
                pass
            if stop.is_set():
                raise Stopped
            if progress is not None and told:
                progress(Fraction(int(told.pop()), 1_000_000))
    finally:
        _end(process)
        for thread in threads:
            thread.join()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
    text = "\n".join(said)
    if process.returncode != 0:
        full = next((words for words in _DISK_FULL if words in text), "")
        if process.returncode == -getattr(signal, "SIGXFSZ", 0):
            full = "File too large"  # the limit of this user, told by a signal
        if full:
            raise StoreError(f"cannot be written: {full}.", place=str(arguments[-1]), action="Free some disk space.")
        raise ToolError(f"ffmpeg failed: {_last_words(said)}")
    return text


def _places(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    places = []
    if on_path := shutil.which("ffmpeg", path=environment.get("PATH")):
        places.append((on_path, "PATH"))
    try:
        import imageio_ffmpeg

        places.append((imageio_ffmpeg.get_ffmpeg_exe(), "package"))
    except (ImportError, RuntimeError):
        pass
    return places


def _looked_at(path: str, source: str) -> FfmpegBinary | None:
    try:
        changed_ns = Path(path).stat().st_mtime_ns
    except OSError:
        return None
    version = _version(path, changed_ns)
    return FfmpegBinary(Path(path), version, source) if version else None


@cache
def _version(path: str, changed_ns: int) -> str:
    """Asked once per program file; `changed_ns` makes a replaced file another one."""
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    match = re.match(r"ffmpeg version (\S+)", done.stdout)
    return match[1] if match else ""


def _drain(stream: object, keep: Callable[[str], None]) -> None:
    for line in stream:  # type: ignore[attr-defined]
        keep(line.rstrip())


def _keep_time(line: str, told: deque[str]) -> None:
    name, _, value = line.partition("=")
    if name == "out_time_us" and value.isdigit():
        told.append(value)


def _last_words(said: deque[str]) -> str:
    telling = [line for line in said if _TELLING.search(line)] or [line for line in said if line]
    return " / ".join(telling[-3:])[-600:] or "it said nothing"


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _die_with_parent() -> None:
    assert _LIBC is not None
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
