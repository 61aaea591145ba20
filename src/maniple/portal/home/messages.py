"""What reviewers said to the author."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from maniple.portal.desk import Desk
from maniple.portal.home.present import messages
from maniple.store.control.submission_rows import NoticeRow
from maniple.usecases.integrations import read_messages


class MessagesScreen(ModalScreen[None]):
    """Every message, the latest first. To open it is to have read them."""

    TITLE = "Messages"
    HELP = (
        "What reviewers did with your submissions. An integration's own page, with s, has all that was said about it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,m", "app.pop_screen", "Back", tooltip="Back to your integrations"),
    ]
    DEFAULT_CSS = """
    MessagesScreen {
        align: center middle;
        & > VerticalScroll {
            width: 100; max-width: 96%; height: auto; min-height: 5; max-height: 92%;
            padding: 1 2; background: $surface; border: tall $primary; border-title-color: $text;
        }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "Messages"
            yield Static("They are being read …", id="messages")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read them."""
        self.read()

    @work(thread=True)
    def read(self) -> None:
        """Read the messages from the control plane."""
        with self.desk.workspace() as workspace:
            told = read_messages(workspace.store, self.desk.author)
        self.app.call_from_thread(self._show, told)

    def _show(self, told: list[NoticeRow]) -> None:
        self.query_one("#messages", Static).update(messages(told, self.desk.clock.now()))
