"""The review desk: the queue of submissions."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.review.present import count, queue_head, queue_line
from maniple.usecases.reviewing import Waiting, queue

LOOK_AGAIN = 2.0
"""Seconds between looks at the queue."""


class ReviewScreen(Screen[None]):
    """What was submitted, what waits longest first."""

    TITLE = "Review desk"
    HELP = (
        "Submissions that wait for a decision, the one that waits longest first. Enter opens one: its differences to what "
        "is live, what was found, what was tried. f shows those that were decided, too."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", tooltip="See everything about this submission, and decide"),
        Binding("f", "filter", "Waiting/all", tooltip="Only those that wait, or all there ever were"),
        Binding("n", "notices", "Notices", tooltip="What the reviewers were told"),
        Binding("escape", "leave", "Back", tooltip="Back to the integrations"),
    ]
    DEFAULT_CSS = """
    ReviewScreen {
        #review-heading { background: $panel; height: 1; padding: 0 1; }
        #queue-head { height: 1; padding: 0 1; }
        #queue { border: none; height: 1fr; padding: 0; background: $background; }
        #queue > .option-list--option { padding: 0 1; }
        #queue > .option-list--option-highlighted, #queue:focus > .option-list--option-highlighted {
            background: $primary 30%;
            color: $foreground;
            text-style: bold;
        }
        #nothing { display: none; padding: 1 2; }
        &.-empty #nothing { display: block; }
        &.-empty #queue, &.-empty #queue-head { display: none; }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.everything = False
        self.waiting: tuple[Waiting, ...] | None = None

    class QueueRead(Message):
        """The queue was looked at; `everything` with those that were decided."""

        def __init__(self, waiting: tuple[Waiting, ...], *, everything: bool) -> None:
            super().__init__()
            self.waiting, self.everything = waiting, everything

    class Failed(Message):
        """The queue could not be looked at."""

        def __init__(self, error: ManipleError) -> None:
            super().__init__()
            self.error = error

    def compose(self) -> ComposeResult:
        yield Static("Review desk  … looking", id="review-heading", markup=False)
        yield Static("", id="queue-head")
        yield OptionList(id="queue")
        yield Static(
            "Nothing waits for a decision. f shows what was decided; `maniple submit PATH` or s at home hands one in.",
            id="nothing",
            markup=False,
        )
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Look now, and again and again."""
        self.query_one("#queue").focus()
        self.look()
        self.set_interval(LOOK_AGAIN, self.look)

    def on_screen_resume(self) -> None:
        """What was decided is out of the queue at once."""
        if self.waiting is not None:
            self.look()

    def on_resize(self) -> None:
        """A wider terminal has room for more columns."""
        self.call_after_refresh(self._show)

    @work(thread=True, exclusive=True, group="look")
    def look(self) -> None:
        """Read the queue."""
        everything = self.everything
        try:
            with self.desk.workspace() as workspace:
                waiting = queue(workspace.store, states=() if everything else ("under_review",))
        except ManipleError as error:
            self.post_message(self.Failed(error))
            return
        self.post_message(self.QueueRead(tuple(waiting), everything=everything))

    def on_review_screen_queue_read(self, event: QueueRead) -> None:
        """Show the queue."""
        if event.everything == self.everything:
            self.waiting = event.waiting
            self._show()

    def on_review_screen_failed(self, event: Failed) -> None:
        """Say why there is no queue."""
        hint = f"\n{visible(event.error.hint)}" if event.error.hint else ""
        heading = self.query_one("#review-heading", Static)
        heading.styles.height = "auto"
        heading.update(f"✗ {visible(event.error.message)}{hint}")

    def _show(self) -> None:
        if self.waiting is None or not self.is_mounted:
            return
        waiting = self.waiting
        listed = self.query_one("#queue", OptionList)
        chosen, at = self.chosen, listed.highlighted or 0
        room = max(40, self.size.width - 3)
        words = count(waiting, everything=self.everything)
        self.query_one("#review-heading", Static).update(f"Review desk  {words}  ({visible(self.desk.author)})")
        self.query_one("#queue-head", Static).update(queue_head(room))
        lines = [queue_line(each, self.desk.author, room) for each in waiting]
        ids = [each.submission.id for each in waiting]
        if [option.prompt for option in listed.options] != lines:
            listed.clear_options()
            listed.add_options([Option(line, id=id_) for line, id_ in zip(lines, ids, strict=True)])
            listed.highlighted = ids.index(chosen) if chosen in ids else min(at, len(ids) - 1) if ids else None
        self.set_class(not waiting, "-empty")
        self.refresh_bindings()

    @property
    def chosen(self) -> str | None:
        """The id of the submission with the cursor."""
        listed = self.query_one("#queue", OptionList)
        return listed.get_option_at_index(listed.highlighted).id if listed.highlighted is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """There is something to open."""
        return action != "open" or bool(self.waiting)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        from maniple.portal.review.dossier import DossierScreen

        if event.option_id is not None:
            self.app.push_screen(DossierScreen(self.desk, event.option_id))

    def action_open(self) -> None:
        """Enter, while the list has no focus."""
        self.query_one("#queue", OptionList).action_select()

    def action_filter(self) -> None:
        """Only those that wait, or all."""
        self.everything = not self.everything
        self.look()

    def action_notices(self) -> None:
        """What the reviewers were told."""
        from maniple.portal.review.inbox import InboxScreen

        self.app.push_screen(InboxScreen(self.desk, reviewers=True))

    def action_leave(self) -> None:
        """Back; where this is the first screen, home."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()
        else:
            self.app.open_home()  # type: ignore[attr-defined]
