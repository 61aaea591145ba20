"""A question over the screen, answered with yes or no."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from maniple.diagnostics.cells import visible


class Confirm(ModalScreen[bool]):
    """Asks whether to go on, and answers with yes or no. No has the focus when it is `risky`."""

    HELP = "Choose with the arrow keys and enter, or press y or n. Escape changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", tooltip="Go on"),
        Binding("n,escape", "answer(False)", "No", tooltip="Go back; nothing is changed"),
        Binding("left,up", "app.focus_previous", "Previous answer", show=False),
        Binding("right,down", "app.focus_next", "Next answer", show=False),
    ]
    DEFAULT_CSS = """
    Confirm {
        align: center middle;
        & > #asked {
            width: 72;
            max-width: 94%;
            height: auto;
            max-height: 90%;
            padding: 1 2;
            background: $surface;
            border: tall $primary;
        }
        & #title { text-style: bold; color: $text; width: 1fr; }
        & #text { margin-top: 1; color: $text-muted; width: 1fr; }
        & #answers { margin-top: 1; height: auto; align-horizontal: right; }
        & Button { margin-left: 1; min-width: 12; }
        &.-narrow #answers { layout: vertical; }
        &.-narrow Button { width: 1fr; margin: 0; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-wide")]  # noqa: RUF012 - the type is Textual's

    def __init__(self, title: str, text: str, *, yes: str = "Yes", risky: bool = False) -> None:
        """`title` and `text` are shown as they are; `yes` is what going on is called."""
        super().__init__()
        self.title_text, self.text, self.yes, self.risky = title, text, yes, risky

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="asked"):
            yield Label(visible(self.title_text), id="title", markup=False)
            yield Static("\n".join(map(visible, self.text.splitlines())), id="text", markup=False)
            with Horizontal(id="answers"):
                yield Button(_label("n", "Keep it as it is"), id="no")
                yield Button(_label("y", self.yes), id="yes", variant="error" if self.risky else "primary")

    def on_mount(self) -> None:
        """The safe answer is at hand."""
        self.query_one("#no" if self.risky else "#yes").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """Choose."""
        self.dismiss(yes)


def _label(key: str, words: str) -> Content:
    return Content.assemble((key, "underline"), f" {words}")
