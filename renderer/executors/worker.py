"""A worker process: reads orders as JSON lines, does them, and tells events as JSON lines, until its input ends.

Orders: `{"plan": path, "parts": folder, "work": folder}` once, then `{"chunk": n}` or `{"mix": true}`. Besides events
it writes `{"ready": true}` when it waits, and `{"failed": n | null, "problem": …, "retryable": …, "code": …}`.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from threading import Event
from typing import IO, Any

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run until stdin ends. stdout carries the protocol alone: whatever libraries print goes to stderr."""
    _die_with_parent()
    orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
    told = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 writes a page about itself otherwise
    try:
        serve(orders, told)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)


def serve(orders: IO[str], told: IO[str]) -> None:
    """Do orders from one stream and tell of them on another."""
    from renderer.chunk import ChunkRenderer
    from renderer.errors import MediaError, ReelwrightError
    from renderer.events import RenderEvent, to_json
    from renderer.executors.unit import do_chunk, do_mix
    from renderer.plan import plan_from_json
    from renderer.store.parts import PartStore

    def tell(event: RenderEvent) -> None:
        told.write(to_json(event) + "\n")
        told.flush()

    def say(**message: Any) -> None:
        told.write(json.dumps(message) + "\n")
        told.flush()

    first = json.loads(orders.readline() or "null")
    if first is None:
        return
    plan = plan_from_json(Path(first["plan"]).read_text(encoding="utf-8"))
    parts, work, stop = PartStore(Path(first["parts"])), Path(first["work"]), Event()
    with ChunkRenderer(plan) as renderer:
        say(ready=True)
        for line in orders:
            order = json.loads(line)
            try:
                if "chunk" in order:
                    do_chunk(renderer, plan, order["chunk"], parts, work, tell, stop)
                else:
                    do_mix(renderer, plan, parts, work, tell, stop)
            except ReelwrightError as error:
                retryable = getattr(error, "retryable", not isinstance(error, MediaError))
                say(failed=order.get("chunk"), problem=str(error), retryable=retryable, code=error.code)
            except Exception as error:  # noqa: BLE001 - the process's edge: the pool tells it and decides
                problem = f"{type(error).__name__}: {error}"
                say(failed=order.get("chunk"), problem=problem, retryable=True, code="crash")
                import traceback

                traceback.print_exc()
            say(ready=True)


def _die_with_parent() -> None:
    """On Linux the kernel ends this process with the thread that started it; elsewhere the end of stdin does."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
