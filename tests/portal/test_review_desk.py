"""The review desk, driven with the keyboard."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from maniple.portal.app import Portal
from maniple.portal.desk import Desk
from maniple.portal.review.account import AccountScreen
from maniple.portal.review.diff_view import DiffView
from maniple.portal.review.dossier import DossierScreen
from maniple.portal.review.inbox import InboxScreen
from maniple.portal.review.say import Say
from maniple.usecases import reviewing
from maniple.usecases.destinations import catalogue
from support.live_partner import Answer, Asked, LivePartner
from support.review_desk import author_desk, hand_in, listed, reviewer_desk, settle, shown, stand_still, told
from support.submitted import CASES, MANIFEST

SIZE = (120, 40)


@pytest.fixture
def ada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return author_desk(tmp_path, monkeypatch)


@pytest.fixture
def rob(ada: Desk) -> Desk:
    return reviewer_desk(ada)


def queue_lines(app: Portal) -> list[list[str]]:
    options = app.screen.query_one("#queue", OptionList)
    return [str(option.prompt).split("  ") for option in options.options]


async def test_an_empty_queue_says_how_something_comes_into_it(rob: Desk) -> None:
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        while "looking" in shown(app, "#review-heading"):
            await pilot.pause(0.02)

        assert shown(app, "#review-heading") == "Review desk  nothing waits for a decision  (rob)"
        assert app.screen.query_one("#nothing").display


async def test_who_waits_longest_comes_first(ada: Desk, rob: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = stand_still(monkeypatch)
    hand_in(ada)
    moment.seconds += 7200
    hand_in(ada, slug="bolt", name="Bolt")
    moment.seconds += 60
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)

        lines = [[word.strip() for word in line if word.strip()] for line in queue_lines(app)]
        assert [line[:4] for line in lines] == [
            ["Acme", "◔ under review", "2 h", "bronze ✓ compatible"],
            ["Bolt", "◔ under review", "1 min", "bronze ✓ compatible"],
        ]


async def test_what_was_decided_is_listed_with_f(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    with ada.workspace() as workspace:
        reviewing.reject(workspace, "acme", "No", reviewer="rob")
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert queue_lines(app) == []
        await pilot.press("f")
        await settle(app, pilot)

        assert "✗ rejected" in str(queue_lines(app))


async def test_a_comment_is_made_on_the_line_under_the_cursor_and_shown_below_it(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    with ada.workspace() as workspace:
        reviewing.approve(workspace, "acme", reviewer="rob")
    hand_in(ada, version="1.1.0")
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("down", "down", "down", "down", "c")
        await pilot.pause()
        assert isinstance(app.screen, Say)
        assert (app.screen.title_text, app.screen.quote) == ("Comment on manifest.yaml:3", "version: 1.1.0")
        await pilot.press(*"Why not 2?", "ctrl+s")
        await settle(app, pilot)

        rows = app.screen.query_one(DiffView).rows
        at = next(at for at, row in enumerate(rows) if row.kind == "comment")
        assert (rows[at - 1].new, rows[at].entry.text) == ("version: 1.1.0", "Why not 2?")  # type: ignore[union-attr]
        assert told(app) == ["commented on manifest.yaml:3"]


async def test_a_decision_that_needs_a_reason_is_not_made_without_one(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()

        assert isinstance(app.screen, Say)
        assert shown(app, "#fault").startswith("✗ write something")


async def test_a_rejection_is_recorded_with_who_and_why(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press(*"No API", "ctrl+s")
        await settle(app, pilot)
        await pilot.press("7")

        assert "✗ rejected" in shown(app, "#dossier-heading")
        assert listed(app, "#history-lines")[0].startswith("✗ rob rejected it  round 1")
        assert listed(app, "#history-lines")[0].endswith("\n  No API")


async def test_who_reviews_what_is_their_own_is_told_so(ada: Desk) -> None:
    hand_in(ada)
    app = Portal(replace(ada, reviewer=True))
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        assert "▲ you handed this in yourself" in shown(app, "#dossier-heading")
        await pilot.press("a")
        await pilot.pause()

        assert app.screen.text.startswith("You handed this in yourself: nobody else has looked at it.")  # type: ignore[attr-defined]


async def test_what_is_deprecated_stays_in_the_catalogue_with_its_reason(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    with ada.workspace() as workspace:
        row = reviewing.approve(workspace, "acme", reviewer="rob").submission
    app = Portal(ada)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.push_screen(DossierScreen(rob, row.id))
        await settle(app, pilot)
        await pilot.press("d")
        await pilot.pause()
        await pilot.press(*"Use two", "ctrl+s")
        await settle(app, pilot)

        assert "⊘ deprecated" in shown(app, "#dossier-heading")
        assert [entry.slug for entry in catalogue([ada.home.integrations])] == ["acme"]


async def test_a_trial_sync_with_the_simulator_shows_both_runs(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("t")
        await settle(app, pilot)

        assert shown(app, "#trial-sync").splitlines() == [
            "A cohort of invented users was synced twice with the simulator",
            "✓ run 1: succeeded  20 added, 0 removed, 0 skipped, 0 refused, 2 requests",
            "✓ run 2: succeeded  0 added, 6 removed, 0 skipped, 0 refused, 1 request",
        ]


async def test_a_trial_sync_is_stopped_with_s(ada: Desk, rob: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maniple.portal.review.trial_pane.USERS", 3_000)
    hand_in(ada)
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("t", "s")
        await settle(app, pilot)

        assert shown(app, "#trial-sync") == "– the trial sync was stopped"


def kindly(asked: Asked) -> Answer:
    return Answer(200, {"id": 7}) if asked.path == "/lists" else Answer(200, {})


def movable() -> dict[str, Any]:
    """An integration whose partner's address is asked for, so that a test may listen there."""
    text = json.dumps(MANIFEST).replace("https://api.acme.test", "$base")
    base = {"name": "base", "label": "Base URL", "type": "url"}
    settings = {**CASES["settings"], "base": "https://api.acme.test"}
    return {**json.loads(text), "fields": [base], "cases": {**CASES, "settings": settings}}


