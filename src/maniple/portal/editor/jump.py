"""A list of the form's sections to choose from."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from maniple.portal.editor.form.present import mark_style


class JumpList(ModalScreen[str | None]):
    """Gives the name of the section that was chosen."""

    HELP = "Type a part of a section's name, choose with the arrow keys, go there with enter."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Stay where you are"),
        Binding("down", "move(1)", "Down", show=False, tooltip="The next section"),
        Binding("up", "move(-1)", "Up", show=False, tooltip="The section before"),
    ]
    DEFAULT_CSS = """
    JumpList { align: center middle; }
    JumpList > Vertical {
        width: 56; max-width: 90%; height: auto; max-height: 80%; background: $surface; border: round $primary; padding: 0 1;
    }
    JumpList OptionList { height: auto; max-height: 20; border: none; }
    """

    def __init__(self, entries: list[tuple[str, str, str]]) -> None:
        super().__init__()
        self.entries = entries

    def compose(self) -> ComposeResult:
        """A field to narrow the list, the list."""
        with Vertical():
            yield Label(Content("Jump to a section"))
            yield Input(placeholder="type to narrow", compact=True)
            yield OptionList(compact=True)

    def on_mount(self) -> None:
        """Show all."""
        self._fill("")

    def _fill(self, query: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            [
                Option(Content.assemble(title, (f"  {marks}" if marks else "", mark_style(marks))), id=name)
                for name, title, marks in self.entries
                if query.lower() in title.lower()
            ]
        )
        options.highlighted = 0 if options.option_count else None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._fill(event.value)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Take what is highlighted."""
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self.dismiss(options.get_option_at_index(options.highlighted).id)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        self.dismiss(event.option_id)

    def action_move(self, step: int) -> None:
        """Highlight another."""
        options = self.query_one(OptionList)
        if options.option_count:
            options.highlighted = ((options.highlighted or 0) + step) % options.option_count

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
