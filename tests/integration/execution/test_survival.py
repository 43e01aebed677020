"""Workers that die or hang, power that goes, disks that fill: what is finished stays, what is missing is made."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import psutil
import pytest

from renderer.events import (
    ChunkDone,
    ChunkFailed,
    ChunkReused,
    ChunkStarted,
    FramesDone,
    JobDone,
    JobFailed,
    RenderEvent,
)
from renderer.executors.local import LocalPool
from renderer.plan import RenderPlan
from renderer.rendering import render
from renderer.store.parts import PartStore
from tests.media import complaints, numbered_clip, numbers, tone, write_project
from tests.renders import of_kind, plan_of, run_to_end

FRAMES = 225


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film") / "project"
    folder.mkdir()
    numbered_clip(folder / "clip.mp4", frames=FRAMES, size=(640, 360))
    tone(folder / "tone.wav", seconds=4)
    segments = [{"id": "a", "clip": "clip.mp4"}]
    return write_project(
        folder,
        {"id": "s", "segments": segments, "audio": [{"id": "m", "kind": "music", "clip": "tone.wav"}]},
        width=640,
        height=360,
    )


@pytest.fixture(scope="module")
def plan(project: Path) -> RenderPlan:
    return plan_of(project, quality="ultra", audio=())


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "renderer.executors.worker" in " ".join(child.cmdline())]


def kill_workers() -> None:
    for worker in workers():
        worker.kill()


def suspend_workers() -> None:
    for worker in workers():
        worker.suspend()


def disturbed(
    plan: RenderPlan, pool: LocalPool, parts: PartStore, target: Path, harm: Callable[[], None]
) -> list[RenderEvent]:
    """Render, doing harm once, when the first chunk is on its way."""
    events: list[RenderEvent] = []
    for event in render(plan, pool, parts, Event(), target):
        if isinstance(event, FramesDone) and not any(isinstance(e, FramesDone) for e in events):
            harm()
        events.append(event)
    return events


def test_workers_killed_in_the_middle_cost_a_chunk_each_and_no_frame(plan: RenderPlan, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"

    events = disturbed(plan, LocalPool(2), PartStore(tmp_path / "parts"), target, kill_workers)

    failed = of_kind(events, ChunkFailed)
    assert 1 <= len(failed) <= 2
    assert all("SIGKILL" in each.problem and not each.final for each in failed)
    assert isinstance(events[-1], JobDone)
    assert numbers(target) == list(range(FRAMES))


def test_a_worker_that_hangs_is_replaced(plan: RenderPlan, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"

    events = disturbed(plan, LocalPool(2, hang_s=1.5), PartStore(tmp_path / "parts"), target, suspend_workers)

    assert "said nothing for 1.5 s" in of_kind(events, ChunkFailed)[0].problem
    assert isinstance(events[-1], JobDone)
    assert numbers(target) == list(range(FRAMES))


def test_a_part_that_is_damaged_on_disk_is_rendered_again(plan: RenderPlan, tmp_path: Path) -> None:
    parts, target = PartStore(tmp_path / "parts"), tmp_path / "film.mp4"
    run_to_end(plan, LocalPool(2), parts, target)
    part = parts.find(plan.chunks[1].digest)
    assert part is not None
    part.path.write_bytes(part.path.read_bytes()[:-100])

    events = run_to_end(plan, LocalPool(2), parts, target)

    assert [event.chunk for event in of_kind(events, ChunkDone)] == [1]
    assert numbers(target) == list(range(FRAMES))


def test_the_same_plan_gives_the_same_bytes_with_any_number_of_workers(plan: RenderPlan, tmp_path: Path) -> None:
    files = []

    for count in (1, 3):
        target = tmp_path / f"{count}.mp4"
        run_to_end(plan, LocalPool(count), PartStore(tmp_path / f"parts-{count}"), target)
        files.append(target.read_bytes())

    assert files[0] == files[1]


def test_two_renders_of_the_same_plan_at_once_do_not_hurt_each_other(plan: RenderPlan, tmp_path: Path) -> None:
    parts = PartStore(tmp_path / "parts")
    first = render(plan, LocalPool(1), parts, Event(), tmp_path / "1.mp4")
    second = render(plan, LocalPool(1), parts, Event(), tmp_path / "2.mp4")

    endings = []
    running = [first, second]
    while running:
        for events in list(running):
            event = next(events, None)
            if event is None:
                running.remove(events)
            elif isinstance(event, JobDone | JobFailed):
                endings.append(type(event))

    assert endings == [JobDone, JobDone]
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "2.mp4").read_bytes()


def command(project: Path, target: Path) -> list[str]:
    options = ["--quality", "ultra", "--copy", "never", "--json", "--overwrite", "--workers", "2"]
    return [sys.executable, "-m", "renderer", "render", str(project), "-o", str(target), *options]


def started(project: Path, target: Path, until: str) -> tuple[subprocess.Popen[str], list[str]]:
    """The command, running, when it first told an event of the kind `until`."""
    process = subprocess.Popen(command(project, target), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if json.loads(line)["event"] == until:
            return process, lines
    raise AssertionError(f"ended without {until}: {lines}")


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_after_the_power_went_only_what_was_missing_is_rendered(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    process, lines = started(project, target, "chunk-done")
    family = descendants(process)
    process.kill()
    lines += process.communicate()[0].splitlines()
    gone, alive = psutil.wait_procs(family, timeout=3)
    done = sum('"chunk-done"' in line for line in lines)

    again = subprocess.run(command(project, target), capture_output=True, text=True, check=True)

    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert not alive, "workers outlived the program that started them"
    assert gone
    assert sum(event["event"] == "chunk-reused" for event in events) >= done >= 1
    assert numbers(target) == list(range(FRAMES))
    assert complaints(target) == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_takes_two_seconds_at_most_and_leaves_nothing_but_finished_parts(
    project: Path, tmp_path: Path, own_home: Path, number: signal.Signals
) -> None:
    target = tmp_path / "film.mp4"
    process, _ = started(project, target, "frames")
    family = descendants(process)
    asked = time.monotonic()

    process.send_signal(number)
    rest = process.communicate(timeout=10)[0]

    assert time.monotonic() - asked < 2.5
    assert process.returncode == 130
    assert '"job-stopped"' in rest
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in family)
    assert list(tmp_path.iterdir()) == []
    work = own_home / "cache" / "parts" / "work"
    assert list(work.iterdir()) == []


def test_a_full_disk_is_told_in_words_and_finished_parts_are_kept(project: Path, tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    target = tmp_path / "film.mp4"

    done = subprocess.run(command(project, target), capture_output=True, text=True, check=False, preexec_fn=small_files)

    assert done.returncode == 1
    failed = json.loads(done.stdout.splitlines()[-1])
    assert failed["event"] == "job-failed"
    assert "cannot be written" in failed["problem"]
    assert not target.exists()


def test_a_target_that_is_there_is_not_overwritten_unless_told(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    target.write_text("precious")

    done = subprocess.run(
        [part for part in command(project, target) if part != "--overwrite"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert target.read_text() == "precious"


def test_changing_one_segment_renders_that_one_alone(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    numbered_clip(folder / "clip.mp4", frames=200)
    segments = [{"id": f"s{n}", "clip": "clip.mp4", "in": str(n), "out": str(n + 1)} for n in range(6)]
    write_project(folder, {"id": "s", "segments": segments})
    parts = PartStore(tmp_path / "parts")
    run_to_end(plan_of(folder), LocalPool(2), parts, tmp_path / "1.mp4")
    segments[2] = {"id": "s2", "clip": "clip.mp4", "in": "6.5", "out": "7.5"}
    segments.insert(0, {"id": "new", "color": "#ffffff", "duration": "1"})
    write_project(folder, {"id": "s", "segments": segments})

    events = run_to_end(plan_of(folder), LocalPool(2), parts, tmp_path / "2.mp4")

    assert sorted(event.chunk for event in of_kind(events, ChunkDone)) == [0, 3]
    assert len(of_kind(events, ChunkReused)) == 5
    assert len(of_kind(events, ChunkStarted)) == 2
    expected = [*range(50), *range(162, 187), *range(75, 150)]
    assert numbers(tmp_path / "2.mp4")[25:] == expected


def test_workers_do_not_mix_what_libraries_print_into_what_they_tell(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    write_project(folder, {"id": "s", "segments": [{"id": "a", "color": "#205080", "duration": "1"}]})

    events = run_to_end(plan_of(folder, codec="av1"), LocalPool(1), PartStore(tmp_path / "parts"), tmp_path / "f.mp4")

    assert isinstance(events[-1], JobDone)
    assert complaints(tmp_path / "f.mp4") == ""


def test_a_leftover_of_a_killed_render_is_swept_away(tmp_path: Path) -> None:
    parts = PartStore(tmp_path)
    dead = tmp_path / "work" / "4194303-abc"
    mine = tmp_path / "work" / f"{os.getpid()}-abc"
    for folder in (dead, mine):
        folder.mkdir(parents=True)

    with parts.work_folder():
        pass

    assert not dead.exists()
    assert mine.exists()
