"""Runs, from their start to the membership they leave behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from maniple.errors import Bug, UsageError
from maniple.store.control.rows import SyncRow
from maniple.store.control.store import ControlStore
from maniple.store.home import Home

START_RUNS = """
import sys
from pathlib import Path
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
store = ControlStore.open(Home(Path(sys.argv[1])))
for _ in range(25):
    run = store.start_run(sys.argv[2], manifest_version="1.0.0")
    store.set_phase(run.id, "delivering")
    store.finish_run(run.id, "succeeded")
"""


class Watch:
    """A clock that goes one second further with each look at it."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        self.time += 1
        return self.time


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[ControlStore]:
    opened = ControlStore.open(home, now=Watch())
    yield opened
    opened.close()


def a_sync(store: ControlStore, cohort: str = "Buyers") -> SyncRow:
    known = store.list_connections()
    made = (
        known[0]
        if known
        else store.create_connection(
            "acme",
            slug="acme",
            manifest_path="manifest.yaml",
            manifest_version="1.0.0",
            manifest_text="",
            settings={},
            secret_settings={},
            mappings={},
        )
    )
    return store.get_or_create_sync(made.id, cohort_name=cohort, cohort_id=cohort.lower())


def start(store: ControlStore, sync: SyncRow) -> str:
    return store.start_run(sync.id, manifest_version="1.0.0").id


def test_a_run_starts_with_planning(store: ControlStore) -> None:
    run = store.start_run(a_sync(store).id, manifest_version="1.2.0", batch_items={"add": 100})
    assert store.get_run(run.id) == run
    assert (run.status, run.phase, run.number, run.resumed, run.list_created) == ("running", "planning", 1, 0, False)
    assert (run.started_at, run.finished_at, run.cohort_file, run.cohort_rows) == (3.0, None, None, 0)
    assert (run.batch_items, run.counts, run.manifest_version) == ({"add": 100}, {}, "1.2.0")


def test_runs_are_numbered_within_their_sync(store: ControlStore) -> None:
    one, other = a_sync(store, "One"), a_sync(store, "Other")
    numbers = [store.start_run(sync.id, manifest_version="1").number for sync in (one, one, other, one)]
    assert numbers == [1, 2, 1, 3]


def test_a_phase_brings_what_is_known_by_then(store: ControlStore) -> None:
    run_id = start(store, a_sync(store))
    run = store.set_phase(run_id, "delivering", cohort_file="cohort.parquet", cohort_rows=5000, counts={"add": 7})
    assert (run.phase, run.cohort_file, run.cohort_rows, run.counts) == (
        "delivering",
        "cohort.parquet",
        5000,
        {"add": 7},
    )
    assert store.set_phase(run_id, "settling").cohort_rows == 5000


def test_a_finished_run_says_how_it_ended(store: ControlStore) -> None:
    sync = a_sync(store)
    run = store.finish_run(
        start(store, sync), "failed", counts={"added": 3}, reason="Bad key", message="Make a new one", rule="errors[0]"
    )
    assert (run.status, run.phase, run.finished_at, run.counts) == ("failed", "done", 4.0, {"added": 3})
    assert (run.reason, run.message, run.rule) == ("Bad key", "Make a new one", "errors[0]")
    assert store.get_sync(sync.id) == sync


def test_a_finished_run_never_changes_again(store: ControlStore) -> None:
    run = store.finish_run(start(store, a_sync(store)), "succeeded", counts={"added": 3})
    with pytest.raises(Bug, match=f"run `{run.id}` is finished or unknown and cannot change"):
        store.finish_run(run.id, "failed")
    with pytest.raises(Bug):
        store.set_phase(run.id, "delivering")
    assert store.get_run(run.id) == run


def test_adopting_ends_the_run_and_switches_the_membership(store: ControlStore) -> None:
    sync = a_sync(store)
    run = store.adopt_membership(
        sync.id,
        start(store, sync),
        file="membership-1.parquet",
        members=90,
        doubts=2,
        status="succeeded_with_skips",
        counts={"added": 90, "skipped": 10},
    )
    assert (run.status, run.phase, run.counts) == ("succeeded_with_skips", "done", {"added": 90, "skipped": 10})
    assert store.get_sync(sync.id) == replace(sync, membership_file="membership-1.parquet", members=90, doubts=2)


