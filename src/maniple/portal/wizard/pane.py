"""What the panes of the wizard's steps have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from maniple.portal.wizard.plan import Plan


class Edited(Message):
    """Something was chosen or typed: the plan's values that changed."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self.changes = changes


class Onward(Message):
    """Enter was pressed where nothing else is to be filled in."""


class Pane(VerticalScroll, can_focus=False):
    """One step. `first` selects what has the focus when the step is gone to."""

    first: ClassVar[str] = ""

    def show(self, plan: Plan) -> None:
        """Show what the plan says; called whenever the step is gone to."""

    def enter(self) -> None:
        """Put the focus where one begins."""
        self.query_one(self.first).focus()


class Row(Horizontal):
    """A field of a form: its label, the field, and below it a line that helps or complains."""

    DEFAULT_CSS = """
    Row {
        height: auto;
        .row-label { width: 16; padding: 0 1 0 0; text-align: right; color: $text-muted; }
        .row-body { height: auto; width: 1fr; max-width: 90; }
        .row-note { height: auto; min-height: 1; padding: 0 1; color: $text-muted; }
        .row-note.-bad { color: $text-error; }
    }
    """

    def __init__(self, label: str, field: Widget, note: str = "") -> None:
        super().__init__()
        self.label = label
        self.field = field
        self.note = note

    def compose(self) -> ComposeResult:
        yield Static(self.label, classes="row-label", markup=False)
        with Vertical(classes="row-body"):
            yield self.field
            yield Static(self.note, classes="row-note", markup=False)

    def say(self, text: str, *, bad: bool = False) -> None:
        """Show a line below the field; a complaint begins with a glyph, and is not known by its colour alone."""
        line = self.query_one(".row-note", Static)
        line.set_class(bad, "-bad")
        line.update(f"✗ {text}" if bad else text)
