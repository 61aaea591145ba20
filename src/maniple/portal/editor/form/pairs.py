"""A map of names to texts as rows of two fields: headers, query parameters, constants, saved values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Label

from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.values import Unreadable, read_value, shown_text
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft


class PairRow(Horizontal):
    """One name and its value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+delete", "remove", "Delete row", tooltip="Take this name and its value out")
    ]

    @dataclass
    class Removed(Message):
        """The row is to go."""

        row: PairRow

    def __init__(self, name: str, value: Any) -> None:
        super().__init__(classes="pair")
        self.key = name
        self.value = value

    def compose(self) -> ComposeResult:
        """Two fields and a button."""
        yield Input(self.key, placeholder="name", compact=True, classes="pair-name", select_on_focus=False)
        yield Input(
            shown_text(self.value), placeholder="value", compact=True, classes="pair-value", select_on_focus=False
        )
        yield Button(Content("✕"), compact=True, classes="pair-remove", tooltip=Content("Take this row out"))

    def show(self, value: Any) -> None:
        """Another value."""
        entry = self.query_one(".pair-value", Input)
        if value != self.value:
            self.value = value
            if entry.value != shown_text(value):
                with entry.prevent(Input.Changed):
                    entry.value = shown_text(value)

    def action_remove(self) -> None:
        """Take it out."""
        self.post_message(self.Removed(self))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_remove()


class PairsControl(Control):
    """Names and values."""

    wide = True

    def __init__(self, slot: Any, place: Place) -> None:
        super().__init__(slot, place)
        self.rows: list[PairRow] = []

    def compose(self) -> ComposeResult:
        """Title, rows, a button for another."""
        yield Label(self.title(), classes="control-title")
        yield Vertical(classes="rows")
        yield Button(Content("+ Add"), compact=True, classes="add-row")

    def show(self, draft: Draft) -> None:
        """Bring the rows into line with the draft; a row without a name yet stays."""
        if not self.ready:
            return
        value = draft.value(self.place)
        held = value if isinstance(value, dict) else {}
        named = [row for row in self.rows if row.key]
        if [row.key for row in named] == list(held):
            for row in named:
                if row.is_mounted and not self.writing:
                    row.show(held[row.key])
            return
        for row in self.rows:
            row.remove()
        self.rows = [PairRow(name, each) for name, each in held.items()]
        self.query_one(".rows", Vertical).mount_all(self.rows)

    async def reveal(self, place: Place) -> bool:
        """Go to the value of a name."""
        depth = len(self.place)
        if place[:depth] != self.place:
            return False
        for row in self.rows:
            if len(place) > depth and row.key == place[depth]:
                row.query_one(".pair-value", Input).focus()
                return True
        return self.take_focus()

    @on(Button.Pressed, ".add-row")
    async def add(self, event: Button.Pressed) -> None:
        """A row that has no name yet."""
        event.stop()
        row = PairRow("", "")
        self.rows.append(row)
        await self.query_one(".rows", Vertical).mount(row)
        row.query_one(".pair-name", Input).focus()

    def on_pair_row_removed(self, event: PairRow.Removed) -> None:
        """Take a row out."""
        event.stop()
        row = event.row
        if row.key:
            place = (*self.place, row.key)
            self.edit(lambda draft: draft.without(place))
        else:
            self.rows.remove(row)
            row.remove()
        self.query_one(".add-row", Button).focus()

    @on(Input.Changed, ".pair-value")
    def value_changed(self, event: Input.Changed) -> None:
        """Write the value under its name."""
        event.stop()
        row = event.input.parent
        assert isinstance(row, PairRow)
        value = _kept_type(row.value, event.value)
        if not row.key or value == row.value:
            row.value = value
            return
        row.value = value
        place = (*self.place, row.key)
        self.edit(lambda draft: draft.with_value(place, value))

    @on(Input.Submitted, ".pair-name")
    def name_submitted(self, event: Input.Submitted) -> None:
        """The name is finished: go on to the value."""
        event.stop()
        row = event.input.parent
        assert isinstance(row, PairRow)
        self._rename(row)
        row.query_one(".pair-value", Input).focus()

    def on_descendant_blur(self) -> None:
        """A name is written when its field is left."""
        for row in self.rows:
            if row.is_mounted and not row.query_one(".pair-name", Input).has_focus:
                self._rename(row)

    def _rename(self, row: PairRow) -> None:
        name = row.query_one(".pair-name", Input).value.strip()
        if not name or name == row.key:
            return
        if any(other.key == name for other in self.rows if other is not row):
            self._refuse(f"there is a `{name}` already")
            return
        self._refuse("")
        place, old, value = self.place, row.key, row.value
        row.key = name
        if old:
            self.edit(lambda draft: draft.with_key((*place, old), name))
        else:
            self.edit(lambda draft: draft.with_value((*place, name), value))


def _kept_type(old: Any, text: str) -> Any:
    """What was typed; a number or a truth value where one stood before and is still written."""
    if isinstance(old, str):
        return text
    try:
        value = read_value(text)
    except Unreadable:
        return text
    return value if isinstance(value, int | float | bool) else text
