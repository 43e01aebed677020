"""The queue: order, moves, pauses, history, and what a submitted job keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from renderer.errors import InputError, StoreError, UsageError
from renderer.estimate import Measure
from renderer.jobs.claim import Claim, Progress
from renderer.jobs.database import Database, set_aside
from renderer.jobs.owner import Owner, this_process
from renderer.jobs.schema import MIGRATIONS
from renderer.jobs.store import JobStore
from renderer.jobs.values import LIVE, MOVES, IllegalMove, JobOutput, Move, State, moved
from tests.queue_kit import a_project, a_request


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    with JobStore(tmp_path / "queue.sqlite3") as store:
        yield store


def titles(store: JobStore) -> str:
    return "".join(job.title for job in store.queue())


def lined_up(store: JobStore, names: str) -> dict[str, int]:
    return {name: store.submit(a_request(name)) for name in names}


def claimed(store: JobStore) -> Claim:
    claim = store.claim(this_process())
    assert claim is not None
    return claim


def test_a_job_keeps_the_project_as_it_was_when_it_was_submitted(store: JobStore) -> None:
    request = a_request("Before", resolution="720p", copy="never")

    job_id = store.submit(request)

    assert store.request(job_id) == request
    assert store.request(job_id).project == a_project("Before")
    assert store.job(job_id).state == State.QUEUED


def test_jobs_survive_closing_and_opening_the_program(tmp_path: Path) -> None:
    with JobStore(tmp_path / "q.sqlite3") as before:
        lined_up(before, "abc")

    with JobStore(tmp_path / "q.sqlite3") as after:
        assert titles(after) == "abc"


@pytest.mark.parametrize(
    ("name", "place", "line"),
    [
        ("c", "top", "cab"),
        ("a", "bottom", "bca"),
        ("b", "up", "bac"),
        ("b", "down", "acb"),
        ("a", 1, "bac"),
        ("a", 99, "bca"),
        ("c", -5, "cab"),
    ],
)
def test_a_moved_job_lands_where_it_was_put(store: JobStore, name: str, place: int, line: str) -> None:
    ids = lined_up(store, "abc")

    store.move(ids[name], place)

    assert titles(store) == line


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3), st.integers(-2, 2)), max_size=8))
def test_the_line_shows_a_moved_job_at_its_place_whatever_the_priorities(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    with JobStore(tmp_path_factory.mktemp("q") / "q.sqlite3") as store:
        ids = lined_up(store, "abcd")

        for name, place, priority in steps:
            store.set_priority(ids[name], priority)
            store.move(ids[name], place)

            assert titles(store)[place] == name
            assert sorted(titles(store)) == list("abcd")


def test_an_urgent_job_goes_first(store: JobStore) -> None:
    ids = lined_up(store, "ab")

    store.set_priority(ids["b"], 5)
    urgent = store.submit(a_request("c"), priority=10)

    assert titles(store) == "cba"
    assert claimed(store).job.id == urgent


def test_a_held_job_is_not_given_to_another_runner(store: JobStore) -> None:
    lined_up(store, "ab")

    first, second = claimed(store), claimed(store)

    assert (first.job.title, second.job.title) == ("a", "b")
    assert store.claim(this_process()) is None


def test_a_paused_job_lets_the_next_one_go_first_and_comes_back(store: JobStore) -> None:
    ids = lined_up(store, "ab")

    store.pause(ids["a"])

    assert claimed(store).job.title == "b"
    assert store.claim(this_process()) is None
    store.resume(ids["a"])
    assert claimed(store).job.title == "a"


def test_pausing_a_running_job_asks_its_runner_and_keeps_the_numbers(store: JobStore) -> None:
    ids = lined_up(store, "a")
    claim = claimed(store)
    claim.record(Progress(frames_done=62, frames_total=100))

    asked = store.pause(ids["a"])
    wish = claim.beat()
    claim.end("stopped", Progress(frames_done=62, frames_total=100))

    assert (asked.state, asked.asked, wish) == (State.RUNNING, "pause", "pause")
    assert store.job(ids["a"]).state == State.PAUSED
    assert store.job(ids["a"]).progress == 0.62


def test_a_pause_taken_back_in_time_changes_nothing(store: JobStore) -> None:
    ids = lined_up(store, "a")
    claim = claimed(store)

    store.pause(ids["a"])
    store.resume(ids["a"])

    assert claim.beat() == ""


def test_a_cancelled_job_stays_cancelled_when_someone_pauses_it_too(store: JobStore) -> None:
    ids = lined_up(store, "a")
    claim = claimed(store)

    store.cancel(ids["a"])
    store.pause(ids["a"])
    claim.end("stopped", Progress())

    assert store.job(ids["a"]).state == State.CANCELLED


def test_a_job_that_finishes_while_being_paused_is_done(store: JobStore) -> None:
    ids = lined_up(store, "a")
    claim = claimed(store)
    output = JobOutput("/out/film.mp4", 1234, 2.0, 60)

    store.pause(ids["a"])
    claim.end("done", Progress(outputs=(output,), took_s=3.5, reused=1, copied=2, encoded=3))

    job = store.job(ids["a"])
    assert (job.state, job.outputs, job.took_s) == (State.DONE, (output,), 3.5)
    assert (job.reused, job.copied, job.encoded, job.asked) == (1, 2, 3, "")


def test_pausing_the_queue_stops_the_running_job_which_then_goes_first(store: JobStore) -> None:
    lined_up(store, "ab")
    claim = claimed(store)

    store.pause_queue()
    wish = claim.beat()
    claim.end("stopped", Progress())
    nothing = store.claim(this_process())
    store.resume_queue()

    assert (wish, nothing) == ("release", None)
    assert claimed(store).job.title == "a"


def test_pausing_the_queue_after_the_current_job_lets_it_finish(store: JobStore) -> None:
    lined_up(store, "ab")
    claim = claimed(store)

    store.pause_queue(after_current=True)

    assert claim.beat() == ""
    assert store.claim(this_process()) is None
    assert store.queue_pause == "after-current"


def test_a_failed_job_says_why_and_can_be_retried(store: JobStore) -> None:
    ids = lined_up(store, "a")
    claimed(store).end("failed", Progress(), problem="dock.mp4 is missing.", story=['{"event": "job-failed"}'])

    failed = store.job(ids["a"])
    store.retry(ids["a"])

    assert (failed.state, failed.problem) == (State.FAILED, "dock.mp4 is missing.")
    assert [line.line for line in store.story(ids["a"])] == ['{"event": "job-failed"}']
    assert (store.job(ids["a"]).state, store.job(ids["a"]).problem) == (State.QUEUED, "")


def test_a_cleared_job_leaves_the_list_and_stays_in_the_history(store: JobStore) -> None:
    lined_up(store, "ab")
    claimed(store).end("done", Progress())

    cleared = store.clear_finished()

    assert cleared == 1
    assert [job.title for job in store.listed()] == ["b"]
    assert [job.title for job in store.history()] == ["a"]


def test_pruning_the_history_keeps_the_newest(store: JobStore) -> None:
    lined_up(store, "abcd")
    for _ in "abc":
        claimed(store).end("done", Progress())

    gone = store.prune_history(keep=1)

    assert gone == 2
    assert [job.title for job in store.history()] == ["c"]
    assert titles(store) == "d"


def test_a_removed_job_takes_its_story_with_it_and_its_number_is_not_used_again(store: JobStore) -> None:
    ids = lined_up(store, "a")
    claimed(store).end("done", Progress(), story=["{}"])

    store.remove(ids["a"])

    with pytest.raises(UsageError, match="no job"):
        store.story(ids["a"])
    assert store.submit(a_request()) > ids["a"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", Move)
def test_every_move_that_the_table_does_not_list_is_refused_with_the_state(state: State, move: Move) -> None:
    if state in MOVES[move][0]:
        assert moved(7, state, move) == MOVES[move][1]
        return

    with pytest.raises(IllegalMove, match=f"Job 7 is {state} and cannot be {move}"):
        moved(7, state, move)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["pause", "resume", "cancel", "retry", "claim", "done", "failed", "stopped"]), max_size=12)
)
def test_no_order_of_wishes_and_endings_leaves_a_job_between_states(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    with JobStore(tmp_path_factory.mktemp("q") / "q.sqlite3") as store:
        job_id = store.submit(a_request())
        held: Claim | None = None

        for step in steps:
            if step in ("done", "failed", "stopped"):
                if held is not None:
                    held.end(step, Progress(), problem="x")  # type: ignore[arg-type]
                held = None
            elif step == "claim":
                held = held or store.claim(this_process())
            else:
                try:
                    getattr(store, step)(job_id)
                except IllegalMove:
                    continue

            job = store.job(job_id)
            assert (job.state == State.RUNNING) == (held is not None)
            assert job.asked == "" or job.state == State.RUNNING
            assert (job.finished_at is not None) == (job.state not in LIVE)


def test_a_job_of_another_machine_is_claimed_only_after_its_lease_ran_out(tmp_path: Path) -> None:
    clock = [1000.0]
    with JobStore(tmp_path / "q.sqlite3", now=lambda: clock[0]) as store:
        lined_up(store, "a")
        held = store.claim(Owner("elsewhere", 1, "1"))

        early = store.claim(this_process())
        clock[0] += 60
        late = claimed(store)

        assert held is not None
        assert early is None
        assert late.job.title == "a"
        assert held.beat() == "lost"
        assert held.end("done", Progress()) is None


def test_a_sign_of_life_keeps_a_job_of_another_machine(tmp_path: Path) -> None:
    clock = [1000.0]
    with JobStore(tmp_path / "q.sqlite3", now=lambda: clock[0]) as store:
        lined_up(store, "a")
        held = store.claim(Owner("elsewhere", 1, "1"))
        assert held is not None

        for _ in range(10):
            clock[0] += 10
            held.beat()

        assert store.claim(this_process()) is None


def test_a_process_number_used_again_is_not_taken_for_the_old_process(store: JobStore) -> None:
    lined_up(store, "a")
    me = this_process()
    store.claim(Owner(me.machine, me.pid, "another time"))

    assert store.queue()[0].interrupted
    assert claimed(store).job.title == "a"


def test_a_job_that_kills_every_runner_fails_in_the_end(store: JobStore) -> None:
    ids = lined_up(store, "ab")
    dead = Owner(this_process().machine, this_process().pid, "gone")
    for _ in range(3):
        claim = store.claim(dead)
        assert claim is not None
        claim.record(Progress(frames_done=10, frames_total=100))

    after = claimed(store)

    assert after.job.title == "b"
    assert store.job(ids["a"]).state == State.FAILED
    assert "killed 3 times" in store.job(ids["a"]).problem


def test_a_long_job_that_gets_further_each_time_may_lose_many_runners(store: JobStore) -> None:
    lined_up(store, "a")
    dead = Owner(this_process().machine, this_process().pid, "gone")
    for turn in range(1, 8):
        claim = store.claim(dead)
        assert claim is not None
        claim.record(Progress(frames_done=10 * turn, frames_total=100))

    assert claimed(store).job.title == "a"


def test_measures_come_back_newest_first(store: JobStore) -> None:
    first, second = (Measure("h264", "medium", crf, 100, 10, 1.0, 5, 2, 0.5) for crf in (23, 28))

    store.add_measure(first)
    store.add_measure(second)

    assert store.measures() == (second, first)


def test_a_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "q.sqlite3"
    JobStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO schema_version VALUES (999)")
    connection.commit()
    connection.close()

    with pytest.raises(StoreError, match="newer Reelwright"):
        JobStore(path)


def test_an_older_database_is_brought_up_to_date_once_and_keeps_its_jobs(tmp_path: Path) -> None:
    path = tmp_path / "q.sqlite3"
    with JobStore(path) as store:
        lined_up(store, "ab")
    newer = (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN color TEXT NOT NULL DEFAULT 'blue'",))

    for _ in range(2):
        database = Database(path, migrations=newer)
        with database.read() as connection:
            colors = connection.execute(text("SELECT title, color FROM jobs")).all()
        database.close()

    assert [tuple(row) for row in colors] == [("a", "blue"), ("b", "blue")]


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "q.sqlite3"
    JobStore(path).close()
    broken = (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN color TEXT", "this is no statement"))

    with pytest.raises(StoreError):
        Database(path, migrations=broken)

    with JobStore(path) as store:
        store.submit(a_request())


def test_a_job_with_settings_of_another_version_is_listed_but_not_rendered_wrongly(
    store: JobStore, tmp_path: Path
) -> None:
    job_id = store.submit(a_request(resolution="720p"))
    connection = sqlite3.connect(tmp_path / "queue.sqlite3")
    connection.execute("""UPDATE jobs SET settings = '{"resolution": "720p", "hologram": true, "quality": "best"}'""")
    connection.commit()
    connection.close()

    assert store.job(job_id).settings.resolution == "720p"
    with pytest.raises(InputError, match="another version"):
        store.request(job_id)


def test_a_damaged_database_is_named_and_can_be_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "q.sqlite3"
    path.write_bytes(b"this is no database" * 100)

    with pytest.raises(StoreError, match="damaged"):
        JobStore(path)
    aside = set_aside(path)

    assert aside.read_bytes().startswith(b"this is no")
    with JobStore(path) as store:
        assert store.listed() == ()


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be used"):
        JobStore(tmp_path / "file" / "q.sqlite3")
