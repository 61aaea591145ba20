"""The plan of a run: what was resolved against what the partner accepted; the same as `cohort.delta`."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.cohort.identity import identity_of
from maniple.store.data.accepted import accepted_table, conform
from maniple.store.data.columns import (
    ACCEPTED_ROW,
    MEMBER,
    ROW,
    all_same,
    column_types,
    names,
    parquet,
    quote_name,
    same,
)
from maniple.store.data.engine import fetch_count, open_engine, take_over, widen, write_parquet
from maniple.store.data.folder import PlanFolder
from maniple.store.data.values import MEMORY, Planned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KEPT = f"(d.wanted_row IS NOT NULL AND d.{ACCEPTED_ROW} IS NOT NULL AND NOT d.doubt)"
"""A pair of `delta d` that is accepted as it is wanted."""
PART = 14_000_000
"""Pairs that are compared at once in 512 MB when identifiers have some twenty characters. More are compared in parts."""
WIDE = 1_850
"""MB that the comparison of several parts may take, where the machine has twice that: fewer parts are read less often."""
_NOTHING = Planned(adds=0, removes=0, shared=0, unchanged=0, drifted=0)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two tables to compare, with the types of their columns."""

    connection: DuckDBPyConnection
    resolved: Path
    accepted: str
    skips: Path
    resolved_types: dict[str, str]
    accepted_types: dict[str, str]

    def agree(self, columns: Sequence[str], wanted: str, held: str) -> str:
        """Whether row `wanted` of the resolved members and row `held` of accepted pairs agree in `columns`."""
        return " AND ".join(
            same(
                f"{wanted}.{quote_name(column)}",
                f"{held}.{quote_name(column)}",
                self.resolved_types[column],
                self.accepted_types[column],
            )
            for column in columns
        )


def plan_changes(
    resolved: Path,
    skips: Path,
    membership: Path | None,
    mapping_names: Sequence[str],
    identity: Sequence[str],
    out_dir: Path,
    *,
    resend: bool = False,
    memory: str = MEMORY,
    part: int = PART,
) -> Planned:
    """Write `adds.parquet`, `removes.parquet` and `shared.parquet` to `out_dir`.

    The position of a row is its place in the batches. Adds are in the order of the cohort; removes and shared leavers
    by member id, then by what was sent: the same input gives the same files. `membership` None is a first run.
    `identity` names the mappings (or `amplitude_id`) the partner's remove call identifies a user by. With `resend` the
    adds end with the members who are accepted as they are wanted, for partners who forget them. `part` is how many
    pairs are compared at a time.
    """
    identity_of(identity, mapping_names)
    with open_engine(out_dir, memory, keep_order=False) as connection:
        first = membership is None or not fetch_count(connection, f"SELECT count(*) FROM {parquet(membership)}")
        blank = PlanFolder(out_dir, tuple(mapping_names), tuple(identity), first, False, _NOTHING)
        if membership is None or first:
            folder = replace(blank, planned=_plan_first(connection, resolved, blank))
        else:
            folder = _plan_further(connection, resolved, skips, membership, blank, resend=resend, part=part)
    folder.write()
    return folder.planned


def _plan_first(connection: DuckDBPyConnection, resolved: Path, folder: PlanFolder) -> Planned:
    """Everyone is added: the plan is the file of the resolved members itself."""
    take_over(resolved, folder.adds)
    for empty in (folder.removes, folder.shared):
        select = f"SELECT {names([MEMBER, *folder.columns])}, 0::BIGINT AS {ACCEPTED_ROW} FROM {parquet(resolved)}"
        write_parquet(connection, f"{select} LIMIT 0", empty)
    return replace(_NOTHING, adds=fetch_count(connection, f"SELECT count(*) FROM {parquet(resolved)}"))


def _plan_further(
    connection: DuckDBPyConnection,
    resolved: Path,
    skips: Path,
    membership: Path,
    folder: PlanFolder,
    *,
    resend: bool,
    part: int,
) -> PlanFolder:
    resolved_types = column_types(connection, parquet(resolved))
    wanted_types = {column: resolved_types[column] for column in folder.columns}
    conformed = conform(connection, membership, wanted_types, folder.accepted)
    accepted = accepted_table(connection, folder.accepted if conformed else membership, folder.columns)
    sides = _Sides(connection, resolved, accepted, skips, resolved_types, column_types(connection, accepted))
    _compare(sides, folder.columns, resend=resend, parts=_parts(connection, (resolved, membership), part))
    kept = fetch_count(connection, f"SELECT count(*) FROM delta d WHERE {_KEPT}") if resend else 0
    adds = _write_adds(sides, folder)
    drifted = _collect_leavers(sides, folder.columns)
    removes, shared = _write_leavers(sides, folder)
    unchanged = fetch_count(connection, f"SELECT count(*) FROM {parquet(resolved)}") - (adds - kept)
    planned = Planned(adds=adds, removes=removes, shared=shared, unchanged=unchanged, drifted=drifted, kept=kept)
    return replace(folder, conformed=conformed, planned=planned)


