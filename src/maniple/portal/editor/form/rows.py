"""A list of the manifest as rows that open: added, taken out, moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Label, Select, Static

from maniple.portal.editor.findings import Findings
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.fold import Fold, FoldTitle
from maniple.portal.editor.form.present import count_mark, finding_line, mark_style, row_title
from maniple.portal.editor.form.slots import Slot
from maniple.source.text import Path as Place
from maniple.usecases.authoring import begun_row, calls_with_errors, copy_errors
from maniple.usecases.draft import Draft


class RowTitle(FoldTitle):
    """The line of a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "change('remove')", "Delete row", tooltip="Take this row out"),
        Binding("shift+up", "change('up')", "Move up", tooltip="Move this row before the one above"),
        Binding("shift+down", "change('down')", "Move down", tooltip="Move this row behind the one below"),
        Binding("insert,plus", "change('add')", "Add row", tooltip="Begin a new row below this one"),
    ]

    @dataclass
    class Changed(Message):
        """Something is to be done with the row."""

        what: str

    def action_change(self, what: str) -> None:
        """Ask for it."""
        self.post_message(self.Changed(what))


class Row(Fold):
    """One item of a list."""

    @dataclass
    class Changed(Message):
        """Something is to be done with this row: `remove`, `up`, `down` or `add`."""

        row: Row
        what: str

    def __init__(self, slot: Slot, place: Place, draft: Draft, *, opened: bool = False) -> None:
        super().__init__(opened=opened, classes="row")
        self.slot = slot
        self.place = place
        self.marks = ""
        self.findings = Findings()
        self.value: Any = draft.value(place)
        self.form: Control | None = None

    def make_heading(self) -> FoldTitle:
        """A title with the keys of a row."""
        return RowTitle(classes="fold-title row-title", markup=False)

    def label(self) -> Content:
        """What the row says closed, and how much is wrong in it."""
        text = row_title(self.slot.owner, int(self.place[-1]), self.value)
        return Content.assemble(text, (f"  {self.marks}" if self.marks else "", mark_style(self.marks)))

    async def fill(self) -> None:
        """The form of the row."""
        from maniple.portal.editor.form.build import row_form

        form = row_form(self.slot, self.place, self.value)
        if form is None:
            await self.mount(Static("Its parts are written in YAML.", classes="quiet", markup=False))
            return
        self.form = form
        form.findings = self.findings
        await self.mount(form)

    def show(self, draft: Draft) -> None:
        """Bring title and form up to date."""
        value = draft.value(self.place)
        if value != self.value:
            self.value = value
            self.retitle()
        if self.form is not None and self.form.ready and self.opened:
            self.form.show(draft)

    def tell(self, findings: Findings) -> None:
        """Mark what is wrong."""
        self.findings = findings
        marks = count_mark(findings.below(self.place))
        if marks != self.marks:
            self.marks = marks
            self.set_class(bool(marks), "-wrong")
            self.retitle()
        if self.form is not None and self.form.ready and self.opened:
            self.form.tell(findings)

    async def open(self) -> None:
        """Show the form with the draft of now."""
        await super().open()
        if self.form is not None and self.form.ready:
            self.form.show(self.form.draft)
            self.form.tell(self.findings)

    def on_row_title_changed(self, event: RowTitle.Changed) -> None:
        """Say which row it is about."""
        event.stop()
        self.post_message(self.Changed(self, event.what))


