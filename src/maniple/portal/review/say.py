"""A question that is answered with a text: a comment, a reason, an answer."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static, TextArea

from maniple.diagnostics.cells import visible
from maniple.portal.confirm import Confirm


class Say(ModalScreen[str | None]):
    """Says what will happen, takes a text, and answers with it; None when it was left with escape."""

    HELP = "Write, then press ctrl+s, or tab to the button. Escape goes back, and nothing is changed."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send", priority=True, tooltip="Do what the button says"),
        Binding("escape", "leave", "Cancel", priority=True, tooltip="Go back; nothing is changed"),
    ]
    DEFAULT_CSS = (
        Confirm.DEFAULT_CSS.replace("Confirm {", "Say {").replace("width: 72;", "width: 84;")
        + """
    Say {
        & TextArea { height: 6; margin-top: 1; }
        & #fault { color: $text-error; height: 1; }
        & #quote { color: $text-accent; }
    }
    """
    )
    HORIZONTAL_BREAKPOINTS = Confirm.HORIZONTAL_BREAKPOINTS

    def __init__(
        self, title: str, text: str, *, yes: str, ask: str, quote: str = "", needed: bool = True, risky: bool = False
    ) -> None:
        """`title`, `text` and `quote` are shown as they are; `ask` says what to write; `needed`: something must be written."""
        super().__init__()
        self.title_text, self.text, self.yes = title, text, yes
        self.ask, self.quote, self.needed, self.risky = ask, quote, needed, risky

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="asked"):
            yield Label(visible(self.title_text), id="title", markup=False)
            if self.quote:
                yield Static(f"│ {visible(self.quote)}", id="quote", markup=False)
            yield Static("\n".join(map(visible, self.text.splitlines())), id="text", markup=False)
            area = TextArea(placeholder=self.ask, show_line_numbers=False)
            area.cursor_blink = False
            yield area
            yield Static("", id="fault", markup=False)
            with Horizontal(id="answers"):
                yield Button(Content.assemble(("esc", "underline"), " Cancel"), id="no")
                label = Content.assemble(("^s", "underline"), f" {self.yes}")
                yield Button(label, id="yes", variant="error" if self.risky else "primary")

    def on_mount(self) -> None:
        """Write at once."""
        self.query_one(TextArea).focus()

    @on(TextArea.Changed)
    def forgive(self) -> None:
        """What was missing is being written."""
        self.query_one("#fault", Static).update("")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.action_send()
        else:
            self.dismiss(None)

    def action_send(self) -> None:
        """Answer with the text."""
        text = self.query_one(TextArea).text.strip()
        if self.needed and not text:
            self.query_one("#fault", Static).update("✗ write something: somebody must know what to do")
            self.query_one(TextArea).focus()
            return
        self.dismiss(text)

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
