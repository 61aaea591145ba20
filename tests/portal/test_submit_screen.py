"""Handing in, driven with the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button, Input

from maniple.portal.app import Portal
from maniple.portal.confirm import Confirm
from maniple.portal.desk import Desk
from maniple.portal.editor.screen import EditorScreen
from maniple.portal.submit.screen import SubmitScreen
from maniple.usecases.destinations import catalogue
from maniple.usecases.reviewing import comment, request_changes
from maniple.usecases.workshop import autosave, read
from support.review_desk import author_desk, hand_in, listed, settle, shown, told
from support.submitted import CASES, write_integration

SIZE = (120, 44)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return author_desk(tmp_path, monkeypatch)


async def test_everything_that_is_sent_is_listed_with_its_size(desk: Desk) -> None:
    path = write_integration(desk.folder) / "manifest.yaml"
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)

        assert shown(app, "#files").splitlines() == [
            "README.md          53 bytes",
            "cases.yaml        871 bytes",
            "manifest.yaml     618 bytes",
            "report         4 warnings, 1 note; 3 golden cases, all pass",
            "evidence       0 test calls, without secrets",
        ]
        assert shown(app, "#compatibility") == "✓ new  nothing of it is live yet"


async def test_nothing_is_sent_before_the_question_is_answered_with_yes(desk: Desk) -> None:
    path = write_integration(desk.folder) / "manifest.yaml"
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await settle(app, pilot)

        assert shown(app, "#standing").startswith("○ draft")


async def test_what_blocks_is_listed_and_leads_to_its_place_in_the_editor(desk: Desk) -> None:
    path = write_integration(desk.folder, None) / "manifest.yaml"
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        assert listed(app, "#obstacles") == [
            "✗ manifest.yaml:16: no golden case shows what `create_list` sends",
            "✗ manifest.yaml:23: no golden case shows what `add_users` sends",
            "✗ manifest.yaml:29: no golden case shows what `remove_users` sends",
        ]
        assert app.screen.query_one("#submit", Button).disabled
        await pilot.press("s")
        await pilot.pause()
        assert told(app)[0].startswith("manifest.yaml:16: no golden case")
        await pilot.press("enter")
        await pilot.pause()

        assert isinstance(app.screen, EditorScreen)


async def test_from_the_editor_a_blocking_rule_leads_back_to_the_same_editor(desk: Desk) -> None:
    path = write_integration(desk.folder, None) / "manifest.yaml"
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_integration(path)
        await settle(app, pilot)
        editor = app.screen
        app.open_submission(path)
        await settle(app, pilot)
        app.screen.query_one("#obstacles").focus()
        await pilot.press("enter")
        await pilot.pause()

        assert app.screen is editor


async def test_what_is_released_internally_is_in_the_catalogue_at_once(desk: Desk) -> None:
    path = write_integration(desk.folder) / "manifest.yaml"
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        await pilot.press("i")
        await pilot.pause()
        assert "no reviewer has looked at it" in app.screen.text  # type: ignore[attr-defined]
        await pilot.press("y")
        await settle(app, pilot)

        assert shown(app, "#standing").startswith("◈ released internally")
        assert [entry.slug for entry in catalogue([desk.home.integrations])] == ["acme"]


async def test_a_submission_is_taken_back_with_w(desk: Desk) -> None:
    path = hand_in(desk)
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        await pilot.press("w")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await settle(app, pilot)

        assert shown(app, "#standing").startswith("↩ withdrawn")


async def test_what_a_reviewer_asks_for_appears_while_the_screen_is_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maniple.portal.submit.screen.LOOK_AGAIN", 0.05)
    path = hand_in(desk)
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        with desk.workspace() as workspace:
            comment(workspace, "acme", "Is it?", reviewer="rob", file="manifest.yaml", line=4)
            request_changes(workspace, "acme", "Say why", reviewer="rob")
        screen = app.screen
        assert isinstance(screen, SubmitScreen)
        while screen.prospect is None or screen.prospect.standing.state != "changes_requested":
            await pilot.pause(0.05)
        await settle(app, pilot)

        assert [line.splitlines()[-1] for line in listed(app, "#thread")[:2]] == ["  Say why", "  Is it?"]
        assert str(app.screen.query_one("#submit", Button).label) == "Submit round 2…"


async def test_an_address_that_is_none_is_refused_before_anything_is_asked(desk: Desk) -> None:
    path = write_integration(desk.folder) / "manifest.yaml"
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        app.screen.query_one("#email", Input).value = "ada"
        await pilot.press("s")
        await pilot.pause()

        assert isinstance(app.screen, SubmitScreen)
        assert told(app) == ["`ada` is no e-mail address\nwrite it as `ada@acme.test`, or leave it empty"]


async def test_text_that_is_not_saved_is_said_not_to_be_sent(desk: Desk) -> None:
    path = write_integration(desk.folder) / "manifest.yaml"
    autosave(desk.home, read(desk.home, path), path.read_text() + "# more\n", 1.0)
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)

        assert "▲ the portal holds text that is not saved: it is not sent" in shown(app, "#clear")


async def test_a_failing_case_stands_in_the_way(desk: Desk) -> None:
    broken = {**CASES, "cases": [*CASES["cases"][:2], {**CASES["cases"][2], "replies": [{"status": 500}]}]}
    path = write_integration(desk.folder, broken) / "manifest.yaml"
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)

        assert listed(app, "#obstacles") == ['✗ the golden case "a user is sent to remove" does not pass']


async def test_a_manifest_that_is_not_there_is_told(desk: Desk) -> None:
    app = Portal(desk)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(desk.folder / "gone" / "manifest.yaml")
        await settle(app, pilot)

        assert "there is no file or folder" in shown(app, "#submit-heading")
