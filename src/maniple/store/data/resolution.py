"""From a snapshot to what each user is sent as, and who is skipped."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.cohort.member import MISSING_ID, UNRESOLVED_MAPPING
from maniple.cohort.resolve import MappingColumn
from maniple.errors import Bug
from maniple.store.data.columns import (
    MEMBER,
    as_text,
    carried_column,
    column_types,
    mapping_column,
    parquet,
    property_column,
    quote_name,
    quote_text,
    refuse_case_twins,
)
from maniple.store.data.conversion import convert_members
from maniple.store.data.engine import open_engine, write_parquet
from maniple.store.data.values import MEMORY, Resolved

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def resolve(
    snapshot: Path,
    mappings: Sequence[MappingColumn],
    carried: Sequence[str],
    resolved: Path,
    skips: Path,
    require: Sequence[Sequence[str]] = (),
    *,
    memory: str = MEMORY,
) -> Resolved:
    """Write who can be sent, and as what, to `resolved`, and who cannot to `skips`; the same as `cohort.resolve`.

    `resolved` has `member_id`, `m_<name>` for each of `sent_names` and `u_<property>` for each of `carried`, in the
    order of the snapshot. `skips` has `member_id`, the same columns with the raw properties as text, `reason` and
    `mapping`. `require` are groups of mapping names of which each user needs at least one.
    """
    _refuse_unknown(mappings, require)
    with open_engine(resolved.parent, memory) as connection:
        if any(mapping.convert or mapping.properties is not None for mapping in mappings):
            convert_members(snapshot, mappings, carried, resolved, skips, require)
        else:
            _pass_through(connection, snapshot, mappings, carried, resolved, skips, require)
        counts = connection.execute(
            f"SELECT reason, count(*) FROM {parquet(skips)} GROUP BY reason ORDER BY reason"
        ).fetchall()
        rows = connection.execute(f"SELECT count(*) FROM {parquet(resolved)}").fetchone()
    return Resolved(rows=int(rows[0]) if rows else 0, skips_by_reason={str(reason): int(n) for reason, n in counts})


def _pass_through(
    connection: DuckDBPyConnection,
    snapshot: Path,
    mappings: Sequence[MappingColumn],
    carried: Sequence[str],
    resolved: Path,
    skips: Path,
    require: Sequence[Sequence[str]],
) -> None:
    """Values go as they stand: two queries over the snapshot, no Python value a user."""
    table = parquet(snapshot)
    types = column_types(connection, table)
    source = {mapping.name: property_column(mapping.property) for mapping in mappings}
    needs = [[mapping.name] for mapping in mappings if not mapping.optional] + [list(group) for group in require]
    present = [" OR ".join(f"{quote_name(source[name])} IS NOT NULL" for name in group) for group in needs]
    sendable = " AND ".join([f"{MEMBER} IS NOT NULL", *(f"({condition})" for condition in present)])

    sent = [each for mapping in mappings for each in _sent(mapping, quote_name(source[mapping.name]))]
    kept = [f"{quote_name(property_column(name))} AS {quote_name(carried_column(name))}" for name in carried]
    rows = write_parquet(
        connection, f"SELECT {', '.join([MEMBER, *sent, *kept])} FROM {table} WHERE {sendable}", resolved
    )

    raw = [
        each
        for mapping in mappings
        for each in _sent(mapping, as_text(quote_name(source[mapping.name]), types[source[mapping.name]]))
    ]
    at_fault = " ".join(
        f"WHEN NOT ({condition}) THEN {quote_text(', '.join(group))}"
        for condition, group in zip(present, needs, strict=True)
    )
    resolves = " AND ".join(f"({condition})" for condition in present) or "true"
    reason = f"CASE WHEN {resolves} THEN {quote_text(MISSING_ID)} ELSE {quote_text(UNRESOLVED_MAPPING)} END"
    mapping = f"CASE {at_fault} ELSE '' END" if at_fault else "''"
    total = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    where = f"NOT ({sendable})" if total != (rows,) else "false"
    columns = ", ".join([MEMBER, *raw, f"{reason} AS reason", f"{mapping} AS mapping"])
    write_parquet(connection, f"SELECT {columns} FROM {table} WHERE {where}", skips)


def _sent(mapping: MappingColumn, value: str) -> list[str]:
    """The columns of a mapping in a select: `value`, and what it is to the partner where there is one."""
    columns = [f"{value} AS {quote_name(mapping_column(mapping.name))}"]
    if mapping.target is not None:
        target = f"CASE WHEN {value} IS NOT NULL THEN {quote_text(mapping.target)} END"
        columns.append(f"{target} AS {quote_name(mapping_column(mapping.sent_names()[1]))}")
    return columns


def _refuse_unknown(mappings: Sequence[MappingColumn], require: Sequence[Sequence[str]]) -> None:
    declared = [mapping.name for mapping in mappings]
    refuse_case_twins(declared)
    unknown = [name for group in require for name in group if name not in declared]
    if unknown:
        raise Bug(f"`{unknown[0]}` is required but is no mapping")
