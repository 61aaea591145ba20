"""The wizard in an application of its own, with an empty folder and a small catalogue."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from maniple.portal.desk import Desk
from maniple.portal.wizard.plan import Step
from maniple.portal.wizard.screen import WizardScreen
from maniple.store.home import Home
from maniple.wiring import open_clock
from support.descriptions import AUDIENCES

STARTS = ["scratch", "template", "copy", "curl", "file"]
CATALOGUE = {
    "acme": ("Acme", "list", "Lists of mails."),
    "bolt": ("Bolt", "property", "Properties."),
}


def wizard_desk(folder: Path) -> Desk:
    """A desk whose author has the folder `mine`."""
    environ = {"MANIPLE_HOME": str(folder / "home"), "HOME": str(folder)}
    return Desk(folder / "mine", Home.locate(environ), open_clock(), "ada", environ)


class WizardApp(App[None]):
    """Shows the wizard, and remembers what it opened."""

    def __init__(self, folder: Path, theme: str = "textual-dark") -> None:
        super().__init__()
        self.desk = wizard_desk(folder)
        self.opened: Path | None = None
        self.shown = theme

    def on_mount(self) -> None:
        self.theme = self.shown
        self.push_screen(WizardScreen(self.desk))

    def open_integration(self, path: Path) -> None:
        """What the portal would do."""
        self.opened = path

    @property
    def wizard(self) -> WizardScreen:
        """The wizard's screen, also when a question is in front of it."""
        return next(screen for screen in self.screen_stack if isinstance(screen, WizardScreen))


def prepare(folder: Path) -> None:
    """An author's folder, a catalogue beside it, and a description of an API to import."""
    (folder / "mine").mkdir()
    for slug, (name, kind, summary) in CATALOGUE.items():
        place = folder / "integrations" / slug
        place.mkdir(parents=True)
        said = {"manifest": 1, "slug": slug, "version": "1.0.0", "name": name, "kind": kind, "summary": summary}
        (place / "manifest.json").write_text(json.dumps(said))
    (folder / "api.json").write_text(json.dumps(AUDIENCES))
    (folder / "docs").mkdir()


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is under way."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def go_to(pilot: Pilot[None], step: Step, start: str = "file") -> None:
    """Fill the steps in up to `step`, beginning from the API's description or as `start` says."""
    await settle(pilot)
    wizard = pilot.app.screen
    wizard.query_one("#name", Input).value = "New Acme"
    await pilot.pause()
    if step == "connection":
        return
    await pilot.press("ctrl+n")
    if step == "kind":
        await settle(pilot)
        return
    await pilot.press("ctrl+n")
    wizard.query_one("#starts", OptionList).highlighted = STARTS.index(start)
    await settle(pilot)
    if step == "start":
        return
    if start == "file":
        wizard.query_one("#path", Input).value = "api.json"
        await pilot.pause()
        await pilot.press("ctrl+n")
        await settle(pilot)
        if step == "operations":
            return
    await pilot.press("ctrl+n")
    await settle(pilot)


def still(then: Callable[[Pilot[None]], Awaitable[None]]) -> Callable[[Pilot[None]], Awaitable[None]]:
    """What is done before a picture is taken, and then no cursor blinks."""

    async def run(pilot: Pilot[None]) -> None:
        await then(pilot)
        for screen in pilot.app.screen_stack:
            for field in (*screen.query(Input), *screen.query(TextArea)):
                field.cursor_blink = False
        await pilot.pause()

    return run
