"""The test calls that were made, the newest first."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from maniple.portal.testing.present import DIM, history_line, result_text
from maniple.usecases.witness import TestCall


class HistoryPane(Vertical):
    """Calls, and all about the one under the cursor."""

    DEFAULT_CSS = """
    HistoryPane {
        height: 1fr;
        padding: 0 1;
        #past { height: auto; max-height: 10; border: none; padding: 0; background: $surface; }
        #past > .option-list--option-highlighted { background: $primary 30%; color: $foreground; text-style: none; }
        #past-call { height: 1fr; margin-top: 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="history-pane")
        self._calls: tuple[TestCall, ...] = ()

    def compose(self) -> ComposeResult:
        yield OptionList(id="past", markup=False)
        with VerticalScroll(id="past-call"):
            yield Static(
                Content.styled("No call was made yet: t tests one, e all of them", DIM), id="past-text", markup=False
            )

    @property
    def call(self) -> TestCall | None:
        """The call under the cursor."""
        at = self.query_one("#past", OptionList).highlighted
        return self._calls[at] if at is not None and at < len(self._calls) else None

    def show(self, calls: tuple[TestCall, ...]) -> None:
        """Show a history."""
        if calls == self._calls:
            return
        self._calls = calls
        options = self.query_one("#past", OptionList)
        options.clear_options()
        options.add_options([Option(history_line(call)) for call in calls])
        if calls:
            options.highlighted = 0

    @on(OptionList.OptionHighlighted, "#past")
    def _looked(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        call = self.call
        if call is not None:
            self.query_one("#past-text", Static).update(result_text([call]))
