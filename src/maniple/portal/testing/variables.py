"""The variables table: DECLARED, USED, PRE-DEFINED, and what is wrong with each."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Static

from maniple.portal.testing.present import cell
from maniple.source.text import Path as Place
from maniple.usecases.study import Study, VariableLine
from maniple.usecases.words import plural


class VariablesPane(Vertical):
    """Every variable of the manifest; enter on a row goes to its place."""

    DEFAULT_CSS = """
    VariablesPane {
        height: 1fr;
        padding: 0 1;
        #variables-told { color: $text-muted; }
        #variables-table { height: 1fr; margin-top: 1; }
    }
    """

    class Chosen(Message):
        """A variable's place is to be gone to."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

    def __init__(self) -> None:
        super().__init__(id="variables-pane")
        self._lines: tuple[VariableLine, ...] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="variables-told", markup=False)
        yield DataTable(id="variables-table", cursor_type="row")

    def show(self, study: Study) -> None:
        """Show the variables of a study; those with a problem first."""
        if study.variables == self._lines:
            return
        self._lines = study.variables
        lines = sorted(study.variables, key=lambda line: not line.problem)
        problems = sum(bool(line.problem) for line in lines)
        told = (
            f"{plural(len(lines), 'variable')}, {plural(problems, 'problem')}"
            if lines
            else "The manifest uses no variable"
        )
        self.query_one("#variables-told", Static).update(Content(told))
        table = self.query_one(DataTable)
        row = table.cursor_row
        table.clear(columns=True)
        table.add_columns("VARIABLE", "PROBLEM", "DECLARED", "USED", "PRE-DEFINED", "WHERE")
        self._ordered = lines
        for line in lines:
            table.add_row(*self._cells(line))
        table.move_cursor(row=min(row, max(0, len(lines) - 1)))

    @on(DataTable.RowSelected)
    def _chosen(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if 0 <= event.cursor_row < len(self._ordered):
            self.post_message(self.Chosen(self._ordered[event.cursor_row].place))

    def _cells(self, line: VariableLine) -> list[Text]:
        row = line.row
        colours = self.app.theme_variables
        good, bad = colours["success"], colours["error"]
        ticks = [
            cell("✓ yes", good) if held else cell("– no", "dim") for held in (row.declared, row.used, row.predefined)
        ]
        problem = cell(f"✗ {line.problem}", bad) if line.problem else cell("✓ fine", "dim")
        return [cell(f"${row.name}", "bold"), problem, *ticks, cell(row.where, "dim")]
