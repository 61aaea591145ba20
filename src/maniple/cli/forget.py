"""`maniple forget`: one sync and all that was kept for it, gone; its list too, if asked."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

from cyclopts import App, Parameter

from maniple.cli.parameters import flag
from maniple.cli.screen import note, stdout
from maniple.errors import DeliveryError, ExitCode, UsageError

app = App(
    name="forget",
    help_epilogue="""\
The list at the partner stays as it is, unless `--delete-list` is given and the
destination has a call for that.

Examples:
  maniple forget prod/buyers
  maniple forget prod/buyers --delete-list --yes""",
)


@app.default
def forget(
    sync: Annotated[str, Parameter(name="SYNC", help="A sync: its id, CONNECTION/COHORT, or the cohort's name.")],
    /,
    *,
    delete_list: Annotated[bool, flag("--delete-list", "Delete the list at the partner first.")] = False,
    yes: Annotated[bool, flag("--yes", "Do not ask.")] = False,
) -> int:
    """Delete a sync with its history."""
    from maniple.runtime.outcome import Failed
    from maniple.usecases.forget import delete_list as delete_at_partner
    from maniple.usecases.forget import forget_sync
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        row = workspace.store.find_sync(sync)
        going = f"sync `{row.cohort_name}` with its history and membership"
        if delete_list:
            going += " and its list at the partner"
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(f"{going} would be deleted", hint="say so with `--yes`")
            from maniple.cli.asking import confirm

            note(f"This deletes {going}.")
            if not confirm("Delete?"):
                note("nothing was deleted")
                return ExitCode.OK
        if delete_list:
            outcome = asyncio.run(delete_at_partner(workspace, row))
            if isinstance(outcome, Failed):
                raise DeliveryError(outcome.why.message, hint="nothing was deleted here; try again, or leave the list")
        forget_sync(workspace, row)
    stdout().line(f"deleted {going}")
    return ExitCode.OK
