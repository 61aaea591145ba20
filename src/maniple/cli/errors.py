"""`maniple errors`: what went wrong in the runs of a sync."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from maniple.cli.parameters import AsJson, SyncWord
from maniple.cli.reporting import status_cell
from maniple.cli.screen import Screen, hint, note, stdout
from maniple.cli.words import ago, moment, plural, utc
from maniple.diagnostics.cells import visible
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.store.control.rows import FailureTally, RunErrors

app = App(
    name="errors",
    help_epilogue="""\
Each reason comes with the rule of the manifest that said so, and with the
users whose requests failed for it. Which users the partner refused one by one
is in `maniple export RUN`.

Examples:
  maniple errors "prod/Big spenders"
  maniple errors "Big spenders" --limit 1 --json""",
)


@app.default
def errors(
    sync: SyncWord,
    /,
    *,
    limit: Annotated[int | None, Parameter(name="--limit", metavar="N", help="At most so many runs.")] = None,
    json: AsJson = False,
) -> int:
    """Show what went wrong."""
    from maniple.usecases.report import status_now
    from maniple.wiring import Workspace, open_clock

    now = open_clock().now()
    with Workspace.open() as workspace:
        found = workspace.store.errors(workspace.store.find_sync(sync).id, limit=limit)
        troubled = [replace(one, run=replace(one.run, status=status_now(workspace.home, one.run))) for one in found]
    screen = stdout()
    if json:
        screen.json([_errors_json(one) for one in troubled])
        return ExitCode.OK
    if not troubled:
        note("no run of this sync went wrong")
        return ExitCode.OK
    for one in troubled:
        _show(screen, one, now)
    newest = troubled[0].run
    if newest.status == "interrupted":
        hint(f"`maniple resume {newest.id}` goes on where the run stopped")
    return ExitCode.OK


def _show(screen: Screen, one: RunErrors, now: float) -> None:
    run = one.run
    status = screen.paint(*status_cell(run.status))
    when = f"{moment(run.started_at)} ({ago(now - run.started_at)})"
    screen.line(f"{status}  run {run.number} ({run.id})  {when}")
    if run.reason:
        screen.line(f"  {screen.paint(visible(run.reason), 'bold')}{_ruled(run.rule)}")
    if run.message:
        screen.paragraph(visible(run.message), "  ")
    for tally in one.failures:
        screen.line(f"  - {_told(tally)}")
        if tally.message and (tally.reason, tally.message) != (run.reason, run.message):
            screen.paragraph(visible(tally.message), "    ")
    for reason, users in sorted(run.counts.get("rejected_by_reason", {}).items(), key=lambda item: -item[1]):
        screen.line(f"  - {plural(users, 'user')} refused by the partner: {visible(reason)}")
    screen.line()


def _told(tally: FailureTally) -> str:
    fate = "in doubt, done or not" if tally.state in ("in_doubt", "sending") else "not accepted"
    status = f", HTTP {tally.http_status}" if tally.http_status else ""
    of = f"{plural(tally.batches, 'request')} to {tally.operation} {plural(tally.users, 'user')}: {fate}{status}"
    return f"{of}: {visible(tally.reason)}{_ruled(tally.rule)}" if tally.reason else of


def _ruled(rule: str | None) -> str:
    return f" (rule `{rule}`)" if rule else ""


def _errors_json(one: RunErrors) -> dict[str, Any]:
    run = one.run
    return {
        "run_id": run.id,
        "number": run.number,
        "status": run.status,
        "started_at": utc(run.started_at),
        "reason": run.reason,
        "message": run.message,
        "rule": run.rule,
        "rejected_by_reason": dict(run.counts.get("rejected_by_reason", {})),
        "failures": [
            {
                "operation": tally.operation,
                "state": tally.state,
                "http_status": tally.http_status,
                "reason": tally.reason,
                "message": tally.message,
                "rule": tally.rule,
                "requests": tally.batches,
                "users": tally.users,
            }
            for tally in one.failures
        ],
    }
