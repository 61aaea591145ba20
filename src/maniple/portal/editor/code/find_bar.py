"""The line in which a text to find, or a line to go to, is typed."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.document._document import Selection
from textual.widgets import Input, Label

from maniple.portal.editor.code.area import CodeArea
from maniple.portal.editor.code.finding_text import chosen_place, places_of, read_place
from maniple.portal.editor.code.present import found_note

Wanted = Literal["text", "line"]


class FindBar(Horizontal):
    """Asks for a text or a line, and goes there in its text field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", tooltip="Back to the text"),
        Binding("down,f3", "step(1)", "Next", tooltip="The next place with this text"),
        Binding("up,shift+f3", "step(-1)", "Previous", tooltip="The place before with this text"),
    ]
    DEFAULT_CSS = """
    FindBar {
        height: 1;
        display: none;
        background: $panel;
        &.-open { display: block; }
        & Label { padding: 0 1; color: $text-muted; }
        & #find-count { min-width: 12; }
        & Input { width: 1fr; height: 1; border: none; padding: 0 1; background: $surface; }
        & Input:focus { border: none; }
    }
    """

    def __init__(self, area: CodeArea) -> None:
        super().__init__()
        self.area = area
        self.wanted: Wanted = "text"

    def compose(self) -> ComposeResult:
        """A label, the field, the count."""
        yield Label("Find", id="find-label", markup=False)
        yield Input(id="find-input", select_on_focus=True)
        yield Label("", id="find-count", markup=False)

    def open(self, wanted: Wanted, typed: str = "") -> None:
        """Ask; `typed` stands there already."""
        self.wanted = wanted
        self.add_class("-open")
        self.query_one("#find-label", Label).update("Find" if wanted == "text" else "Go to line")
        self.tell("")
        field = self.query_one(Input)
        field.placeholder = "text" if wanted == "text" else "12, or 12:3"
        if typed or wanted == "line":
            field.value = typed
        field.focus()

    @property
    def is_open(self) -> bool:
        """Somebody is asked."""
        return self.has_class("-open")

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return self.query_one(Input).value

    def tell(self, answer: str) -> None:
        """Say what was found."""
        self.query_one("#find-count", Label).update(answer)

    def find(self, step: int) -> None:
        """Select the next place (`step` 1), the one before (-1), or the nearest (0) with the text that is typed."""
        rows, query = self.area.rows, self.typed
        places = places_of(query, self.area.text)
        index = chosen_place(places, rows.offset(min(self.area.selection)), step)
        self.tell(found_note(0 if index is None else index + 1, len(places)) if query else "")
        if index is None:
            return
        start, end = rows.location(places[index]), rows.location(places[index] + len(query))
        self.area.selection = Selection(start, end)
        self.area.show_row()

    def action_close(self) -> None:
        """Ask no more, and go back to the text."""
        self.remove_class("-open")
        self.area.focus()

    def action_step(self, step: int) -> None:
        """Go to another place with the text."""
        if self.wanted == "text":
            self.find(step)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open and self.wanted == "text":
            self.find(0)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.wanted == "text":
            self.find(1)
            return
        place = read_place(event.value)
        if place is not None:
            self.area.go_to(*place)
        self.action_close()
