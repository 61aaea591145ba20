"""Syncs: one cohort kept on one connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, delete, insert, select, update

from maniple.errors import UsageError
from maniple.store.control import tables
from maniple.store.control.database import Database
from maniple.store.control.ids import new_id
from maniple.store.control.rows import SyncRow
from maniple.store.control.words import ambiguous, did_you_mean

TABLE = tables.syncs


class SyncChanges(TypedDict, total=False):
    """What may change about a sync; what is left out stays."""

    cohort_name: str
    id_column: str | None
    list_name: str | None


class Syncs(Database):
    """The part of the control plane that keeps syncs."""

    def get_or_create_sync(
        self, connection_id: str, *, cohort_name: str, cohort_id: str, id_column: str | None = None
    ) -> SyncRow:
        """The sync of this cohort on this connection, made if need be.

        One that is there comes as it is: whether a new cohort name or id column is taken over is the caller's to say.
        """
        with self.writing() as connection:
            wanted = select(TABLE).where(TABLE.c.connection_id == connection_id, TABLE.c.cohort_id == cohort_id)
            if found := connection.execute(wanted).first():
                return SyncRow(**found._asdict())
            row = SyncRow(
                id=new_id("syn_", self.dice),
                connection_id=connection_id,
                cohort_name=cohort_name,
                cohort_id=cohort_id,
                id_column=id_column,
                list={},
                list_name=None,
                membership_file=None,
                members=0,
                doubts=0,
                created_at=self.now(),
            )
            connection.execute(insert(TABLE).values(asdict(row)))
            return row

    def update_sync(self, sync_id: str, **changes: Unpack[SyncChanges]) -> SyncRow:
        """Change a sync. Raises UsageError when there is none with this id."""
        with self.writing() as connection:
            if changes:
                connection.execute(update(TABLE).where(TABLE.c.id == sync_id).values(**changes))
            return _one(connection, sync_id)

    def save_list(
        self, sync_id: str, values: Mapping[str, Any], *, list_name: str | None = None, run_id: str | None = None
    ) -> SyncRow:
        """Keep what creating the list saved (`{"list_id": ...}`) in place of what was there.

        With `run_id` that run is marked, in the same transaction, as the one that created the list.
        """
        with self.writing() as connection:
            connection.execute(
                update(TABLE).where(TABLE.c.id == sync_id).values({"list": dict(values), "list_name": list_name})
            )
            if run_id is not None:
                connection.execute(update(tables.runs).where(tables.runs.c.id == run_id).values(list_created=True))
            return _one(connection, sync_id)

    def forget_list(self, sync_id: str) -> SyncRow:
        """The partner's list is gone: forget what creating it saved, and the membership that was on it."""
        nothing: dict[str, Any] = {"list": {}, "list_name": None, "membership_file": None, "members": 0, "doubts": 0}
        with self.writing() as connection:
            connection.execute(update(TABLE).where(TABLE.c.id == sync_id).values(nothing))
            return _one(connection, sync_id)

    def delete_sync(self, sync_id: str) -> None:
        """Delete a sync with its runs and their ledgers. Raises UsageError when there is none with this id."""
        runs = select(tables.runs.c.id).where(tables.runs.c.sync_id == sync_id)
        with self.writing() as connection:
            _one(connection, sync_id)
            for table in (tables.verdicts, tables.batches):
                connection.execute(delete(table).where(table.c.run_id.in_(runs)))
            connection.execute(delete(tables.runs).where(tables.runs.c.sync_id == sync_id))
            connection.execute(delete(TABLE).where(TABLE.c.id == sync_id))

    def get_sync(self, sync_id: str) -> SyncRow:
        """The sync with this id. Raises UsageError when there is none."""
        with self.reading() as connection:
            return _one(connection, sync_id)

    def list_syncs(self, connection_id: str | None = None) -> list[SyncRow]:
        """The syncs of one connection, or all, by cohort name."""
        query = select(TABLE).order_by(TABLE.c.cohort_name, TABLE.c.id)
        if connection_id is not None:
            query = query.where(TABLE.c.connection_id == connection_id)
        with self.reading() as connection:
            return [SyncRow(**row._asdict()) for row in connection.execute(query)]

    def find_sync(self, word: str) -> SyncRow:
        """The sync that `word` names.

        `word` is an id or the beginning of one, `connection/cohort` with the cohort's name or id, or a cohort's name
        or id alone when only one connection has it. Raises UsageError when none or several fit.
        """
        with self.reading() as connection:
            names = _spellings(connection)
            fitting = _fitting(word, names)
            if len(fitting) == 1:
                return _one(connection, fitting[0])
        if fitting:
            raise ambiguous(word, _distinct(fitting, names))
        known = [spellings[0] for spellings in names.values()]
        cohorts = [spellings[2] for spellings in names.values()]
        raise UsageError(
            f"there is no sync `{word}`",
            hint=did_you_mean(word, known if "/" in word or not cohorts else [*cohorts, *known])
            or "make the first one with `maniple sync`",
        )


def _one(connection: Connection, sync_id: str) -> SyncRow:
    found = connection.execute(select(TABLE).where(TABLE.c.id == sync_id)).first()
    if found is None:
        raise UsageError(f"there is no sync with the id `{sync_id}`")
    return SyncRow(**found._asdict())


def _spellings(connection: Connection) -> dict[str, tuple[str, str, str, str]]:
    """For each sync's id its names: with the connection in front and without, by the cohort's name and id."""
    owner = tables.connections
    query = select(TABLE.c.id, owner.c.name, TABLE.c.cohort_name, TABLE.c.cohort_id).join_from(TABLE, owner)
    return {
        sync_id: (f"{name}/{cohort_name}", f"{name}/{cohort_id}", cohort_name, cohort_id)
        for sync_id, name, cohort_name, cohort_id in connection.execute(query.order_by(TABLE.c.id))
    }


def _fitting(word: str, names: Mapping[str, tuple[str, ...]]) -> list[str]:
    if word in names:
        return [word]
    named = [sync_id for sync_id, spellings in names.items() if word in spellings]
    if named or not (word.startswith("syn_") and len(word) > len("syn_")):
        return named
    return [sync_id for sync_id in names if sync_id.startswith(word)]


def _distinct(fitting: list[str], names: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A name for each fitting sync that fits no other one; its id where there is none."""
    spoken = [spelling for spellings in names.values() for spelling in set(spellings)]
    return [
        next((spelling for spelling in names[sync_id] if spoken.count(spelling) == 1), sync_id) for sync_id in fitting
    ]
