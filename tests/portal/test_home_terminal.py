"""The portal in a real terminal: it comes up, and it goes when it should."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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
