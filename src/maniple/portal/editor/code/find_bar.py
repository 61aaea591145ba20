"""The line in which a text to find, or a line to go to, is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

Wanted = Literal["text", "line"]


class FindBar(Horizontal):
    """Asks for a text or a line. It knows nothing of the text; what is typed is told."""

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

    @dataclass
    class Asked(Message):
        """`step` 0 while typing, 1 for the next place, -1 for the one before."""

        wanted: Wanted
        typed: str
        step: int

    class Closed(Message):
        """Nothing is looked for any more."""

    wanted: Wanted = "text"

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

    def action_close(self) -> None:
        """Ask no more."""
        self.remove_class("-open")
        self.post_message(self.Closed())

    def action_step(self, step: int) -> None:
        """Go to another place."""
        self.post_message(self.Asked(self.wanted, self.typed, step))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open and self.wanted == "text":
            self.post_message(self.Asked(self.wanted, event.value, 0))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Asked(self.wanted, event.value, 1))
        if self.wanted == "line":
            self.action_close()
