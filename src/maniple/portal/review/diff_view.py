"""Differences with a cursor, on which comments are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from maniple.portal.review.diff import Row, row_content, rows_of
from maniple.store.control.submission_rows import EntryRow
from maniple.usecases.reviewing import FileDifference

ROOM_FOR_TWO = 120
"""Cells from which on the old lines stand beside the new ones."""


class DiffView(OptionList):
    """Lines of all files that differ from what is live."""

    HELP = "The differences to what is live. c comments on the line under the cursor; ] and [ go to the next file."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "file(1)", "Next file", key_display="]", tooltip="Go to the next file"),
        Binding(
            "left_square_bracket", "file(-1)", "File before", key_display="[", show=False, tooltip="Go a file back"
        ),
    ]
    DEFAULT_CSS = """
    DiffView {
        border: none;
        padding: 0;
        height: 1fr;
        max-height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0; }
        & > .option-list--option-disabled { color: $foreground; }
        & > .option-list--option-highlighted, &:focus > .option-list--option-highlighted {
            background: $primary 30%;
            color: $foreground;
            text-style: bold;
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.differences: tuple[FileDifference, ...] = ()
        self.entries: tuple[EntryRow, ...] = ()
        self.rows: list[Row] = []
        self._width = 0

    @property
    def beside(self) -> bool:
        """Old and new lines stand side by side."""
        return self.size.width >= ROOM_FOR_TWO

    @property
    def row(self) -> Row | None:
        """The row with the cursor."""
        at = self.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def show(self, differences: Sequence[FileDifference], entries: Sequence[EntryRow]) -> None:
        """Show these differences, and what was said about their lines."""
        if (tuple(differences), tuple(entries)) == (self.differences, self.entries):
            return
        self.differences, self.entries = tuple(differences), tuple(entries)
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Another width, other rows."""
        if event.size.width != self._width:
            self._draw()

    def _draw(self) -> None:
        kept = self.row
        self._width = self.size.width
        room = max(30, self._width - 1)
        beside = self.beside
        self.rows = rows_of(self.differences, self.entries, beside=beside)
        self.clear_options()
        self.add_options(
            [Option(row_content(row, room, beside=beside), disabled=row.kind == "comment") for row in self.rows]
        )
        self.highlighted = next(
            (
                at
                for at, row in enumerate(self.rows)
                if kept is not None and row.place == kept.place and row.kind != "comment"
            ),
            0 if self.rows else None,
        )

    def action_file(self, step: int) -> None:
        """Go to the heading of another file."""
        at = self.highlighted or 0
        heads = [place for place, row in enumerate(self.rows) if row.kind == "file"]
        wanted = [place for place in heads if (place > at if step > 0 else place < at)]
        if wanted:
            self.highlighted = wanted[0] if step > 0 else wanted[-1]
