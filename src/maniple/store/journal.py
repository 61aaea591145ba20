"""The record of a run's batches while they are delivered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType

from maniple.errors import Bug, OperatorError
from maniple.runtime.outcome import Verdict
from maniple.store.control.rows import BatchRow, VerdictRow
from maniple.store.control.store import ControlStore
from maniple.store.logbook import Logbook, line_of
from maniple.store.redact import Redactor

BETWEEN_SYNCS = 0.05
"""Seconds of records that a power cut may take."""


class Journal:
    """Records the batches of one run; what a call has recorded outlives this process, whatever becomes of it.

    Twenty times a second the records are made safe from a power cut. The logbook that they go into stays when the journal
    is closed, until the run is settled or taken up again (`store.control.journals`). A batch still marked `sending` after its process died is in doubt: the partner may hold it. Use it as an async context
    manager, with the sync's lock held.
    """

    def __init__(self, store: ControlStore, run_id: str, redactor: Redactor | None = None) -> None:
        self._store = store
        self._run_id = run_id
        self._redactor = redactor or Redactor()
        self._logbook: Logbook | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._fault: OperatorError | None = None
        """Why records are not safe from a power cut: the disk said so while they were synced."""

    async def __aenter__(self) -> Journal:
        # Here and not in a thread: two short looks, while a thread would have to be waited for on a busy machine.
        path = self._store.logbook(self._run_id)
        if path.exists():
            self._store.close_logbook(self._run_id)
        self._logbook = Logbook(path)
        self._syncing = asyncio.create_task(self._keep_syncing(self._logbook))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def sending(self, row: BatchRow) -> None:
        """Record that a batch (its state is `sending`) is about to be sent.

        Raises OperatorError when that cannot be recorded.
        """
        if row.state != "sending":
            raise Bug(f"batch {row.index}.{row.part} is settled")
        self._record(line_of(row, None, self._store.now()))

    def settled(self, row: BatchRow, verdicts: Sequence[Verdict] = ()) -> None:
        """Record what came of a batch, and of the users in it (`Verdict.row` counts from the batch's first user).

        Replaces what an earlier attempt recorded for these rows of the plan, so a batch that is split is settled as a
        whole before its pieces are. Raises OperatorError when that cannot be recorded.
        """
        if row.state == "sending":
            raise Bug(f"batch {row.index}.{row.part} is not settled")
        text = self._redactor.text
        if row.reason is not None or row.message is not None:
            reason, message = (None if words is None else text(words) for words in (row.reason, row.message))
            row = replace(row, reason=reason, message=message)
        absolute = [
            VerdictRow(
                row.operation, row.start + verdict.row, verdict.kind, text(verdict.reason), text(verdict.message)
            )
            for verdict in verdicts
        ]
        self._record(line_of(row, absolute, self._store.now()))

    async def close(self) -> None:
        """Close the logbook."""
        logbook, self._logbook = self._logbook, None
        if logbook is None or self._syncing is None:
            return
        self._over.set()
        await self._syncing
        logbook.close()

    def _record(self, line: bytes) -> None:
        if self._logbook is None:
            raise Bug("the journal is not open")
        if self._fault is not None:
            raise self._fault
        self._logbook.append(line)

    async def _keep_syncing(self, logbook: Logbook) -> None:
        while self._fault is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), BETWEEN_SYNCS)
                return
            if logbook.is_unsafe:
                try:
                    await asyncio.to_thread(logbook.sync)
                except OperatorError as fault:
                    self._fault = fault
