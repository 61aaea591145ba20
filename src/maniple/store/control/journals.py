"""Taking what a delivery wrote into its logbook over into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from maniple.errors import Bug
from maniple.store.control import tables
from maniple.store.control.database import Database
from maniple.store.control.faults import in_plain_words
from maniple.store.control.rows import BatchRow, VerdictRow
from maniple.store.home import Home
from maniple.store.logbook import Entry, entries_in

BATCHES = tables.batches
VERDICTS = tables.verdicts
LOGBOOK = "ledger.log"
CHUNK = 5_000

_PLACE = ("run_id", "operation", "index", "part")
_FIELDS = tuple(field.name for field in fields(BatchRow))
_DROP_VERDICTS = delete(VERDICTS).where(
    VERDICTS.c.run_id == bindparam("the_run"),
    VERDICTS.c.operation == bindparam("the_operation"),
    VERDICTS.c.row >= bindparam("first"),
    VERDICTS.c.row < bindparam("end"),
)


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
    upsert = _upsert_for(connection.dialect.name)
    for chunk in _chunks(entries):
        # Of two records of one batch the later one holds.
        newest = {(entry.batch.operation, entry.batch.index, entry.batch.part): entry.batch for entry in chunk}
        rows = [{"run_id": run_id, **{name: getattr(batch, name) for name in _FIELDS}} for batch in newest.values()]
        connection.execute(upsert, rows)
        _replace_verdicts(connection, run_id, [entry for entry in chunk if entry.verdicts is not None])


def _chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The records in groups; of those that settle the same rows of the plan, as a whole and in pieces, one a group."""
    chunk: list[Entry] = []
    settled: dict[tuple[str, int], list[BatchRow]] = {}
    for entry in entries:
        batch = entry.batch
        if entry.verdicts is not None:
            beside = settled.setdefault((batch.operation, batch.index), [])
            overlaps = any(
                batch.start < one.start + one.count and one.start < batch.start + batch.count for one in beside
            )
            if overlaps or len(chunk) >= CHUNK:
                yield chunk
                chunk, settled = [], {}
                beside = settled.setdefault((batch.operation, batch.index), [])
            beside.append(batch)
        chunk.append(entry)
    if chunk:
        yield chunk


def _replace_verdicts(connection: Connection, run_id: str, settled: list[Entry]) -> None:
    if not settled:
        return
    kept = select(VERDICTS.c.row).where(VERDICTS.c.run_id == run_id).limit(1)
    if connection.execute(kept).first() is not None:
        _drop_verdicts(connection, run_id, [entry.batch for entry in settled])
    rows = [_verdict(run_id, verdict) for entry in settled for verdict in entry.verdicts or ()]
    if rows:
        connection.execute(insert(VERDICTS), rows)


def _verdict(run_id: str, verdict: VerdictRow) -> dict[str, object]:
    return {"run_id": run_id, **asdict(verdict)}


def _drop_verdicts(connection: Connection, run_id: str, settled: Iterable[BatchRow]) -> None:
    places = [
        {"the_run": run_id, "the_operation": row.operation, "first": row.start, "end": row.start + row.count}
        for row in settled
    ]
    connection.execute(_DROP_VERDICTS, places)


def _upsert_for(dialect: str) -> Executable:
    """The statement that writes a batch's row, whether it is there already or not."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(BATCHES)
    changed = {column.name: statement.excluded[column.name] for column in BATCHES.c if column.name not in _PLACE}
    return statement.on_conflict_do_update(index_elements=list(_PLACE), set_=changed)
