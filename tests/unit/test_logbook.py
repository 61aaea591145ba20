"""The file of a delivery's records: what is whole counts, what is torn or damaged does not."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from maniple.errors import OperatorError
from maniple.store.control.rows import BatchRow, VerdictRow
from maniple.store.logbook import Entry, Logbook, entries_in


def entry(index: int, state: Any = "sending", verdicts: tuple[VerdictRow, ...] | None = None) -> Entry:
    return Entry(BatchRow("add", index, 0, index * 100, 100, state, at=1000.5), verdicts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.log"


def written(path: Path, *entries: Entry) -> bytes:
    logbook = Logbook(path)
    for one in entries:
        logbook.append(one)
    logbook.sync()
    logbook.close()
    return path.read_bytes()


@contextmanager
def room_for(octets: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_records_come_back_as_they_were_written(path: Path) -> None:
    full = BatchRow("remove", 7, 2, 700, 50, "failed", 3, 2, 1, 4, 5, 503, "Full", "Räum\nauf", "errors[1]", 12.25)
    entries = [
        entry(0),
        Entry(full, (VerdictRow("remove", 701, "rejected", "Bad", "no\tid"),)),
        entry(1, "delivered", ()),
    ]

    written(path, *entries)

    assert entries == list(entries_in(path))


def test_a_record_is_one_line_with_its_checksum(path: Path) -> None:
    assert b'd71bbf80 ["add",0,0,0,100,"sending",0,0,0,0,0,null,null,null,null,1000.5]\n' == written(path, entry(0))


def test_a_logbook_that_is_not_there_holds_nothing(path: Path) -> None:
    assert [] == list(entries_in(path))


@pytest.mark.parametrize("cut", [1, 40, 74])
def test_a_torn_end_is_passed_over(path: Path, cut: int) -> None:
    path.write_bytes(written(path, entry(0), entry(1))[:-cut])

    assert [entry(0)] == list(entries_in(path))


def test_a_damaged_record_is_passed_over_and_those_after_it_count(path: Path) -> None:
    first, second, third = written(path, entry(0), entry(1), entry(2)).splitlines(keepends=True)

    path.write_bytes(first + second.replace(b"sending", b"Sending") + third)

    assert [entry(0), entry(2)] == list(entries_in(path))


def test_a_page_of_zeros_is_passed_over(path: Path) -> None:
    first, second = written(path, entry(0), entry(1)).splitlines(keepends=True)

    path.write_bytes(first + bytes(4096) + b"\n" + second)

    assert [entry(0), entry(1)] == list(entries_in(path))


def test_a_full_disk_is_told_and_what_it_cut_spoils_nothing_after_it(path: Path) -> None:
    logbook = Logbook(path)
    logbook.append(entry(0))
    with (
        room_for(100),
        pytest.raises(OperatorError, match=r"the ledger `.*ledger\.log` cannot be written: File too large"),
    ):
        logbook.append(entry(1))
    logbook.append(entry(2))
    logbook.close()

    assert 100 < path.stat().st_size
    assert [entry(0), entry(2)] == list(entries_in(path))


def test_a_logbook_is_never_written_over(path: Path) -> None:
    written(path, entry(0))

    with pytest.raises(OperatorError, match="cannot be written: File exists"):
        Logbook(path)
    assert [entry(0)] == list(entries_in(path))


def test_a_logbook_that_cannot_be_read_says_so(path: Path) -> None:
    path.mkdir()

    with pytest.raises(OperatorError, match="cannot be read: Is a directory"):
        list(entries_in(path))
