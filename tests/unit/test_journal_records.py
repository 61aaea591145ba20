"""The journal of a run: what it records, when the tables have it, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from maniple.errors import Bug, OperatorError
from maniple.runtime.outcome import Verdict
from maniple.store.control.rows import (
    BatchRow,
    FailureTally,
    RunErrors,
    RunRow,
    SettledRanges,
    VerdictRow,
    VerdictTally,
)
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
from maniple.store.journal import Journal
from maniple.store.logbook import Logbook, line_of
from maniple.store.redact import Redactor

NORMAL, FULL = 1, 2
"""SQLite's levels of `synchronous`."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ControlStore]:
    opened = ControlStore.open(Home(tmp_path / "home"), now=lambda: 1000.0)
    yield opened
    opened.close()


@pytest.fixture
def run(store: ControlStore) -> RunRow:
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
    return store.start_run(sync.id, manifest_version="1.0.0")


def batch(index: int, **more: Any) -> BatchRow:
    return BatchRow("add", index, 0, index * 100, 100, **more)


async def test_a_batch_is_sending_and_then_settled(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        journal.sending(batch(0))
        journal.sending(batch(1))
        assert [row.state for row in store.batches(run.id)] == ["sending", "sending"]
        settled = batch(
            0,
            state="failed",
            requests=3,
            retries=2,
            http_status=400,
            reason="Full",
            message="Make room",
            rule="errors[1]",
        )
        journal.settled(settled)
    assert store.batches(run.id) == [replace(settled, at=1000.0), replace(batch(1), at=1000.0)]


async def test_verdicts_name_rows_of_the_plan(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        journal.settled(
            batch(3, state="delivered", rejected=1, skipped=1),
            [Verdict(7, "rejected", "Unknown user", "no such id"), Verdict(99, "skipped", "Too large")],
        )
    assert list(store.verdicts(run.id)) == [
        VerdictRow("add", 307, "rejected", "Unknown user", "no such id"),
        VerdictRow("add", 399, "skipped", "Too large", ""),
    ]
    assert store.verdict_rows(run.id, "add") == [307, 399]
    assert store.verdict_rows(run.id, "add", "rejected") == [307]
    assert store.verdict_rows(run.id, "remove") == []


async def test_sending_a_batch_again_replaces_what_its_first_attempt_recorded(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        journal.settled(batch(0, state="in_doubt"), [Verdict(1, "rejected", "Bad"), Verdict(2, "rejected", "Bad")])
        journal.settled(batch(1, state="delivered"), [Verdict(0, "rejected", "Bad")])
        journal.sending(batch(0, requests=1))
        journal.settled(batch(0, state="delivered", requests=2), [Verdict(2, "skipped", "Late")])
    assert [(row.index, row.state, row.requests) for row in store.batches(run.id)] == [
        (0, "delivered", 2),
        (1, "delivered", 0),
    ]
    assert [(row.row, row.kind) for row in store.verdicts(run.id)] == [(2, "skipped"), (100, "rejected")]


async def test_while_a_run_delivers_the_database_is_left_alone(store: ControlStore, run: RunRow) -> None:
    commits: list[str] = []
    event.listen(store.engine, "commit", lambda _connection: commits.append("commit"))
    async with Journal(store, run.id) as journal:
        before = len(commits)
        for index in range(200):
            journal.sending(batch(index))
            journal.settled(batch(index, state="delivered"))
        assert len(commits) == before
    assert len(store.batches(run.id)) == 200


async def test_what_is_taken_over_into_the_tables_survives_a_power_cut(store: ControlStore, run: RunRow) -> None:
    levels: list[int] = []
    async with Journal(store, run.id) as journal:
        journal.sending(batch(0))
    event.listen(
        store.engine,
        "commit",
        lambda connection: levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar()),
    )
    store.close_logbook(run.id)
    store.set_phase(run.id, "settling")
    assert levels[-2:] == [FULL, NORMAL]


async def test_the_logbook_stays_until_it_is_taken_over_for_good(store: ControlStore, run: RunRow) -> None:
    path = store.logbook(run.id)
    async with Journal(store, run.id) as journal:
        journal.sending(batch(0))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [row.index for row in store.batches(run.id)] == [0]
    assert path.exists()

    store.close_logbook(run.id)

    assert not path.exists()
    assert [row.index for row in store.batches(run.id)] == [0]


async def test_a_logbook_that_a_process_left_behind_is_taken_in_before_another_is_begun(
    store: ControlStore, run: RunRow
) -> None:
    left = Logbook(store.logbook(run.id))
    left.append(line_of(batch(0, state="delivered"), [], 1000.0))
    left.close()
    async with Journal(store, run.id) as journal:
        journal.sending(batch(1))
    assert [(row.index, row.state) for row in store.batches(run.id)] == [(0, "delivered"), (1, "sending")]


async def test_a_batch_still_sending_cannot_be_settled(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        with pytest.raises(Bug, match=r"batch 4\.0 is not settled"):
            journal.settled(batch(4))


async def test_a_settled_batch_cannot_be_sending(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        with pytest.raises(Bug, match=r"batch 4\.0 is settled"):
            journal.sending(batch(4, state="delivered"))


async def test_a_closed_journal_records_nothing(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        pass
    with pytest.raises(Bug, match="the journal is not open"):
        journal.sending(batch(0))


async def test_a_run_that_nobody_knows_has_no_journal(store: ControlStore) -> None:
    with pytest.raises(Bug, match="there is no run `run_unknown`"):
        async with Journal(store, "run_unknown"):
            pass


async def test_a_database_that_is_locked_keeps_the_logbook_for_the_next_who_looks(
    store: ControlStore, run: RunRow
) -> None:
    store.engine.dispose()
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    async with Journal(store, run.id) as journal:
        journal.settled(batch(0, state="delivered"))
    with store.writing(), pytest.raises(OperatorError, match="is locked by another process"):
        store.close_logbook(run.id)
    assert store.logbook(run.id).exists()
    assert [row.state for row in store.batches(run.id)] == ["delivered"]


async def test_secrets_do_not_get_into_the_journal(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id, Redactor(["canary-1234"])) as journal:
        journal.settled(
            batch(0, state="failed", reason="Bad canary-1234", message="key canary-1234"),
            [Verdict(0, "rejected", "by canary-1234", "echo canary-1234")],
        )
    row, verdict = store.batches(run.id)[0], next(store.verdicts(run.id))
    assert (row.reason, row.message) == ("Bad ***", "key ***")
    assert (verdict.reason, verdict.message) == ("by ***", "echo ***")


async def test_resuming_puts_unanswered_batches_in_doubt(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        for index in range(3):
            journal.sending(batch(index))
        journal.settled(batch(1, state="delivered"))
        journal.settled(batch(2, state="failed"))
    store.resume_run(run.id)
    assert [row.state for row in store.batches(run.id)] == ["in_doubt", "delivered", "failed"]
    assert store.settled_ranges(run.id, "add") == SettledRanges(((100, 200),), ((0, 100),), ((200, 300),))
    assert store.settled_ranges(run.id, "remove") == SettledRanges()


async def test_verdicts_are_counted_by_reason(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        journal.settled(
            batch(0, state="delivered"),
            [Verdict(0, "rejected", "Bad"), Verdict(1, "skipped", "No e-mail"), Verdict(2, "skipped", "No e-mail")],
        )
    assert store.verdict_tallies(run.id) == [
        VerdictTally("add", "skipped", "No e-mail", 2),
        VerdictTally("add", "rejected", "Bad", 1),
    ]


async def test_errors_group_failed_batches_by_reason(store: ControlStore, run: RunRow) -> None:
    why = {"state": "failed", "http_status": 400, "reason": "Full", "message": "Make room", "rule": "errors[1]"}
    async with Journal(store, run.id) as journal:
        for row in (batch(0, **why), batch(1, state="delivered"), batch(2, **why), batch(3, state="in_doubt")):
            journal.settled(row)
    failed = store.finish_run(run.id, "failed", reason="Full")
    good = store.start_run(run.sync_id, manifest_version="1.0.0")
    store.finish_run(good.id, "succeeded")
    bare = store.start_run(run.sync_id, manifest_version="1.0.0")
    bare = store.finish_run(bare.id, "failed", reason="Bad key")
    assert store.errors(run.sync_id) == [
        RunErrors(bare, ()),
        RunErrors(
            failed,
            (
                FailureTally("add", "failed", 400, "Full", "Make room", "errors[1]", batches=2, users=200),
                FailureTally("add", "in_doubt", None, None, None, None, batches=1, users=100),
            ),
        ),
    ]
