"""`maniple variables`: the variables of a manifest and where each comes from."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cyclopts import App

from maniple.cli.inputs import find
from maniple.cli.parameters import AsJson, DestinationWord
from maniple.cli.screen import note, stdout
from maniple.cli.table import Cell, Column
from maniple.cli.words import plural
from maniple.errors import ExitCode, ManifestError

if TYPE_CHECKING:
    from maniple.runtime.program import VariableRow

app = App(
    name="variables",
    help_epilogue="""\
A variable with a problem is used and not declared, or declared and not used;
then the exit code is 1.

Examples:
  maniple variables iterable
  maniple variables my-partner/manifest.yaml --json""",
)


@app.default
def variables(path: DestinationWord, /, *, json: AsJson = False) -> int:
    """Show every variable of a manifest."""
    from maniple.diagnostics.model import blocking

    destination = find(path)
    blocked = blocking(destination.diagnostics)
    rows = destination.variables
    if blocked and not rows:
        raise ManifestError(blocked)
    screen = stdout()
    if json:
        screen.json([asdict(row) for row in rows])
    else:
        columns = [Column(title, cut=title == "WHERE") for title in ("VARIABLE", "DECLARED", "USED", "PRE-DEFINED")]
        screen.table([*columns, Column("WHERE", cut=True), Column("PROBLEM")], [_cells(row) for row in rows])
    problems = sum(row.problem is not None for row in rows)
    note(f"{plural(len(rows), 'variable')}, {plural(problems, 'problem')}")
    if blocked:
        note(f"`maniple check {path}` tells {plural(len(blocked), 'finding')} that block{'s' * (len(blocked) == 1)}")
    return ExitCode.FINDINGS if problems else ExitCode.OK


def _cells(row: VariableRow) -> list[Cell]:
    ticks: list[Cell] = [("✓", "green") if held else "-" for held in (row.declared, row.used, row.predefined)]
    problem: Cell = (f"✗ {row.problem}", "red") if row.problem else ""
    return [f"${row.name}", *ticks, row.where, problem]
