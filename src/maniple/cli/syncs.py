"""`maniple syncs`: every cohort on every connection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cyclopts import App

from maniple.cli.parameters import AsJson
from maniple.cli.reporting import status_cell
from maniple.cli.screen import hint, note, stdout
from maniple.cli.table import Cell, Column
from maniple.cli.words import ago, moment, utc
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.store.control.rows import ConnectionRow, RunRow, SyncRow
    from maniple.wiring import Workspace

app = App(
    name="syncs",
    help_epilogue="""\
Examples:
  maniple syncs
  maniple syncs --json""",
)


@app.default
def syncs(*, json: AsJson = False) -> int:
    """List the syncs."""
    from maniple.wiring import Workspace, open_clock

    now = open_clock().now()
    with Workspace.open() as workspace:
        found = _found(workspace)
    screen = stdout()
    if json:
        screen.json([_sync_json(*one) for one in found])
        return ExitCode.OK
    if not found:
        note("there is no sync yet")
        hint('make the first one with `maniple sync CONNECTION users.csv --cohort "My cohort"`')
        return ExitCode.OK
    columns = [
        Column("SYNC"),
        Column("LIST", cut=True),
        Column("MEMBERS", right=True),
        Column("LAST RUN"),
        Column("WHEN"),
        Column("AGO"),
        Column("VIA"),
    ]
    screen.table(columns, [_cells(*one, now=now) for one in found])
    return ExitCode.OK


def _found(workspace: Workspace) -> list[tuple[SyncRow, ConnectionRow, RunRow | None]]:
    owners = {connection.id: connection for connection in workspace.store.list_connections()}
    rows = sorted(workspace.store.list_syncs(), key=lambda sync: (owners[sync.connection_id].name, sync.cohort_name))
    return [(sync, owners[sync.connection_id], _newest(workspace, sync)) for sync in rows]


def _newest(workspace: Workspace, sync: SyncRow) -> RunRow | None:
    from maniple.usecases.report import status_now

    run = next(iter(workspace.store.history(sync.id, limit=1)), None)
    return replace(run, status=status_now(workspace.home, run)) if run else None


def _cells(sync: SyncRow, connection: ConnectionRow, run: RunRow | None, *, now: float) -> list[Cell]:
    doubts = f" ({sync.doubts:,} in doubt)" if sync.doubts else ""
    return [
        f"{connection.name}/{sync.cohort_name}",
        str(sync.list.get("list_id", "")),
        f"{sync.members:,}{doubts}",
        status_cell(run.status) if run else "",
        moment(run.started_at) if run else "",
        ago(now - run.started_at) if run else "",
        connection.via or "",
    ]


def _sync_json(sync: SyncRow, connection: ConnectionRow, run: RunRow | None) -> dict[str, Any]:
    return {
        "id": sync.id,
        "connection": connection.name,
        "destination": connection.slug,
        "cohort_name": sync.cohort_name,
        "cohort_id": sync.cohort_id,
        "list": dict(sync.list),
        "members": sync.members,
        "in_doubt": sync.doubts,
        "via": connection.via,
        "created_at": utc(sync.created_at),
        "last_run": {"id": run.id, "status": run.status, "started_at": utc(run.started_at)} if run else None,
    }
