"""The file of a delivery's records: what is whole counts, what is torn or damaged does not."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from maniple.errors import OperatorError
from maniple.store.control.rows import BatchRow, VerdictRow
from maniple.store.logbook import Logbook, entries_in, line_of


def row(index: int) -> BatchRow:
    return BatchRow("add", index, 0, index * 100, 100, at=1000.5)


def line(index: int) -> bytes:
    return line_of(row(index), None, 1000.5)


def read(path: Path) -> list[BatchRow]:
    return [entry.batch for entry in entries_in(path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.log"


def written(path: Path, *lines: bytes) -> bytes:
    logbook = Logbook(path)
    for one in lines:
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
    verdicts = [VerdictRow("remove", 701, "rejected", "Bad", "no\tid"), VerdictRow("remove", 749, "skipped", "Odd")]

    written(path, line(0), line_of(full, verdicts, 13.5), line_of(replace(row(1), state="delivered"), [], 1000.5))

    first, second, third = entries_in(path)
    assert [row(0), replace(full, at=13.5), replace(row(1), state="delivered")] == [
        first.batch,
        second.batch,
        third.batch,
    ]
    assert (None, []) == (first.verdicts, third.verdicts)
    assert [[701, "rejected", "Bad", "no\tid"], [749, "skipped", "Odd", ""]] == second.verdicts


def test_a_record_is_one_line_with_its_checksum(path: Path) -> None:
    assert b'd71bbf80 ["add",0,0,0,100,"sending",0,0,0,0,0,null,null,null,null,1000.5]\n' == written(path, line(0))


def test_a_logbook_that_is_not_there_holds_nothing(path: Path) -> None:
    assert [] == read(path)


@pytest.mark.parametrize("cut", [1, 40, 74])
def test_a_torn_end_is_passed_over(path: Path, cut: int) -> None:
    path.write_bytes(written(path, line(0), line(1))[:-cut])

    assert [row(0)] == read(path)


def test_a_damaged_record_is_passed_over_and_those_after_it_count(path: Path) -> None:
    first, second, third = written(path, line(0), line(1), line(2)).splitlines(keepends=True)

    path.write_bytes(first + second.replace(b"sending", b"Sending") + third)

    assert [row(0), row(2)] == read(path)


def test_a_page_of_zeros_is_passed_over(path: Path) -> None:
    first, second = written(path, line(0), line(1)).splitlines(keepends=True)

    path.write_bytes(first + bytes(4096) + b"\n" + second)

    assert [row(0), row(1)] == read(path)


def test_a_full_disk_is_told_and_what_it_cut_spoils_nothing_after_it(path: Path) -> None:
    logbook = Logbook(path)
    logbook.append(line(0))
    with (
        room_for(100),
        pytest.raises(OperatorError, match=r"the ledger `.*ledger\.log` cannot be written: File too large"),
    ):
        logbook.append(line(1))
    logbook.append(line(2))
    logbook.close()

    assert 100 < path.stat().st_size
    assert [row(0), row(2)] == read(path)


def test_a_logbook_is_never_written_over(path: Path) -> None:
    written(path, line(0))

    with pytest.raises(OperatorError, match="cannot be written: File exists"):
        Logbook(path)
    assert [row(0)] == read(path)


def test_a_logbook_that_cannot_be_read_says_so(path: Path) -> None:
    path.mkdir()

    with pytest.raises(OperatorError, match="cannot be read: Is a directory"):
        list(entries_in(path))
