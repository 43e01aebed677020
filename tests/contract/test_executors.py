"""What every executor promises, wherever its work is done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from renderer.events import ChunkDone, ChunkFailed, ChunkStarted, FramesDone, MixDone, MixFailed, RenderEvent
from renderer.executors.inline import InlineExecutor
from renderer.executors.local import LocalPool
from renderer.executors.protocol import Executor, Work
from renderer.executors.scripted import ScriptedExecutor
from renderer.plan import RenderPlan
from renderer.store.parts import PartStore
from tests.media import numbered_clip, tone, write_project
from tests.renders import of_kind, plan_of

EXECUTORS: dict[str, Callable[[], Executor]] = {
    "inline": InlineExecutor,
    "one local worker": lambda: LocalPool(1),
    "two local workers": lambda: LocalPool(2),
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> RenderPlan:
    folder = tmp_path_factory.mktemp("project")
    numbered_clip(folder / "clip.mp4", frames=200)
    tone(folder / "tone.wav", seconds=3)
    scene = {
        "id": "s",
        "segments": [{"id": "a", "clip": "clip.mp4"}],
        "audio": [{"id": "m", "kind": "music", "clip": "tone.wav"}],
    }
    return plan_of(write_project(folder, scene))


@pytest.fixture(params=EXECUTORS)
def executor(request: pytest.FixtureRequest) -> Executor:
    return EXECUTORS[request.param]()


def everything(plan: RenderPlan, parts: PartStore) -> Work:
    return Work(plan, tuple(chunk.index for chunk in plan.chunks), True, parts.folder)


class TestEveryExecutor:
    def test_does_all_units_and_what_it_tells_is_durable(
        self, executor: Executor, plan: RenderPlan, tmp_path: Path
    ) -> None:
        parts = PartStore(tmp_path)
        kept_when_told: list[bool] = []
        events: list[RenderEvent] = []

        for event in executor.run(everything(plan, parts), Event()):
            events.append(event)
            if isinstance(event, ChunkDone):
                kept_when_told.append(parts.find(plan.chunks[event.chunk].digest) is not None)

        assert sorted(event.chunk for event in of_kind(events, ChunkDone)) == [c.index for c in plan.chunks]
        assert all(kept_when_told)
        assert len(of_kind(events, MixDone)) == 1
        assert plan.audio is not None
        assert parts.find(plan.audio.digest)
        assert not of_kind(events, ChunkFailed) + of_kind(events, MixFailed)

    def test_starts_each_chunk_before_telling_of_it_and_counts_its_frames_upwards(
        self, executor: Executor, plan: RenderPlan, tmp_path: Path
    ) -> None:
        running: dict[int, int] = {}

        for event in executor.run(everything(plan, PartStore(tmp_path)), Event()):
            if isinstance(event, ChunkStarted):
                running[event.chunk] = 0
            if isinstance(event, FramesDone):
                assert running[event.chunk] < event.frames <= plan.chunks[event.chunk].frame_count
                running[event.chunk] = event.frames

        assert set(running) == {chunk.index for chunk in plan.chunks}

    def test_ends_soon_after_stop_and_leaves_no_unfinished_file(
        self, executor: Executor, plan: RenderPlan, tmp_path: Path
    ) -> None:
        stop = Event()

        for event in executor.run(everything(plan, PartStore(tmp_path)), stop):
            if isinstance(event, ChunkStarted):
                stop.set()

        assert list((tmp_path / "work").iterdir()) == []

    def test_ends_its_workers_when_nobody_listens_any_more(
        self, executor: Executor, plan: RenderPlan, tmp_path: Path
    ) -> None:
        with closing(executor.run(everything(plan, PartStore(tmp_path)), Event())) as events:  # type: ignore[type-var]
            next(iter(events))

        assert list((tmp_path / "work").iterdir()) == []  # and no process: see conftest

    def test_tells_of_media_that_went_away_and_does_not_try_it_again(
        self, executor: Executor, plan: RenderPlan, tmp_path: Path
    ) -> None:
        from dataclasses import replace

        gone = replace(plan, folder=str(tmp_path / "nowhere"))

        events = list(executor.run(Work(gone, (0,), False, tmp_path / "parts"), Event()))

        (failed,) = of_kind(events, ChunkFailed)
        assert (failed.final, failed.attempt) == (True, 1)
        assert "clip.mp4" in failed.problem


def test_a_script_is_told_as_it_stands_until_it_is_stopped(plan: RenderPlan, tmp_path: Path) -> None:
    story = (ChunkStarted(0, "w", 1), FramesDone(0, 5), ChunkDone(0, 10, 100, 0.1))
    stop = Event()

    told = []
    for event in ScriptedExecutor(*story).run(Work(plan, (0,), False, tmp_path), stop):
        told.append(event)
        if isinstance(event, FramesDone):
            stop.set()

    assert told == list(story[:2])
