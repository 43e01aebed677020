"""A job held by one process: claimed by nobody else while that lives, and told what the user wants meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from sqlalchemy import Connection, RowMapping, case, func, insert, select, update

from renderer.jobs.database import Database
from renderer.jobs.owner import Owner
from renderer.jobs.rows import IN_ORDER, is_abandoned, job_of, outputs_json, request_of, row_of
from renderer.jobs.schema import jobs, snapshots, stories, switches
from renderer.jobs.values import FINISHED, Job, JobOutput, JobRequest, Move, State, moved

LEASE_S = 15.0
"""How long a job stays held without a sign of life, for those that cannot see the holder's process table."""

DEATHS_ALLOWED = 3
"""Runners that may die over a job without getting any further, before it is called failed."""

STORY_LIMIT = 1000
"""Lines kept of one job's story."""

QueuePause = Literal["", "now", "after-current"]
"""`now` stops the running job too (it goes first when the queue goes on); `after-current` lets it finish."""

Wish = Literal["", "pause", "cancel", "release", "lost"]
"""What the holder of a job is to do: go on; stop, for the job is to be paused or cancelled, or the queue is paused;
stop at once, for another process holds the job."""

Fate = Literal["done", "failed", "stopped"]


@dataclass(frozen=True)
class Progress:
    """How far a running job is."""

    phase: str = ""
    frames_done: int = 0
    frames_total: int = 0
    reused: int = 0
    copied: int = 0
    encoded: int = 0
    took_s: float = 0.0
    outputs: tuple[JobOutput, ...] = ()


class Claim:
    """One job, held. Safe to use from two threads: one that renders, one that watches for wishes."""

    def __init__(self, database: Database, job: Job, token: str, now: Callable[[], float]) -> None:
        self.job = job
        """As it was when it was claimed."""
        self._database = database
        self._token = token
        self._now = now
        self._beaten_at = now()

    def request(self) -> JobRequest:
        """What to render, as it was at submit."""
        with self._database.read() as connection:
            joined = select(jobs, snapshots).join(snapshots, snapshots.c.job == jobs.c.id)
            return request_of(connection.execute(joined.where(jobs.c.id == self.job.id)).mappings().one())

    def beat(self) -> Wish:
        """Give a sign of life and hear what is wished. Call it a few times a second; it writes every few seconds."""
        now = self._now()
        if now - self._beaten_at > LEASE_S / 3 or now < self._beaten_at:
            with self._database.write() as connection:
                connection.execute(update(jobs).where(*self._mine()).values(lease_until=now + LEASE_S))
            self._beaten_at = now
        with self._database.read() as connection:
            row = connection.execute(select(jobs.c.asked).where(*self._mine())).one_or_none()
            if row is None:
                return "lost"
            if row.asked:
                return cast("Wish", row.asked)
            return "release" if queue_pause(connection) == "now" else ""

    def record(self, progress: Progress, story: Iterable[str] = ()) -> None:
        """Write down how far the job is, and lines for its story. Does nothing when the job is lost."""
        with self._database.write() as connection:
            self._record(connection, progress, story)

    def end(self, fate: Fate, progress: Progress, *, problem: str = "", story: Iterable[str] = ()) -> Job | None:
        """Let the job go. A stopped one is paused or cancelled as was asked, else it is back in its place in line.

        Returns the job as it now stands, None when it was lost.
        """
        with self._database.write() as connection:
            if not self._record(connection, progress, story):
                return None
            row = row_of(connection, self.job.id)
            state = moved(self.job.id, State(row["state"]), _ending(fate, row["asked"]))
            values: dict[str, Any] = {"state": state, "asked": "", "token": "", "problem": problem, "deaths": 0}
            if state in FINISHED:
                values["finished_at"] = self._now()
            connection.execute(update(jobs).where(*self._mine()).values(**values))
            return job_of(row_of(connection, self.job.id), self._now())

    def _record(self, connection: Connection, progress: Progress, story: Iterable[str]) -> bool:
        done = progress.frames_done
        values = {
            "phase": progress.phase,
            "frames_done": done,
            "frames_total": progress.frames_total,
            "reused": progress.reused,
            "copied": progress.copied,
            "encoded": progress.encoded,
            "took_s": progress.took_s,
            "outputs": outputs_json(progress.outputs),
            "deaths": case((jobs.c.furthest < done, 0), else_=jobs.c.deaths),
            "furthest": func.max(jobs.c.furthest, done),
        }
        if connection.execute(update(jobs).where(*self._mine()).values(**values)).rowcount == 0:
            return False
        lines = [{"job": self.job.id, "at": self._now(), "line": line} for line in story]
        if lines:
            told = connection.execute(select(func.count()).where(stories.c.job == self.job.id)).scalar_one()
            if room := lines[: max(0, STORY_LIMIT - told)]:
                connection.execute(insert(stories), room)
        return True

    def _mine(self) -> tuple[Any, ...]:
        return jobs.c.id == self.job.id, jobs.c.token == self._token, jobs.c.state == State.RUNNING


