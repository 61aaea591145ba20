"""The wizard in the portal: from an empty folder to an editor with the new integration, and back home."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from maniple.portal.app import Portal
from maniple.portal.editor.screen import EditorScreen
from maniple.portal.help import HelpScreen
from maniple.portal.home.screen import HomeScreen
from maniple.portal.wizard.screen import WizardScreen
from support.wizard import prepare, settle, wizard_desk


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """The portal with an empty folder."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Portal(wizard_desk(tmp_path))


async def test_a_new_integration_is_begun_from_home_and_opened_in_the_editor(portal: Portal) -> None:
    async with portal.run_test() as pilot:
        await settle(pilot)
        portal.open_wizard()
        await settle(pilot)
        portal.screen.query_one("#name", Input).value = "Zoe Mail"
        await settle(pilot)
        await pilot.press("ctrl+n", "enter", "enter")
        await settle(pilot)
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert isinstance(portal.screen, EditorScreen)
        assert portal.screen.draft.path == portal.desk.folder / "zoe-mail" / "manifest.yaml"
        assert not any(isinstance(screen, WizardScreen) for screen in portal.screen_stack)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(portal.screen, HomeScreen)


async def test_help_says_what_the_wizard_is_for(portal: Portal) -> None:
    async with portal.run_test() as pilot:
        portal.open_wizard()
        await settle(pilot)
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(portal.screen, HelpScreen)
        assert portal.screen.title_text == "New integration"
        assert portal.screen.what.startswith("Go through the steps with ctrl+n (next) and ctrl+b (back)")
