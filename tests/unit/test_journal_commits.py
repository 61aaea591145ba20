"""The journal of a run: what it records, how it groups commits, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import threading
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
from maniple.store.redact import Redactor


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


@pytest.fixture
def commits(store: ControlStore) -> list[str]:
    """Grows by the name of the thread with each commit."""
    seen: list[str] = []
    event.listen(store.engine, "commit", lambda _connection: seen.append(threading.current_thread().name))
    return seen


def batch(index: int, **more: Any) -> BatchRow:
    return BatchRow("add", index, 0, index * 100, 100, **more)


async def test_a_batch_is_sending_and_then_settled(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        await journal.sending([batch(0), batch(1)])
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
        await journal.settled(settled)
    assert store.batches(run.id) == [replace(settled, at=1000.0), replace(batch(1), at=1000.0)]


async def test_verdicts_name_rows_of_the_plan(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        await journal.settled(
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
        await journal.settled(
            batch(0, state="in_doubt"), [Verdict(1, "rejected", "Bad"), Verdict(2, "rejected", "Bad")]
        )
        await journal.settled(batch(1, state="delivered"), [Verdict(0, "rejected", "Bad")])
        await journal.sending([batch(0, requests=1)])
        await journal.settled(batch(0, state="delivered", requests=2), [Verdict(2, "skipped", "Late")])
    assert [(row.index, row.state, row.requests) for row in store.batches(run.id)] == [
        (0, "delivered", 2),
        (1, "delivered", 0),
    ]
    assert [(row.row, row.kind) for row in store.verdicts(run.id)] == [(2, "skipped"), (100, "rejected")]


async def test_batches_that_come_together_share_commits(store: ControlStore, run: RunRow, commits: list[str]) -> None:
    async with Journal(store, run.id) as journal:
        await asyncio.gather(*(journal.sending([batch(index)]) for index in range(200)))
    assert len(store.batches(run.id)) == 200
    assert [name.startswith("journal") for name in commits[:2]] == [True, False]
    assert len(commits) == 2


async def test_every_commit_is_in_the_journals_own_thread(store: ControlStore, run: RunRow, commits: list[str]) -> None:
    async with Journal(store, run.id) as journal:
        for index in range(5):
            await journal.sending([batch(index)])
    assert set(commits) == {"journal_0"}
    assert len(commits) == 5


async def test_a_commit_of_the_journal_survives_a_power_cut(store: ControlStore, run: RunRow) -> None:
    levels: list[int] = []
    event.listen(
        store.engine,
        "commit",
        lambda connection: levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar()),
    )
    async with Journal(store, run.id) as journal:
        await journal.sending([batch(0)])
    store.set_phase(run.id, "settling")
    assert levels == [2, 1]


async def test_recording_nothing_commits_nothing(store: ControlStore, run: RunRow, commits: list[str]) -> None:
    async with Journal(store, run.id) as journal:
        await journal.sending([])
    assert commits == []


async def test_a_batch_still_sending_cannot_be_settled(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        with pytest.raises(Bug, match=r"batch 4\.0 is not settled"):
            await journal.settled(batch(4))


async def test_a_closed_journal_records_nothing(store: ControlStore, run: RunRow) -> None:
    journal = Journal(store, run.id)
    await journal.close()
    with pytest.raises(Bug, match="the journal is closed"):
        await journal.sending([batch(0)])


async def test_what_a_cancelled_waiter_gave_is_recorded_all_the_same(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        waiter = asyncio.create_task(journal.settled(batch(0, state="delivered")))
        await asyncio.sleep(0)
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
    assert [row.state for row in store.batches(run.id)] == ["delivered"]


async def test_closing_waits_for_what_is_being_recorded(store: ControlStore, run: RunRow) -> None:
    journal = Journal(store, run.id)
    waiters = [asyncio.create_task(journal.sending([batch(index)])) for index in range(20)]
    await asyncio.sleep(0)
    await journal.close()
    assert [waiter.done() for waiter in waiters] == [True] * 20
    assert len(store.batches(run.id)) == 20


async def test_a_full_disk_is_told_to_everybody_who_waits(store: ControlStore, run: RunRow) -> None:
    store.engine.dispose()
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))
    async with Journal(store, run.id) as journal:
        much = [replace(batch(index), message="x" * 5000) for index in range(30)]
        answers = await asyncio.gather(*(journal.sending([row]) for row in much), return_exceptions=True)
    assert {type(answer) for answer in answers} == {OperatorError}
    assert {str(answer) for answer in answers} == {f"there is no space left for the database `{store.path}`"}
    assert store.batches(run.id) == []


async def test_after_a_lock_is_gone_the_journal_records_again(store: ControlStore, run: RunRow) -> None:
    store.engine.dispose()
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    async with Journal(store, run.id) as journal:
        with store.writing(), pytest.raises(OperatorError, match="is locked by another process"):
            await journal.sending([batch(0)])
        await journal.sending([batch(1)])
    assert [row.index for row in store.batches(run.id)] == [1]


async def test_a_broken_rule_is_told_too(store: ControlStore) -> None:
    async with Journal(store, "run_unknown") as journal:
        with pytest.raises(Bug, match="the database refused a statement: FOREIGN KEY constraint failed"):
            await journal.sending([batch(0)])


async def test_secrets_do_not_get_into_the_journal(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id, Redactor(["canary-1234"])) as journal:
        await journal.settled(
            batch(0, state="failed", reason="Bad canary-1234", message="key canary-1234"),
            [Verdict(0, "rejected", "by canary-1234", "echo canary-1234")],
        )
    row, verdict = store.batches(run.id)[0], next(store.verdicts(run.id))
    assert (row.reason, row.message) == ("Bad ***", "key ***")
    assert (verdict.reason, verdict.message) == ("by ***", "echo ***")


async def test_resuming_puts_unanswered_batches_in_doubt(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        await journal.sending([batch(0), batch(1), batch(2)])
        await journal.settled(batch(1, state="delivered"))
        await journal.settled(batch(2, state="failed"))
    store.resume_run(run.id)
    assert [row.state for row in store.batches(run.id)] == ["in_doubt", "delivered", "failed"]
    assert store.settled_ranges(run.id, "add") == SettledRanges(((100, 200),), ((0, 100),), ((200, 300),))
    assert store.settled_ranges(run.id, "remove") == SettledRanges()


async def test_verdicts_are_counted_by_reason(store: ControlStore, run: RunRow) -> None:
    async with Journal(store, run.id) as journal:
        await journal.settled(
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
            await journal.settled(row)
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
