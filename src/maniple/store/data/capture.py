"""A cohort file as a snapshot: the needed columns, one row a user, in the order of the file."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from maniple.errors import CohortError, OperatorError
from maniple.store.data.columns import (
    JSON,
    MEMBER,
    ROW,
    column_types,
    file_literal,
    parquet,
    property_column,
    quote_name,
    quote_text,
    refuse_case_twins,
)
from maniple.store.data.engine import copy_rows, first_line, open_engine, replacing
from maniple.store.data.values import MEMORY, Cohort, Snapshot

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_TEXTS = ("VARCHAR", "UUID", "ENUM", "DATE", "TIME", "INTERVAL", "BIT", "BLOB")
_LONG_NUMBERS = ("DECIMAL", "HUGEINT", "UHUGEINT", "UBIGINT")
_EXACT = 2**53
LONGEST_VALUE = 32_768
"""Bytes of one value; longer than any identifier, and more than partners take."""
_TOO_LONG = "a value is too long in the column "


def snapshot(cohort: Cohort, id_column: str, properties: Sequence[str], out: Path, *, memory: str = MEMORY) -> Snapshot:
    """Write the users of `cohort` to the Parquet file `out`: `member_id` and one column for each of `properties`.

    The first row of an id counts, further ones are left out; rows without an id are kept, without one. Values of CSV
    and TSV files are text as written; others keep their type, but that dates and times become text; empty text is
    null. Raises CohortError for a column the file does not have and for a file that cannot be read.
    """
    needed = list(dict.fromkeys(properties))
    for column in (id_column, *needed):
        if column not in cohort.names:
            raise cohort.missing(column)
    refuse_case_twins(needed)
    with open_engine(out.parent, memory) as connection, replacing(out) as draft:
        _load(connection, cohort, [id_column, *needed], draft)
        counted = connection.execute(
            f"SELECT count(*), count({MEMBER}), count(DISTINCT {MEMBER}) FROM {parquet(draft)}"
        ).fetchone()
        rows, with_id, distinct = counted or (0, 0, 0)
        if with_id > distinct:
            _drop_repeated(connection, draft)
    return Snapshot(rows=distinct, duplicates=with_id - distinct, missing_ids=rows - with_id)


def _load(connection: DuckDBPyConnection, cohort: Cohort, needed: list[str], out: Path, *, tidy: bool = False) -> None:
    """Read the file; when DuckDB refuses it, find out why, or read a tidy copy of it."""
    import duckdb

    try:
        copy_rows(connection, _select(connection, cohort, needed), out)
    except (duckdb.OutOfMemoryException, duckdb.InterruptException):
        raise
    except duckdb.Error as cause:
        if (at := str(cause).find(_TOO_LONG)) >= 0:
            column = str(cause)[at + len(_TOO_LONG) :].splitlines()[0]
            message = f"a value of the column `{column}` of `{cohort.path}` has more than {LONGEST_VALUE:,} bytes"
            raise CohortError(message, hint="leave the column out, or shorten its values") from cause
        if "No space left" in str(cause):
            raise OperatorError(f"the disk of `{out.parent}` is full") from cause
        fault = cohort.fault()
        if fault is not None:
            raise fault from cause
        if tidy or cohort.format not in ("csv", "tsv"):
            raise CohortError(f"`{cohort.path}` cannot be read: {first_line(cause)}") from cause
        # DuckDB refuses files that mix kinds of line ends, which are sound otherwise.
        copy = out.with_name(f"{out.name}.csv")
        try:
            _load(connection, cohort.tidied(copy), needed, out, tidy=True)
        finally:
            copy.unlink(missing_ok=True)


def _select(connection: DuckDBPyConnection, cohort: Cohort, needed: list[str]) -> str:
    """The query for the id and the properties, which are the columns `needed`, the id first."""
    match cohort.format:
        case "csv" | "tsv":
            table = _delimited(cohort)
            expressions = [f"c{cohort.names.index(name)}" for name in needed]
            types = ["VARCHAR"] * len(needed)
        case "jsonl":
            table, expressions, types = _json_lines(connection, cohort, needed)
        case "parquet":
            table = f"read_parquet({file_literal(cohort.path)}, binary_as_string = true, hive_partitioning = false)"
            # DuckDB renames columns that differ only in capital letters: go by position.
            described = list(column_types(connection, table).items())
            found = [described[cohort.names.index(name)] for name in needed]
            expressions, types = [quote_name(name) for name, _ in found], [type_ for _, type_ in found]
        case _:
            assert_never(cohort.format)
    columns = [f"{_bounded(_id_text(expressions[0], types[0]), needed[0])} AS {MEMBER}"]
    for name, expression, type_ in zip(needed[1:], expressions[1:], types[1:], strict=True):
        value = _value(expression, type_)
        fixed = type_ in ("BOOLEAN", "FLOAT", "DOUBLE", *_INTEGERS)
        columns.append(f"{value if fixed else _bounded(value, name)} AS {quote_name(property_column(name))}")
    # In a file of one column a blank line would count as a user without an id.
    only = f" WHERE {expressions[0]} IS NOT NULL" if cohort.format in ("csv", "tsv") and len(cohort.names) == 1 else ""
    return f"SELECT {', '.join(columns)} FROM {table}{only}"


def _delimited(cohort: Cohort) -> str:
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(cohort.names)))
    return f"""read_csv({file_literal(cohort.path)}, auto_detect = false, header = true, skip = {cohort.blank_lines},
        delim = {quote_text(cohort.delimiter)}, quote = '"', escape = '"', comment = '', strict_mode = true,
        null_padding = false, hive_partitioning = false, compression = '{cohort.compression}',
        columns = {{{columns}}})"""


def _json_lines(connection: DuckDBPyConnection, cohort: Cohort, needed: list[str]) -> tuple[str, list[str], list[str]]:
    """A table of the values, and the expression and type of each: one type where all its values are of one kind."""
    pointers = ", ".join(quote_text("/" + name.replace("~", "~0").replace("/", "~1")) for name in needed)
    source = f"read_ndjson_objects({file_literal(cohort.path)}, compression = '{cohort.compression}')"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE json_lines AS SELECT json_extract(json, [{pointers}]) AS v FROM {source}"
    )
    items = [f"v[{at}]" for at in range(1, len(needed) + 1)]
    kinds = ", ".join(
        f"list(DISTINCT json_type({item})), bool_and(TRY_CAST({item} AS BIGINT) IS NOT NULL OR {item} = 'null')"
        for item in items
    )
    row = connection.execute(f"SELECT {kinds} FROM json_lines").fetchone() or ()
    types = [_json_kind(set(row[at] or ()) - {None, "NULL"}, whole=bool(row[at + 1])) for at in range(0, len(row), 2)]
    expressions = [_json_value(item, type_) for item, type_ in zip(items, types, strict=True)]
    return "json_lines", expressions, types


def _json_kind(kinds: set[str], *, whole: bool) -> str:
    """The column type for JSON values of these kinds; `whole`: each fits into 64 bits as an integer."""
    if kinds <= {"VARCHAR"}:
        return "VARCHAR"
    if kinds == {"BOOLEAN"}:
        return "BOOLEAN"
    return "BIGINT" if whole and kinds <= {"BIGINT", "UBIGINT"} else JSON


def _json_value(item: str, type_: str) -> str:
    if type_ == "VARCHAR":
        return f"({item} ->> '$')"
    if type_ == JSON:
        return f"CASE WHEN {item} <> 'null' THEN {item} END"
    return f"CAST({item} AS {type_})"


def _bounded(value: str, column: str) -> str:
    """SQL for `value` that stops at one that is too long: some thousands of these are in memory at a time."""
    fault = quote_text(f"{_TOO_LONG}{column}")
    return f"CASE WHEN strlen({value}) > {LONGEST_VALUE} THEN error({fault}) ELSE {value} END"


def _id_text(expression: str, type_: str) -> str:
    """A member's id as text, null when empty. A whole double is written without its fraction: tables with gaps in
    them often hold integers so."""
    if type_ in ("FLOAT", "DOUBLE"):
        whole = f"{expression} = trunc({expression}) AND abs({expression}) < {_EXACT}"
        number = f"CASE WHEN {whole} THEN CAST(CAST({expression} AS BIGINT) AS VARCHAR) ELSE {{}} END"
        text = number.format(f"CASE WHEN isfinite({expression}) THEN CAST({expression} AS VARCHAR) END")
    else:
        text = f"({expression} ->> '$')" if type_ == JSON else f"CAST({expression} AS VARCHAR)"
    return f"nullif({text}, '')"


def _value(expression: str, type_: str) -> str:
    """A property in one of the types of the data plane; empty text and what is no number are null."""
    if type_ == "BOOLEAN":
        return expression
    if type_ in _INTEGERS:
        return f"CAST({expression} AS BIGINT)"
    if type_ in ("FLOAT", "DOUBLE"):
        return f"CASE WHEN isfinite({expression}) THEN CAST({expression} AS DOUBLE) END"
    if type_ == JSON:
        return f"""CASE WHEN {expression} NOT IN ('null', '""') THEN {expression} END"""
    if type_.startswith(_TEXTS) and not type_.endswith("]"):
        return f"nullif(CAST({expression} AS VARCHAR), '')"
    if type_.startswith(_LONG_NUMBERS) and not type_.endswith("]"):
        return f"CAST(CAST({expression} AS VARCHAR) AS JSON)"
    return f"to_json({expression})"


def _drop_repeated(connection: DuckDBPyConnection, draft: Path) -> None:
    """Leave only the first row of each id."""
    repeated = f"""
        SELECT {MEMBER}, min({ROW}) AS first FROM {parquet(draft, rows=True)}
        WHERE {MEMBER} IS NOT NULL GROUP BY {MEMBER} HAVING count(*) > 1
    """
    select = f"""
        SELECT s.* EXCLUDE ({ROW}) FROM {parquet(draft, rows=True)} s LEFT JOIN ({repeated}) r USING ({MEMBER})
        WHERE r.first IS NULL OR s.{ROW} = r.first ORDER BY s.{ROW}
    """
    kept = draft.with_name(f"{draft.name}.once")
    try:
        copy_rows(connection, select, kept)
        kept.replace(draft)
    finally:
        kept.unlink(missing_ok=True)
