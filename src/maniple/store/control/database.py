"""The control plane's database: opening it, bringing it up to date, and its transactions."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from maniple.errors import OperatorError
from maniple.ports import Secrets
from maniple.store.control.faults import in_plain_words
from maniple.store.migrations import HEAD, KNOWN

BUSY_MILLISECONDS = 10_000
_WRITING = "maniple_writing"


class Database:
    """An open control-plane database. Safe to use from several threads.

    `now` answers in seconds since the Unix epoch; `dice` throws the ids.
    """

    def __init__(
        self, engine: Engine, path: Path, secrets: Secrets, now: Callable[[], float], dice: random.Random
    ) -> None:
        self.engine = engine
        self.path = path
        self.secrets = secrets
        self.now = now
        self.dice = dice
        self._writer = _for_writing(engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database. Raises OperatorError."""
        with in_plain_words(self.path), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; it commits at the end, or leaves no trace. Raises OperatorError."""
        with in_plain_words(self.path), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """A connection outside the pool, for one thread; its transactions may write and survive a power cut too.

        Its errors inside the `with` are the caller's to put `in_plain_words`. Raises OperatorError on opening.
        """
        with in_plain_words(self.path):
            connection = self._writer.connect()
            # Out of the pool, because the pragma stays with the connection.
            connection.detach()
            if connection.dialect.name == "sqlite":
                connection.connection.cursor().execute("PRAGMA synchronous = FULL")
        try:
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(path: Path) -> Engine:
    """The engine for the database file at `path`, made or brought up to date if need be. Raises OperatorError."""
    _touch(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_MILLISECONDS / 1000},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    bring_up_to_date(engine, str(path), "name another directory in `MANIPLE_HOME`")
    return engine


def bring_up_to_date(engine: Engine, place: str, elsewhere: str) -> None:
    """Make the tables of the database that messages call `place`, or change them to what this version needs.

    `elsewhere` is the hint for a database that is not ours. Raises OperatorError; then the engine is closed.
    """
    try:
        with in_plain_words(place):
            if _stored_revision(engine, place, elsewhere) != HEAD:
                _migrate(engine)
    except BaseException:
        engine.dispose()
        raise


def is_writing(connection: Connection) -> bool:
    """The transaction that begins may write."""
    return bool(connection.get_execution_options().get(_WRITING, False))


def _for_writing(engine: Engine) -> Engine:
    """The same engine for transactions that may write."""
    # A server's writers wait for their turn first, and must see what was written until then.
    level = {"isolation_level": "READ COMMITTED"} if engine.dialect.name == "postgresql" else {}
    return engine.execution_options(**{_WRITING: True, **level})


def _stored_revision(engine: Engine, place: str, elsewhere: str) -> str | None:
    """The revision of the database, None for an empty one. Raises OperatorError for one we do not know."""
    try:
        revision = _read_revision(engine)
    except DBAPIError:
        tables = inspect(engine).get_table_names()
        if tables and "alembic_version" not in tables:
            raise OperatorError(f"`{place}` is not a maniple database", hint=elsewhere) from None
        # Another process may have made the tables between the two looks.
        revision = _read_revision(engine) if tables else None
    if revision is not None and revision not in KNOWN:
        raise OperatorError(
            f"the database `{place}` was written by a newer version of maniple (revision `{revision}`)",
            hint=f"use that version, or {elsewhere}",
        )
    return revision


def _read_revision(engine: Engine) -> str | None:
    with engine.begin() as connection:
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _migrate(engine: Engine) -> None:
    from maniple.store.migrations.upgrade import upgrade

    # Every step in one writing transaction: of two processes, the second waits and then finds nothing to do.
    with _for_writing(engine).begin() as connection:
        upgrade(connection)


def _touch(path: Path) -> None:
    """Make the file before SQLite does, so that only its owner can read it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    except OSError as cause:
        raise OperatorError(
            f"the database `{path}` cannot be opened: {cause.strerror}",
            hint="make the file and its directory readable and writable, or name another directory in `MANIPLE_HOME`",
        ) from cause


def _set_pragmas(connection: Any, _record: Any) -> None:
    # BEGIN is ours (`_begin`): the driver would begin late, and not at all before changes of tables.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _switch_to_wal(cursor)
    cursor.close()


def _switch_to_wal(cursor: Any) -> None:
    """SQLite does not wait for a lock when it changes the journal mode, so we do."""
    give_up = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except Exception as cause:
            if not getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY") or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail at once, without waiting, when another wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing(connection) else "BEGIN")
