"""Arrow columns of the data plane as Python lists, and values as the text of a JSON column."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import orjson

from maniple.store.data.arrow import Array, load_arrow

_LONG_NUMBER = re.compile("[0-9]{19}")


def decode(column: Array) -> list[Any]:
    """The values of a column; a JSON column's texts are parsed."""
    pa = load_arrow()

    values: list[Any] = column.to_pylist()
    if not isinstance(column.type, pa.JsonType):
        return values
    return [None if value is None else _parse(value) for value in values]


def decode_rows(columns: dict[str, Array], count: int) -> list[dict[str, Any]]:
    """One map a row of the named columns, `count` rows."""
    pa = load_arrow()

    if not columns:
        return [{} for _ in range(count)]
    nested = [name for name, column in columns.items() if isinstance(column.type, pa.JsonType)]
    # Nested values are filled in afterwards; the nulls keep their place among the keys.
    flat = [pa.nulls(count) if name in nested else column for name, column in columns.items()]
    rows: list[dict[str, Any]] = pa.StructArray.from_arrays(flat, names=list(columns)).to_pylist()
    for name in nested:
        for row, value in zip(rows, decode(columns[name]), strict=True):
            row[name] = value
    return rows


def json_text(value: Any) -> str:
    """The value as a JSON column holds it; `decode` gives it back."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        # A whole number beyond 64 bits.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _parse(text: str) -> Any:
    # orjson makes a float of a whole number beyond 64 bits.
    if _LONG_NUMBER.search(text) is None:
        with contextlib.suppress(orjson.JSONDecodeError):
            return orjson.loads(text)
    try:
        # Not-a-number and infinity inside a nested value are no JSON, but the standard library reads them.
        return json.loads(text)
    except (ValueError, RecursionError):
        # Nested a thousand deep, or a number of thousands of digits: as good as no value.
        return None
