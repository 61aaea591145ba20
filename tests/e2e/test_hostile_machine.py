"""A machine that fails: damaged files, full disks, clocks that go back, locks that stay. Told in words, nothing lost."""

from __future__ import annotations

import json
import os
import resource
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.hostile.attack import changed
from maniple.cli.words import moment, utc
from maniple.store.home import Home
from maniple.store.lock import SyncLock
from support.command import Command, Finished
from support.raw_partner import Asked, RawPartner


class Story:
    """A connection to a partner whose list is a set."""

    def __init__(self, folder: Path) -> None:
        self.maniple = Command(folder, {"MANIPLE_MAX_RETRIES": "0"})
        self.data = folder / "home" / "data"
        self.members: set[str] = set()

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        if asked.path == "/lists":
            return 200, b'{"id": 7}'
        users = json.loads(asked.body)["users"]
        (self.members.update if "add" in asked.path else self.members.difference_update)(users)
        return 200, b"{}"

    def sync(self, *users: str) -> Finished:
        self.maniple.write("users.csv", "user_id", *users)
        return self.maniple("sync", "c", "users.csv", "--cohort", "K", "--yes")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path)
    (tmp_path / "acme.json").write_bytes(changed())
    story.maniple.write("settings.json", json.dumps({"bearer_token": "token-1"}))
    with RawPartner(story.answer) as partner:
        to = ("--via", partner.url, "--allow-private-hosts", "--map", "user_key=user_id")
        assert story.maniple("connect", "acme.json", "--name", "c", "--settings", "settings.json", *to).code == 0
        yield story


def garble(path: Path) -> None:
    path.write_bytes(os.urandom(len(path.read_bytes())))


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES = pytest.mark.parametrize("damage", [garble, halve, lambda path: path.write_bytes(b""), Path.unlink])


@DAMAGES
def test_a_damaged_membership_stops_the_next_run_and_is_told(story: Story, damage: Callable[[Path], None]) -> None:
    story.sync("a", "b")
    damage(next(story.data.glob("syn_*/membership-1.parquet")))

    done = story.sync("b", "c")

    assert done.code == 4
    assert "cannot be worked in" in done.err
    assert "put a copy of the folder back" in done.err
    assert {"a", "b"} == story.members


@DAMAGES
def test_a_damaged_plan_cannot_be_exported_and_is_told(story: Story, damage: Callable[[Path], None]) -> None:
    story.sync("a", "b")
    damage(next(story.data.glob("syn_*/run_*/adds.parquet")))

    done = story.maniple("export", "latest")

    assert done.code == 4
    assert "put a copy of the folder back" in done.err


def test_a_clock_that_was_set_back_hides_no_unfinished_run(story: Story) -> None:
    story.sync("a", "b")
    story.sync("a", "b", "c")
    with sqlite3.connect(story.maniple.folder / "home" / "maniple.db") as database:
        # The first run seems to be of next year, and the second was killed before it was settled.
        database.execute("UPDATE runs SET started_at = started_at + 31536000 WHERE number = 1")
        database.execute(
            "UPDATE runs SET status = 'running', phase = 'delivering', finished_at = NULL WHERE number = 2"
        )
    database.close()
    newest = story.maniple("history", "c/K", "--json").json[0]
    exported = story.maniple("export", "latest", "--sync", "c/K")
    resumed = story.maniple("resume", newest["run_id"])

    assert (2, "interrupted") == (newest["number"], newest["status"])
    assert exported.out.splitlines()[1].startswith("c,added,c")
    assert resumed.code == 0


def test_moments_beyond_all_calendars_are_shown_as_the_last() -> None:
    assert moment(1e300).startswith("999")
    assert utc(-1e300) == "1970-01-01T00:00:00Z"


