"""The file in which a delivery writes down, record after record, what it is about to send and what came of it.

A record is one line: its checksum, a space, and a JSON list. It is handed to the operating system in one call, so it
outlives the process from that moment on; `Logbook.sync` makes it outlive a power cut. A line that is torn or damaged is
passed over: every record stands for itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from maniple.errors import OperatorError
from maniple.store.control.rows import BatchRow, VerdictRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch, with its verdicts when it is settled (None while it is being sent)."""

    batch: BatchRow
    verdicts: tuple[VerdictRow, ...] | None = None


class Logbook:
    """A new file at `path` to which records are appended. Raises OperatorError when it cannot be made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._torn = False
        self._unsafe = False
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as cause:
            raise _unwritten(path, cause) from cause

    def append(self, entry: Entry) -> None:
        """Write a record down. Raises OperatorError when there is no room for it; then nothing of it counts."""
        line = line_of(entry)
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
        self._unsafe = True

    def sync(self) -> None:
        """Wait until every record is safe from a power cut; another thread may append meanwhile. Raises OperatorError."""
        if not self._unsafe:
            return
        self._unsafe = False
        try:
            os.fdatasync(self._file)
        except OSError as cause:
            raise _unwritten(self._path, cause) from cause

    def close(self) -> None:
        """Close the file. What it holds stays."""
        os.close(self._file)


def line_of(entry: Entry) -> bytes:
    """A record as it stands in the file."""
    row = entry.batch
    record: list[Any] = [row.operation, row.index, row.part, row.start, row.count, row.state]
    record += (row.requests, row.retries, row.rejected, row.skipped, row.uncounted)
    record += (row.http_status, row.reason, row.message, row.rule, row.at)
    if entry.verdicts is not None:
        record.append([(verdict.row, verdict.kind, verdict.reason, verdict.message) for verdict in entry.verdicts])
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
    batch = BatchRow(*record[:16])
    if len(record) == 16:
        return Entry(batch)
    return Entry(batch, tuple(VerdictRow(batch.operation, *verdict) for verdict in record[16]))


def _unwritten(path: Path, cause: OSError) -> OperatorError:
    return OperatorError(
        f"the ledger `{path}` cannot be written: {cause.strerror}",
        hint="make space on that disk, see that it can be written to, and go on with `maniple resume`",
    )
