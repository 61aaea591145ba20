"""Laws of the ledger: whatever a delivery wrote, and wherever it broke off, the tables say what the records say."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.store.control.rows import BatchRow, VerdictRow
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
from maniple.store.logbook import line_of

SIZE = 8
"""Users of a batch; its parts are its halves, or the whole."""
PARTS = {0: (0, SIZE), 1: (0, SIZE // 2), 2: (SIZE // 2, SIZE)}


Written: TypeAlias = tuple[BatchRow, tuple[VerdictRow, ...] | None]


@st.composite
def entries(draw: st.DrawFn) -> Written:
    operation = draw(st.sampled_from(["add", "remove"]))
    index, part = draw(st.integers(0, 1)), draw(st.sampled_from([0, 1, 2]))
    first, end = PARTS[part]
    state: Any = draw(st.sampled_from(["sending", "delivered", "failed", "in_doubt"]))
    row = BatchRow(operation, index, part, index * SIZE + first, end - first, state, draw(st.integers(0, 3)), at=1.0)
    if state == "sending":
        return row, None
    rows = draw(st.sets(st.integers(row.start, row.start + row.count - 1), max_size=3))
    return row, tuple(VerdictRow(operation, at, "rejected", draw(st.sampled_from("ab"))) for at in sorted(rows))


def written(record: Written) -> bytes:
    return line_of(*record, at=1.0)


def replayed(records: list[Written]) -> tuple[list[BatchRow], list[VerdictRow]]:
    """The rows and verdicts that records come to, one after another."""
    batches: dict[tuple[str, int, int], BatchRow] = {}
    verdicts: dict[tuple[str, int], VerdictRow] = {}
    for row, settled in records:
        batches[row.operation, row.index, row.part] = row
        if settled is None:
            continue
        for at in range(row.start, row.start + row.count):
            verdicts.pop((row.operation, at), None)
        verdicts |= {(verdict.operation, verdict.row): verdict for verdict in settled}
    return [batches[place] for place in sorted(batches)], [verdicts[place] for place in sorted(verdicts)]


@contextmanager
def run() -> Iterator[tuple[ControlStore, str]]:
    with tempfile.TemporaryDirectory() as folder:
        store = ControlStore.open(Home(Path(folder)))
        try:
            connection = store.create_connection(
                "acme",
                slug="acme",
                manifest_path="manifest.yaml",
                manifest_version="1.0.0",
                manifest_text="",
                settings={},
                secret_settings={},
                mappings={},
            )
            sync = store.get_or_create_sync(connection.id, cohort_name="Buyers", cohort_id="c1")
            yield store, store.start_run(sync.id, manifest_version="1.0.0").id
        finally:
            store.close()


def ledger(store: ControlStore, run_id: str) -> tuple[list[BatchRow], list[VerdictRow]]:
    return store.batches(run_id), list(store.verdicts(run_id))


@settings(max_examples=100, deadline=None)
@given(st.lists(entries(), max_size=12), st.data())
def test_the_tables_say_what_the_whole_records_say_wherever_the_file_breaks_off(
    records: list[Written], data: st.DataObject
) -> None:
    lines = [written(record) for record in records]
    cut = data.draw(st.integers(0, sum(map(len, lines))))
    whole = [record for at, record in enumerate(records) if sum(map(len, lines[: at + 1])) <= cut]
    with run() as (store, run_id):
        store.logbook(run_id).write_bytes(b"".join(lines)[:cut])
        while_open = ledger(store, run_id)
        store.close_logbook(run_id)

        assert replayed(whole) == while_open == ledger(store, run_id)


@settings(max_examples=20, deadline=None)
@given(st.lists(entries(), max_size=6), st.lists(entries(), max_size=6))
def test_looking_at_a_ledger_while_it_grows_changes_nothing_about_its_end(
    before: list[Written], after: list[Written]
) -> None:
    with run() as (store, run_id):
        path = store.logbook(run_id)
        path.write_bytes(b"".join(map(written, before)))
        looked = ledger(store, run_id)
        path.write_bytes(b"".join(map(written, [*before, *after])))

        assert (replayed(before), replayed([*before, *after])) == (looked, ledger(store, run_id))


@settings(max_examples=20, deadline=None)
@given(st.lists(entries(), max_size=6), st.lists(entries(), max_size=6))
def test_what_a_second_attempt_writes_goes_on_where_the_first_one_stopped(
    first: list[Written], second: list[Written]
) -> None:
    with run() as (store, run_id):
        for attempt in (first, second):
            store.logbook(run_id).write_bytes(b"".join(map(written, attempt)))
            store.close_logbook(run_id)

        assert replayed([*first, *second]) == ledger(store, run_id)
