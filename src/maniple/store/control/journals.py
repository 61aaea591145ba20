"""Taking what a delivery wrote into its logbook over into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, CursorResult, select

from maniple.errors import Bug
from maniple.store.control import tables
from maniple.store.control.database import Database
from maniple.store.control.faults import in_plain_words
from maniple.store.home import Home
from maniple.store.logbook import Entry, entries_in

_Values: TypeAlias = tuple[Any, ...] | list[tuple[Any, ...]]
LOGBOOK = "ledger.log"
CHUNK = 5_000


# For the driver as they are: of a hundred thousand rows SQLAlchemy would make a second's work.
_UPSERT = """
INSERT INTO batches (
  run_id, operation, "index", part, start, count, state, requests, retries, rejected, skipped, uncounted,
  http_status, reason, message, rule, at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, operation, "index", part) DO UPDATE SET
  start = excluded.start, count = excluded.count, state = excluded.state,
  requests = excluded.requests, retries = excluded.retries,
  rejected = excluded.rejected, skipped = excluded.skipped, uncounted = excluded.uncounted,
  http_status = excluded.http_status, reason = excluded.reason, message = excluded.message, rule = excluded.rule,
  at = excluded.at
"""
_ADD_VERDICTS = 'INSERT INTO verdicts (run_id, operation, "row", kind, reason, message) VALUES (?, ?, ?, ?, ?, ?)'
_HAS_VERDICTS = "SELECT 1 FROM verdicts WHERE run_id = ? LIMIT 1"
_DROP_VERDICTS = 'DELETE FROM verdicts WHERE run_id = ? AND operation = ? AND "row" >= ? AND "row" < ?'


class Journals(Database):
    """The part of the control plane that knows the logbooks of deliveries. The `Journal` writes them."""

    def logbook(self, run_id: str) -> Path:
        """Where the logbook of a run lies while it delivers; its directory is made if need be.

        Raises Bug when there is no such run, OperatorError when the directory cannot be made.
        """
        with self.reading() as connection:
            path = self._logbook(connection, run_id)
        if path is None:
            raise Bug(f"there is no run `{run_id}` to keep a ledger of")
        self._home.make(path.parent)
        return path

    def take_in(self, run_id: str) -> None:
        """Bring the tables up to what the run's logbook holds by now; it stays, for its delivery may be under way.

        To do it again changes nothing. Raises OperatorError.
        """
        with self.reading() as connection:
            path = self._logbook(connection, run_id)
        if path is None or not path.exists():
            return
        with self.writing() as connection:
            # Read within the transaction: whoever took in more has committed before, and it is all in the file still.
            _write_down(connection, run_id, entries_in(path))

    def close_logbook(self, run_id: str) -> None:
        """Bring the tables up to the run's logbook for good, safe from a power cut, and delete it.

        For whoever holds the sync's lock, when nobody writes into it any more. Raises OperatorError.
        """
        with self.reading() as connection:
            path = self._logbook(connection, run_id)
        if path is None or not path.exists():
            return
        with self.apart() as connection, in_plain_words(self.path), connection.begin():
            _write_down(connection, run_id, entries_in(path))
        path.unlink(missing_ok=True)

    @property
    def _home(self) -> Home:
        return Home(self.path.parent)

    def _logbook(self, connection: Connection, run_id: str) -> Path | None:
        sync_id = connection.scalar(select(tables.runs.c.sync_id).where(tables.runs.c.id == run_id))
        return None if sync_id is None else self._home.run_dir(sync_id, run_id) / LOGBOOK


def _write_down(connection: Connection, run_id: str, entries: Iterable[Entry]) -> None:
    """Replay records in their order, as the tables have them at the end."""
    for chunk in _chunks(entries):
        # Of two records of one batch the later one holds.
        newest = {tuple(entry.facts[:3]): entry.facts for entry in chunk}
        _run(connection, _UPSERT, [(run_id, *facts) for facts in newest.values()])
        _replace_verdicts(connection, run_id, [entry for entry in chunk if entry.verdicts is not None])


def _chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The records in groups; of those that settle the same rows of the plan, as a whole and in pieces, one a group."""
    chunk: list[Entry] = []
    settled: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for entry in entries:
        if entry.verdicts is not None:
            operation, index, _, start, count = entry.facts[:5]
            beside = settled.setdefault((operation, index), [])
            if len(chunk) >= CHUNK or any(start < stop and first < start + count for first, stop in beside):
                yield chunk
                chunk, settled = [], {}
                beside = settled.setdefault((operation, index), [])
            beside.append((start, start + count))
        chunk.append(entry)
    if chunk:
        yield chunk


def _replace_verdicts(connection: Connection, run_id: str, settled: list[Entry]) -> None:
    if not settled:
        return
    if _run(connection, _HAS_VERDICTS, (run_id,)).first() is not None:
        # A batch covers its rows from `start` on, `count` of them.
        covered = ((entry.facts[0], entry.facts[3], entry.facts[4]) for entry in settled)
        places = [(run_id, operation, start, start + count) for operation, start, count in covered]
        _run(connection, _DROP_VERDICTS, places)
    rows = [(run_id, entry.facts[0], *verdict) for entry in settled for verdict in entry.verdicts or ()]
    if rows:
        _run(connection, _ADD_VERDICTS, rows)


def _run(connection: Connection, statement: str, values: _Values) -> CursorResult[Any]:
    # PostgreSQL's driver marks the places of values otherwise; no statement here holds either mark for another purpose.
    own = statement if connection.dialect.paramstyle == "qmark" else statement.replace("?", "%s")
    return connection.exec_driver_sql(own, values)
