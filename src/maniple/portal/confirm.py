"""A question over the screen: a few answers, each with its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from maniple.diagnostics.cells import visible


@dataclass(frozen=True)
class Answer:
    """One way to answer a question."""

    value: str
    """What the screen that asks is told."""
    label: str
    key: str
    """One letter."""
    variant: Literal["default", "primary", "success", "warning", "error"] = "default"


class Question(ModalScreen[str | None]):
    """Asks and answers with the `value` of what was chosen; None when it was left with escape.

    `choice = await self.app.push_screen_wait(Question("Delete `acme`?", "...", (Answer("yes", "Delete", "d"), ...)))`
    in a worker, or `push_screen(Question(...), self.on_choice)`.
    """

    HELP = "Choose with the arrow keys and enter, or press the letter in front of an answer. Escape changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", tooltip="Go back; nothing is changed"),
        Binding("left,up", "app.focus_previous", "Previous answer", show=False),
        Binding("right,down", "app.focus_next", "Next answer", show=False),
    ]
    DEFAULT_CSS = """
    Question {
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
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-narrow"), (60, "-wide")]

    def __init__(self, title: str, text: str, answers: tuple[Answer, ...]) -> None:
        """`title` and `text` are shown as they are, not as markup. The first answer has the focus."""
        super().__init__()
        self.title_text, self.text, self.answers = title, text, answers

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="asked"):
            yield Label(visible(self.title_text), id="title", markup=False)
            yield Static("\n".join(map(visible, self.text.splitlines())), id="text", markup=False)
            with Horizontal(id="answers"):
                for answer in self.answers:
                    label = Content.assemble((answer.key, "underline"), f" {answer.label}")
                    yield Button(label, variant=answer.variant, id=f"answer-{answer.value}")

    def on_mount(self) -> None:
        """Answers are chosen by their letters too."""
        for answer in self.answers:
            self._bindings.bind(answer.key, f"answer('{answer.value}')", answer.label, show=False)
        self.query(Button).first().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss((event.button.id or "").removeprefix("answer-"))

    def action_answer(self, value: str) -> None:
        """Choose."""
        self.dismiss(value)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """Asks whether to go on, and answers with yes or no. No has the focus when it is `risky`."""

    HELP = Question.HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", tooltip="Go on"),
        Binding("n,escape", "answer(False)", "No", tooltip="Go back; nothing is changed"),
        Binding("left,up", "app.focus_previous", "Previous answer", show=False),
        Binding("right,down", "app.focus_next", "Next answer", show=False),
    ]
    DEFAULT_CSS = Question.DEFAULT_CSS.replace("Question {", "Confirm {")
    HORIZONTAL_BREAKPOINTS = Question.HORIZONTAL_BREAKPOINTS

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


def outside_question(name: str, *, deleted: bool, clashes: int) -> Question:
    """What to do about a file that was edited elsewhere: `mine`, `theirs` or `both`; for a deleted one not `both`."""
    if deleted:
        return Question(
            f"{name} was deleted",
            "Something else deleted the file while you worked on it. Your text is still here.",
            (Answer("mine", "Keep mine", "k", "primary"), Answer("theirs", "Let it go", "t", "warning")),
        )
    places = "one place" if clashes == 1 else f"{clashes} places"
    return Question(
        f"{name} was changed elsewhere",
        f"Something else wrote the file while you worked on it, and both of you changed {places}.\n"
        "Both: the text holds the two versions between marker lines, for you to choose from.",
        (
            Answer("both", "Show both", "b", "primary"),
            Answer("mine", "Keep mine", "k"),
            Answer("theirs", "Take theirs", "t"),
        ),
    )


def unsaved_question(name: str, when: str) -> Question:
    """Whether to go on with text that was typed and not saved: `go-on` or `drop`."""
    return Question(
        f"{name} has text that was not saved",
        f"It was typed {when}, and the portal ended before it was saved.",
        (Answer("go-on", "Go on with it", "g", "primary"), Answer("drop", "Drop it", "d", "warning")),
    )