async def test_a_trial_sync_with_a_test_account_goes_to_the_partner_with_what_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = author_desk(tmp_path, monkeypatch, MANIPLE_ALLOW_PRIVATE_HOSTS="1")
    with LivePartner(kindly) as partner:
        hand_in(ada, **movable())
        app = Portal(reviewer_desk(ada))
        async with app.run_test(size=SIZE) as pilot:
            await settle(app, pilot)
            await pilot.press("enter")
            await settle(app, pilot)
            await pilot.press("p")
            await settle(app, pilot)

            assert isinstance(app.screen, AccountScreen)
            assert partner.received == []
            app.screen.query_one("#field-base", Input).value = partner.url
            app.screen.query_one("#field-bearer_token", Input).value = "secret-of-a-test-account"
            await settle(app, pilot)
            await pilot.press("ctrl+s")
            await settle(app, pilot)

            assert shown(app, "#trial-sync").splitlines()[:2] == [
                "A cohort of invented users was synced twice with the partner's test account",
                "✓ run 1: succeeded  20 added, 0 removed, 0 skipped, 0 refused, 2 requests",
            ]
    assert [one.path for one in partner.received] == ["/lists", "/lists/7/add", "/lists/7/remove"]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and b"secret-of-a-test" in path.read_bytes()]
    assert kept == []


async def test_golden_cases_are_run_with_k(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("k")
        await settle(app, pilot)

        assert told(app) == ["3 golden cases, all pass"]
        assert listed(app, "#case-lines")[0] == "✓ passes  a list is created  create_list  line 8"


async def test_a_breaking_change_is_said_with_the_syncs_that_it_affects(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    with ada.workspace() as workspace:
        reviewing.approve(workspace, "acme", reviewer="rob")
    token = {"name": "api_token", "label": "Token", "type": "secret"}
    cases = {**CASES, "settings": {"api_token": "token-1"}}
    hand_in(ada, version="2.0.0", fields=[token], auth={"kind": "bearer", "token": "$api_token"}, cases=cases)
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert "✗ breaking" in str(queue_lines(app))
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("2")

        assert listed(app, "#verdict-lines")[1].startswith("✗ breaking  1.0.0 → 2.0.0: not compatible with 1.0.0")


async def test_a_finding_leads_to_its_line_among_the_changes(ada: Desk, rob: Desk) -> None:
    hand_in(ada)
    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("3", "end", "enter")
        await pilot.pause()

        row = app.screen.query_one(DiffView).row
        assert row is not None
        assert (row.file, row.text.strip()) == ("manifest.yaml", "name: $amp_cohort_name")


async def test_an_author_reads_what_they_were_told_and_it_counts_as_read(ada: Desk) -> None:
    hand_in(ada)
    with ada.workspace() as workspace:
        reviewing.request_changes(workspace, "acme", "More", reviewer="rob")
    app = Portal(ada)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.push_screen(InboxScreen(ada))
        await settle(app, pilot)
        line = str(app.screen.query_one("#notices", OptionList).get_option_at_index(0).prompt)
        assert line.startswith("● new  rob asks for changes to Acme 1.0.0")
        app.pop_screen()
        app.push_screen(InboxScreen(ada))
        await settle(app, pilot)

        line = str(app.screen.query_one("#notices", OptionList).get_option_at_index(0).prompt)
        assert line.startswith("  read rob asks for changes to Acme 1.0.0")
