"""The question for another value in place of a guess."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from maniple.diagnostics.cells import visible
from maniple.portal.wizard.present import place_text, value_text
from maniple.portal.wizard.review import GuessRow
from maniple.source.text import Source
from maniple.source.yaml import read_yaml


class ChangeDialog(ModalScreen[tuple[Any] | None]):
    """Asks for another value in place of a guess; it is written as in the manifest. Answers with the value, or None."""

    TITLE = "Another value"
    HELP = "Write the value as in the manifest; enter puts it in place of the guess."
    DEFAULT_CSS = """
    ChangeDialog {
        align: center middle;
        & > Vertical { width: 72; max-width: 94%; height: auto; padding: 1 2; background: $surface; border: tall $primary; }
        & .dialog-title { text-style: bold; height: auto; }
        & .dialog-text { height: auto; color: $text-muted; margin: 0 0 1 0; }
        & .dialog-buttons { height: auto; align-horizontal: right; }
        & .dialog-buttons Button { margin: 0 0 0 2; }
        & #refused { color: $text-error; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", tooltip="Leave the guess as it is")]

    def __init__(self, row: GuessRow) -> None:
        super().__init__()
        self.row = row

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(place_text(self.row.place), classes="dialog-title", markup=False)
            yield Static(visible(self.row.why), classes="dialog-text", markup=False)
            yield Input(value_text(self.row.value), id="value")
            yield Static("", id="refused", markup=False)
            with Horizontal(classes="dialog-buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Change", id="change", variant="primary")

    def refuse(self, text: str) -> None:
        """Say why the value cannot be."""
        self.query_one("#refused", Static).update(visible(f"✗ {text}"))

    @on(Input.Submitted, "#value")
    @on(Button.Pressed, "#change")
    def _entered(self) -> None:
        typed = self.query_one("#value", Input).value
        document, findings = read_yaml(Source("value", f"value: {typed}\n"))
        if document is None or not isinstance(document.data, dict) or list(document.data) != ["value"]:
            self.refuse(findings[0].message if findings else "this is no YAML value")
            return
        self.dismiss((document.data["value"],))

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave the guess as it is."""
        self.dismiss(None)
