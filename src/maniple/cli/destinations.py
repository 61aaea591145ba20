"""`maniple destinations`: the catalogue."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from cyclopts import App

from maniple.cli.parameters import AsJson
from maniple.cli.screen import hint, note, stdout
from maniple.cli.table import Cell, Column
from maniple.cli.words import plural
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.destinations import CatalogueEntry

app = App(
    name="destinations",
    help_epilogue="""\
They come from MANIPLE_INTEGRATIONS, `integrations/` of this folder and of
MANIPLE_HOME, and from the checkout that maniple runs from. `internal` is what was
released without a review.

Examples:
  maniple destinations
  maniple destinations --json""",
)


@app.default
def destinations(*, json: AsJson = False) -> int:
    """List the destinations there are."""
    from maniple.usecases.destinations import catalogue
    from maniple.wiring import DATABASE_URL, Workspace, integration_folders

    if os.environ.get(DATABASE_URL):
        from maniple.usecases.publication import bring_up

        with Workspace.open() as workspace:
            bring_up(workspace.home, workspace.store)
    folders = integration_folders()
    entries = list(catalogue(folders))
    screen = stdout()
    if json:
        screen.json([{**asdict(entry), "path": str(entry.path)} for entry in entries])
        return ExitCode.OK
    if not entries:
        note("no destination is here")
        hint("`maniple new my-partner` begins one; MANIPLE_INTEGRATIONS names folders of destinations")
        return ExitCode.OK
    rows: list[list[Cell]] = [
        [
            entry.slug,
            entry.name,
            entry.kind,
            f"{entry.version} internal" if entry.internal else entry.version,
            _story(entry),
        ]
        for entry in entries
    ]
    screen.table([Column("SLUG"), Column("NAME"), Column("KIND"), Column("VERSION"), Column("SUMMARY", cut=True)], rows)
    return ExitCode.OK


def _story(entry: CatalogueEntry) -> Cell:
    """What it is for, or why it should not be used."""
    if entry.problems:
        return f"✗ {plural(entry.problems, 'problem')}, see `maniple check {entry.slug}`", "red"
    if entry.deprecated is not None:
        return f"! deprecated: {entry.deprecated}", "yellow"
    return entry.summary
