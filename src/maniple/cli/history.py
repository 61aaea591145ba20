"""`maniple history`: the runs of a sync, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from maniple.cli.parameters import AsJson, SyncWord
from maniple.cli.reporting import status_cell
from maniple.cli.screen import note, stdout
from maniple.cli.table import Cell, Column
from maniple.cli.words import ago, count, moment, utc
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.store.control.rows import RunRow

IN_DOUBT = "IN DOUBT"
FIGURES = {
    "ADDED": "added",
    "REMOVED": "removed",
    "SKIPPED": "skipped",
    "REJECTED": "rejected",
    IN_DOUBT: "in_doubt",
    "NOT SENT": "unsent",
    "MEMBERS": "members",
}
"""The columns of figures and what of a report is in them; that for doubts is there only when a run has some."""

app = App(
    name="history",
    help_epilogue="""\
Examples:
  maniple history "prod/Big spenders"
  maniple history "Big spenders" --limit 5 --json""",
)


@app.default
def history(
    sync: SyncWord,
    /,
    *,
    limit: Annotated[int | None, Parameter(name="--limit", metavar="N", help="At most so many runs.")] = None,
    json: AsJson = False,
) -> int:
    """List the runs of a sync."""
    from maniple.usecases.report import report_of, status_now
    from maniple.wiring import Workspace, open_clock

    now = open_clock().now()
    with Workspace.open() as workspace:
        kept = workspace.store.history(workspace.store.find_sync(sync).id, limit=limit)
        runs = [replace(run, status=status_now(workspace.home, run)) for run in kept]
    screen = stdout()
    if json:
        screen.json(
            [
                {
                    **report_of(run).as_json(),
                    "phase": run.phase,
                    "started_at": utc(run.started_at),
                    "finished_at": utc(run.finished_at),
                    "manifest_version": run.manifest_version,
                }
                for run in runs
            ]
        )
        return ExitCode.OK
    if not runs:
        note("this sync has no run yet")
        return ExitCode.OK
    doubts = any(run.counts.get("in_doubt") for run in runs)
    titles = [title for title in FIGURES if doubts or title != IN_DOUBT]
    columns = [Column("RUN"), Column("STATUS"), Column("STARTED"), Column("AGO")]
    screen.table(
        [*columns, *(Column(title, right=True) for title in titles), Column("REASON", cut=True)],
        [_cells(run, titles, now) for run in runs],
    )
    return ExitCode.OK


def _cells(run: RunRow, titles: list[str], now: float) -> list[Cell]:
    from maniple.usecases.report import report_of

    report = report_of(run)
    # A run that has not settled has no figures yet, and none is not the same as zero.
    settled = "members" in run.counts
    shown = [count(getattr(report, FIGURES[title])) if settled else "-" for title in titles]
    began = run.started_at
    return [run.id, status_cell(run.status), moment(began), ago(now - began), *shown, run.reason or ""]
