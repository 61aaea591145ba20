"""Step: what will be written, and every guess in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Static, TextArea

from maniple.diagnostics.cells import visible
from maniple.portal.wizard.pane import Pane
from maniple.portal.wizard.plan import Plan
from maniple.portal.wizard.present import cut, place_text, value_text
from maniple.source.text import Document, Path
from maniple.usecases.draft import Draft
from maniple.usecases.scaffold import Beginning

_STATES = {"open": "? guessed", "kept": "✓ kept", "changed": "✎ changed"}
_LONGEST_VALUE = 34
_SHORTEST_WHY = 24
_COLUMNS = (("", 10), ("PLACE", 22), ("VALUE", _LONGEST_VALUE))
_MOST_NOTES = 3


@dataclass(frozen=True, slots=True)
class GuessRow:
    """A guess in the table. `value` is what stands at its place."""

    place: Path
    why: str
    value: object
    state: str = "open"


class ManifestText(TextArea):
    """The manifest, to be read; the line of the guess stays in the middle whatever becomes of the size."""

    def show(self, line: int, column: int) -> None:
        """Bring a place to the middle; both count from 1."""
        self.move_cursor((line - 1, column - 1), center=True)

    def on_resize(self) -> None:
        self.call_after_refresh(self.scroll_cursor_visible, center=True)


class ReviewPane(Pane):
    """The guesses, of which each is kept or changed, and the manifest as it would be written."""

    DEFAULT_CSS = """
    ReviewPane #about, ReviewPane .review-notes { height: auto; color: $text-muted; padding: 0 1; }
    ReviewPane #table { height: 1fr; min-height: 6; }
    ReviewPane #guesses { height: 1fr; }
    ReviewPane #why { height: auto; padding: 0 1; color: $text-muted; }
    ReviewPane #manifest { height: 1fr; min-height: 5; border: none; padding: 0; }
    ReviewPane #manifest:focus { background-tint: $foreground 5%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "keep", "Keep", tooltip="Mark this guess as looked at and right"),
        Binding("c", "change", "Change", tooltip="Write another value in place of this guess"),
    ]
    first: ClassVar[str] = "#guesses"

    class ChangeAsked(Message):
        """Somebody wants to write another value in place of a guess."""

        def __init__(self, row: GuessRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self) -> None:
        super().__init__(id="review")
        self.rows: list[GuessRow] = []
        self.document: Document | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="about", markup=False)
        yield Static("", classes="review-notes", markup=False)
        with Vertical(id="table"):
            yield DataTable[Content](id="guesses", cursor_type="row", zebra_stripes=True)
            yield Static("", id="why", markup=False)
        yield ManifestText("", id="manifest", read_only=True, language="yaml", show_line_numbers=True, soft_wrap=False)

    def on_mount(self) -> None:
        self._color()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._color())

    def _color(self) -> None:
        """The text's colours are made for a light or a dark ground."""
        self.query_one("#manifest", TextArea).theme = "vscode_dark" if self.app.current_theme.dark else "github_light"

    def on_resize(self) -> None:
        if self.rows:
            self._fill()

    @property
    def _table(self) -> DataTable[Content]:
        return self.query_one("#guesses", DataTable)

    def wait(self) -> None:
        """Say that it is being made."""
        self.query_one("#about", Static).update("Making the manifest …")
        self.query_one("#manifest", TextArea).text = ""
        self.query_one("#table").display = False

    def refuse(self, text: str) -> None:
        """Say why it cannot be made."""
        self.query_one("#about", Static).update(visible(f"✗ {text}"))
        self.query_one("#table").display = False

    def present(self, plan: Plan, beginning: Beginning, draft: Draft) -> None:
        """Show the beginning; what was kept stays kept."""
        kept = {row.place for row in self.rows if row.state == "kept"}
        guesses = {guess.place: guess.why for guess in beginning.guesses}
        rows = [
            GuessRow(place, why, draft.value(place), "kept" if place in kept else "open")
            for place, why in guesses.items()
        ]
        rows += [
            GuessRow(place, "you changed it", draft.value(place), "changed")
            for place in plan.changes
            if place not in guesses
        ]
        order = {row.place: number for number, row in enumerate(self.rows)}
        self.rows = sorted(rows, key=lambda row: order.get(row.place, len(order))) if order else rows
        files = f"{len(beginning.files)} files in {plan.slug}/: {', '.join(beginning.files)}"
        self.query_one("#about", Static).update(visible(files))
        notes = [f"note: {note}" for note in beginning.notes[:_MOST_NOTES]]
        self.query_one(".review-notes", Static).update("\n".join(map(visible, notes)))
        manifest = self.query_one("#manifest", TextArea)
        if manifest.text != beginning.text:
            manifest.text = beginning.text
        self.document = draft.destination.document
        self._fill()

    def enter(self) -> None:
        """Begin at the guesses, or at the text when there are none."""
        self.query_one("#guesses" if self.rows else "#manifest").focus()

    def _fill(self) -> None:
        """Show the rows; in a narrow terminal the reason stands below the table only."""
        table = self._table
        at = table.cursor_row
        room = self.size.width - sum(width + 2 for _, width in _COLUMNS) - 6
        reason = room >= _SHORTEST_WHY
        with self.prevent(DataTable.RowHighlighted):
            table.clear(columns=True)
            for label, width in (*_COLUMNS, *((("WHY", room),) if reason else ())):
                table.add_column(label, width=width)
            for row in self.rows:
                cells = [_STATES[row.state], place_text(row.place), value_text(row.value, _LONGEST_VALUE)]
                cells += [cut(visible(row.why), room)] if reason else []
                table.add_row(*(Content(cell) for cell in cells))
        self.query_one("#table").display = bool(self.rows)
        if self.rows:
            table.move_cursor(row=min(at, len(self.rows) - 1))
            self._tell(self.rows[min(at, len(self.rows) - 1)])

    @on(DataTable.RowHighlighted, "#guesses")
    def _looked_at(self, event: DataTable.RowHighlighted) -> None:
        if not 0 <= event.cursor_row < len(self.rows):
            return
        self._tell(self.rows[event.cursor_row])

    def _tell(self, row: GuessRow) -> None:
        """Say why, and bring the guess's line to view in the text."""
        self.query_one("#why", Static).update(f"{place_text(row.place)}: {visible(row.why)}")
        manifest = self.query_one("#manifest", ManifestText)
        found = self.document
        if found is not None:
            line, column = found.source.position(found.span(row.place, key=True).start)
            # Where the middle is, is known when the text has its size.
            self.call_after_refresh(manifest.show, line, column)

    @on(DataTable.RowSelected, "#guesses")
    def _entered(self) -> None:
        self.action_change()

    def action_keep(self) -> None:
        """Mark the guess under the cursor as right, and go to the next."""
        at = self._table.cursor_row
        if 0 <= at < len(self.rows):
            row = self.rows[at]
            state = "open" if row.state == "kept" else "kept"
            self.rows[at] = GuessRow(row.place, row.why, row.value, row.state if row.state == "changed" else state)
            self._fill()
            self._table.move_cursor(row=min(at + 1, len(self.rows) - 1))

    def action_change(self) -> None:
        """Ask for another value in place of the guess under the cursor."""
        at = self._table.cursor_row
        if 0 <= at < len(self.rows):
            self.post_message(self.ChangeAsked(self.rows[at]))
