"""A cohort that a DuckDB query answers: from a database file, or from files that the query names."""

# ruff: noqa: S608  (the query is the operator's own, columns are named by their place)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maniple.errors import CohortError, OperatorError
from maniple.sources.file import CohortFile
from maniple.sources.header import Header, answered_header, not_one_select
from maniple.sources.parquet import BATCH, write_batches
from maniple.sources.reading import Reading

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AS_THEY_ARE = frozenset(
    [
        "BOOLEAN",
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "FLOAT",
        "DOUBLE",
        "VARCHAR",
    ]
)
_LONG = ("HUGEINT", "UHUGEINT", "BIGNUM")
_NESTED = ("STRUCT(", "MAP(", "UNION(", "VARIANT")
MEMORY = "512MB"


@dataclass(frozen=True, slots=True)
class DuckDBQuery:
    """What a query to the DuckDB database at `path` answers; without a path it reads files, seen from `folder`.

    The database is opened for reading only. No extension is installed or loaded, so nothing is fetched from a network.
    """

    path: Path | None
    query: str = field(repr=False)
    folder: Path

    @property
    def reference(self) -> str:
        """The source as a person names it, wherever that is."""
        return "duckdb:" if self.path is None else f"duckdb:///{self.path}"

    def look(self) -> Header:
        """The columns that the query answers; nothing is read. Raises CohortError."""
        with self._connected() as connection:
            return self._described(connection)[0]

    def fetch(self, directory: Path, reading: Reading) -> CohortFile:
        """Read the users into `directory`. Raises CohortError and OperatorError."""
        out = directory / "cohort.parquet"
        with self._connected(spill=directory / "spill") as connection, reading.stoppable(connection.interrupt):
            header, types = self._described(connection)
            columns = [f"c{at}" for at in range(len(types))]
            plain = [_plain(column, type_) for column, type_ in zip(columns, types, strict=True)]
            chosen = ", ".join(
                f"{expression} AS {column}" for column, (expression, _) in zip(columns, plain, strict=True)
            )
            rows = connection.sql(
                f"SELECT {chosen} FROM (\n{self._text(connection)}\n) AS cohort({', '.join(columns)})"
            )
            answer = rows.to_arrow_reader(BATCH)
            is_json = [json for _, json in plain]
            write_batches(self._batches(answer), answer.schema, header.names, is_json, out, reading)
        return CohortFile(out, "parquet", "none", header.names)

    def _described(self, connection: DuckDBPyConnection) -> tuple[Header, list[str]]:
        """The columns and their DuckDB types."""
        rows = connection.execute(f"DESCRIBE {self._text(connection)}").fetchall()
        return answered_header(self.reference, [str(row[0]) for row in rows]), [str(row[1]) for row in rows]

    def _text(self, connection: DuckDBPyConnection) -> str:
        """The query without what ends it. Raises UsageError when it is not one SELECT."""
        import duckdb

        statements = connection.extract_statements(self.query)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise not_one_select(self.reference)
        return self.query.rstrip().rstrip(";")

    def _batches(self, answer: Any) -> Iterator[Any]:
        """The batches of a `pyarrow.RecordBatchReader`, which tells of what DuckDB cannot do as an OSError."""
        while True:
            try:
                yield answer.read_next_batch()
            except StopIteration:
                return
            except OSError as cause:
                raise self._refused(cause) from cause

    @contextmanager
    def _connected(self, spill: Path | None = None) -> Iterator[DuckDBPyConnection]:
        import duckdb

        if self.path is not None and not self.path.is_file():
            raise CohortError(f"there is no database `{self.path}`")
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "threads": 2,
            "file_search_path": str(self.folder),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            # A table of the query is never a variable of ours.
            "python_enable_replacements": False,
        }
        if spill is not None:
            settings["temp_directory"] = str(spill)
        try:
            database = ":memory:" if self.path is None else str(self.path)
            with duckdb.connect(database, read_only=self.path is not None, config=settings) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                connection.execute("SET lock_configuration = true")
                yield connection
        except duckdb.Error as cause:
            raise self._refused(cause) from cause

    def _refused(self, cause: Exception) -> CohortError | OperatorError:
        if "Out of Memory Error" in str(cause):
            message = f"{MEMORY} of memory and the disk are not enough for the query"
            return OperatorError(message, hint="answer fewer columns, or leave out `ORDER BY`")
        words = _words(cause)
        hint: str | None = None
        if "Could not set lock" in words:
            words, hint = "another process has it open", "close it there, or copy the file"
        elif "not a valid DuckDB database" in words:
            hint = "a SQLite file is named `sqlite:///PATH`"
        elif "extension" in words:
            hint = "extensions are not loaded: only what DuckDB brings along can be read"
        return CohortError(f"`{self.reference}` cannot be read: {words}", hint=hint)


def _plain(column: str, type_: str) -> tuple[str, bool]:
    """SQL for a column as Parquet holds it without loss, and whether that is JSON text.

    Moments, spans, UUIDs and the like become text, as they do when they are read from a file.
    """
    if type_ in _AS_THEY_ARE or (type_.startswith("DECIMAL") and not type_.endswith("]")):
        return column, False
    if type_ in _LONG or type_ == "JSON":
        return f"CAST({column} AS VARCHAR)", True
    if type_.startswith(_NESTED) or type_.endswith("]"):
        return f"CAST(to_json({column}) AS VARCHAR)", True
    return f"CAST({column} AS VARCHAR)", False


def _words(error: Exception) -> str:
    """What DuckDB says, without its category and the excerpt of the query."""
    lines: Sequence[str] = str(error).strip().splitlines() or [type(error).__name__]
    said: list[str] = []
    for line in lines:
        if line.startswith("LINE "):
            break
        said += [line.strip()] if line.strip() else []
    text = " ".join(said)
    return text.partition(" Error: ")[2] or text