class RowsControl(Control):
    """A list whose items are maps."""

    wide = True

    def __init__(self, slot: Slot, place: Place, *, nested: bool = True) -> None:
        super().__init__(slot, place)
        self.nested = nested
        self.rows: list[Row] = []
        self._awaited: tuple[set[int], int, bool] | None = None
        """What is to be open, and where the cursor goes, when the draft has the change that was asked for."""

    def compose(self) -> ComposeResult:
        """Title, rows, a button for another."""
        if self.nested:
            yield Label(self.title(), classes="control-title")
        yield Vertical(classes="rows")
        yield Button(self.add_label(), compact=True, classes="add-row")

    def add_label(self) -> Content:
        """What the button says."""
        return Content("+ Add")

    def items(self, draft: Draft) -> list[Any]:
        """The rows' values."""
        value = draft.value(self.place)
        return value if isinstance(value, list) else []

    def show(self, draft: Draft) -> None:
        """Bring the rows into line with the draft."""
        if not self.ready:
            return
        items = self.items(draft)
        if self._awaited is not None:
            awaited, self._awaited = self._awaited, None
            self.call_later(self._settle, *awaited)
            return
        if len(items) != len(self.rows):
            self._build(draft, opened={index for index, row in enumerate(self.rows) if row.opened})
            return
        for row in self.rows:
            row.show(draft)

    def _build(self, draft: Draft, opened: set[int]) -> None:
        for row in self.rows:
            row.remove()
        count = len(self.items(draft))
        self.rows = [Row(self.slot, (*self.place, index), draft, opened=index in opened) for index in range(count)]
        self.query_one(".rows", Vertical).mount_all(self.rows)
        self.call_after_refresh(self._tell_again)

    def _tell_again(self) -> None:
        if self.ready:
            self.tell(self.findings)

    def tell(self, findings: Findings) -> None:
        """Mark rows; what is about the list itself stands below it."""
        self.findings = findings
        for row in self.rows:
            if row.is_mounted:
                row.tell(findings)
        self._say(tuple(finding_line(each) for each in findings.at(self.place)[:2]))

    async def reveal(self, place: Place) -> bool:
        """Open the row of a place and go there."""
        depth = len(self.place)
        if place[:depth] != self.place:
            return False
        index = place[depth] if len(place) > depth else None
        if not isinstance(index, int) or index >= len(self.rows):
            return self.take_focus()
        row = self.rows[index]
        await row.open()
        if len(place) == depth + 1 or row.form is None:
            row.heading.focus()
            return True
        return await row.form.reveal(place)

    @on(Button.Pressed, ".add-row")
    def add_at_end(self, event: Button.Pressed) -> None:
        """Begin a row at the end."""
        event.stop()
        self.add(len(self.rows))

    def on_row_changed(self, event: Row.Changed) -> None:
        """Do what a row's key asks for."""
        event.stop()
        index = self.rows.index(event.row)
        match event.what:
            case "remove":
                self.remove_row(index)
            case "up" if index:
                self.move_row(index, index - 1)
            case "down" if index + 1 < len(self.rows):
                self.move_row(index, index + 1)
            case "add":
                self.add(index + 1)

    def begun(self, draft: Draft) -> Any:
        """The value of a new row."""
        return begun_row(draft, self.place, self.slot.owner)

    def listed(self, draft: Draft) -> Draft:
        """The draft with a list at the place, to which a row can be added."""
        return draft

    def add(self, index: int) -> None:
        """A new row, open."""
        place = self.place
        opened = {position + (position >= index) for position, row in enumerate(self.rows) if row.opened} | {index}
        self._awaited = (opened, index, True)
        self.edit(lambda draft: self.listed(draft).with_item(place, index, self.begun(draft)))

    def remove_row(self, index: int) -> None:
        """Take a row out."""
        place = (*self.place, index)
        opened = {
            position - (position > index) for position, row in enumerate(self.rows) if row.opened and position != index
        }
        self._awaited = (opened, index, False)
        self.edit(lambda draft: draft.without(place))
        self.notify("Row deleted; ctrl+z brings it back", timeout=3, markup=False)

    def move_row(self, index: int, to: int) -> None:
        """Move a row by one."""
        place = self.place
        order = list(range(len(self.rows)))
        order.insert(to, order.pop(index))
        opened = {position for position, old in enumerate(order) if self.rows[old].opened}
        self._awaited = (opened, to, False)
        self.edit(lambda draft: draft.with_item_moved(place, index, to))

    async def _settle(self, opened: set[int], index: int, into: bool) -> None:
        """Make the rows anew after one came, went or moved, and focus one of them."""
        for row in self.rows:
            row.remove()
        draft = self.draft
        count = len(self.items(draft))
        self.rows = [Row(self.slot, (*self.place, place), draft) for place in range(count)]
        await self.query_one(".rows", Vertical).mount_all(self.rows)
        for place in sorted(opened & set(range(count))):
            await self.rows[place].open()
        self.tell(self.findings)
        if not self.rows:
            self.query_one(".add-row", Button).focus()
            return
        row = self.rows[min(index, count - 1)]
        if into and row.form is not None:
            row.form.take_focus()
        else:
            row.heading.focus()


class ErrorsControl(RowsControl):
    """Error rules, and the copying of those of another call."""

    def compose(self) -> ComposeResult:
        """Rows, and below them what can be copied."""
        yield from super().compose()
        yield Select([], prompt="Copy errors from other endpoints", compact=True, classes="copy-errors")

    def items(self, draft: Draft) -> list[Any]:
        """A lone `same_as` is a row too."""
        value = draft.value(self.place)
        return [value] if isinstance(value, dict) else super().items(draft)

    def show(self, draft: Draft) -> None:
        """Rows, and the calls whose errors may be copied."""
        super().show(draft)
        if not self.ready:
            return
        select = self.query_one(".copy-errors", Select)
        calls = calls_with_errors(draft, str(self.place[0])) if len(self.place) > 1 else []
        select.display = bool(calls)
        with select.prevent(Select.Changed):
            select.set_options([(Content(call), call) for call in calls])

    @on(Select.Changed, ".copy-errors")
    def copy(self, event: Select.Changed) -> None:
        """Copy the rules of a call."""
        event.stop()
        if event.value != event.select.value:
            # It is about a choice that is past.
            return
        if event.value is Select.NULL:
            return
        call, place = str(event.value), self.place
        self._awaited = (set(), len(self.rows), False)
        self.edit(lambda draft: copy_errors(draft, place, call))

    def listed(self, draft: Draft) -> Draft:
        """A lone `same_as` becomes the first of a list."""
        value = draft.value(self.place)
        return draft.with_value(self.place, [value]) if isinstance(value, dict) else draft

    def remove_row(self, index: int) -> None:
        """Take a rule out; a lone `same_as` is the whole."""
        place = self.place
        if isinstance(self.draft.value(place), dict):
            self._awaited = (set(), 0, False)
            self.edit(lambda draft: draft.without(place))
            return
        super().remove_row(index)