def test_adopting_the_run_of_another_sync_changes_nothing(store: ControlStore) -> None:
    one, other = a_sync(store, "One"), a_sync(store, "Other")
    run = store.start_run(one.id, manifest_version="1.0.0")
    with pytest.raises(Bug, match=f"run `{run.id}` is not one of sync `{other.id}`"):
        store.adopt_membership(other.id, run.id, file="m.parquet", members=1, doubts=0, status="succeeded")
    assert store.get_run(run.id) == run
    assert store.get_sync(other.id) == other


def test_adopting_twice_is_refused(store: ControlStore) -> None:
    sync = a_sync(store)
    run_id = start(store, sync)
    store.adopt_membership(sync.id, run_id, file="first.parquet", members=1, doubts=0, status="succeeded")
    with pytest.raises(Bug):
        store.adopt_membership(sync.id, run_id, file="second.parquet", members=2, doubts=0, status="succeeded")
    assert store.get_sync(sync.id).membership_file == "first.parquet"


def test_an_interrupted_run_keeps_its_phase_and_can_be_resumed(store: ControlStore) -> None:
    sync = a_sync(store)
    run_id = start(store, sync)
    store.set_phase(run_id, "delivering")
    stopped = store.finish_run(run_id, "interrupted", reason="Stopped")
    assert (stopped.status, stopped.phase, stopped.finished_at, stopped.reason) == (
        "interrupted",
        "delivering",
        4.0,
        "Stopped",
    )
    assert store.unfinished_run(sync.id) == stopped
    resumed = store.resume_run(run_id)
    assert resumed == replace(stopped, status="running", finished_at=None, reason=None, resumed=1)
    assert store.resume_run(run_id).resumed == 2


def test_a_finished_run_cannot_be_resumed(store: ControlStore) -> None:
    run_id = start(store, a_sync(store))
    store.finish_run(run_id, "succeeded_with_skips")
    with pytest.raises(UsageError) as caught:
        store.resume_run(run_id)
    assert caught.value.message == f"run `{run_id}` is finished (succeeded with skips)"
    assert caught.value.hint == "start a new run instead"


def test_only_the_newest_run_can_be_unfinished(store: ControlStore) -> None:
    sync = a_sync(store)
    assert store.unfinished_run(sync.id) is None
    start(store, sync)
    last = start(store, sync)
    assert store.unfinished_run(sync.id) == store.get_run(last)
    store.finish_run(last, "failed")
    assert store.unfinished_run(sync.id) is None


def test_history_is_newest_first(store: ControlStore) -> None:
    one, other = a_sync(store, "One"), a_sync(store, "Other")
    ids = [start(store, sync) for sync in (one, other, one)]
    assert [run.id for run in store.history(one.id)] == [ids[2], ids[0]]
    assert [run.id for run in store.history()] == ids[::-1]
    assert [run.id for run in store.history(limit=1)] == [ids[2]]


def test_a_run_is_found_by_id_beginning_or_latest(store: ControlStore) -> None:
    one, other = a_sync(store, "One"), a_sync(store, "Other")
    first, second, last = (store.get_run(start(store, sync)) for sync in (one, one, other))
    assert [store.find_run(word) for word in (first.id, first.id[:13], first.id[4:])] == [first] * 3
    assert store.find_run("latest") == last
    assert store.find_run("latest", one.id) == second


def test_a_run_of_another_sync_is_not_found(store: ControlStore) -> None:
    one, other = a_sync(store, "One"), a_sync(store, "Other")
    run_id = start(store, one)
    with pytest.raises(UsageError, match=f"there is no run `{run_id}`"):
        store.find_run(run_id, other.id)


def test_an_unknown_run_is_told_what_there_is(store: ControlStore) -> None:
    start(store, a_sync(store))
    with pytest.raises(UsageError) as caught:
        store.find_run("lastest")
    assert (caught.value.message, caught.value.hint) == ("there is no run `lastest`", "did you mean `latest`?")


def test_without_runs_latest_says_how_to_start_one(store: ControlStore) -> None:
    with pytest.raises(UsageError) as caught:
        store.find_run("latest")
    assert (caught.value.message, caught.value.hint) == ("there is no run yet", "start one with `maniple sync`")


def test_two_processes_number_the_runs_of_one_sync_without_a_gap(store: ControlStore, home: Home) -> None:
    sync = a_sync(store)
    command = [sys.executable, "-c", START_RUNS, str(home.path), sync.id]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert sorted(run.number for run in store.history(sync.id)) == list(range(1, 51))
    assert {run.status for run in store.history(sync.id)} == {"succeeded"}
