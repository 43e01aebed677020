"""One worker process as the pool sees it: orders go in, messages come out on a queue, and it ends when told."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

LAST_LINES = 12
"""Lines of a worker's log kept for the message of its death."""


@dataclass(frozen=True)
class Said:
    """One message of a worker; `message` is None when its output has ended."""

    worker: WorkerProcess
    message: dict[str, Any] | None


class WorkerProcess:
    """Started by the constructor, in a process group of its own. `end` leaves nothing of it behind."""

    def __init__(self, name: str, command: list[str], setup: dict[str, str], inbox: SimpleQueue[Said]) -> None:
        self.name = name
        self.unit: int | str | None = None
        self.attempt = 0
        self.heard_at = time.monotonic()
        self._log: deque[str] = deque(maxlen=LAST_LINES)
        self._inbox = inbox
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            bufsize=1,
            start_new_session=sys.platform != "win32",
        )
        self._threads = [
            threading.Thread(target=self._read, name=f"{name}-events", daemon=True),
            threading.Thread(target=self._read_log, name=f"{name}-log", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.order(**setup)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def order(self, **order: Any) -> None:
        """Send one order. A worker that is gone is noticed by the end of its output, not here."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()

    def last_words(self) -> str:
        """Why it ended, in words: signal or exit code, and the last line of its log."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.poll()
        for thread in self._threads:
            thread.join(timeout=0.5)
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                how = f"was ended by {signal.Signals(-code).name}"
                return f"{how}{self._last_line()}"
        return f"ended with exit code {code}{self._last_line()}"

    def end(self, *, grace_s: float) -> None:
        """End the process and all it started: asked first, killed after `grace_s`."""
        if self._process.poll() is None and grace_s > 0:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
        self._signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        self._process.wait()
        for thread in self._threads:
            thread.join(timeout=1)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError, OSError):
            if sys.platform == "win32":
                self._process.terminate()
            else:
                os.killpg(self._process.pid, number)

    def _last_line(self) -> str:
        lines = [line for line in self._log if line]
        return f": {lines[-1][:300]}" if lines else ""

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    self._inbox.put(Said(self, message))
        self._inbox.put(Said(self, None))

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._log.append(line.strip())


def plan_file(folder: Path, text: str) -> Path:
    """Write a plan where workers read it."""
    path = folder / "plan.json"
    path.write_text(text, encoding="utf-8")
    return path
