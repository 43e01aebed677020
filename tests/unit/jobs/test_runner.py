"""Running the queue with renders that follow a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from renderer.errors import InputError, Stopped
from renderer.events import ChunkDone, JobDone, JobFailed, JobStarted, OutputDone, RenderEvent, Warned, from_json
from renderer.jobs.runner import run_queue
from renderer.jobs.store import JobStore
from renderer.jobs.values import Job, JobRequest, State
from tests.queue_kit import ScriptedRender, a_request


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    with JobStore(tmp_path / "queue.sqlite3") as store:
        yield store


def run(store: JobStore, run_one: object, stop: Event | None = None) -> list[RenderEvent]:
    return [event for _, event in run_queue(store, run_one, stop or Event())]  # type: ignore[arg-type]


def test_every_job_in_line_is_rendered_and_its_row_says_how(store: JobStore, tmp_path: Path) -> None:
    first, second = (store.submit(a_request(name)) for name in "ab")

    run(store, ScriptedRender(tmp_path))

    assert store.queue() == ()
    job = store.job(first)
    assert (job.state, job.frames_done, job.frames_total, job.encoded, job.took_s) == (State.DONE, 30, 30, 3, 1.5)
    assert job.outputs[0].size_bytes == 300
    assert store.job(second).state == State.DONE


def test_the_story_keeps_starts_and_endings_but_not_every_frame(store: JobStore, tmp_path: Path) -> None:
    job_id = store.submit(a_request())

    run(store, ScriptedRender(tmp_path, chunks=50))

    kinds = [type(from_json(line.line)).__name__ for line in store.story(job_id)]
    assert kinds == ["JobStarted", "PhaseStarted", "OutputDone", "JobDone"]


def test_a_failed_job_does_not_hold_up_the_others(store: JobStore, tmp_path: Path) -> None:
    bad, good = (store.submit(a_request(name)) for name in ("bad", "good"))

    run(store, ScriptedRender(tmp_path, failing=frozenset({"bad"})))

    assert (store.job(bad).state, store.job(good).state) == (State.FAILED, State.DONE)
    assert store.job(bad).problem == "Scene 'intro' did not become ready in 30 s."


def test_a_retried_job_renders_only_what_failed(store: JobStore, tmp_path: Path) -> None:
    job_id = store.submit(a_request("bad"))
    run(store, ScriptedRender(tmp_path, failing=frozenset({"bad"})))

    store.retry(job_id)
    events = run(store, ScriptedRender(tmp_path))

    assert not [event for event in events if isinstance(event, ChunkDone)]
    assert (store.job(job_id).reused, store.job(job_id).attempts) == (3, 2)


@pytest.mark.parametrize(
    ("error", "said"),
    [(InputError("dock.mp4 is missing."), "dock.mp4 is missing."), (ZeroDivisionError("no"), "ZeroDivisionError: no")],
)
def test_an_error_before_the_first_frame_becomes_the_cause_in_the_row(
    store: JobStore, error: Exception, said: str
) -> None:
    def run_one(job: Job, request: JobRequest, stop: Event) -> Iterator[RenderEvent]:
        raise error
        yield

    job_id = store.submit(a_request())
    events = run(store, run_one)

    assert store.job(job_id).state == State.FAILED
    assert said in store.job(job_id).problem
    assert isinstance(events[-1], JobFailed)


def test_a_render_that_ends_in_silence_is_not_called_done(store: JobStore) -> None:
    job_id = store.submit(a_request())

    run(store, lambda job, request, stop: iter([Warned("so far so good")]))

    assert store.job(job_id).state == State.FAILED
    assert "without saying why" in store.job(job_id).problem


def test_a_render_that_stops_unasked_fails_and_is_not_started_over_for_ever(store: JobStore) -> None:
    def run_one(job: Job, request: JobRequest, stop: Event) -> Iterator[RenderEvent]:
        raise Stopped
        yield

    job_id = store.submit(a_request())
    run(store, run_one)

    assert (store.job(job_id).state, store.job(job_id).attempts) == (State.FAILED, 1)


def test_closing_the_iterator_puts_the_job_back_in_its_place(store: JobStore, tmp_path: Path) -> None:
    job_id = store.submit(a_request())
    events = run_queue(store, ScriptedRender(tmp_path), Event())
    next(event for event in events)

    events.close()  # type: ignore[attr-defined]

    assert store.job(job_id).state == State.QUEUED
    assert store.claim is not None


def test_stopping_keeps_finished_parts_and_the_next_run_goes_on(store: JobStore, tmp_path: Path) -> None:
    job_id = store.submit(a_request())
    stop = Event()
    for _, event in run_queue(store, ScriptedRender(tmp_path, chunks=20, chunk_s=0.1), stop):
        if isinstance(event, ChunkDone):
            stop.set()

    waiting = store.job(job_id)
    run(store, ScriptedRender(tmp_path, chunks=20))

    assert waiting.state == State.QUEUED
    assert 0 < waiting.frames_done < 200
    assert store.job(job_id).reused > 0
    assert store.job(job_id).state == State.DONE


@pytest.mark.parametrize(("wish", "state"), [("pause", State.PAUSED), ("cancel", State.CANCELLED)])
def test_a_render_that_says_nothing_for_long_still_hears_a_wish(store: JobStore, wish: str, state: State) -> None:
    def run_one(job: Job, request: JobRequest, stop: Event) -> Iterator[RenderEvent]:
        yield JobStarted("j", "t", 1, 10, "30", False, "x")
        getattr(store, wish)(job.id)
        assert stop.wait(30), "the wish was not heard"
        raise Stopped

    job_id = store.submit(a_request())
    run(store, run_one)

    assert store.job(job_id).state == state


def test_several_files_of_one_job_add_up(store: JobStore) -> None:
    def run_one(job: Job, request: JobRequest, stop: Event) -> Iterator[RenderEvent]:
        for name in ("intro", "end"):
            yield JobStarted("j", name, 1, 10, "30", False, name)
            yield ChunkDone(0, 10, 100, 0.5)
            yield OutputDone(f"/out/{name}.mp4", 100, 1.0, 10)
            yield JobDone(2.0, 0, 0, 1)

    job_id = store.submit(a_request(per_scene=True))
    run(store, run_one)

    job = store.job(job_id)
    assert (job.frames_done, job.frames_total, job.encoded, job.took_s) == (20, 20, 2, 4.0)
    assert [output.path for output in job.outputs] == ["/out/intro.mp4", "/out/end.mp4"]


def test_a_waiting_runner_starts_a_job_that_is_added_later(store: JobStore, tmp_path: Path) -> None:
    stop, ended = Event(), Event()

    def work() -> None:
        for _, event in run_queue(store, ScriptedRender(tmp_path), stop, wait=True):
            if isinstance(event, JobDone):
                ended.set()

    runner = Thread(target=work)
    runner.start()
    store.submit(a_request())

    assert ended.wait(30)
    stop.set()
    runner.join(30)
    assert not runner.is_alive()
