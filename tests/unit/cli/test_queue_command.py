"""`reelwright queue` and `reelwright presets`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Event

import pytest
from click.testing import CliRunner, Result

from renderer.cli import cli
from renderer.cli.queue_run import show_queue
from renderer.errors import UsageError
from renderer.jobs.runner import run_queue
from renderer.jobs.store import JobStore
from renderer.jobs.values import State
from renderer.places import places
from tests.queue_kit import ScriptedRender, a_request


@pytest.fixture
def store() -> Iterator[JobStore]:
    with JobStore(places().queue) as store:
        yield store


def typed(*words: str) -> Result:
    result = CliRunner().invoke(cli, list(words))
    if isinstance(result.exception, UsageError):
        raise result.exception
    return result


def listed(*words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in typed("queue", "list", "--json", *words).stdout.splitlines()]


def test_the_list_shows_jobs_in_their_order_with_the_cause_of_a_failure(store: JobStore, tmp_path: object) -> None:
    for title in ("bad [red]", "good"):
        store.submit(a_request(title))
    render = ScriptedRender(places().data, failing=frozenset({"bad [red]"}))
    code = show_queue(run_queue(store, render, Event()), store, Event(), as_json=True)

    shown = typed("queue", "list").stdout

    assert code == 1
    assert "bad [red]" in shown
    assert "did not become ready" in " ".join(shown.split())
    assert [job["state"] for job in listed()] == ["done", "failed"]


def test_jobs_are_paused_moved_resumed_and_cancelled_from_the_command_line(store: JobStore) -> None:
    first, second = (str(store.submit(a_request(name))) for name in "ab")

    typed("queue", "pause", first)
    moved = typed("queue", "move", second, "top")
    typed("queue", "cancel", second)
    typed("queue", "resume", first)

    assert "number 1 in line" in moved.stdout
    assert [job.state for job in store.listed()] == [State.QUEUED, State.CANCELLED]
    assert [job["title"] for job in listed("--history")] == ["b"]


def test_one_job_that_cannot_be_paused_does_not_keep_the_others_from_it(store: JobStore) -> None:
    job_id = store.submit(a_request())

    with pytest.raises(UsageError, match="no job 99"):
        typed("queue", "pause", "99", str(job_id))

    assert store.job(job_id).state == State.PAUSED


def test_the_whole_queue_is_paused_when_no_job_is_named(store: JobStore) -> None:
    typed("queue", "pause", "--after-current")
    paused = store.queue_pause
    typed("queue", "resume")

    assert (paused, store.queue_pause) == ("after-current", "")


def test_failed_jobs_are_retried_all_at_once_and_finished_ones_cleared(store: JobStore) -> None:
    for title in ("bad", "worse", "good"):
        store.submit(a_request(title))
    render = ScriptedRender(places().data, failing=frozenset({"bad", "worse"}))
    list(run_queue(store, render, Event()))

    typed("queue", "retry", "--failed")
    typed("queue", "clear")

    assert [job.title for job in store.listed()] == ["bad", "worse"]
    assert [job.title for job in store.history()] == ["good"]


@pytest.mark.parametrize(
    "words", [["cancel"], ["retry"], ["cancel", "--all", "1"], ["move", "1"], ["move", "1", "left"]]
)
def test_a_wish_without_a_clear_object_is_refused(words: list[str]) -> None:
    with pytest.raises(UsageError):
        typed("queue", *words)


def test_a_job_tells_its_whole_story(store: JobStore) -> None:
    job_id = str(store.submit(a_request("Harbour", resolution="720p")))
    list(run_queue(store, ScriptedRender(places().data), Event()))

    told = json.loads(typed("queue", "show", job_id, "--json").stdout)
    shown = typed("queue", "show", job_id).stdout

    assert [event["event"] for event in told["story"]] == ["job-started", "phase", "output", "job-done"]
    assert "resolution 720p" in shown
    assert "film.mp4" in shown


def test_a_preset_is_saved_shown_and_removed_from_the_command_line() -> None:
    typed("presets", "save", "Mine", "--preset", "Web", "--fps", "25")

    told = json.loads(typed("presets", "show", "mine", "--json").stdout)
    typed("presets", "remove", "MINE")

    assert (told["settings"]["fps"], told["settings"]["resolution"], told["built_in"]) == ("25", "720p", False)
    assert "Mine" not in typed("presets").stdout
