"""The requests that a submission makes for invented users."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.review.present import preview_text
from maniple.usecases import reviewing
from maniple.usecases.preview import Preview


class RequestsPane(VerticalScroll):
    """Requests in sending order; nothing is sent."""

    HELP = "The requests that it makes for invented users, as `maniple review preview` prints them; nothing is sent."
    DEFAULT_CSS = """
    RequestsPane { padding: 0 1; }
    """

    def __init__(self, desk: Desk, word: str) -> None:
        super().__init__(id="requests-pane")
        self.desk = desk
        self.word = word

    class Previewed(Message):
        """The requests are known, or why there are none."""

        def __init__(self, found: Preview | ManipleError) -> None:
            super().__init__()
            self.found = found

    def compose(self) -> ComposeResult:
        yield Static("… making the requests for invented users", id="requests-text")

    @work(thread=True, exclusive=True, group="preview")
    def look(self) -> None:
        """Make the requests of the newest bundle."""
        try:
            with self.desk.workspace() as workspace:
                self.post_message(self.Previewed(reviewing.preview_bundle(workspace, self.word)))
        except ManipleError as error:
            self.post_message(self.Previewed(error))

    def on_requests_pane_previewed(self, event: Previewed) -> None:
        """Show them."""
        event.stop()
        text = self.query_one("#requests-text", Static)
        if isinstance(event.found, ManipleError):
            text.update(Content.assemble(("✗ no requests: ", "$text-error"), visible(event.found.message)))
        else:
            text.update(preview_text(event.found))
