"""`maniple sync`: a cohort to a connection."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from maniple.cli.faults import keep_secret
from maniple.cli.inputs import query_words, read_query
from maniple.cli.parameters import AllowPrivate, AsJson, ConnectionWord, Quiet, Retries, Via, flag
from maniple.cli.progress import Watch, watching
from maniple.cli.reporting import show_estimate, show_report, tell_failure
from maniple.cli.screen import note, stdout
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.report import RunReport
    from maniple.usecases.request import SyncRequest
    from maniple.usecases.setting import Agree
    from maniple.wiring import Workspace

app = App(
    name="sync",
    help_epilogue="""\
The first sync creates the partner's list and sends everyone; later ones send
only who entered or left since. What is given is the whole cohort each time.

COHORT is a file (CSV, TSV, JSON lines or Parquet, plain or gzip), objects of
an S3-compatible store, or what a --query to a database answers:
  s3://BUCKET/KEY      one object; all below it with a / at the end; * fits any
  postgresql://USER@HOST/DATABASE
  sqlite:///users.db   three slashes and a path; four when it begins at the root
  duckdb:///users.db   the same
  duckdb:              no database: the query names files
Passwords come from the environment or the usual files, never from a URL.

Examples:
  maniple sync prod buyers.csv --cohort "Big spenders" --dry-run
  maniple sync prod buyers.csv --cohort "Big spenders"
  maniple sync prod buyers.parquet --cohort "Big spenders" \\
      --id-column customer_id --json
  maniple sync prod "s3://cohorts/buyers/*.parquet" --cohort "Big spenders"
  maniple sync prod duckdb: --cohort "Big spenders" \\
      --query "SELECT user_id, email FROM 'orders/*.parquet' WHERE total > 90"
""",
)


@app.default
def sync(
    connection: ConnectionWord,
    source: Annotated[str, Parameter(name="COHORT", help="The users who are in the cohort now: a file or a URL.")],
    /,
    *,
    cohort: Annotated[str, Parameter(name="--cohort", metavar="NAME", help="The cohort's name.")],
    cohort_id: Annotated[
        str | None,
        Parameter(name="--cohort-id", metavar="ID", help="The cohort's id; made from the name when not given."),
    ] = None,
    id_column: Annotated[
        str | None,
        Parameter(name="--id-column", metavar="COLUMN", help="The column of user ids, if not amplitude_id or user_id."),
    ] = None,
    query: Annotated[
        str | None, Parameter(name="--query", metavar="SQL", help="The SELECT that answers the users of the cohort.")
    ] = None,
    query_file: Annotated[
        Path | None, Parameter(name="--query-file", metavar="FILE.sql", help="The file that holds the query.")
    ] = None,
    property_: Annotated[
        str | None,
        Parameter(
            name="--property", metavar="COLUMN", help="The column whose value is synced, for property destinations."
        ),
    ] = None,
    dry_run: Annotated[bool, flag("--dry-run", "Say what would be sent and how long it takes; send nothing.")] = False,
    via: Via = None,
    allow_private_hosts: AllowPrivate = False,
    retries: Retries = None,
    yes: Annotated[bool, flag("--yes", "Do not ask before most members are removed.")] = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Sync a cohort."""
    from maniple.sources.source import read_source
    from maniple.usecases.connect import check_via
    from maniple.usecases.request import SyncRequest
    from maniple.usecases.sync import estimate_sync
    from maniple.wiring import Workspace

    if via is not None:
        check_via(via)
    request = SyncRequest(
        connection,
        read_source(source, read_query(query, query_file)),
        cohort,
        cohort_id,
        id_column=id_column,
        property=property_,
        via=via,
        allow_private=allow_private_hosts,
    )
    with Workspace.open() as workspace:
        row = workspace.store.find_connection(connection)
        keep_secret([str(value) for value in workspace.store.secret_settings(row).values()])
        if dry_run:
            estimate = estimate_sync(workspace, request)
            if json:
                stdout().json(estimate.as_json())
            else:
                show_estimate(estimate)
            return ExitCode.OK
        report = _carry_out(workspace, request, retries, quiet=quiet, asks=not yes)
    words = [source, *query_words(query, query_file)]
    again = again_command(row.name, words, cohort, cohort_id, via, allow_private_hosts=allow_private_hosts)
    return end(report, row.name, again, json=json)


def _carry_out(
    workspace: Workspace, request: SyncRequest, retries: int | None, *, quiet: bool, asks: bool
) -> RunReport:
    from maniple.runtime.retry import RetryPolicy
    from maniple.usecases.request import known_sync
    from maniple.usecases.setting import SyncTools
    from maniple.usecases.sync import sync_cohort

    policy = RetryPolicy(retries) if retries is not None else None
    try:
        with watching(quiet=quiet) as watch:
            agree = _asking(watch) if asks else (lambda removes, members: True)  # noqa: ARG005
            tools = SyncTools(clock=watch.clock, policy=policy, show=watch.show, agree=agree)
            return asyncio.run(sync_cohort(workspace, request, tools))
    except KeyboardInterrupt:
        connection = workspace.store.find_connection(request.connection)
        found = known_sync(workspace, connection, request)
        run = workspace.store.unfinished_run(found.id) if found else None
        raise stopped(run.id if run else None) from None


def _asking(watch: Watch) -> Agree:
    """Asks a person in a terminal; a script is told, and goes on."""
    from maniple.cli.asking import confirm

    def agree(removes: int, members: int) -> bool:
        with watch.aside():
            note(f"warning: this run removes {removes:,} of {members:,} members")
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                return True
            return confirm("Remove them?")

    return agree


def stopped(run_id: str | None) -> KeyboardInterrupt:
    """Ctrl-C, with what to do next: `faults` tells it."""
    return KeyboardInterrupt(*([f"`maniple resume {run_id}` goes on where the run stopped"] if run_id else []))


def end(report: RunReport, connection: str, again: str, *, json: bool) -> int:
    """Show a report, as JSON or as text, and what to do next; answers with the exit code."""
    if not json:
        return show_report(report, connection, again)
    stdout().json(report.as_json())
    if report.status != "failed":
        return ExitCode.OK
    tell_failure(report, connection, again)
    return ExitCode.FAILED


def again_command(
    connection: str,
    source: Sequence[str],
    cohort: str,
    cohort_id: str | None = None,
    via: str | None = None,
    *,
    allow_private_hosts: bool = False,
) -> str:
    """The command that syncs this cohort once more; `source` are the words that name the cohort."""
    words = ["maniple", "sync", connection, *source, "--cohort", cohort]
    words += ["--cohort-id", cohort_id] if cohort_id else []
    words += ["--via", via] if via else []
    words += ["--allow-private-hosts"] if allow_private_hosts else []
    return shlex.join(words)