def test_on_a_full_disk_a_lock_can_still_be_held(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with SyncLock(Home(tmp_path), "syn_1") as lock:
            assert lock.path.exists()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("kilobytes", [8, 24])
def test_a_run_that_runs_out_of_room_fails_in_words_and_the_next_one_mends_it(story: Story, kilobytes: int) -> None:
    users = [f"u{number}" for number in range(40_000)]
    story.maniple.write("users.csv", "user_id", *users)
    words = shlex.join([sys.executable, "-m", "maniple", "sync", "c", "users.csv", "--cohort", "K"])
    limited = ["bash", "-c", f"ulimit -f {kilobytes}; exec {words}"]

    done = subprocess.run(
        limited, cwd=story.maniple.folder, env=story.maniple.environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 4
    assert done.stderr.startswith("error: ")
    assert story.sync(*users).code == 0
    assert set(users) == story.members


USERS = [f"u{number}" for number in range(3_000)]
OTHERS = [f"u{number}" for number in range(500, 3_500)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A home of 8 MB on a disk of its own."""
    home = tmp_path / "home"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "none", str(home)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a disk of its own needs the right to mount one")
    yield home
    subprocess.run(["umount", "-l", str(home)], check=True)


@pytest.mark.parametrize("kilobytes", [0, 32, 96, 112, 124, 132])
def test_a_disk_that_is_full_stops_a_run_anywhere_in_words_and_the_next_one_is_exact(
    small_disk: Path, story: Story, kilobytes: int
) -> None:
    story.sync(*USERS)
    disk = os.statvfs(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(disk.f_bavail * disk.f_bsize - kilobytes * 1024))

    full = story.sync(*OTHERS)
    ballast.unlink()
    mended = story.sync(*OTHERS)

    # With the most room it may just do.
    assert full.code == 4 or kilobytes > 100
    assert full.code == 0 or (full.err.startswith("error: ") and "make space" in full.err)
    assert (mended.code, story.members) == (0, set(OTHERS))


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    """The home and all in it without the right to write."""
    found = [home, *home.rglob("*")]
    before = [(path, path.stat().st_mode) for path in found]
    for path, mode in before:
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in before:
            path.chmod(mode)


def test_a_home_that_cannot_be_written_is_told_and_nothing_is_sent(story: Story) -> None:
    story.sync("a", "b")
    story.maniple.write("users.csv", "user_id", "b", "c")
    words = [sys.executable, "-m", "maniple", "sync", "c", "users.csv", "--cohort", "K"]
    # Root may write everywhere, unless it has no capabilities.
    powerless = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []

    with read_only(story.maniple.folder / "home"):
        done = subprocess.run(
            [*powerless, *words],
            cwd=story.maniple.folder,
            env=story.maniple.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 4
    assert done.stderr.startswith("error: ")
    assert "hint: make it a directory you can write to" in done.stderr
    assert {"a", "b"} == story.members
    assert story.sync("b", "c").code == 0
    assert {"b", "c"} == story.members


def test_of_several_processes_on_one_sync_one_works_and_the_others_are_told(story: Story) -> None:
    story.sync("a", "b")
    story.maniple.write("users.csv", "user_id", *USERS)
    words = ("sync", "c", "users.csv", "--cohort", "K", "--yes")

    running = [story.maniple.begin(*words) for _ in range(3)]
    ended = [(process.communicate()[1], process.returncode) for process in running]

    # Those who come when the first is done have nothing left to send.
    assert {0, 4} >= {code for _, code in ended}
    assert 0 in {code for _, code in ended}
    assert all("is being run by process" in errors for errors, code in ended if code == 4)
    assert set(USERS) == story.members


def test_a_database_that_is_locked_for_a_while_is_waited_for(story: Story) -> None:
    story.sync("a", "b")
    story.maniple.write("users.csv", "user_id", "b", "c")
    database = sqlite3.connect(story.maniple.folder / "home" / "maniple.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    process = story.maniple.begin("sync", "c", "users.csv", "--cohort", "K")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1.5)
    database.execute("ROLLBACK")
    database.close()

    process.communicate()

    assert process.returncode == 0
    assert {"b", "c"} == story.members


def test_a_database_that_stays_locked_stops_the_run_and_the_next_one_is_exact(story: Story) -> None:
    story.sync("a", "b")
    database = sqlite3.connect(story.maniple.folder / "home" / "maniple.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")

    stopped = story.sync("b", "c")
    database.execute("ROLLBACK")
    database.close()

    assert stopped.code == 4
    assert "is locked by another process" in stopped.err
    assert {"a", "b"} == story.members
    assert story.sync("b", "c").code == 0
    assert {"b", "c"} == story.members
