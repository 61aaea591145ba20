"""One process at a time works on a sync."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maniple.errors import OperatorError, SyncBusy
from maniple.store.home import Home
from maniple.store.lock import SyncLock

HOLD = """
import sys, time
from pathlib import Path
from maniple.store.home import Home
from maniple.store.lock import SyncLock
with SyncLock(Home(Path(sys.argv[1])), sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def another_process_holding(home: Home, sync_id: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(home.path), sync_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_a_lock_held_by_another_process_names_it(home: Home) -> None:
    with another_process_holding(home, "syn_a") as holder, pytest.raises(SyncBusy) as caught, SyncLock(home, "syn_a"):
        pass
    assert caught.value.message == f"sync `syn_a` is being run by process {holder.pid}"
    assert caught.value.hint == f"wait until it is done, or stop it with `kill {holder.pid}`"


def test_a_killed_holder_frees_the_lock(home: Home) -> None:
    with another_process_holding(home, "syn_a") as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with SyncLock(home, "syn_a") as lock:
            assert lock.path.read_text() == f"{os.getpid()}\n"


def test_another_sync_is_not_held_up(home: Home) -> None:
    with another_process_holding(home, "syn_a"), SyncLock(home, "syn_b") as lock:
        assert lock.sync_id == "syn_b"


def test_the_same_process_is_refused_too(home: Home) -> None:
    with SyncLock(home, "syn_a"), pytest.raises(SyncBusy) as caught, SyncLock(home, "syn_a"):
        pass
    assert caught.value.message == "sync `syn_a` is already running in this process"


def test_a_lock_can_be_taken_again_after_its_end(home: Home) -> None:
    lock = SyncLock(home, "syn_a")
    with lock:
        pass
    assert lock.path.read_text() == ""
    with lock:
        assert lock.path.read_text() == f"{os.getpid()}\n"


def test_an_error_inside_frees_the_lock(home: Home) -> None:
    with pytest.raises(KeyboardInterrupt), SyncLock(home, "syn_a"):
        raise KeyboardInterrupt
    with SyncLock(home, "syn_a") as lock:
        assert lock.sync_id == "syn_a"


def test_a_child_process_does_not_keep_the_lock(home: Home) -> None:
    with SyncLock(home, "syn_a"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], close_fds=False)
    try:
        with SyncLock(home, "syn_a") as lock:
            assert lock.sync_id == "syn_a"
    finally:
        child.kill()
        child.wait()


def test_only_the_owner_can_read_lock_files(home: Home) -> None:
    with SyncLock(home, "syn_a") as lock:
        assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(lock.path.parent.stat().st_mode) == 0o700


def test_a_lock_file_that_cannot_be_opened_is_the_operators_to_mend(home: Home) -> None:
    (home.make(home.locks) / "syn_a.lock").mkdir()
    with pytest.raises(OperatorError) as caught, SyncLock(home, "syn_a"):
        pass
    assert caught.value.message == f"the lock file `{home.locks}/syn_a.lock` cannot be opened: Is a directory"
