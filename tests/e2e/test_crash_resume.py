"""Syncs killed with SIGKILL in the middle: nobody is lost, and at most the requests in flight are repeated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.manifests import BASE

USERS = 4_000
BATCH = 50
PARALLEL = 4


class Story:
    """A home, a simulated partner in its own process, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {**os.environ, "MANIPLE_HOME": str(folder / "home"), "MANIPLE_ALLOW_PRIVATE_HOSTS": "1"}
        calls = {name: {**BASE[name], "batch": {"items": BATCH}} for name in ("add_users", "remove_users")}
        manifest = folder / "acme" / "manifest.yaml"
        manifest.parent.mkdir()
        manifest.write_text(yaml.safe_dump({**BASE, **calls}, sort_keys=False))
        (folder / "settings.json").write_text('{"bearer_token": "token-1"}')
        self.simulator = self.start("simulate", str(manifest), "--hostile", "slow", stdout=subprocess.PIPE)
        assert self.simulator.stdout is not None
        self.url = self.simulator.stdout.readline().strip()
        arguments = [
            "--name",
            "acme",
            "--settings",
            str(folder / "settings.json"),
            "--map",
            "user_key=user_id",
            "--via",
            self.url,
        ]
        self.finish("connect", str(manifest), *arguments)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        options.setdefault("stdout", subprocess.DEVNULL)
        command = [sys.executable, "-m", "maniple", *arguments]
        return subprocess.Popen(command, env=self.environ, text=True, stderr=subprocess.DEVNULL, **options)

    def finish(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "maniple", *arguments]
        done = subprocess.run(command, env=self.environ, text=True, capture_output=True, check=False)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def cohort(self, users: range) -> str:
        path = self.folder / f"cohort-{users.start}-{users.stop}.csv"
        path.write_text("user_id\n" + "".join(f"u{number}\n" for number in users))
        return str(path)

    def partner(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/__state") as reply:
            found: dict[str, Any] = json.load(reply)["partners"]["acme"]
            return found

    def members(self) -> set[str]:
        return {member for one in self.partner()["lists"].values() for member in one["members"]}

    def kill_sync_at(self, cohort: str, members: int, *, growing: bool = True) -> None:
        process = self.start("sync", "acme", cohort, "--cohort", "Killed")
        while process.poll() is None and (len(self.members()) < members) == growing:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.simulator.kill()
    made.simulator.wait()


@pytest.mark.parametrize("members", [1, USERS // 2], ids=["at the first batches", "in the middle"])
def test_a_killed_run_that_is_resumed_leaves_exactly_the_cohort(story: Story, members: int) -> None:
    cohort = story.cohort(range(USERS))
    story.kill_sync_at(cohort, members)

    report = json.loads(story.finish("resume", "latest", "--json"))

    assert {f"u{number}" for number in range(USERS)} == story.members()
    assert (USERS, 0, 0, 1) == tuple(report[name] for name in ("added", "in_doubt", "unsent", "resumed"))
    seen = story.partner()["batches_seen"]
    assert USERS // BATCH == seen["different"]
    assert seen["repeated"] <= PARALLEL
    assert 1 == len(story.partner()["lists"])


def test_a_sync_after_a_kill_settles_what_was_delivered_and_sends_the_rest(story: Story) -> None:
    story.kill_sync_at(story.cohort(range(USERS)), USERS // 2)

    report = json.loads(
        story.finish("sync", "acme", story.cohort(range(100, USERS + 100)), "--cohort", "Killed", "--json")
    )

    assert {f"u{number}" for number in range(100, USERS + 100)} == story.members()
    assert "succeeded" == report["status"]
    assert report["added"] < USERS


def test_a_run_killed_again_and_again_still_ends_exact(story: Story) -> None:
    cohort = story.cohort(range(USERS))
    story.kill_sync_at(cohort, USERS // 4)
    for share in (2, 4 / 3):
        process = story.start("resume", "latest")
        while process.poll() is None and len(story.members()) < USERS / share:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()

    story.finish("resume", "latest")

    assert {f"u{number}" for number in range(USERS)} == story.members()
    assert story.partner()["batches_seen"]["repeated"] <= 3 * PARALLEL