def _parts(connection: DuckDBPyConnection, files: Sequence[Path], part: int) -> int:
    """Into how many parts the comparison of `files` is cut; for several it is given more memory.

    A join that does not fit is written to the disk and read again, which takes longer than reading the files again.
    """
    most = max(fetch_count(connection, f"SELECT count(*) FROM {parquet(file)}") for file in files)
    if most <= part:
        return 1
    if part < PART:
        return ceil(most / part)
    return ceil(most * 512 / (part * widen(connection, WIDE)))


def _compare(sides: _Sides, columns: Sequence[str], *, resend: bool, parts: int) -> None:
    """Make the table `delta`: pairs on one side only, and doubted pairs that are wanted; with `resend` every pair.

    One full outer join a part, which hashes the accepted side once for both directions. Pairs that are the same are of
    one member, so they fall into the same part.
    """
    kept = [MEMBER, *columns]
    left = [f"w.{quote_name(column)} AS {quote_name('w_' + column)}" for column in kept]
    right = [f"a.{quote_name(column)} AS {quote_name('a_' + column)}" for column in kept]
    for number in range(parts):
        mine = f"WHERE hash({MEMBER}) % {parts} = {number}" if parts > 1 else ""
        sides.connection.execute(f"""
            {"INSERT INTO delta" if number else "CREATE TEMP TABLE delta AS"}
            SELECT w.{ROW} AS wanted_row, a.row AS {ACCEPTED_ROW}, coalesce(a.doubt, false) AS doubt,
                {", ".join(left + right)}
            FROM (FROM {parquet(sides.resolved, rows=True)} {mine}) w
            FULL OUTER JOIN (FROM {sides.accepted} {mine}) a ON {sides.agree(kept, "w", "a")}
            WHERE {resend} OR w.{MEMBER} IS NULL OR a.{MEMBER} IS NULL OR a.doubt
        """)


def _write_adds(sides: _Sides, folder: PlanFolder) -> int:
    kept = [MEMBER, *folder.columns]
    columns = [f"d.{quote_name('w_' + column)} AS {quote_name(column)}" for column in kept]
    carried = [column for column in sides.resolved_types if column.startswith("u_")]
    source = "delta d"
    if carried:
        columns.append(names(carried, "r"))
        source += f" JOIN {parquet(sides.resolved, rows=True)} r ON r.{ROW} = d.wanted_row"
    select = f"""
        SELECT {", ".join(columns)}, d.{ACCEPTED_ROW} FROM {source}
        WHERE d.wanted_row IS NOT NULL ORDER BY {_KEPT}, d.wanted_row
    """
    return write_parquet(sides.connection, select, folder.adds)


def _collect_leavers(sides: _Sides, columns: Sequence[str]) -> int:
    """Make the table `leavers`: accepted pairs that are not wanted, but for members that are only skipped now.

    Answers how many members left one pair for another.
    """
    kept = [f"{quote_name('a_' + column)} AS {quote_name(column)}" for column in [MEMBER, *columns]]
    sides.connection.execute(f"""
        CREATE TEMP TABLE leavers AS
        SELECT {", ".join(kept)}, {ACCEPTED_ROW} FROM delta
        WHERE wanted_row IS NULL
        AND NOT EXISTS (SELECT 1 FROM {parquet(sides.skips)} s WHERE s.{MEMBER} = a_{MEMBER})
    """)
    return fetch_count(
        sides.connection,
        f"SELECT count(DISTINCT l.{MEMBER}) FROM leavers l SEMI JOIN {parquet(sides.resolved)} w USING ({MEMBER})",
    )


def _write_leavers(sides: _Sides, folder: PlanFolder) -> tuple[int, int]:
    """Write the removes and the shared leavers; how many of each.

    Pairs without any value in the identity are never one person.
    """
    identifiers = folder.identifiers
    known = " OR ".join(f"l.{quote_name(column)} IS NOT NULL" for column in identifiers)
    staying = f"(SELECT * FROM {sides.accepted} a SEMI JOIN {parquet(sides.skips)} s USING ({MEMBER}))"
    sides.connection.execute(f"""
        CREATE TEMP TABLE held AS
        SELECT l.{ACCEPTED_ROW} FROM (FROM leavers l WHERE {known}) l
        SEMI JOIN {parquet(sides.resolved)} w ON {sides.agree(identifiers, "w", "l")}
        UNION
        SELECT l.{ACCEPTED_ROW} FROM (FROM leavers l WHERE {known}) l
        SEMI JOIN {staying} s ON {all_same(identifiers, "s", "l")}
    """)
    order = ", ".join(f"{column} NULLS FIRST" for column in map(quote_name, [MEMBER, *folder.columns]))
    sides.connection.execute(f"""
        CREATE TEMP TABLE ranked AS
        SELECT l.*, l.{ACCEPTED_ROW} IN (FROM held) OR row_number() OVER (
            PARTITION BY {names(identifiers)}, CASE WHEN NOT ({known}) THEN l.{ACCEPTED_ROW} END ORDER BY {order}
        ) > 1 AS shared
        FROM leavers l
    """)
    columns = f"{names([MEMBER, *folder.columns])}, {ACCEPTED_ROW}"
    removes = f"SELECT {columns} FROM ranked WHERE NOT shared ORDER BY {order}"
    shared = f"SELECT {columns} FROM ranked WHERE shared ORDER BY {order}"
    return (
        write_parquet(sides.connection, removes, folder.removes),
        write_parquet(sides.connection, shared, folder.shared),
    )
