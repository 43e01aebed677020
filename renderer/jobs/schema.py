"""The tables of queue, history and measures, and how an older database becomes this one."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("overwrite", Boolean, nullable=False),
    Column("preset", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked", String(16), nullable=False, default=""),
    Column("cleared", Boolean, nullable=False, default=False),
    Column("submitted_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("phase", String(16), nullable=False, default=""),
    Column("frames_done", Integer, nullable=False, default=0),
    Column("frames_total", Integer, nullable=False, default=0),
    Column("reused", Integer, nullable=False, default=0),
    Column("copied", Integer, nullable=False, default=0),
    Column("encoded", Integer, nullable=False, default=0),
    Column("took_s", Float, nullable=False, default=0.0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("deaths", Integer, nullable=False, default=0),
    Column("furthest", Integer, nullable=False, default=0),
    Column("outputs", Text, nullable=False, default="[]"),
    Column("problem", Text, nullable=False, default=""),
    Column("engine", Text, nullable=False),
    Column("owner_machine", Text, nullable=False, default=""),
    Column("owner_pid", Integer, nullable=False, default=0),
    Column("owner_born", Text, nullable=False, default=""),
    Column("token", Text, nullable=False, default=""),
    Column("lease_until", Float, nullable=False, default=0.0),
    Index("jobs_by_state", "state", "priority", "position"),
    sqlite_autoincrement=True,
)
"""One row a job. `deaths` counts runners that died over it since one got further than `furthest` frames."""

snapshots = Table(
    "snapshots",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("project", Text, nullable=False),
    Column("digests", Text, nullable=False),
)
"""The project as it was at submit: large, so apart from the rows that are listed twice a second."""

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("line", Text, nullable=False),
)

measures = Table(
    "measures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("codec", String(16), nullable=False),
    Column("speed", String(16), nullable=False),
    Column("crf", Integer, nullable=False),
    Column("pixels", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("worker_s", Float, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("workers", Integer, nullable=False),
    Column("took_s", Float, nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What holds for the whole queue: `pause` is absent, `now` or `after-current`."""

MIGRATIONS: tuple[tuple[str, ...], ...] = ((),)
"""The statements of each version, counted from 1: those at index n lead from version n to n + 1.

A new database is made whole, at the last version. Append, never change: databases of every age are out there.
"""
