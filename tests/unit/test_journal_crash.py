"""A process that is killed while it writes the journal loses nothing that was acknowledged."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from maniple.store.control.rows import RunRow
from maniple.store.control.store import ControlStore
from maniple.store.home import Home

DELIVER = """
import asyncio, itertools, sys
from dataclasses import replace
from pathlib import Path
from maniple.runtime.outcome import Verdict
from maniple.store.control.rows import BatchRow
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
from maniple.store.journal import Journal

async def main():
    store = ControlStore.open(Home(Path(sys.argv[1])))
    async with Journal(store, sys.argv[2]) as journal:
        numbers = itertools.count(int(sys.argv[3]))
        async def worker():
            while True:
                index = next(numbers)
                row = BatchRow("add", index, 0, index * 100, 100)
                journal.sending(row)
                print("sending", index, flush=True)
                journal.settled(replace(row, state="delivered"), [Verdict(1, "rejected", "Bad")])
                print("delivered", index, flush=True)
                await asyncio.sleep(0)
        await asyncio.gather(*(worker() for _ in range(8)))

asyncio.run(main())
"""


def start_run(store: ControlStore) -> RunRow:
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


def deliver_until_killed(home: Home, run_id: str, first: int, lines: int) -> dict[int, str]:
    """What a delivering process had acknowledged for each batch when it was killed after so many lines."""
    command = [sys.executable, "-c", DELIVER, str(home.path), run_id, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    words = [line.split() for line in said if line.endswith("\n")]
    return {int(index): state for state, index in words}


@pytest.mark.parametrize("lines", [1, 60, 333])
def test_a_killed_process_loses_no_acknowledged_row(tmp_path: Path, lines: int) -> None:
    home = Home(tmp_path / "home")
    store = ControlStore.open(home)
    run = start_run(store)
    acknowledged = deliver_until_killed(home, run.id, 0, lines)
    recorded = {row.index: row.state for row in store.batches(run.id)}
    assert len(acknowledged) > 0
    lost = {
        index: state
        for index, state in acknowledged.items()
        if recorded.get(index) not in ((state, "delivered") if state == "sending" else (state,))
    }
    assert lost == {}
    # A batch and its verdicts are recorded together.
    delivered = [index for index, state in recorded.items() if state == "delivered"]
    assert store.verdict_rows(run.id, "add") == [index * 100 + 1 for index in delivered]
    store.close()
    assert sqlite3.connect(home.database).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_two_processes_deliver_into_one_database(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    store = ControlStore.open(home)
    run = start_run(store)
    other = store.start_run(run.sync_id, manifest_version="1.0.0")
    command = [sys.executable, "-c", DELIVER, str(home.path), other.id, "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as beside:
        try:
            acknowledged = deliver_until_killed(home, run.id, 5000, 100)
        finally:
            beside.kill()
    recorded = {row.index for row in store.batches(run.id)}
    assert set(acknowledged) <= recorded
    assert min(recorded) == 5000
    assert {row.index for row in store.batches(other.id)} == set(range(len(store.batches(other.id))))
    store.close()


def test_a_killed_run_is_unfinished_and_its_open_batches_are_in_doubt(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    store = ControlStore.open(home)
    run = start_run(store)
    deliver_until_killed(home, run.id, 0, 25)
    unfinished = store.unfinished_run(run.sync_id)
    assert unfinished is not None
    assert unfinished.status == "running"
    before = store.settled_ranges(run.id, "add")
    store.resume_run(run.id)
    assert store.settled_ranges(run.id, "add") == before
    assert {row.state for row in store.batches(run.id)} <= {"delivered", "in_doubt"}
    store.close()
