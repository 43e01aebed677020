"""The SQLite file behind the queue: opened by many processes and threads at once, migrated, never half written."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from renderer.errors import StoreError
from renderer.jobs.schema import MIGRATIONS, metadata

BUSY_S = 10.0
"""How long a writer waits for another one; every write here takes milliseconds."""


class Database:
    """Connections to one file. Thread-safe: every call takes its own connection from a pool.

    WAL lets readers go on while one writes, so a window that lists jobs never waits for a runner. A write is one
    transaction, durable when it returns (fsync), and taken for itself from its first statement.
    """

    def __init__(self, path: Path, *, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
        """Open or make the database, and bring an older one up to date, all in one step or not at all.

        Raises StoreError where that cannot be, with the way out.
        """
        self.path = path
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(path)), connect_args={"timeout": BUSY_S, "isolation_level": None}
        )
        self._writing = self._engine.execution_options(is_write=True)
        event.listen(self._engine, "connect", _set_up)
        event.listen(self._engine, "begin", _begin)
        try:
            self._migrate(migrations)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of everything. Raises StoreError."""
        with _told(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it happens, or, when the block raises, nothing. Raises StoreError."""
        with _told(self.path), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every pooled connection. The object can still be used; it opens new ones."""
        self._engine.dispose()

    def _migrate(self, migrations: tuple[tuple[str, ...], ...]) -> None:
        newest = len(migrations)
        with self.write() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)"))
            version = connection.execute(text("SELECT max(version) FROM schema_version")).scalar_one()
            if version == newest:
                return
            if version is None:
                metadata.create_all(connection)
            elif version > newest:
                raise StoreError(
                    f"{self.path} was written by a newer Reelwright.", action="Update, or move the file away."
                )
            else:
                for statement in (one for step in migrations[version:] for one in step):
                    connection.execute(text(statement))
            connection.execute(text("INSERT INTO schema_version VALUES (:version)"), {"version": newest})


def set_aside(path: Path) -> Path:
    """Rename a damaged database and what lies beside it, so that an empty one can be made; returns its new name."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    return aside


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # Two processes that switch a new file to WAL at the same time do not wait for each other as all else does.
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    # A write that begins as a read can find the file changed under it and fail; IMMEDIATE waits instead.
    is_write = connection.get_execution_options().get("is_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of disk and database as sentences."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        cause = getattr(error, "orig", error)
        action = "Free some space, or mend the permissions of its folder."
        if "locked" in str(cause):
            action = "Another program holds it; try again."
        raise StoreError(f"The queue {path} cannot be used: {cause}.", action=action) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        cause = getattr(error, "orig", error)
        raise StoreError(
            f"The queue {path} is damaged: {cause}.", action="Move it away; an empty one is made in its place."
        ) from error
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror}.", action="Mend its folder.") from error
