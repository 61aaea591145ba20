"""A cohort that a query to a PostgreSQL server answers."""

# ruff: noqa: S608  (the query is the operator's own, columns are named by their place)

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from maniple.errors import CohortError, OperatorError, UsageError
from maniple.sources.file import CohortFile
from maniple.sources.header import Header, answered_header, not_one_select
from maniple.sources.reading import Reading
from maniple.store.redact import Redactor

if TYPE_CHECKING:
    from psycopg import Connection

ROWS = 10_000
"""Rows between two times of telling how many there are."""
CONNECT_SECONDS = 10
WHERE_IT_BELONGS = "set it in `PGPASSWORD`, or write it into `~/.pgpass`"
_SECRET = frozenset(("password", "sslpassword", "oauth_client_secret"))
_SESSION = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)
_NULL = r"\N"
_NUMBER = "CASE WHEN {} NOT IN ('NaN', 'Infinity', '-Infinity') THEN CAST({} AS JSON) END"
_TYPES = {
    16: "CAST({} AS BOOLEAN)",
    **dict.fromkeys((20, 21, 23, 26), "CAST({} AS BIGINT)"),
    **dict.fromkeys((700, 701), "CAST({} AS DOUBLE)"),
    **dict.fromkeys((114, 3802), "CAST({} AS JSON)"),
    1700: _NUMBER,
}
"""DuckDB's reading of a value's text, by the number PostgreSQL gives its type; every other type stays text."""
_NESTED = frozenset("ACP")
"""Categories of types whose values become JSON: arrays, composites, rows."""


