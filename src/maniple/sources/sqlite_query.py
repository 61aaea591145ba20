"""A cohort that a query to a SQLite file answers."""

# ruff: noqa: S608  (the query is the operator's own)

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from maniple.errors import CohortError
from maniple.sources.file import CohortFile
from maniple.sources.header import Header, answered_header, not_one_select
from maniple.sources.reading import Reading

ROWS = 10_000
_READS = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE))
_HINTS = {
    "file is not a database": "a DuckDB file is named `duckdb:///PATH`",
    "unable to open database file": "a database in WAL mode needs a folder that can be written to",
    "database is locked": "another program is writing to it; try again",
    "not authorized": "a cohort is what one SELECT answers",
    "authorization denied": "a cohort is what one SELECT answers",
    "You can only execute one statement at a time": "a cohort is what one SELECT answers",
}


@dataclass(frozen=True, slots=True)
class SQLiteQuery:
    """What a query to the SQLite database at `path` answers. The database is opened for reading only.

    The users become JSON lines on their way: a column of SQLite has no type, and neither has a key of JSON.
    """

    path: Path
    query: str = field(repr=False)

    @property
    def reference(self) -> str:
        """The source as a person names it, wherever that is."""
        return f"sqlite:///{self.path}"

    def look(self) -> Header:
        """The columns that the query answers; no user is read. Raises CohortError."""
        with self._connected() as connection:
            return self._header(connection.execute(f"SELECT * FROM (\n{self._text()}\n) LIMIT 0"))

    def fetch(self, directory: Path, reading: Reading) -> CohortFile:
        """Read the users into `directory`. Raises CohortError and OperatorError."""
        out = directory / "cohort.jsonl"
        with self._connected() as connection, reading.stoppable(connection.interrupt), out.open("wb") as stream:
            cursor = connection.execute(self._text())
            names = self._header(cursor).names
            while rows := cursor.fetchmany(ROWS):
                stream.writelines(_line(names, row) for row in rows)
                reading.count(len(rows))
        return CohortFile(out, "jsonl", "none", names)

    def _header(self, cursor: sqlite3.Cursor) -> Header:
        return answered_header(self.reference, [str(column[0]) for column in cursor.description or ()])

    def _text(self) -> str:
        text = self.query.rstrip().rstrip(";")
        if not text.strip():
            raise not_one_select(self.reference)
        return text

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():
            raise CohortError(f"there is no database `{self.path}`")
        try:
            # Another thread may interrupt it.
            connection = sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True, check_same_thread=False)
            try:
                connection.set_authorizer(_allowed)
                yield connection
            finally:
                connection.close()
        except (sqlite3.Error, sqlite3.Warning) as cause:
            words = str(cause).rstrip(".")
            hint = next((hint for said, hint in _HINTS.items() if words.startswith(said)), None)
            raise CohortError(f"`{self.reference}` cannot be read: {words}", hint=hint) from cause


def _allowed(action: int, *_: Any) -> int:
    """Nothing but reading: a query could attach a second database, and write there."""
    return sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY


def _line(names: tuple[str, ...], row: tuple[Any, ...]) -> bytes:
    return orjson.dumps(dict(zip(names, row, strict=True)), default=bytes.hex, option=orjson.OPT_APPEND_NEWLINE)
