"""`maniple export`: a run as CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from maniple.cli.parameters import complete_syncs
from maniple.cli.screen import note
from maniple.cli.words import plural
from maniple.errors import ExitCode

app = App(
    name="export",
    help_epilogue="""\
Columns: amplitude_id, operation (added or removed), one for each mapping,
skip_detected (true for whoever was not delivered) and skip_reason.

Examples:
  maniple export latest -o run.csv
  maniple export latest --sync "prod/Big spenders" | head
  maniple export run_k2vq7d > run.csv""",
)


@app.default
def export(
    run: Annotated[str, Parameter(name="RUN", help="A run's id, the beginning of one, or `latest`.")] = "latest",
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(name=("--output", "-o"), metavar="FILE.csv", help="Where the CSV goes; stdout by default."),
    ] = None,
    sync: Annotated[
        str | None,
        Parameter(name="--sync", metavar="SYNC", completer=complete_syncs, help="Only runs of this sync."),
    ] = None,
) -> int:
    """Write a run as CSV."""
    from maniple.usecases.export import export_run
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        sync_id = workspace.store.find_sync(sync).id if sync else None
        rows = export_run(workspace, run, output or sys.stdout.buffer, sync_id=sync_id)
    if output is not None:
        note(f"{plural(rows, 'row')} in {output}")
    return ExitCode.OK
