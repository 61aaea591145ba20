"""`maniple disconnect`: a connection and all that was kept for it, gone."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import App

from maniple.cli.parameters import ConnectionWord, flag
from maniple.cli.screen import note, stdout
from maniple.cli.words import plural
from maniple.errors import ExitCode, UsageError

app = App(
    name="disconnect",
    help_epilogue="""\
Lists at the partner stay as they are: nothing is sent.

Examples:
  maniple disconnect trial
  maniple disconnect trial --yes""",
)


@app.default
def disconnect(
    connection: ConnectionWord,
    /,
    *,
    yes: Annotated[bool, flag("--yes", "Do not ask.")] = False,
) -> int:
    """Delete a connection."""
    from maniple.usecases.disconnect import disconnect as delete_connection
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        row = workspace.store.find_connection(connection)
        cohorts = [sync.cohort_name for sync in workspace.store.list_syncs(row.id)]
        going = f"connection `{row.name}`"
        if cohorts:
            going += f" and {plural(len(cohorts), 'sync')} with history and membership ({', '.join(cohorts[:5])}"
            going += f" and {len(cohorts) - 5:,} more)" if len(cohorts) > 5 else ")"
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(f"{going} would be deleted", hint="say so with `--yes`")
            from maniple.cli.asking import confirm

            note(f"This deletes {going}; lists at the partner stay as they are.")
            if not confirm("Delete?"):
                note("nothing was deleted")
                return ExitCode.OK
        delete_connection(workspace, row)
    stdout().line(f"deleted {going}")
    return ExitCode.OK
