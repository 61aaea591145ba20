"""The accepted membership after a run; the same as `cohort.fold`."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.errors import Bug
from maniple.store.data.accepted import accepted_table
from maniple.store.data.columns import ACCEPTED_ROW, JSON, MEMBER, column_types, names, parquet, quote_name, same
from maniple.store.data.engine import fetch_count, open_engine, take_over, write_parquet
from maniple.store.data.fates import load_fates, load_verdicts
from maniple.store.data.folder import PlanFolder, open_plan
from maniple.store.data.values import MEMORY, Fate, Folded, Verdicts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def fold_membership(
    membership: Path | None,
    plan_dir: Path,
    fates: Sequence[Fate],
    verdicts: Verdicts,
    out: Path,
    *,
    memory: str = MEMORY,
) -> Folded:
    """Write the new accepted membership to `out`: `member_id`, `m_<mapping>` for each mapping, `doubt`.

    `membership` and `plan_dir` are what `plan_changes` was given and wrote. Rows no fate covers are unsent. A first run
    that was delivered whole and carries nothing else makes `out` the file of its adds.
    """
    folder = open_plan(plan_dir)
    with open_engine(out.parent, memory, keep_order=False) as connection:
        load_verdicts(connection, verdicts)
        adds, all_added = load_fates(connection, "add", folder.adds, fates)
        if folder.first:
            _fold_first(connection, folder, adds, out, whole=all_added)
        else:
            removes, _ = load_fates(connection, "remove", folder.removes, fates)
            _fold_further(connection, folder, membership, adds, removes, out)
        table = accepted_table(connection, out, folder.columns)
        counted = connection.execute(f"SELECT count(*), count(*) FILTER (doubt) FROM {table}").fetchone() or (0, 0)
    return Folded(members=counted[0], doubts=counted[1])


def _fold_first(connection: DuckDBPyConnection, folder: PlanFolder, adds: str, out: Path, *, whole: bool) -> None:
    columns = [MEMBER, *folder.columns]
    if whole and set(column_types(connection, parquet(folder.adds))) == set(columns):
        take_over(folder.adds, out)
        return
    select = (
        f"SELECT {names(columns)}, state = 'in_doubt' AS doubt FROM {adds} WHERE state IN ('delivered', 'in_doubt')"
    )
    write_parquet(connection, select, out)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of a fold, with the types of the accepted and of the added columns."""

    accepted: str
    entering: str
    accepted_types: dict[str, str]
    added_types: dict[str, str]


def _fold_further(
    connection: DuckDBPyConnection,
    folder: PlanFolder,
    membership: Path | None,
    adds: str,
    removes: str,
    out: Path,
) -> None:
    before = folder.accepted if folder.conformed else membership
    if before is None:
        raise Bug("a plan made against a membership was folded without it")
    accepted = accepted_table(connection, before, folder.columns)
    entering = f"""(
        SELECT {names([MEMBER, *folder.columns])}, state = 'in_doubt' AS doubt FROM {adds}
        WHERE {ACCEPTED_ROW} IS NULL AND state IN ('delivered', 'in_doubt')
    )"""
    tables = _Tables(accepted, entering, column_types(connection, accepted), column_types(connection, adds))
    _collect_touched(connection, adds, removes)
    if fetch_count(connection, f"SELECT count(*) FROM {parquet(folder.shared)}"):
        _drop_shared(connection, folder, tables)
    left, right = [], []
    for column in folder.columns:
        left_type, right_type = tables.accepted_types[column], tables.added_types[column]
        left.append(_joined(f"a.{quote_name(column)}", left_type, right_type))
        right.append(_joined(quote_name(column), right_type, left_type))
    columns = [quote_name(column) for column in folder.columns]
    named = [f"{value} AS {column}" for value, column in zip(left, columns, strict=True)]
    select = f"""
        SELECT {", ".join([f"a.{MEMBER}", *named])}, coalesce(t.doubt, a.doubt) AS doubt
        FROM {accepted} a LEFT JOIN touched t ON t.row = a.row WHERE t.row IS NULL OR NOT t.gone
        UNION ALL
        SELECT {", ".join([MEMBER, *right])}, doubt FROM {entering}
    """
    write_parquet(connection, select, out)


def _collect_touched(connection: DuckDBPyConnection, adds: str, removes: str) -> None:
    """Make the table `touched`: accepted rows that are `gone`, or whose `doubt` is another one now."""
    connection.execute(f"""
        CREATE TEMP TABLE touched AS
        SELECT {ACCEPTED_ROW} AS row, state <> 'in_doubt' AS gone, true AS doubt FROM {removes}
        WHERE state IN ('delivered', 'rejected', 'in_doubt')
        UNION ALL
        SELECT {ACCEPTED_ROW}, state = 'rejected', state = 'in_doubt' FROM {adds}
        WHERE {ACCEPTED_ROW} IS NOT NULL AND state IN ('delivered', 'rejected', 'in_doubt')
    """)


def _drop_shared(connection: DuckDBPyConnection, folder: PlanFolder, tables: _Tables) -> None:
    """Mark shared leavers as gone whose identifier a remove carried or another pair of the new membership holds."""
    shared = parquet(folder.shared)
    remaining = f"""(
        SELECT a.* FROM {tables.accepted} a
        WHERE a.row NOT IN (SELECT row FROM touched WHERE gone)
        AND a.row NOT IN (SELECT {ACCEPTED_ROW} FROM {shared})
    )"""
    held = tables.accepted_types
    holders = ((parquet(folder.removes), held), (remaining, held), (tables.entering, tables.added_types))
    found = " UNION ".join(
        f"SELECT s.{ACCEPTED_ROW} FROM {shared} s SEMI JOIN {holder} h ON "
        + " AND ".join(
            same(f"s.{quote_name(column)}", f"h.{quote_name(column)}", held[column], types[column])
            for column in folder.identifiers
        )
        for holder, types in holders
    )
    connection.execute(f"INSERT INTO touched SELECT *, true, false FROM ({found})")


def _joined(value: str, type_: str, other: str) -> str:
    """`value` in the type it has in common with the column it is put under: JSON where the two differ."""
    return value if type_ in (other, JSON) else f"to_json({value})"
