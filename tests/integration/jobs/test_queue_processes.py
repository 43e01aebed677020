"""The queue under several real processes, and under kill -9."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import psutil
import pytest

from renderer.events import ChunkReused
from renderer.jobs.runner import run_queue
from renderer.jobs.store import JobStore
from renderer.jobs.values import State
from tests.queue_kit import ScriptedRender, a_request

HERE = Path(__file__).parent
TESTS = HERE.parents[1]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    with JobStore(tmp_path / "queue.sqlite3") as store:
        yield store


def a_runner(tmp_path: Path, *, chunks: int, chunk_s: float) -> subprocess.Popen[str]:
    (tmp_path / "parts").mkdir(exist_ok=True)
    arguments = [str(tmp_path / "queue.sqlite3"), str(tmp_path / "parts"), str(chunks), str(chunk_s)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    return subprocess.Popen(
        [sys.executable, str(HERE / "runner_process.py"), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def killed_while_rendering(tmp_path: Path, *, chunks: int) -> None:
    with a_runner(tmp_path, chunks=chunks, chunk_s=0.05) as runner:
        assert runner.stdout is not None
        next(line for line in runner.stdout if line.split()[2] == "chunk-done")
        runner.send_signal(signal.SIGKILL)


def test_two_runners_never_render_the_same_job(store: JobStore, tmp_path: Path) -> None:
    ids = [store.submit(a_request(f"job {number}")) for number in range(12)]

    with (
        a_runner(tmp_path, chunks=2, chunk_s=0.02) as one,
        a_runner(tmp_path, chunks=2, chunk_s=0.02) as two,
    ):
        said = one.communicate()[0] + two.communicate()[0]

    started = Counter(line.split()[1] for line in said.splitlines() if line.split()[2] == "job-started")
    assert started == Counter(str(job_id) for job_id in ids)
    assert {store.job(job_id).state for job_id in ids} == {State.DONE}


def test_a_killed_runners_job_goes_on_at_once_from_its_parts(store: JobStore, tmp_path: Path) -> None:
    job_id = store.submit(a_request())
    killed_while_rendering(tmp_path, chunks=200)

    assert store.job(job_id).interrupted
    events = [event for _, event in run_queue(store, ScriptedRender(tmp_path / "parts", chunks=200), Event())]

    assert store.job(job_id).state == State.DONE
    assert sum(isinstance(event, ChunkReused) for event in events) >= 1


def test_a_runner_killed_but_not_yet_reaped_does_not_keep_its_job(store: JobStore, tmp_path: Path) -> None:
    job_id = store.submit(a_request())
    with a_runner(tmp_path, chunks=200, chunk_s=0.05) as runner:
        assert runner.stdout is not None
        next(line for line in runner.stdout if line.split()[2] == "chunk-done")
        os.kill(runner.pid, signal.SIGKILL)
        while psutil.Process(runner.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)

        assert store.job(job_id).interrupted


def test_the_queue_file_is_whole_after_runners_were_killed(store: JobStore, tmp_path: Path) -> None:
    ids = [store.submit(a_request(f"job {number}")) for number in range(3)]
    for _ in range(3):
        killed_while_rendering(tmp_path, chunks=400)

    connection = sqlite3.connect(tmp_path / "queue.sqlite3")
    checked = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()

    assert checked == ("ok",)
    assert [job.id for job in store.queue()] == ids


def test_a_running_job_is_paused_from_another_process_within_a_second(store: JobStore, tmp_path: Path) -> None:
    job_id = store.submit(a_request())
    with a_runner(tmp_path, chunks=1000, chunk_s=0.05) as runner:
        assert runner.stdout is not None
        next(line for line in runner.stdout if line.split()[2] == "chunk-done")

        store.pause(job_id)
        said = [line.split()[2] for line in runner.stdout]

    paused = store.job(job_id)
    assert (paused.state, said[-1]) == (State.PAUSED, "job-stopped")
    assert said.count("chunk-done") <= 1 / 0.05
    assert 0 < paused.frames_done < paused.frames_total


def test_many_processes_may_make_the_queue_file_at_once(tmp_path: Path) -> None:
    code = "import sys, pathlib; from renderer.jobs.store import JobStore; JobStore(pathlib.Path(sys.argv[1])).close()"
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "new" / "queue.sqlite3")]

    started = [subprocess.Popen(command, cwd=TESTS.parent) for _ in range(4)]

    assert [process.wait() for process in started] == [0, 0, 0, 0]
