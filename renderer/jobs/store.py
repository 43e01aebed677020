"""The queue and its history: every job there is, in the order they run, kept through crashes and restarts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from renderer import __version__
from renderer.estimate import Measure
from renderer.jobs.claim import Claim, QueuePause, claim_next, queue_pause
from renderer.jobs.database import Database
from renderer.jobs.owner import Owner
from renderer.jobs.rows import IN_ORDER, is_abandoned, job_of, job_values, request_of, row_of, snapshot_values
from renderer.jobs.schema import jobs, measures, snapshots, stories, switches
from renderer.jobs.values import FINISHED, LIVE, IllegalMove, Job, JobRequest, Move, State, StoryLine, moved

Place = Literal["up", "down", "top", "bottom"]

MEASURES_KEPT = 500

_MEASURE = tuple(field.name for field in fields(Measure))

_IN_LINE = select(jobs).where(jobs.c.state.in_(LIVE)).order_by(*IN_ORDER)
_ENDED = select(jobs).where(jobs.c.state.in_(FINISHED)).order_by(jobs.c.finished_at.desc(), jobs.c.id.desc())


class JobStore:
    """Every job of one user. Safe to use from many threads and processes at once; each call is one transaction.

    Reads take a snapshot and never wait for a writer. Writes wait for each other for milliseconds (ten seconds at
    most, then StoreError), so a window may call them from its own thread, and should from another where it can.
    Methods raise UsageError for an id that is not there, IllegalMove for what its state does not allow.
    """

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        """Open or make the database at `path`. Raises StoreError."""
        self._database = Database(path)
        self._now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # What there is

    def submit(self, request: JobRequest, *, priority: int = 0) -> int:
        """Put a job at the end of those of its priority; returns its id."""
        with self._database.write() as connection:
            last = connection.execute(select(func.max(jobs.c.position))).scalar_one() or 0
            values = {**job_values(request), "priority": priority, "position": last + 1, "state": State.QUEUED}
            values |= {"submitted_at": self._now(), "engine": __version__}
            job_id = int(connection.execute(insert(jobs).values(**values)).inserted_primary_key[0])  # type: ignore[index]
            connection.execute(insert(snapshots).values(job=job_id, **snapshot_values(request)))
        return job_id

    def job(self, job_id: int) -> Job:
        """One job as it stands."""
        with self._database.read() as connection:
            return job_of(row_of(connection, job_id), self._now())

    def queue(self) -> tuple[Job, ...]:
        """Live jobs in the order they run."""
        return self._select(_IN_LINE)

    def listed(self) -> tuple[Job, ...]:
        """Live jobs in the order they run, then finished ones that were not cleared away, the newest first."""
        return self._select(_IN_LINE, _ENDED.where(~jobs.c.cleared))

    def history(self, limit: int | None = None) -> tuple[Job, ...]:
        """Finished jobs, cleared away or not, the newest first."""
        return self._select(_ENDED.limit(limit))

    def request(self, job_id: int) -> JobRequest:
        """What the job renders, as it was at submit."""
        with self._database.read() as connection:
            row_of(connection, job_id)
            joined = select(jobs, snapshots).join(snapshots, snapshots.c.job == jobs.c.id).where(jobs.c.id == job_id)
            return request_of(connection.execute(joined).mappings().one())

    def story(self, job_id: int) -> tuple[StoryLine, ...]:
        """What happened to the job, in order: starts, failures, warnings, outputs."""
        with self._database.read() as connection:
            row_of(connection, job_id)
            lines = select(stories.c.at, stories.c.line).where(stories.c.job == job_id).order_by(stories.c.id)
            return tuple(StoryLine(at, line) for at, line in connection.execute(lines))

    # What a person does with one job

    def pause(self, job_id: int) -> Job:
        """Pause a job: at once, or, when a runner holds it, as soon as that follows (within a second)."""
        return self._ask(job_id, Move.PAUSE, "pause")

    def cancel(self, job_id: int) -> Job:
        """Give a job up: at once, or, when a runner holds it, as soon as that follows. Finished parts are kept."""
        return self._ask(job_id, Move.CANCEL, "cancel")

    def resume(self, job_id: int) -> Job:
        """Let a paused job go on from its finished parts when its turn comes."""
        with self._database.write() as connection:
            row = row_of(connection, job_id)
            if row["state"] == State.RUNNING and row["asked"] == "pause":
                return self._change(connection, job_id, asked="")
            return self._change(connection, job_id, state=moved(job_id, State(row["state"]), Move.RESUME))

    def retry(self, job_id: int) -> Job:
        """Line a failed or cancelled job up again. Its finished parts are in the cache: only others are rendered."""
        with self._database.write() as connection:
            row = row_of(connection, job_id)
            state = moved(job_id, State(row["state"]), Move.RETRY)
            again = {"problem": "", "finished_at": None, "deaths": 0, "cleared": False, "asked": ""}
            return self._change(connection, job_id, state=state, **again)

    def remove(self, job_id: int) -> None:
        """Forget a finished job, its history and story. Its output stays where it is."""
        with self._database.write() as connection:
            moved(job_id, State(row_of(connection, job_id)["state"]), Move.REMOVE)
            connection.execute(delete(jobs).where(jobs.c.id == job_id))

    # What a person does with the order

    def move(self, job_id: int, place: int | Place) -> None:
        """Move a live job to `place` in `queue()`, counted from 0; its priority follows its neighbours'."""
        with self._database.write() as connection:
            state = State(row_of(connection, job_id)["state"])
            if state not in LIVE:
                raise IllegalMove(f"Job {job_id} is {state} and waits in no line.")
            wanted = select(jobs.c.id, jobs.c.priority).where(jobs.c.state.in_(LIVE)).order_by(*IN_ORDER)
            line = [(row.id, row.priority) for row in connection.execute(wanted)]
            at = next(index for index, (other, _) in enumerate(line) if other == job_id)
            _, priority = line.pop(at)
            to = (
                {"up": at - 1, "down": at + 1, "top": 0, "bottom": len(line)}[place]
                if isinstance(place, str)
                else place
            )
            to = min(max(to, 0), len(line))
            if to < len(line):
                priority = max(priority, line[to][1])
            if to > 0:
                priority = min(priority, line[to - 1][1])
            line.insert(to, (job_id, priority))
            for position, (other, its_priority) in enumerate(line, start=1):
                values = {"position": position, "priority": its_priority}
                connection.execute(update(jobs).where(jobs.c.id == other).values(**values))

    def set_priority(self, job_id: int, priority: int) -> Job:
        """Higher goes first; among equals the order stays."""
        with self._database.write() as connection:
            row_of(connection, job_id)
            return self._change(connection, job_id, priority=priority)

    # What a person does with the whole queue

    def pause_queue(self, *, after_current: bool = False) -> None:
        """Start no more jobs; the running one stops too and keeps its place, unless `after_current`."""
        self._switch("pause", "after-current" if after_current else "now")

    def resume_queue(self) -> None:
        """Go on with the first job in line."""
        self._switch("pause", "")

    @property
    def queue_pause(self) -> QueuePause:
        """Whether the whole queue is paused, and how."""
        with self._database.read() as connection:
            return queue_pause(connection)

    def clear_finished(self) -> int:
        """Take finished jobs off `listed()`; they stay in the history. Returns how many."""
        finished = jobs.c.state.in_(FINISHED) & ~jobs.c.cleared
        with self._database.write() as connection:
            return connection.execute(update(jobs).where(finished).values(cleared=True)).rowcount

    def prune_history(self, keep: int) -> int:
        """Forget all but the newest `keep` finished jobs. Returns how many went."""
        kept = select(jobs.c.id).where(jobs.c.state.in_(FINISHED)).order_by(jobs.c.finished_at.desc(), jobs.c.id.desc())
        old = jobs.c.state.in_(FINISHED) & jobs.c.id.not_in(kept.limit(max(0, keep)))
        with self._database.write() as connection:
            return connection.execute(delete(jobs).where(old)).rowcount

    # What a runner does

    def claim(self, owner: Owner) -> Claim | None:
        """The next job to run, now held by `owner`; None when the queue is paused or nothing waits.

        Atomic over all processes: a job is never held twice. One whose runner died is claimed again at once.
        """
        return claim_next(self._database, owner, self._now)

    # What renders took

    def add_measure(self, measure: Measure) -> None:
        """Remember what a render took, for later estimates."""
        with self._database.write() as connection:
            values = {name: getattr(measure, name) for name in _MEASURE}
            connection.execute(insert(measures).values(at=self._now(), **values))
            newest = select(measures.c.id).order_by(measures.c.id.desc()).limit(MEASURES_KEPT)
            connection.execute(delete(measures).where(measures.c.id.not_in(newest)))

    def measures(self) -> tuple[Measure, ...]:
        """What renders on this machine took, the newest first."""
        with self._database.read() as connection:
            columns = [measures.c[name] for name in _MEASURE]
            rows = connection.execute(select(*columns).order_by(measures.c.id.desc())).mappings()
            return tuple(Measure(**row) for row in rows)

    def _select(self, *wanted: Select[Any]) -> tuple[Job, ...]:
        """The jobs of each query in turn, all as of one moment: none is seen twice or missed."""
        now = self._now()
        with self._database.read() as connection:
            return tuple(job_of(row, now) for query in wanted for row in connection.execute(query).mappings())

    def _ask(self, job_id: int, move: Move, word: str) -> Job:
        with self._database.write() as connection:
            row = row_of(connection, job_id)
            state = moved(job_id, State(row["state"]), move)
            if row["state"] == State.RUNNING and not is_abandoned(row, self._now()):
                return self._change(connection, job_id, asked=word if row["asked"] != "cancel" else "cancel")
            ended = {"finished_at": self._now()} if state in FINISHED else {}
            return self._change(connection, job_id, state=state, token="", asked="", **ended)

    def _change(self, connection: Connection, job_id: int, **values: Any) -> Job:
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        return job_of(row_of(connection, job_id), self._now())

    def _switch(self, name: str, value: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(switches).where(switches.c.name == name))
            if value:
                connection.execute(insert(switches).values(name=name, value=value))
