"""The durable record of a run's batches while they are delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields, replace
from types import TracebackType

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from maniple.errors import Bug
from maniple.runtime.outcome import Verdict
from maniple.store.control import tables
from maniple.store.control.faults import in_plain_words
from maniple.store.control.rows import BatchRow, VerdictRow
from maniple.store.control.store import ControlStore
from maniple.store.redact import Redactor

BATCHES = tables.batches
VERDICTS = tables.verdicts

_PLACE = ("run_id", "operation", "index", "part")
_FIELDS = tuple(field.name for field in fields(BatchRow) if field.name != "at")
_DROP_VERDICTS = delete(VERDICTS).where(
    VERDICTS.c.run_id == bindparam("the_run"),
    VERDICTS.c.operation == bindparam("the_operation"),
    VERDICTS.c.row >= bindparam("first"),
    VERDICTS.c.row < bindparam("end"),
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One batch to record, with its verdicts when it is settled (None while it is being sent)."""

    batch: BatchRow
    verdicts: tuple[VerdictRow, ...] | None


class Journal:
    """Records the batches of one run; an `await` comes back when its rows are safe on disk.

    Rows that arrive while a commit is under way share the next one. A batch still marked `sending` after its process
    died is in doubt: the partner may hold it. Use it as an async context manager, in one event loop.
    """

    def __init__(self, store: ControlStore, run_id: str, redactor: Redactor | None = None) -> None:
        self._store = store
        self._run_id = run_id
        self._redactor = redactor or Redactor()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._open = ExitStack()
        self._connection: Connection | None = None
        self._upsert: Executable = insert(BATCHES)
        self._has_verdicts: bool | None = None
        """Whether the run has verdicts already, of an earlier attempt or of this one; None until it was looked."""
        self._waiting: list[tuple[list[_Entry], asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None
        self._closed = False

    async def __aenter__(self) -> Journal:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def sending(self, rows: Sequence[BatchRow]) -> None:
        """Record that these batches are about to be sent. Raises OperatorError when that cannot be recorded."""
        await self._record([_Entry(replace(row, state="sending"), None) for row in rows])

    async def settled(self, row: BatchRow, verdicts: Sequence[Verdict] = ()) -> None:
        """Record what came of a batch, and of the users in it (`Verdict.row` counts from the batch's first user).

        Replaces what an earlier attempt recorded for these rows of the plan, so a batch that is split is settled as a
        whole before its pieces are. Raises OperatorError when that cannot be recorded.
        """
        if row.state == "sending":
            raise Bug(f"batch {row.index}.{row.part} is not settled")
        text = self._redactor.text
        absolute = tuple(
            VerdictRow(
                row.operation, row.start + verdict.row, verdict.kind, text(verdict.reason), text(verdict.message)
            )
            for verdict in verdicts
        )
        reason, message = (None if words is None else text(words) for words in (row.reason, row.message))
        await self._record([_Entry(replace(row, reason=reason, message=message), absolute)])

    async def close(self) -> None:
        """Wait for what is being recorded and let go of the database."""
        self._closed = True
        if self._committing is not None:
            await asyncio.wait([self._committing])
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open.close)
        self._thread.shutdown(wait=False)

    async def _record(self, entries: list[_Entry]) -> None:
        if self._closed:
            raise Bug("the journal is closed")
        if not entries:
            return
        loop = asyncio.get_running_loop()
        recorded: asyncio.Future[None] = loop.create_future()
        self._waiting.append((entries, recorded))
        if self._committing is None or self._committing.done():
            self._committing = loop.create_task(self._commit_waiting())
        await recorded

    async def _commit_waiting(self) -> None:
        """Commit group after group until nobody waits. Its own task: cancelling a waiter must not stop a commit."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            entries = [entry for added, _ in group for entry in added]
            waiters = [recorded for _, recorded in group]
            try:
                await loop.run_in_executor(self._thread, self._commit, entries)
            except asyncio.CancelledError:
                # The loop is shutting down. The thread still commits; nobody may be told that it has.
                for recorded in (*waiters, *(recorded for _, recorded in self._waiting)):
                    recorded.cancel()
                raise
            except Exception as fault:
                _answer(waiters, fault)
            else:
                _answer(waiters, None)

    def _commit(self, entries: Iterable[_Entry]) -> None:
        """In the journal's thread: one transaction for all entries."""
        # Of two entries for one batch the later one holds.
        newest = {(entry.batch.operation, entry.batch.index, entry.batch.part): entry for entry in entries}
        moment = self._store.now()
        batches = [
            {"run_id": self._run_id, "at": moment, **{name: getattr(entry.batch, name) for name in _FIELDS}}
            for entry in newest.values()
        ]
        with in_plain_words(self._store.path):
            connection = self._connection or self._connect()
            with connection.begin():
                connection.execute(self._upsert, batches)
                self._replace_verdicts(connection, newest.values())

    def _connect(self) -> Connection:
        """Open the journal's own connection."""
        self._connection = connection = self._open.enter_context(self._store.apart())
        self._upsert = _upsert_for(connection.dialect.name)
        return connection

    def _replace_verdicts(self, connection: Connection, entries: Iterable[_Entry]) -> None:
        settled = [(entry.batch, entry.verdicts) for entry in entries if entry.verdicts is not None]
        rows = [{"run_id": self._run_id, **asdict(verdict)} for _, verdicts in settled for verdict in verdicts]
        if self._has_verdicts is None:
            kept = select(VERDICTS.c.row).where(VERDICTS.c.run_id == self._run_id).limit(1)
            self._has_verdicts = connection.execute(kept).first() is not None
        if settled and self._has_verdicts:
            self._drop_verdicts(connection, [batch for batch, _ in settled])
        if rows:
            connection.execute(insert(VERDICTS), rows)
            self._has_verdicts = True

    def _drop_verdicts(self, connection: Connection, settled: Iterable[BatchRow]) -> None:
        connection.execute(
            _DROP_VERDICTS,
            [
                {
                    "the_run": self._run_id,
                    "the_operation": batch.operation,
                    "first": batch.start,
                    "end": batch.start + batch.count,
                }
                for batch in settled
            ],
        )


def _upsert_for(dialect: str) -> Executable:
    """The statement that writes a batch's row, whether it is there already or not."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(BATCHES)
    changed = {column.name: statement.excluded[column.name] for column in BATCHES.c if column.name not in _PLACE}
    return statement.on_conflict_do_update(index_elements=list(_PLACE), set_=changed)


def _answer(waiters: Iterable[asyncio.Future[None]], fault: Exception | None) -> None:
    for recorded in waiters:
        if recorded.done():
            continue
        if fault is None:
            recorded.set_result(None)
        else:
            recorded.set_exception(fault)
