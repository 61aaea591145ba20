"""`maniple reconcile`: whom the partner really has, compared with whom it accepted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from maniple.cli.faults import keep_secret
from maniple.cli.parameters import AsJson, flag
from maniple.cli.screen import hint, note, stdout
from maniple.cli.words import plural
from maniple.diagnostics.cells import visible
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.reconcile import Reconciliation

app = App(
    name="reconcile",
    help_epilogue="""\
A partner may drop users without a word. Where the destination can be read back
(`list_members`, `count_members` in its manifest), this finds them; `--repair`
sends them again. Whoever is on the list and was not synced stays.

Exit code 3 when members are missing and were not sent again.

Examples:
  maniple reconcile prod/buyers
  maniple reconcile prod/buyers --repair --json""",
)


@app.default
def reconcile(
    sync: Annotated[str, Parameter(name="SYNC", help="A sync: its id, CONNECTION/COHORT, or the cohort's name.")],
    /,
    *,
    repair: Annotated[bool, flag("--repair", "Send again whom the partner lost.")] = False,
    json: AsJson = False,
) -> int:
    """Compare a list at the partner with what it accepted."""
    from maniple.usecases.reconcile import reconcile as compare
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        row = workspace.store.find_sync(sync)
        connection = workspace.store.get_connection(row.connection_id)
        keep_secret([str(value) for value in workspace.store.secret_settings(connection).values()])
        found = asyncio.run(compare(workspace, row, repair=repair))
    if json:
        stdout().json(found.as_json())
    else:
        _show(found)
    return ExitCode.OK if found.agrees else ExitCode.FAILED


def _show(found: Reconciliation) -> None:
    screen = stdout()
    screen.line(f"{plural(found.sync.members, 'member')} accepted")
    if found.counted is not None:
        screen.line(f"{found.counted:,} on the list, as the partner counts")
    difference = found.difference
    if difference is None:
        note("the destination tells how many, not who")
        return
    screen.line(f"{difference.held:,} on the list, as read back")
    screen.line(f"{difference.missing:,} accepted and not on the list{_some(difference.missing_examples)}")
    screen.line(f"{difference.unexpected:,} on the list and not synced{_some(difference.unexpected_examples)}")
    if difference.unknown:
        screen.line(f"{difference.unknown:,} without an identifier to compare by")
    if found.repair is not None:
        screen.line(f"{found.repair.kept:,} sent again: {found.repair.status.replace('_', ' ')}")
    elif difference.missing:
        hint("`--repair` sends them again")


def _some(examples: tuple[str, ...]) -> str:
    shown = ", ".join(visible(example) for example in examples[:5])
    return f": {shown}{', …' if len(examples) > 5 else ''}" if shown else ""
