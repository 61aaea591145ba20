"""What is the same on every screen: themes, the palette, the documentation, how errors are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Input, Markdown

from maniple.errors import OperatorError, UsageError
from maniple.portal.app import DARK, LIGHT
from maniple.portal.crash import describe_crash
from maniple.portal.desk import Desk
from maniple.portal.docs import DocsScreen
from maniple.portal.home.messages import MessagesScreen
from maniple.portal.home.screen import HomeScreen
from maniple.portal.home.table import IntegrationTable
from maniple.store.home import Home
from maniple.usecases import reviewing
from maniple.usecases.documentation import list_pages
from portal.test_home import HomeOnly, at_home, said, settle
from support.desks import fill, open_desk
from support.submitted import house


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = open_desk(tmp_path, monkeypatch)
    fill(desk)
    return desk


async def test_the_theme_is_switched_with_f4_and_remembered(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        assert DARK == app.theme
        await pilot.press("f4")
        await pilot.pause()
        assert LIGHT == app.theme

    async with at_home(desk) as (app, _):
        assert LIGHT == app.theme


async def choose(app: HomeOnly, pilot: object, words: str) -> None:
    """Type into the palette and take the first."""
    await pilot.press("ctrl+p")  # type: ignore[attr-defined]
    await pilot.pause()  # type: ignore[attr-defined]
    assert isinstance(app.screen, CommandPalette)
    app.screen.query_one(Input).value = words
    await pilot.pause(0.3)  # type: ignore[attr-defined]
    await pilot.press("enter")  # type: ignore[attr-defined]
    await pilot.pause()  # type: ignore[attr-defined]


async def test_the_palette_opens_an_integration_by_its_slug(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await choose(app, pilot, "integration bolt")
        await settle(app, pilot)

        assert ["open bolt"] == app.went


async def test_the_palette_does_what_the_screen_does(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await choose(app, pilot, "Submit")
        await settle(app, pilot)

        assert ["submit acme-engage"] == app.went


async def test_the_palette_shows_the_documentation_and_a_link_leads_on(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await choose(app, pilot, "Docs: Speed")
        await settle(app, pilot)
        assert isinstance(app.screen, DocsScreen)
        assert "Speed" == app.screen.page.title

        markdown = app.screen.query_one(Markdown)
        markdown.post_message(Markdown.LinkClicked(markdown, "security.md#secrets"))
        await settle(app, pilot)
        await settle(app, pilot)
        assert isinstance(app.screen, DocsScreen)
        assert "security.md" == app.screen.page.path.name

        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


def test_every_page_of_the_documentation_is_in_the_palette() -> None:
    assert {"guides", "reference", "concepts", "rules"} == {page.path.parent.name for page in list_pages()}


async def test_go_home_leaves_everything_that_lies_on_top(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        for page in list_pages()[:3]:
            app.push_screen(DocsScreen(page))
        await settle(app, pilot)
        app.go_home()
        await pilot.pause()

        assert isinstance(app.screen, HomeScreen)


async def test_what_somebody_must_act_upon_is_told_and_the_portal_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(desk) as (app, pilot):

        def refuse() -> None:
            raise UsageError("there is [no] wizard", hint="type `x`")

        monkeypatch.setattr(app, "open_wizard", refuse)
        await pilot.press("n")
        await pilot.pause()

        [told] = app._notifications
        assert ("there is [no] wizard\ntype `x`", "error") == (told.message, told.severity)
        await pilot.press("s")
        assert ["submit acme-engage"] == app.went


async def test_what_a_worker_cannot_do_is_told(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("d", "y")
        await settle(app, pilot)
        (desk.folder / "acme-engage").mkdir()
        await pilot.press("u")
        await settle(app, pilot)

        assert any("exists already" in told.message for told in app._notifications)


def test_a_fault_is_described_with_what_to_do(tmp_path: Path) -> None:
    text = describe_crash(Home(tmp_path), LookupError("x")).plain

    assert "A fault in maniple: the portal had to stop (LookupError)." in text
    assert f"`{tmp_path / 'portal-crash.txt'}`" in text
    assert 0o600 == (tmp_path / "portal-crash.txt").stat().st_mode & 0o777


def test_an_error_that_somebody_must_act_upon_is_no_fault(tmp_path: Path) -> None:
    text = describe_crash(Home(tmp_path), OperatorError("the disk is full", hint="make room")).plain

    assert "maniple cannot work on this machine as it is: the disk is full\n  hint: make room" == text
    assert [] == list(tmp_path.iterdir())


async def test_states_come_from_the_review_and_messages_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(tmp_path) as at:
        at.submit()
        reviewing.request_changes(at.workspace, "acme", "Say where the token comes from", reviewer="rob")
    environ = {**os.environ, "MANIPLE_HOME": str(tmp_path / "home")}
    async with at_home(open_desk(tmp_path, monkeypatch, folder=Path("work"), environ=environ)) as (app, pilot):
        row = app.screen.query_one(IntegrationTable).row
        assert row is not None
        assert "changes_requested" == row.state
        assert "1 new message" in said(app, "#masthead")

        await pilot.press("m")
        await settle(app, pilot)
        assert isinstance(app.screen, MessagesScreen)
        assert "    just now  rob asks for changes to Acme 1.0.0" == said(app, "#messages")

        await pilot.press("escape")
        await settle(app, pilot)
        await settle(app, pilot)
        assert "new message" not in said(app, "#masthead")
