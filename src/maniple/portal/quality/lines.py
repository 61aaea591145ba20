"""A list of lines, each of which leads somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from maniple.portal.quality.present import Line


class Lines(OptionList):
    """Lines with a cursor; enter goes where the line leads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Go there", tooltip="Go to the place that this line is about"),
    ]
    DEFAULT_CSS = """
    Lines {
        border: none;
        padding: 0;
        background: transparent;
        height: auto;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $foreground 3%; }
        & > .option-list--option-disabled { color: $foreground; }
        & > .option-list--option-highlighted, &:focus > .option-list--option-highlighted {
            background: $primary 30%;
            color: $foreground;
            text-style: bold;
        }
    }
    """

    class Chosen(Message):
        """Enter was pressed on a line."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; the cursor stays where it was as far as there is still such a line."""
        if self.lines == tuple(lines):
            return
        known = self.line
        place = self.highlighted or 0
        self.lines = tuple(lines)
        with self.prevent(OptionList.OptionHighlighted):
            self.clear_options()
            self.add_options([Option(line.content, disabled=not line.leads) for line in lines])
            leading = [at for at, line in enumerate(lines) if line.leads]
            same = next((at for at in leading if known is not None and _same(lines[at], known)), None)
            near = next((at for at in leading if at >= place), leading[-1] if leading else None)
            self.highlighted = same if same is not None else near

    @property
    def line(self) -> Line | None:
        """The line with the cursor."""
        at = self.highlighted
        return self.lines[at] if at is not None and at < len(self.lines) else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        self.post_message(self.Chosen(self.lines[event.option_index]))


def _same(one: Line, other: Line) -> bool:
    return (one.rule, one.place, one.file) == (other.rule, other.place, other.file)
