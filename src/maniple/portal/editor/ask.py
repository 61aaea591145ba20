"""A question with a few answers."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static


class Ask(ModalScreen[str]):
    """Gives the name of the answer; `escape` gives the last one, which changes nothing."""

    HELP = "Choose with the arrow keys and enter. Escape changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "last", "Back", tooltip="The last answer, which changes nothing"),
        Binding("left", "app.focus_previous", "Left", show=False, tooltip="The answer before"),
        Binding("right", "app.focus_next", "Right", show=False, tooltip="The next answer"),
    ]
    DEFAULT_CSS = """
    Ask { align: center middle; }
    Ask > Vertical {
        width: 72; max-width: 94%; height: auto; background: $surface; border: round $warning; padding: 1 2;
    }
    Ask .ask-title { text-style: bold; }
    Ask Horizontal { height: auto; margin-top: 1; }
    Ask Button { margin-right: 2; }
    """

    def __init__(self, title: str, text: str, answers: dict[str, str]) -> None:
        super().__init__()
        self.question = title
        self.text = text
        self.answers = answers

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with Vertical():
            yield Label(Content(self.question), classes="ask-title")
            yield Static(Content(self.text), markup=False)
            with Horizontal():
                for name, label in self.answers.items():
                    yield Button(Content(label), name=name, compact=True)

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """Take the answer."""
        self.dismiss(event.button.name or "")

    def action_last(self) -> None:
        """Change nothing."""
        self.dismiss(list(self.answers)[-1])
