"""JSON Lines: the keys its objects have, and the first fault."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import IO, Any

import orjson

from maniple.errors import CohortError, OperatorError

LONGEST_LINE = 16_777_216
"""Bytes of one line that are read, as DuckDB's reader of JSON has it."""
_ONE_OBJECT = 'each line must be one JSON object, for example `{"amplitude_id": "1", "email": "a@b.test"}`'


def read_keys(path: Path, compression: str) -> tuple[str, ...] | None:
    """Every key of the objects in the file, sorted; None when a line is not a JSON object.

    Raises OperatorError when memory does not suffice.
    """
    import duckdb

    query = """
        SELECT DISTINCT unnest(CASE WHEN json_type(json) = 'OBJECT' THEN json_keys(json) ELSE [NULL] END)
        FROM read_ndjson_objects(?, compression = ?)
    """
    with duckdb.connect(config={"memory_limit": "512MB", "threads": 2}) as connection:
        try:
            keys = [row[0] for row in connection.execute(query, [glob.escape(str(path)), compression]).fetchall()]
        except duckdb.OutOfMemoryException as cause:
            raise OperatorError(f"not enough memory to read `{path}`") from cause
        except duckdb.Error:
            return None
    return None if None in keys else tuple(sorted(keys))


def first_fault(stream: IO[bytes], path: Path) -> CohortError | None:
    """The first line that is not one JSON object; None when every line is."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            return CohortError(f"line {number} of `{path}` has more than 16 MB", hint=_ONE_OBJECT)
        if line.isspace():
            continue
        wrong = _wrong_with(line)
        if wrong is not None:
            return CohortError(f"line {number} of `{path}` {wrong}", hint=_ONE_OBJECT)
    return None


def _wrong_with(line: bytes) -> str | None:
    if line.startswith(b"\xef\xbb\xbf"):
        return "begins with a byte order mark; save the file as UTF-8 without one"
    try:
        value: Any = orjson.loads(line)
    except orjson.JSONDecodeError as cause:
        return "is not UTF-8" if _undecodable(line) else f"is not JSON: {cause.msg}"
    return None if isinstance(value, dict) else f"is {_named(value)}, not a JSON object"


def _undecodable(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return True
    return False


def _named(value: Any) -> str:
    match value:
        case list():
            return "an array"
        case str():
            return "a text"
        case bool():
            return "true or false"
        case None:
            return "null"
        case _:
            return "a number"
