"""What somebody was told: the author's inbox, and that of the reviewers."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.quality.present import DIM
from maniple.portal.submit.present import moment
from maniple.store.control.submission_rows import REVIEWERS, NoticeRow
from maniple.usecases.submissions import mark_seen, notices


class InboxScreen(Screen[None]):
    """Notices, the newest first; those that are new are marked."""

    TITLE = "Notices"
    HELP = (
        "What you were told about your submissions; at the review desk, what the reviewers were told. Enter opens it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", tooltip="See the submission that it is about"),
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to where you were"),
    ]
    DEFAULT_CSS = """
    InboxScreen {
        #inbox-heading { background: $panel; height: 1; padding: 0 1; text-style: bold; }
        OptionList { border: none; height: 1fr; background: transparent; }
        OptionList > .option-list--option-highlighted, OptionList:focus > .option-list--option-highlighted {
            background: $primary 30%;
            color: $foreground;
            text-style: bold;
        }
        #no-notices { display: none; padding: 1 2; }
        &.-empty #no-notices { display: block; }
        &.-empty OptionList { display: none; }
    }
    """

    def __init__(self, desk: Desk, *, reviewers: bool = False) -> None:
        super().__init__()
        self.desk = desk
        self.recipient = REVIEWERS if reviewers else desk.author
        self.shown: tuple[NoticeRow, ...] | None = None

    class NoticesRead(Message):
        """The notices are here."""

        def __init__(self, found: tuple[NoticeRow, ...]) -> None:
            super().__init__()
            self.found = found

    def compose(self) -> ComposeResult:
        whom = "the reviewers" if self.recipient == REVIEWERS else visible(self.recipient)
        yield Static(f"Notices for {whom}", id="inbox-heading", markup=False)
        yield OptionList(id="notices")
        yield Static("Nothing yet. Decisions and comments about submissions are told here.", id="no-notices")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Read them."""
        self.query_one(OptionList).focus()
        self.read()

    @work(thread=True)
    def read(self) -> None:
        """All notices; from now on they count as seen."""
        try:
            with self.desk.workspace() as workspace:
                found = tuple(notices(workspace.store, self.recipient, unseen=False))
                mark_seen(workspace.store, self.recipient)
        except ManipleError:
            found = ()
            self.post_message(self.NoticesRead(found))
            raise
        self.post_message(self.NoticesRead(found))

    def on_inbox_screen_notices_read(self, event: NoticesRead) -> None:
        """Show them."""
        self.shown = event.found
        self.set_class(not event.found, "-empty")
        self.query_one(OptionList).add_options([Option(_line(each)) for each in event.found])
        if event.found:
            self.query_one(OptionList).highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        from maniple.portal.review.dossier import DossierScreen

        if self.shown is not None:
            self.app.push_screen(DossierScreen(self.desk, self.shown[event.option_index].submission_id))

    def action_open(self) -> None:
        """Enter, while the list has no focus."""
        self.query_one(OptionList).action_select()


def _line(notice: NoticeRow) -> Content:
    sign = ("● new  ", "bold $text-accent") if notice.seen_at is None else ("  read ", DIM)
    return Content.assemble(sign, visible(notice.text), (f"  {moment(notice.at)} UTC", DIM))
