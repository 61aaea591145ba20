"""`maniple authorize`: access granted in a browser, and kept with a connection."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from maniple.cli.faults import keep_secret
from maniple.cli.parameters import AllowPrivate, ConnectionWord
from maniple.cli.screen import note, stdout
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maniple.runtime.program import Program

Port = Annotated[
    int,
    Parameter(name="--port", metavar="N", help="The port of this machine that the partner's page leads back to."),
]
PORT = 8765

app = App(
    name="authorize",
    help_epilogue="""\
Shows the address of the partner's consent page. Whoever opens it in a browser
on this machine and agrees is led back to http://127.0.0.1:8765/callback, which
must be a redirect URI of the OAuth client. The refresh token takes the place of
the one that the connection has.

Examples:
  maniple authorize prod
  maniple authorize prod --port 8080""",
)


@app.default
def authorize(connection: ConnectionWord, /, *, port: Port = PORT, allow_private_hosts: AllowPrivate = False) -> int:
    """Grant a connection access to the partner again."""
    from maniple.usecases.connect import connected_program
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        row = workspace.store.find_connection(connection)
        program = connected_program(row)
        kept = workspace.store.secret_settings(row)
        allowed = allow_private_hosts or row.allow_private
        given = {**row.settings, **kept}
        field, token = granted(program, given, port=port, via=row.via, allow_private=allowed)
        workspace.store.update_connection(row.id, secret_settings={**kept, field: token})
    stdout().line(f"{stdout().paint('✓', 'green')} access granted, kept with {row.name}")
    return ExitCode.OK


def granted(
    program: Program, given: Mapping[str, Any], *, port: int, via: str | None, allow_private: bool
) -> tuple[str, str]:
    """The field for the refresh token, and the token, once the person has granted access."""
    from maniple.store.home import Home
    from maniple.usecases.authorize import consent_of
    from maniple.usecases.operator import operator_values

    consent = consent_of(program, given, operator_values(Home.locate(), program))
    token = asyncio.run(_grant(consent, port, via, allow_private=allow_private))
    keep_secret([token])
    return consent.field, token


async def _grant(consent: Any, port: int, via: str | None, *, allow_private: bool) -> str:
    from maniple.usecases.authorize import grant
    from maniple.wiring import allows_private, open_clock, open_sender, retry_policy

    sender = open_sender(allow_private=allow_private or allows_private(), via=via)
    try:
        return await grant(
            consent, sender=sender, clock=open_clock(), policy=retry_policy(), port=port, show=_show_address
        )
    finally:
        await sender.close()


def _show_address(address: str) -> None:
    note("Open this address in a browser on this machine, and grant access:")
    note(f"  {address}")
