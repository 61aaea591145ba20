"""The file in which a delivery writes down, record after record, what it is about to send and what came of it.

A record is one line: its checksum, a space, and a JSON list. It is handed to the operating system in one call, so it
outlives the process from that moment on; `Logbook.sync` makes it outlive a power cut. A line that is torn or damaged is
passed over: every record stands for itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from maniple.errors import OperatorError
from maniple.store.control.rows import BatchRow, VerdictRow

FACTS = len(fields(BatchRow))


class Entry(NamedTuple):
    """One record as it is read: the facts of a batch in the order of `BatchRow`'s fields, and of its verdicts.

    The verdicts, `(row, kind, reason, message)` each, are None while the batch is being sent.
    """

    facts: Sequence[Any]
    verdicts: Sequence[Sequence[Any]] | None = None

    @property
    def batch(self) -> BatchRow:
        """The batch."""
        return BatchRow(*self.facts)


class Logbook:
    """A new file at `path` to which records are appended. Raises OperatorError when it cannot be made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._torn = False
        self.is_unsafe = False
        """A power cut could take records."""
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as cause:
            raise _unwritten(path, cause) from cause

    def append(self, line: bytes) -> None:
        """Write a record (`line_of`) down. Raises OperatorError when there is no room for it; then it does not count."""
        if self._torn:
            # Ends the half of a record, which would spoil this one.
            line = b"\n" + line
        written = 0
        try:
            while written < len(line):
                written += os.write(self._file, line[written:] if written else line)
        except OSError as cause:
            self._torn = self._torn or written > 0
            raise _unwritten(self._path, cause) from cause
        self._torn = False
        self.is_unsafe = True

    def sync(self) -> None:
        """Wait until every record is safe from a power cut; another thread may append meanwhile. Raises OperatorError."""
        self.is_unsafe = False
        try:
            os.fdatasync(self._file)
        except OSError as cause:
            raise _unwritten(self._path, cause) from cause

    def close(self) -> None:
        """Close the file. What it holds stays."""
        os.close(self._file)


def line_of(batch: BatchRow, verdicts: Iterable[VerdictRow] | None, at: float) -> bytes:
    """A record as it stands in the file, written `at`. `verdicts` is None while the batch is being sent."""
    record: list[Any] = [batch.operation, batch.index, batch.part, batch.start, batch.count, batch.state]
    record += (batch.requests, batch.retries, batch.rejected, batch.skipped, batch.uncounted)
    record += (batch.http_status, batch.reason, batch.message, batch.rule, at)
    if verdicts is not None:
        record.append([(verdict.row, verdict.kind, verdict.reason, verdict.message) for verdict in verdicts])
    written = orjson.dumps(record)
    return b"%08x %b\n" % (crc32(written), written)


def entries_in(path: Path) -> Iterator[Entry]:
    """The whole records of a file, in the order they were written; none when there is no file. Raises OperatorError."""
    try:
        with path.open("rb") as file:
            for line in file:
                if (entry := _entry(line)) is not None:
                    yield entry
    except FileNotFoundError:
        return
    except OSError as cause:
        raise OperatorError(f"the ledger `{path}` cannot be read: {cause.strerror}") from cause


def _entry(line: bytes) -> Entry | None:
    written = line[9:-1]
    if line[-1:] != b"\n" or line[:9] != b"%08x " % crc32(written):
        return None
    record = orjson.loads(written)
    return Entry(record[:FACTS], record[FACTS] if len(record) > FACTS else None)


def _unwritten(path: Path, cause: OSError) -> OperatorError:
    return OperatorError(
        f"the ledger `{path}` cannot be written: {cause.strerror}",
        hint="make space on that disk, see that it can be written to, and go on with `maniple resume`",
    )
