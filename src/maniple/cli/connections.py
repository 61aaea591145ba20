"""`maniple connections`: what is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cyclopts import App

from maniple.cli.parameters import AsJson
from maniple.cli.screen import hint, note, stdout
from maniple.cli.table import Column
from maniple.cli.words import moment, utc
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.store.control.rows import ConnectionRow

app = App(
    name="connections",
    help_epilogue="""\
Secrets are never shown. VIA is a stand-in that gets the requests instead of
the partner.

Examples:
  maniple connections
  maniple connections --json""",
)


@app.default
def connections(*, json: AsJson = False) -> int:
    """List the connections."""
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        kept = workspace.store.list_connections()
        syncs = [sync.connection_id for sync in workspace.store.list_syncs()]
    screen = stdout()
    if json:
        screen.json([{**connection_json(connection), "syncs": syncs.count(connection.id)} for connection in kept])
        return ExitCode.OK
    if not kept:
        note("there is no connection yet")
        hint("make the first one with `maniple connect SLUG`; `maniple destinations` lists the slugs")
        return ExitCode.OK
    screen.table(
        [
            Column("NAME"),
            Column("DESTINATION"),
            Column("SYNCS", right=True),
            Column("MAPPINGS", cut=True),
            Column("CREATED"),
            Column("VIA"),
        ],
        [
            [
                connection.name,
                connection.slug,
                f"{syncs.count(connection.id):,}",
                ", ".join(f"{name}={chosen}" for name, chosen in connection.mappings.items()),
                moment(connection.created_at),
                shown_via(connection),
            ]
            for connection in kept
        ],
    )
    return ExitCode.OK


def shown_via(connection: ConnectionRow) -> str:
    """Where the requests really go, when that is not the partner."""
    private = "private hosts allowed" if connection.allow_private else ""
    return " ".join(part for part in (connection.via or "", f"({private})" if private else "") if part)


def connection_json(connection: ConnectionRow) -> dict[str, Any]:
    """A connection as plain data; of its secrets only whether there are some."""
    return {
        "name": connection.name,
        "id": connection.id,
        "destination": connection.slug,
        "manifest": connection.manifest_path,
        "version": connection.manifest_version,
        "settings": dict(connection.settings),
        "has_secrets": connection.sealed_settings is not None,
        "mappings": dict(connection.mappings),
        "via": connection.via,
        "allow_private_hosts": connection.allow_private,
        "created_at": utc(connection.created_at),
    }
