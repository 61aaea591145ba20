"""What became of a run's batches and of single users in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Select, exists, func, or_, select

from maniple.store.control import tables
from maniple.store.control.journals import Journals
from maniple.store.control.ranges import merged, without
from maniple.store.control.rows import (
    UNFINISHED,
    BatchRow,
    FailureTally,
    Operation,
    RunErrors,
    RunRow,
    SettledRanges,
    VerdictKind,
    VerdictRow,
    VerdictTally,
)

BATCHES = tables.batches
VERDICTS = tables.verdicts
RUNS = tables.runs
CHUNK = 10_000


class Ledger(Journals):
    """The part of the control plane that reads the ledger of deliveries, up to what those under way have written."""

    def batches(self, run_id: str, operation: Operation | None = None) -> list[BatchRow]:
        """The recorded batches of a run, in plan order."""
        self.take_in(run_id)
        columns = [column for column in BATCHES.c if column.name != "run_id"]
        query = select(*columns).where(BATCHES.c.run_id == run_id)
        if operation is not None:
            query = query.where(BATCHES.c.operation == operation)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(BATCHES.c.operation, BATCHES.c.index, BATCHES.c.part))
            return [BatchRow(**row._asdict()) for row in rows]

    def settled_ranges(self, run_id: str, operation: Operation) -> SettledRanges:
        """Where each row of a run's plan stands. A batch still marked `sending` is in doubt."""
        return settled_ranges(self.batches(run_id, operation))

    def verdicts(
        self, run_id: str, operation: Operation | None = None, kind: VerdictKind | None = None
    ) -> Iterator[VerdictRow]:
        """The verdicts of a run, by operation and row, read in chunks."""
        self.take_in(run_id)
        columns = [column for column in VERDICTS.c if column.name != "run_id"]
        query = _verdicts_of(select(*columns), run_id, operation, kind).order_by(VERDICTS.c.operation, VERDICTS.c.row)
        with self.reading() as connection:
            for row in connection.execution_options(yield_per=CHUNK).execute(query):
                yield VerdictRow(**row._asdict())

    def verdict_rows(self, run_id: str, operation: Operation, kind: VerdictKind | None = None) -> list[int]:
        """The plan rows of an operation that have a verdict, ascending."""
        self.take_in(run_id)
        query = _verdicts_of(select(VERDICTS.c.row), run_id, operation, kind).order_by(VERDICTS.c.row)
        with self.reading() as connection:
            return list(connection.scalars(query))

    def verdict_tallies(self, run_id: str) -> list[VerdictTally]:
        """How many users share each verdict and reason, most first."""
        self.take_in(run_id)
        key = (VERDICTS.c.operation, VERDICTS.c.kind, VERDICTS.c.reason)
        users = func.count().label("users")
        query = select(*key, users).where(VERDICTS.c.run_id == run_id).group_by(*key).order_by(users.desc(), *key)
        with self.reading() as connection:
            return [VerdictTally(**row._asdict()) for row in connection.execute(query)]

    def requests_since(self, connection_id: str, operation: Operation, since: float) -> int:
        """Requests for users that the runs of a connection made which started at `since` or later."""
        self._take_in_all(_of_connection(select(RUNS.c.id), connection_id, since))
        total = select(func.coalesce(func.sum(BATCHES.c.requests), 0)).join(RUNS, RUNS.c.id == BATCHES.c.run_id)
        with self.reading() as connection:
            found = connection.scalar(
                _of_connection(total, connection_id, since).where(BATCHES.c.operation == operation)
            )
        return int(found or 0)

    def lists_created_since(self, connection_id: str, since: float) -> int:
        """Lists that the runs of a connection created which started at `since` or later."""
        total = _of_connection(select(func.count()).select_from(RUNS), connection_id, since)
        with self.reading() as connection:
            return int(connection.scalar(total.where(RUNS.c.list_created)) or 0)

    def errors(self, sync_id: str, limit: int | None = None) -> list[RunErrors]:
        """Runs of a sync that gave a reason, have batches that failed or are in doubt, or users whom the partner
        refused; newest first."""
        self._take_in_all(select(RUNS.c.id).where(RUNS.c.sync_id == sync_id))
        wrong = BATCHES.c.state.in_(("failed", "in_doubt"))
        refused = or_(BATCHES.c.rejected > 0, BATCHES.c.uncounted > 0)
        troubled = or_(RUNS.c.reason.is_not(None), exists().where(BATCHES.c.run_id == RUNS.c.id, or_(wrong, refused)))
        newest = select(RUNS).where(RUNS.c.sync_id == sync_id, troubled).order_by(RUNS.c.number.desc()).limit(limit)
        same = ("operation", "state", "http_status", "reason", "message", "rule")
        key = [BATCHES.c[name] for name in same]
        tally = select(*key, func.count().label("batches"), func.sum(BATCHES.c.count).label("users"))
        with self.reading() as connection:
            runs = [RunRow(**row._asdict()) for row in connection.execute(newest)]
            failures: dict[str, list[FailureTally]] = defaultdict(list)
            for run in runs:
                grouped = tally.where(BATCHES.c.run_id == run.id, wrong).group_by(*key)
                for row in connection.execute(grouped):
                    failures[run.id].append(FailureTally(**{**row._asdict(), "users": int(row.users)}))
        return [RunErrors(run, tuple(sorted(failures[run.id], key=_most_users_first))) for run in runs]

    def _take_in_all(self, runs: Select[Any]) -> None:
        """Take in the logbooks of those of the runs that have not ended."""
        with self.reading() as connection:
            unfinished = list(connection.scalars(runs.where(RUNS.c.status.in_(UNFINISHED))))
        for run_id in unfinished:
            self.take_in(run_id)


def _of_connection(query: Select[Any], connection_id: str, since: float) -> Select[Any]:
    syncs = tables.syncs
    return query.join(syncs, syncs.c.id == RUNS.c.sync_id).where(
        syncs.c.connection_id == connection_id, RUNS.c.started_at >= since
    )


def settled_ranges(batches: Iterable[BatchRow]) -> SettledRanges:
    """Where each row stands, from the batches of one operation.

    Pieces of a split batch overlap the whole: what was delivered wins, then what is in doubt.
    """
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for batch in batches:
        state = "in_doubt" if batch.state == "sending" else batch.state
        spans[state].append((batch.start, batch.start + batch.count))
    delivered = merged(spans["delivered"])
    in_doubt = without(merged(spans["in_doubt"]), delivered)
    failed = without(merged(spans["failed"]), merged([*delivered, *in_doubt]))
    return SettledRanges(delivered, in_doubt, failed)


def _verdicts_of(query: Select[Any], run_id: str, operation: Operation | None, kind: VerdictKind | None) -> Select[Any]:
    query = query.where(VERDICTS.c.run_id == run_id)
    if operation is not None:
        query = query.where(VERDICTS.c.operation == operation)
    return query if kind is None else query.where(VERDICTS.c.kind == kind)


def _most_users_first(tally: FailureTally) -> tuple[int, str, str, str, int]:
    return (-tally.users, tally.operation, tally.state, tally.reason or "", tally.http_status or 0)
