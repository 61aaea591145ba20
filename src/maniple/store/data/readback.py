"""Comparing whom a partner has with whom it accepted, in bounded memory."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from maniple.store.data.accepted import accepted_table
from maniple.store.data.arrow import load_arrow, load_arrow_parquet
from maniple.store.data.columns import ACCEPTED_ROW, MEMBER, column_types, names, parquet
from maniple.store.data.engine import fetch_count, open_engine, write_parquet
from maniple.store.data.folder import PlanFolder
from maniple.store.data.planfile import PlanFile
from maniple.store.data.values import MEMORY, Planned

Identify = Callable[[dict[str, list[object]], int], list[str | None]]
"""From columns of members to what the partner knows each of them by; None where it cannot be said."""
ROWS = 10_000


class IdentifierFile:
    """Identifiers written one page after another to a Parquet file with the columns `row` and `value`."""

    def __init__(self, path: Path) -> None:
        arrow = load_arrow()
        self._schema = arrow.schema([("row", arrow.int64()), ("value", arrow.string())])
        self._writer = load_arrow_parquet().ParquetWriter(path, self._schema)
        self.rows = 0

    def __enter__(self) -> IdentifierFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, values: Iterable[str | None]) -> None:
        """Write the next identifiers; `row` counts on."""
        arrow = load_arrow()
        texts = list(values)
        rows = arrow.array(range(self.rows, self.rows + len(texts)), arrow.int64())
        self._writer.write_table(arrow.table([rows, arrow.array(texts, arrow.string())], schema=self._schema))
        self.rows += len(texts)


@dataclass(frozen=True, slots=True)
class Difference:
    """How the accepted membership and the partner's list differ. `unknown` members have nothing to compare by.

    `missing_examples` are member ids, `unexpected_examples` identifiers as the partner gave them.
    """

    accepted: int
    held: int
    missing: int
    unexpected: int
    unknown: int
    missing_examples: tuple[str, ...] = ()
    unexpected_examples: tuple[str, ...] = ()


def write_identifiers(membership: Path, columns: list[str], identify: Identify, out: Path) -> None:
    """Write what the partner knows each accepted pair by to `out`; `columns` are the variables that `identify` reads."""
    plan = PlanFile(membership)
    with IdentifierFile(out) as file:
        for batch in plan.batches(ROWS, columns):
            file.add(identify(batch.rows, min(ROWS, plan.rows - batch.start)))


def compare(membership: Path, known: Path, held: Path, folder: Path, *, examples: int = 20) -> Difference:
    """Compare the identifiers of the accepted pairs (`known`) with those on the partner's list (`held`).

    Writes `missing.parquet` to `folder`: the rows of accepted pairs, none of them in doubt, that the partner does not
    have. Identifiers are compared without regard to case, for partners answer as they keep them.
    """
    with open_engine(folder, MEMORY) as connection:
        accepted = accepted_table(connection, membership, [])
        pairs = f"""(
            SELECT a.row, a.{MEMBER}, a.doubt, k.value FROM {accepted} a JOIN {parquet(known)} k ON k.row = a.row
        )"""
        there = f"(SELECT DISTINCT lower(value) AS value FROM {parquet(held)})"
        missing = write_parquet(
            connection,
            f"""SELECT p.row, p.{MEMBER} FROM {pairs} p ANTI JOIN {there} t ON t.value = lower(p.value)
            WHERE p.value IS NOT NULL AND NOT p.doubt ORDER BY p.row""",
            folder / "missing.parquet",
        )
        strangers = f"""(
            SELECT DISTINCT h.value FROM {parquet(held)} h
            ANTI JOIN {parquet(known)} k ON lower(k.value) = lower(h.value)
        )"""
        found = connection.execute(f"SELECT value FROM {strangers} ORDER BY value LIMIT {examples}").fetchall()
        lost = connection.execute(
            f"SELECT {MEMBER} FROM {parquet(folder / 'missing.parquet')} ORDER BY row LIMIT {examples}"
        ).fetchall()
        return Difference(
            accepted=fetch_count(connection, f"SELECT count(*) FROM {accepted}"),
            held=fetch_count(connection, f"SELECT count(*) FROM {there}"),
            missing=missing,
            unexpected=fetch_count(connection, f"SELECT count(*) FROM {strangers}"),
            unknown=fetch_count(connection, f"SELECT count(*) FROM {parquet(known)} WHERE value IS NULL"),
            missing_examples=tuple(str(row[0]) for row in lost),
            unexpected_examples=tuple(str(row[0]) for row in found),
        )


def plan_repair(
    membership: Path, missing: Path, mappings: tuple[str, ...], identity: tuple[str, ...], out: Path
) -> Planned:
    """Write a plan that sends the `missing` accepted pairs again, and nothing else."""
    folder = PlanFolder(out, mappings, identity, False, False, Planned(0, 0, 0, 0, 0))
    columns = names([MEMBER, *folder.columns])
    with open_engine(out, MEMORY) as connection:
        accepted = accepted_table(connection, membership, folder.columns)
        chosen = f"{accepted} a JOIN {parquet(missing)} m ON m.row = a.row"
        listed = ", ".join(f"a.{name}" for name in columns.split(", "))
        adds = write_parquet(
            connection, f"SELECT {listed}, a.row AS {ACCEPTED_ROW} FROM {chosen} ORDER BY a.row", folder.adds
        )
        for empty in (folder.removes, folder.shared):
            write_parquet(connection, f"SELECT {listed}, a.row AS {ACCEPTED_ROW} FROM {accepted} a LIMIT 0", empty)
        unchanged = fetch_count(connection, f"SELECT count(*) FROM {accepted}")
    planned = Planned(adds=adds, removes=0, shared=0, unchanged=unchanged, drifted=0, kept=adds)
    replace(folder, planned=planned).write()
    return planned


def mapped_columns(membership: Path, folder: Path) -> tuple[str, ...]:
    """The mappings that a membership has columns for."""
    with open_engine(folder, MEMORY) as connection:
        types = column_types(connection, parquet(membership))
    return tuple(name.removeprefix("m_") for name in types if name.startswith("m_"))