def claim_next(database: Database, owner: Owner, now: Callable[[], float]) -> Claim | None:
    """The first job in line that nobody holds, now held by `owner`. One transaction, so no two processes get one job.

    On the way, jobs whose runner died are settled: paused or cancelled where that was asked, failed where runners
    die over them again and again, else claimed.
    """
    with database.write() as connection:
        if queue_pause(connection):
            return None
        waiting = select(jobs).where(jobs.c.state.in_((State.QUEUED, State.RUNNING))).order_by(*IN_ORDER)
        for row in connection.execute(waiting).mappings().all():
            if row["state"] == State.RUNNING:
                if not is_abandoned(row, now()):
                    continue
                if settled := _settle_death(row, now()):
                    connection.execute(update(jobs).where(jobs.c.id == row["id"]).values(**settled))
                    continue
            return _claim(database, connection, row, owner, now)
    return None


def queue_pause(connection: Connection) -> QueuePause:
    """Whether the whole queue is paused, and how."""
    found = connection.execute(select(switches.c.value).where(switches.c.name == "pause")).scalar_one_or_none()
    return cast("QueuePause", found or "")


def _claim(
    database: Database, connection: Connection, row: RowMapping, owner: Owner, now: Callable[[], float]
) -> Claim:
    token = secrets.token_hex(8)
    values = {
        "state": moved(row["id"], State(row["state"]), Move.CLAIM),
        "owner_machine": owner.machine,
        "owner_pid": owner.pid,
        "owner_born": owner.born,
        "token": token,
        "lease_until": now() + LEASE_S,
        "started_at": now(),
        "attempts": row["attempts"] + 1,
        "deaths": row["deaths"] + (row["state"] == State.RUNNING),
        "problem": "",
        "asked": "",
    }
    connection.execute(update(jobs).where(jobs.c.id == row["id"]).values(**values))
    job = job_of(row_of(connection, row["id"]), now())
    return Claim(database, replace(job, interrupted=False), token, now)


def _settle_death(row: RowMapping, now: float) -> dict[str, Any] | None:
    state, job_id = State(row["state"]), row["id"]
    if row["asked"] == "pause":
        return {"state": moved(job_id, state, Move.PAUSE), "asked": "", "token": ""}
    if row["asked"] == "cancel":
        return {"state": moved(job_id, state, Move.CANCEL), "asked": "", "token": "", "finished_at": now}
    if row["deaths"] + 1 < DEATHS_ALLOWED:
        return None
    problem = (
        f"The renderer was killed {DEATHS_ALLOWED} times while it worked on this job, without getting any further. "
        "It may need more memory than there is: try fewer workers or a lower resolution, then retry."
    )
    return {"state": moved(job_id, state, Move.FAIL), "problem": problem, "token": "", "finished_at": now}


def _ending(fate: Fate, asked: str) -> Move:
    if fate == "done":
        return Move.FINISH
    if asked == "cancel":
        return Move.CANCEL
    if fate == "failed":
        return Move.FAIL
    return Move.PAUSE if asked == "pause" else Move.RELEASE
