"""Asks for a test account at the partner, with the form that an end user would see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from maniple.diagnostics.cells import visible
from maniple.portal.desk import Desk
from maniple.portal.testing.form import SetupForm
from maniple.usecases.bundle_trial import Account
from maniple.usecases.draft import Draft
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.reviewing import Dossier
from maniple.usecases.study import Study, study
from maniple.usecases.words import iso_time
from maniple.wiring import allows_private


class AccountScreen(ModalScreen[Account | None]):
    """The form of a submission; answers with what was filled in, which is kept nowhere, or with None."""

    HELP = "Fill in a test account of the partner, then press ctrl+s. What is typed here is used once and kept nowhere."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "go_on", "Sync", priority=True, tooltip="Sync invented users with this account"),
        Binding("escape", "leave", "Cancel", tooltip="Go back; nothing is sent"),
    ]
    DEFAULT_CSS = """
    AccountScreen {
        align: center middle;
        & > #account {
            width: 84;
            max-width: 94%;
            height: auto;
            max-height: 90%;
            padding: 1 2;
            background: $surface;
            border: tall $primary;
        }
        & #title { text-style: bold; }
        & #text { color: $text-muted; margin-top: 1; }
        & SetupForm { height: auto; max-height: 14; }
        & #fault { color: $text-error; height: auto; }
        & #answers { height: auto; align-horizontal: right; margin-top: 1; }
        & Button { margin-left: 1; }
    }
    """

    def __init__(self, desk: Desk, dossier: Dossier, users: int) -> None:
        super().__init__()
        self.desk = desk
        self.dossier = dossier
        self.users = users
        self.setup = Setup()
        manifest = dossier.bundle.manifest
        path = Path(dossier.submission.slug) / manifest
        self._draft = Draft(path, dossier.bundle.text(manifest) or "")

    class Studied(Message):
        """The form is known."""

        def __init__(self, found: Study) -> None:
            super().__init__()
            self.found = found

    def compose(self) -> ComposeResult:
        row = self.dossier.submission
        with VerticalGroup(id="account"):
            yield Label(visible(f"Sync with a test account for {row.name} {row.version}"), id="title", markup=False)
            yield Static(
                f"{self.users} invented users are sent to the real partner, and some of them are removed again. "
                "The list is deleted at the end, if the manifest can. What you type here is kept nowhere.",
                id="text",
                markup=False,
            )
            yield SetupForm()
            yield Static("", id="fault", markup=False)
            with Horizontal(id="answers"):
                yield Button(Content.assemble(("esc", "underline"), " Cancel"), id="no")
                yield Button(Content.assemble(("^s", "underline"), " Sync"), id="yes", variant="warning")

    def on_mount(self) -> None:
        """Find out what the form asks for."""
        self.look()

    @work(thread=True, exclusive=True)
    def look(self) -> None:
        """What the manifest makes of what is filled in."""
        desk = self.desk
        found = study(self._draft, self.setup, desk.home, desk.environ, iso_time(desk.clock.now()))
        self.post_message(self.Studied(found))

    async def on_account_screen_studied(self, event: Studied) -> None:
        """Show the form, and what is missing in it."""
        first = not self.query("#setup-form Input, #setup-form Select")
        await self.query_one(SetupForm).show(event.found, self.setup)
        troubles = [each.message for each in event.found.troubles if each.about == "settings"]
        self.query_one("#fault", Static).update("" if first else "\n".join(map(visible, troubles[:2])))
        fields = self.query("#setup-form Input, #setup-form Select")
        if first and fields:
            fields.first().focus()

    @on(SetupForm.Filled)
    def take(self, event: SetupForm.Filled) -> None:
        """Something was filled in."""
        event.stop()
        if event.kind == "settings":
            self.setup = replace(self.setup, settings={**self.setup.settings, event.name: event.value})
        else:
            self.setup = replace(self.setup, mappings={**self.setup.mappings, event.name: event.value})
        self.look()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.action_go_on()
        else:
            self.dismiss(None)

    def action_go_on(self) -> None:
        """Sync with what is filled in."""
        settings = {name: value for name, value in self.setup.settings.items() if value not in (None, "")}
        mappings = {name: value for name, value in self.setup.mappings.items() if value}
        self.dismiss(Account(settings, mappings, allow_private=allows_private(self.desk.environ)))

    def action_leave(self) -> None:
        """Send nothing."""
        self.dismiss(None)
