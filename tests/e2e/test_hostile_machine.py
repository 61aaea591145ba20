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
