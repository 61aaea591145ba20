"""Reading a small file of test users into rows; cohorts of any size go through the data plane instead."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, cast

import orjson

from maniple.errors import CohortError, UsageError
from maniple.runtime.program import Cohort, Operation
from maniple.template.scope import PREDEFINED
from maniple.template.text import text_of

MAX_USERS = 200_000
MAX_BYTES = 50_000_000
"""Bytes of users that are read, uncompressed."""
OPERATION = "operation"
COHORT = Cohort("Preview cohort", "preview1")
"""What a preview is about when nobody says."""
ID_COLUMNS = ("amplitude_id", "user_id")


@dataclass(frozen=True)
class TestUsers:
    """Users for a preview or a test. `operations[i]` is what row i asks for; `told` says that the file has the column."""

    rows: tuple[dict[str, Any], ...]
    operations: tuple[Operation, ...]
    columns: tuple[str, ...]
    told: bool

    def of(self, operation: Operation) -> list[dict[str, Any]]:
        """The rows for one operation."""
        return [row for row, wanted in zip(self.rows, self.operations, strict=True) if wanted == operation]

    def cohort(self, name: str | None = None, cohort_id: str | None = None) -> Cohort:
        """The cohort of a preview or a test: as given, else as the columns named like its variables say."""
        return Cohort(
            name or self._told_by("amp_cohort_name") or COHORT.name,
            cohort_id or self._told_by("amp_cohort_id") or COHORT.id,
            self._told_by("amp_cohort_url"),
        )

    def _told_by(self, variable: str) -> str:
        """The value that all rows have in the column with this name or an alias of it; empty when there is none."""
        for column in (variable, *PREDEFINED[variable].aliases):
            told = column in self.columns and column.startswith("amp")
            values = {text_of(row.get(column)) for row in self.rows} if told else set()
            if len(values) == 1:
                return values.pop()
        return ""


def read_users(path: Path) -> TestUsers:
    """Read test users from CSV, JSON lines or Parquet, plain or gzip. Raises CohortError."""
    if not path.is_file():
        raise CohortError(f"there is no file `{path}`")
    rows, columns = _parquet(path) if path.suffix == ".parquet" else _text(path)
    if len(rows) > MAX_USERS:
        raise _too_many(path, f"{MAX_USERS:,} users")
    told = OPERATION in columns
    operations = tuple(_operation(row.pop(OPERATION, None), place, path) for place, row in enumerate(rows))
    return TestUsers(tuple(rows), operations, tuple(name for name in columns if name != OPERATION), told)


def _operation(value: Any, place: int, path: Path) -> Operation:
    word = str(value or "add").strip().lower()
    match word:
        case "add" | "added":
            return "add"
        case "remove" | "removed":
            return "remove"
    raise CohortError(
        f"row {place + 1} of `{path.name}` has the operation `{word}`", hint="`operation` is `add` or `remove`"
    )


def _text(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    with path.open("rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
    try:
        with cast("IO[bytes]", gzip.open(path, "rb") if packed else path.open("rb")) as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CohortError(f"`{path.name}` is not a sound gzip file") from None
    if len(raw) > MAX_BYTES:
        raise _too_many(path, f"{MAX_BYTES // 1_000_000} MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise CohortError(f"`{path.name}` is not UTF-8 (byte {cause.start})") from cause
    name = path.name.removesuffix(".gz")
    try:
        if name.endswith((".jsonl", ".ndjson")):
            return _json_lines(text, path)
        return _csv(text, path, "\t" if name.endswith(".tsv") else ",")
    except csv.Error as cause:
        raise CohortError(f"`{path.name}` cannot be read: {cause}") from cause


def _too_many(path: Path, than: str) -> UsageError:
    hint = "preview a part of it; `maniple sync --dry-run` counts whole cohorts"
    return UsageError(f"`{path.name}` has more than {than}", hint=hint)


def _csv(text: str, path: Path, delimiter: str) -> tuple[list[dict[str, Any]], list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(reader, None)
    if not header:
        raise CohortError(
            f"`{path.name}` is empty", hint="the first line names the columns, for example `user_id,email`"
        )
    columns = [name.strip() for name in header]
    rows: list[dict[str, Any]] = []
    for cells in reader:
        if len(rows) > MAX_USERS:
            break
        if not cells:
            continue
        if len(cells) != len(columns):
            raise CohortError(
                f"line {reader.line_num} of `{path.name}` has {len(cells)} values, and the header has {len(columns)}"
            )
        rows.append({name: cell if cell != "" else None for name, cell in zip(columns, cells, strict=True)})
    return rows, columns


def _json_lines(text: str, path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    rows: list[dict[str, Any]] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(io.StringIO(text), 1):
        if len(rows) > MAX_USERS:
            break
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as cause:
            raise CohortError(f"line {number} of `{path.name}` is not JSON") from cause
        if not isinstance(row, dict):
            raise CohortError(f"line {number} of `{path.name}` is not a JSON object")
        columns.update(dict.fromkeys(row))
        rows.append(row)
    return rows, list(columns)


def _parquet(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    import pyarrow
    from pyarrow import parquet

    arrow: Any = pyarrow  # it ships no types
    rows: list[dict[str, Any]] = []
    octets = 0
    try:
        with parquet.ParquetFile(path) as file:
            if file.metadata.num_rows > MAX_USERS:
                raise _too_many(path, f"{MAX_USERS:,} users")
            # A small file can hold the same long text a million times: so little by little.
            for batch in file.iter_batches(batch_size=32):
                some = batch.to_pylist()
                octets += batch.nbytes + sum(len(v) for row in some for v in row.values() if isinstance(v, str | bytes))
                if octets > MAX_BYTES:
                    raise _too_many(path, f"{MAX_BYTES // 1_000_000} MB")
                rows.extend({name: _plain(value) for name, value in row.items()} for row in some)
            return rows, list(file.schema_arrow.names)
    except (OSError, ValueError, arrow.ArrowException) as cause:
        raise CohortError(f"`{path.name}` cannot be read as Parquet") from cause


def _plain(value: Any) -> Any:
    """A value of Parquet as one of JSON: moments, spans and octets as text, decimal numbers as numbers."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.decode("utf-8", "replace")
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return str(value)


def id_of(row: dict[str, Any], columns: tuple[str, ...]) -> str:
    """The user's id: `amplitude_id`, else `user_id`, else the first column."""
    name = next((name for name in ID_COLUMNS if name in columns), columns[0] if columns else "")
    value = row.get(name)
    return "" if value is None else str(value)
