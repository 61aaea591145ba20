"""Reading a small file of test users into rows; cohorts of any size go through the data plane instead."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from maniple.errors import CohortError
from maniple.runtime.program import Operation

MAX_USERS = 200_000
OPERATION = "operation"
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


def read_users(path: Path) -> TestUsers:
    """Read test users from CSV, JSON lines or Parquet, plain or gzip. Raises CohortError."""
    if not path.is_file():
        raise CohortError(f"there is no file `{path}`")
    rows, columns = _parquet(path) if path.suffix == ".parquet" else _text(path)
    if len(rows) > MAX_USERS:
        raise CohortError(
            f"`{path.name}` has more than {MAX_USERS:,} users",
            hint="preview a part of it; `maniple sync --dry-run` counts whole cohorts",
        )
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
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise CohortError(f"`{path.name}` is not UTF-8 (byte {cause.start})") from cause
    name = path.name.removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson")):
        return _json_lines(text, path)
    return _csv(text, path, "\t" if name.endswith(".tsv") else ",")


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
    for number, line in enumerate(text.splitlines(), 1):
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
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as cause:
        raise CohortError(f"`{path.name}` cannot be read as Parquet") from cause
    return table.slice(0, MAX_USERS + 1).to_pylist(), list(table.column_names)


def id_of(row: dict[str, Any], columns: tuple[str, ...]) -> str:
    """The user's id: `amplitude_id`, else `user_id`, else the first column."""
    name = next((name for name in ID_COLUMNS if name in columns), columns[0] if columns else "")
    value = row.get(name)
    return "" if value is None else str(value)
