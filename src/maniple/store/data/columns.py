"""The columns of the data plane's files, and SQL that names and compares them.

A file holds `member_id`, `m_<mapping>` for what a member is sent as, `u_<property>` for carried properties, and
`p_<property>` in a snapshot. A column is text, a 64-bit integer, a double, a boolean, or JSON text where values are
nested or of several kinds.
"""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.cohort.member import MEMBER_ID
from maniple.errors import CohortError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMBER = "member_id"
ACCEPTED_ROW = "accepted_row"
ROW = "file_row_number"
JSON = "JSON"


def mapping_column(name: str) -> str:
    """The column of a mapping."""
    return f"m_{name}"


def carried_column(name: str) -> str:
    """The column of a carried property."""
    return f"u_{name}"


def property_column(name: str) -> str:
    """The column of a property in a snapshot."""
    return f"p_{name}"


def identity_columns(identity: Iterable[str]) -> list[str]:
    """The columns a partner's remove call identifies a user by."""
    return [MEMBER if name == MEMBER_ID else mapping_column(name) for name in identity]


def quote_name(name: str) -> str:
    """`name` as an SQL identifier, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """`text` as an SQL literal, whatever it contains."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """`path` as an SQL literal that names this one file, also when it looks like a pattern."""
    return quote_text(glob.escape(str(path)))


def parquet(path: Path, *, rows: bool = False) -> str:
    """A table of the Parquet file `path`; with `rows` also its `file_row_number`, from 0."""
    numbered = ", file_row_number = true" if rows else ""
    return f"read_parquet({file_literal(path)}, hive_partitioning = false{numbered})"


def names(columns: Iterable[str], table: str = "") -> str:
    """The columns of a select, of `table` when one is given."""
    prefix = f"{table}." if table else ""
    return ", ".join(prefix + quote_name(column) for column in columns)


def column_types(connection: DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a table and their DuckDB types, in order."""
    return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}


def as_text(expression: str, type_: str) -> str:
    """The text a value of `type_` is written as; JSON texts lose their quotes."""
    if type_ == "VARCHAR":
        return expression
    return f"({expression} ->> '$')" if type_ == JSON else f"CAST({expression} AS VARCHAR)"


def same(left: str, right: str, left_type: str, right_type: str) -> str:
    """Whether two values are the same, null included. Values of different types are compared by their text."""
    if left_type != right_type:
        left, right = as_text(left, left_type), as_text(right, right_type)
    return f"{left} IS NOT DISTINCT FROM {right}"


def all_same(columns: Sequence[str], left: str, right: str) -> str:
    """Whether the rows of two tables agree in all `columns`, which have the same types in both."""
    return " AND ".join(same(f"{left}.{quote_name(name)}", f"{right}.{quote_name(name)}", "", "") for name in columns)


def refuse_case_twins(properties: Iterable[str]) -> None:
    """Raise CohortError when two properties that are needed differ only in capital letters."""
    seen: dict[str, str] = {}
    for name in properties:
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            raise CohortError(
                f"the columns `{twin}` and `{name}` differ only in capital letters", hint="rename one of them"
            )
