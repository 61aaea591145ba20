"""`maniple connect`: a destination set up, kept under a name."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from maniple.cli.authorize import PORT, Port, granted
from maniple.cli.connections import connection_json
from maniple.cli.faults import keep_secret
from maniple.cli.inputs import read_maps, read_settings
from maniple.cli.parameters import AllowPrivate, AsJson, DestinationWord, Maps, Settings, Via, flag
from maniple.cli.screen import hint, note, stdout
from maniple.diagnostics.cells import visible
from maniple.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from maniple.runtime.outcome import Classification
    from maniple.runtime.program import Program
    from maniple.store.control.rows import ConnectionRow
    from maniple.wiring import Workspace

app = App(
    name="connect",
    help_epilogue="""\
In a terminal it asks for whatever is missing. Secrets are sealed, and shown
nowhere. The manifest stays where it is: a corrected one works at once.
With `--authorize` the partner's page in a browser gives the refresh token;
http://127.0.0.1:8765/callback must be a redirect URI of the OAuth client.

Examples:
  maniple connect iterable
  maniple connect iterable --name prod --settings iterable.json \\
      --map user_id_field_amplitude=user_id
  maniple connect iterable --name trial --settings iterable.json \\
      --map user_id_field_amplitude=user_id \\
      --via http://127.0.0.1:8080 --allow-private-hosts""",
)


@app.default
def connect(
    path: DestinationWord,
    /,
    *,
    name: Annotated[str | None, Parameter(name="--name", help="What to call the connection.")] = None,
    settings: Settings = None,
    maps: Maps = None,
    via: Via = None,
    allow_private_hosts: AllowPrivate = False,
    authorize: Annotated[bool, flag("--authorize", "Grant access in a browser, for the refresh token.")] = False,
    port: Port = PORT,
    verify: Annotated[
        bool,
        Parameter(name="--verify", negative="--no-verify", help="Ask the partner whether the credentials are good."),
    ] = True,
    json: AsJson = False,
) -> int:
    """Set a destination up."""
    from maniple.usecases.connect import check_via, destination_for
    from maniple.usecases.connect import connect as keep_connection
    from maniple.usecases.mark import mark_in
    from maniple.wiring import Workspace

    if via is not None:
        check_via(via)
    with Workspace.open() as workspace:
        destination = destination_for(workspace, path)
        program = destination.usable()
        mark = mark_in(destination.path.parent)
        if mark is not None and mark.deprecated is not None:
            note(f"warning: {program.manifest.name} is deprecated: {visible(mark.deprecated)}")
        name, values, chosen = _gather(program, name, settings, maps, authorize=authorize)
        keep_secret([str(value) for field, value in values.items() if field in program.secret_names])
        if authorize:
            field, token = granted(program, values, port=port, via=via, allow_private=allow_private_hosts)
            values[field] = token
        kept = keep_connection(
            workspace,
            destination,
            name=name,
            settings=values,
            mappings=chosen,
            via=via,
            allow_private=allow_private_hosts,
        )
        refused = _refusal(workspace, kept) if verify else None
    _tell(kept, program, values, json=json)
    if refused is None:
        return ExitCode.OK
    from maniple.runtime.retry import WORTH_RETRYING

    if refused.status == 0 or refused.status in WORTH_RETRYING:
        # Nothing was said about the credentials.
        note(f"warning: the connection is kept and could not be tried: {visible(refused.message)}")
        return ExitCode.OK
    note(f"warning: the partner does not accept this connection: {visible(refused.message)}")
    hint(f"`maniple disconnect {kept.name}`, then connect again with good credentials")
    return ExitCode.FAILED


def _refusal(workspace: Workspace, connection: ConnectionRow) -> Classification | None:
    """What the partner has against the connection, where the destination has a call to ask."""
    import asyncio

    from maniple.runtime.outcome import Failed
    from maniple.usecases.verify import verify_connection

    outcome = asyncio.run(verify_connection(workspace, connection))
    return outcome.why if isinstance(outcome, Failed) else None


def _gather(
    program: Program, name: str | None, settings: str | None, maps: list[str] | None, *, authorize: bool
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Name, settings and mappings: as given, and in a terminal asked for where they are missing."""
    chosen = read_maps(maps)
    if not sys.stdin.isatty() or settings == "-":
        if name is None:
            raise UsageError("a connection needs a name", hint=f"add `--name {program.manifest.slug}`")
        return name, read_settings(settings, program), chosen
    from maniple.cli.asking import ask, ask_mappings, ask_settings
    from maniple.runtime.settings import check_settings

    given = read_settings(settings, program) if settings is not None else {}
    _prepare_consent(program, given, authorize=authorize)
    if name is None:
        name = ask("Name of the connection", program.manifest.slug)
    values = ask_settings(program, given, optional=settings is None)
    return name, values, ask_mappings(program, chosen, check_settings(program, values), optional=not chosen)


def _prepare_consent(program: Program, given: dict[str, Any], *, authorize: bool) -> None:
    """Nobody is asked for a refresh token that is got in a browser; who has one may type it."""
    from maniple.usecases.authorize import UNKNOWN_YET, consent_field

    field = consent_field(program)
    if field is None or field in given:
        return
    if authorize:
        given[field] = UNKNOWN_YET
    else:
        note(
            f"`{field}` comes from granting access at the partner: `maniple connect --authorize` does that in a browser"
        )


def _tell(kept: ConnectionRow, program: Program, values: Mapping[str, Any], *, json: bool) -> None:
    from maniple.runtime.settings import asked_mappings, check_settings

    screen = stdout()
    if json:
        screen.json(connection_json(kept))
        return
    screen.line(f"{screen.paint('✓', 'green')} connected {program.manifest.name} as {kept.name} ({kept.id})")
    for mapping, chosen in kept.mappings.items():
        screen.line(f"  {mapping} <- {chosen}")
    for left in asked_mappings(program, check_settings(program, values)):
        if left.name not in kept.mappings:
            screen.line(f"  {left.name}: not mapped, so it is not sent (`--map {left.name}=PROPERTY`)")
    if kept.via:
        screen.line(f"  via {kept.via}: requests go to this stand-in, not to the partner")
    hint(f'next: `maniple sync {shlex.quote(kept.name)} users.csv --cohort "My cohort" --dry-run`')
