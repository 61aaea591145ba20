"""The portal in a real terminal: it comes up, and it goes when it should."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from maniple.errors import ExitCode
from maniple.usecases.scaffold import scaffold
from support.pty_screen import PATIENCE, PtyScreen


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PtyScreen]:
    screen = PtyScreen(["portal", "mine"], tmp_path / "home", tmp_path)
    yield screen
    screen.end()


def test_the_first_frame_says_how_to_begin(portal: PtyScreen) -> None:
    shown = portal.wait_for("Nothing here yet")

    assert "1 My integrations (0)" in shown
    assert "2 Catalogue" in shown


def test_ctrl_q_leaves_at_once_and_asks_nothing(portal: PtyScreen) -> None:
    portal.wait_for("Nothing here yet")
    portal.press("\x11")

    assert 0 == portal.wait_for_end()


def test_a_polite_kill_ends_it(portal: PtyScreen) -> None:
    portal.wait_for("Nothing here yet")
    portal.process.kill(signal.SIGTERM)

    assert 0 == portal.wait_for_end()


def test_it_ends_when_its_terminal_goes_away_even_where_hangups_are_ignored(tmp_path: Path) -> None:
    screen = PtyScreen(["portal", "mine"], tmp_path / "home", tmp_path, deaf=True)
    screen.wait_for("Nothing here yet")

    screen.hang_up()

    assert ended_within(screen.process.pid, PATIENCE)


def ended_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return True
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return False


def test_what_was_typed_a_moment_before_the_portal_was_killed_is_offered_again(tmp_path: Path) -> None:
    scaffold("acme", "list", None, tmp_path / "mine")
    first = PtyScreen(["portal", "mine/acme"], tmp_path / "home", tmp_path, size=(140, 40))
    try:
        first.wait_for("Open/close")
        first.press("\x1bOQ")
        first.wait_for("^f Find")
        first.press("# typed and not saved\r")
        first.wait_for("# typed and not saved")
        wait_until_kept(tmp_path / "home" / "drafts", "# typed and not saved")
        first.process.kill(signal.SIGKILL)
        first.wait_for_end()
    finally:
        first.end()

    second = PtyScreen(["portal", "mine/acme"], tmp_path / "home", tmp_path, size=(140, 40))
    try:
        assert "Not saved last time" in second.wait_for("Not saved last time")
    finally:
        second.end()


def wait_until_kept(drafts: Path, words: str) -> None:
    """Wait until a file of `drafts` holds what was typed."""
    end = time.monotonic() + PATIENCE
    while not any(words in file.read_text(encoding="utf-8") for file in drafts.glob("*.json")):
        assert time.monotonic() < end, "nothing of what was typed was kept"
        time.sleep(0.05)


CRASHING = """
import sys
from pathlib import Path
from maniple.portal.app import Portal
from maniple.portal.desk import Desk

class Crashing(Portal):
    def open_home(self):
        password = "hunter2"
        raise LookupError("a screen of ours failed")

portal = Crashing(Desk.open(Path(".")))
portal.run()
sys.exit(portal.return_code)
"""


def test_a_fault_says_what_to_do_and_shows_no_values(tmp_path: Path) -> None:
    screen = PtyScreen([], tmp_path / "home", tmp_path, script=CRASHING)

    assert ExitCode.BUG == screen.wait_for_end()
    assert "What you typed is kept" in screen.text
    report = (tmp_path / "home" / "portal-crash.txt").read_text()
    assert "LookupError: a screen of ours failed" in report
    assert "hunter2" not in screen.text + report
