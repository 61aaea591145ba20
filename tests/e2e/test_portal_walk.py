"""From an empty folder to a synced cohort, in a real terminal and with the keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from maniple.testing.destination import read_program
from maniple.testing.simulator.app import simulator_app
from maniple.testing.simulator.serve import running
from support.command import Command
from support.pty_screen import PtyScreen

SIZE = (140, 42)
F5, F7, F9 = "\x1b[15~", "\x1b[18~", "\x1b[20~"
CTRL_N, CTRL_Q, CTRL_R, CTRL_S = "\x0e", "\x11", "\x12", "\x13"
DOWN, ENTER, TAB = "\x1b[B", "\r", "\t"
CURL = """curl -X POST https://api.acme.test/v1/lists -H "Authorization: Bearer abc" -H "Content-Type: application/json" \
-d '{"name": "VIPs"}'
curl -X POST https://api.acme.test/v1/lists/42/users -H "Authorization: Bearer abc" -H "Content-Type: application/json" \
-d '{"users": ["u1"]}'
curl -X DELETE https://api.acme.test/v1/lists/42/users -H "Authorization: Bearer abc" \
-H "Content-Type: application/json" -d '{"users": ["u1"]}'"""


def paste(text: str) -> str:
    """What a terminal sends when `text` is pasted."""
    return f"\x1b[200~{text}\x1b[201~"


def begin_integration(portal: PtyScreen) -> None:
    """Through the wizard, from nothing to the editor."""
    portal.wait_for("Nothing here yet")
    portal.press_until("n", "What is the integration called")
    portal.type("Acme Lists")
    portal.wait_for("The folder: acme-lists/manifest.yaml")
    portal.press_until(CTRL_N, "What does a cohort become")
    portal.press_until(CTRL_N, "What do you begin from?")
    portal.press_until(DOWN, "List of ids")
    portal.press(DOWN * 2)
    portal.wait_for("Paste one command")
    portal.press_until(ENTER + paste(CURL), "curl -X DELETE")
    portal.press_until(CTRL_N, "Look at what was guessed")
    portal.wait_for("url: $base/lists")
    portal.press_until(CTRL_N, "Connection information")


def name_maintainer(portal: PtyScreen) -> None:
    """Follow what bronze asks for to its place, and fill it in."""
    portal.press_until(F7, "nobody is named who answers")
    portal.wait_for("Go there")
    portal.press_until(ENTER, "The company or team.")
    portal.press("Acme Support")
    portal.wait_for("Acme Support")
    portal.press(TAB)
    portal.wait_for("A URL or e-mail address for help.")
    portal.press("https://acme.test/help")
    portal.wait_for("Support *  https://acme.test/help")
    portal.wait_for("★ bronze  ")


def try_it(portal: PtyScreen) -> None:
    """Fill in the settings, run from end to end against the simulator, make a golden case."""
    portal.press_until(F5, "Connect to Acme Lists")
    portal.press_until(TAB, "f8 Test endpoint")
    portal.press("token-1")
    portal.wait_for("•••••••")
    portal.wait_until_gone("`bearer_token` (API Token) is missing")
    portal.press_until(F9, "3 calls made, 0 failed")
    portal.press("g")
    portal.wait_for("Added to cases.yaml")


def hand_in(portal: PtyScreen) -> None:
    """Save and submit."""
    portal.press(CTRL_S)
    portal.wait_for("Saved manifest.yaml")
    portal.press_until(CTRL_R, "nothing stands in its way")
    portal.press_until("s", "Submit Acme Lists 0.1.0?")
    portal.press("y")
    portal.wait_for("under review  round 1, version 0.1.0, handed in by ada")
    portal.press(CTRL_Q)
    assert 0 == portal.wait_for_end()


def decide(desk: PtyScreen) -> None:
    """Open the submission, say something about it, approve it."""
    desk.wait_for("Acme Lists")
    desk.press_until(ENTER, "1 Changes")
    desk.press_until("c", "It decides nothing")
    desk.type("Where are the limits documented?")
    desk.press(CTRL_S)
    desk.wait_for("commented on")
    desk.press_until("a", "esc Cancel")
    desk.press(CTRL_S)
    desk.wait_for("is approved; it is in the catalogue")
    desk.press(CTRL_Q)
    assert 0 == desk.wait_for_end()


def test_an_author_a_reviewer_and_an_operator_bring_a_cohort_to_a_new_partner(tmp_path: Path) -> None:
    with_keys(tmp_path, "ada", begin_integration, name_maintainer, try_it, hand_in)
    with_keys(tmp_path, "grace", decide, reviewer=True)
    maniple = Command(tmp_path)
    listed = maniple("destinations", "--json").json
    maniple.write("settings.json", json.dumps({"bearer_token": "token-1"}))
    maniple.write("users.csv", "user_id", "u1", "u2", "u3")
    simulator = simulator_app([read_program(tmp_path / "acme-lists" / "manifest.yaml")])
    with running(simulator) as port:
        connected = maniple(
            *("connect", "acme-lists", "--name", "prod", "--settings", "settings.json", "--map", "user_id=user_id"),
            *("--via", f"http://127.0.0.1:{port}", "--allow-private-hosts"),
        )
        synced = maniple("sync", "prod", "users.csv", "--cohort", "Buyers")
        (members,) = simulator.shown()["partners"]["acme-lists"]["lists"].values()

    assert "acme-lists" in [each["slug"] for each in listed]
    assert (0, 0) == (connected.code, synced.code), connected.err + synced.err
    assert ["u1", "u2", "u3"] == sorted(members["members"])


def with_keys(folder: Path, user: str, *steps: Callable[[PtyScreen], None], reviewer: bool = False) -> None:
    """Go these steps in one run of the portal."""
    words = ["portal", "--reviewer"] if reviewer else ["portal"]
    screen = PtyScreen(words, folder / "home", folder, size=SIZE, MANIPLE_USER=user)
    try:
        for step in steps:
            step(screen)
    finally:
        screen.end()
