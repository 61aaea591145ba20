"""The accepted membership as a table of the data plane."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.store.data.columns import MEMBER, ROW, column_types, names, parquet, quote_name
from maniple.store.data.engine import write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def accepted_table(connection: DuckDBPyConnection, membership: Path, columns: Sequence[str]) -> str:
    """A table of the pairs in `membership`: `row`, `member_id`, `columns`, `doubt`.

    A first run's membership may be the plan file itself, which knows no doubts.
    """
    doubt = "doubt" if "doubt" in column_types(connection, parquet(membership)) else "false"
    selected = f"{ROW} AS row, {names([MEMBER, *columns])}, {doubt} AS doubt"
    return f"(SELECT {selected} FROM {parquet(membership, rows=True)})"


def conform(connection: DuckDBPyConnection, membership: Path, wanted: dict[str, str], out: Path) -> bool:
    """Whether `membership` lacks any of the mapping columns `wanted` (by name, with their type) or has others; then a
    copy with these is written to `out`.

    A mapping that was not there has no value; where only a mapping that is gone told pairs apart, they become one,
    which is doubted only if all of them are.
    """
    types = column_types(connection, parquet(membership))
    if {column for column in types if column.startswith("m_")} == set(wanted):
        return False
    columns = [
        quote_name(name) if name in types else f"CAST(NULL AS {type_}) AS {quote_name(name)}"
        for name, type_ in wanted.items()
    ]
    doubt = "bool_and(doubt)" if "doubt" in types else "false"
    grouped = ", ".join(str(at) for at in range(1, len(columns) + 2))
    select = f"SELECT {', '.join([MEMBER, *columns])}, {doubt} AS doubt FROM {parquet(membership)} GROUP BY {grouped}"
    write_parquet(connection, select, out)
    return True