@dataclass(frozen=True, slots=True)
class PostgreSQLQuery:
    """What a query to the server at `url` answers, in one transaction that only reads.

    Whatever the URL leaves out comes from where libpq looks for it: `PGPASSWORD`, `~/.pgpass`, `PGSERVICE`...
    """

    url: str
    query: str = field(repr=False)

    @property
    def reference(self) -> str:
        """The source as a person names it; it holds no password."""
        return self.url

    def look(self) -> Header:
        """The columns that the query answers; no user is read. Raises CohortError."""
        with self._connected() as connection:
            return self._described(connection)[0]

    def fetch(self, directory: Path, reading: Reading) -> CohortFile:
        """Read the users into `directory`. Raises CohortError and OperatorError."""
        text, out = directory / "cohort.csv", directory / "cohort.parquet"
        with self._connected() as connection, reading.stoppable(connection.cancel):
            header, oids = self._described(connection)
            nested = _nested(connection, oids)
            columns = [f"c{at}" for at in range(len(oids))]
            chosen = [f"to_json({name})" if oid in nested else name for name, oid in zip(columns, oids, strict=True)]
            # In front of the whole statement, where PostgreSQL says of a change that the transaction only reads.
            # The last column is for a row without a value, which would be a blank line otherwise.
            cohort = (
                f"WITH cohort({', '.join(columns)}) AS (\n{self._text()}\n) SELECT {', '.join(chosen)}, 1 FROM cohort"
            )
            _copy(connection, f"COPY ({cohort}) TO STDOUT (FORMAT csv, NULL '{_NULL}')", text, reading)
        kinds = ["CAST({} AS JSON)" if oid in nested else _TYPES.get(oid, "{}") for oid in oids]
        self._type(text, [kind.replace("{}", name) for kind, name in zip(kinds, columns, strict=True)], out)
        return CohortFile(out, "parquet", "none", header.names)

    def _described(self, connection: Connection[Any]) -> tuple[Header, list[int]]:
        """The columns and the numbers of their types. Only a single statement can be prepared."""
        from psycopg.pq import ExecStatus

        prepared = connection.pgconn.prepare(b"", self._text().encode())
        answered = connection.pgconn.describe_prepared(b"")
        for result in (prepared, answered):
            if result.status != ExecStatus.COMMAND_OK:
                raise self._refused(result.get_error_message().partition("\n")[0].removeprefix("ERROR:").strip())
        places = range(answered.nfields)
        names = [(answered.fname(at) or b"").decode() for at in places]
        return answered_header(self.reference, names), [answered.ftype(at) for at in places]

    def _text(self) -> str:
        text = self.query.rstrip().rstrip(";")
        if not text.strip():
            raise not_one_select(self.reference)
        return text

    def _type(self, text: Path, expressions: Sequence[str], out: Path) -> None:
        """Turn PostgreSQL's texts into columns with types."""
        import duckdb

        from maniple.store.data.columns import file_literal
        from maniple.store.data.engine import first_line, open_engine, write_parquet

        columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(expressions) + 1))
        table = f"""read_csv({file_literal(text)}, auto_detect = false, header = false, delim = ',', quote = '"',
            escape = '"', comment = '', strict_mode = true, null_padding = false, nullstr = '{_NULL}',
            allow_quoted_nulls = false, hive_partitioning = false, columns = {{{columns}}})"""
        chosen = ", ".join(f"{expression} AS c{at}" for at, expression in enumerate(expressions))
        with open_engine(out.parent) as engine:
            try:
                write_parquet(engine, f"SELECT {chosen} FROM {table}", out)
            except (duckdb.InvalidInputException, duckdb.ConversionException) as cause:
                raise self._refused(first_line(cause)) from cause
        text.unlink()

    @contextmanager
    def _connected(self) -> Iterator[Connection[Any]]:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError as cause:
            raise OperatorError(
                f"`psycopg` cannot be used: {cause}", hint="`pip install 'maniple[postgresql]'`"
            ) from cause
        try:
            given = conninfo_to_dict(self.url)
            defaults = {"connect_timeout": str(CONNECT_SECONDS), "fallback_application_name": "maniple"}
            settings: dict[str, Any] = {**defaults, **given, "client_encoding": "utf8"}
            with closing(psycopg.connect("", **settings)) as connection:
                connection.read_only = True
                for statement in _SESSION:
                    connection.execute(statement.encode())
                yield connection
        except psycopg.Error as cause:
            raise self._failed(cause.diag, str(cause)) from cause

    def _failed(self, told: Any, text: str) -> CohortError:
        words = told.message_primary or " ".join(text.split())
        return self._refused(words, told.message_hint)

    def _refused(self, words: str, hint: str | None = None) -> CohortError:
        if "no password supplied" in words or "password authentication failed" in words:
            hint = WHERE_IT_BELONGS
        elif "read-only transaction" in words or "multiple commands" in words:
            hint = "a cohort is what one SELECT answers"
        shown = Redactor([os.environ.get("PGPASSWORD", "")]).text(words)
        return CohortError(f"`{self.reference}` cannot be read: {shown}", hint=hint)


def check_url(url: str) -> str:
    """The URL of a server. Raises UsageError when it holds a password: it would be stored and shown."""
    try:
        parts = urlsplit(url)
        secret = parts.password is not None or not _SECRET.isdisjoint(parse_qs(parts.query, keep_blank_values=True))
    except ValueError:
        raise UsageError(
            "the URL of the database cannot be read", hint="write `postgresql://USER@HOST/DATABASE`"
        ) from None
    if secret:
        raise UsageError(
            "the URL of the database holds a password, which others could read",
            hint=f"leave it out; {WHERE_IT_BELONGS}",
        )
    return url


def _nested(connection: Connection[Any], oids: Sequence[int]) -> frozenset[int]:
    """The types whose values become JSON."""
    rows = connection.execute("SELECT oid, typcategory FROM pg_type WHERE oid = ANY(%s)", [list(oids)]).fetchall()
    categories: Mapping[int, str] = dict(rows)
    return frozenset(oid for oid, category in categories.items() if category in _NESTED)


def _copy(connection: Connection[Any], statement: str, out: Path, reading: Reading) -> None:
    """Write what `statement` answers, a line a row but for line ends inside values."""
    waiting = 0
    with out.open("wb") as stream, connection.cursor() as cursor, cursor.copy(statement.encode()) as rows:
        for row in rows:
            stream.write(row)
            waiting += 1
            if waiting == ROWS:
                reading.count(waiting)
                waiting = 0
    reading.count(waiting)
