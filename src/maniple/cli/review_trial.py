"""`maniple review try`: what was submitted, synced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter

from maniple.cli.faults import keep_secret
from maniple.cli.handing_in import confirmed
from maniple.cli.inputs import read_maps, read_settings
from maniple.cli.parameters import AllowPrivate, AsJson, Maps, Settings, Via, flag
from maniple.cli.review_app import LOOKING, SubmissionWord, verb
from maniple.cli.screen import note, stdout
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.bundle_trial import Account, Tried
    from maniple.usecases.report import RunReport
    from maniple.wiring import Workspace

MOST_USERS = 10_000
FIGURES = ("status", "added", "removed", "skipped", "rejected", "reason", "message")


def check_users(_type: Any, value: int) -> None:
    """Raises ValueError, which cyclopts tells of."""
    if not 1 <= value <= MOST_USERS:
        raise ValueError(f"It must be a number from 1 to {MOST_USERS:,}.")


Users: TypeAlias = Annotated[int, Parameter(name="--users", metavar="N", validator=check_users, help="How many users.")]
Seed: TypeAlias = Annotated[int, Parameter(name="--seed", metavar="N", help="Other users.")]


@verb(
    "try",
    LOOKING,
    "try my-partner",
    "try my-partner --users 2000 --json",
    "try my-partner --settings test-account.json --yes",
)
def try_it(
    submission: SubmissionWord,
    /,
    *,
    users: Users = 20,
    seed: Seed = 1,
    settings: Settings = None,
    maps: Maps = None,
    via: Via = None,
    allow_private_hosts: AllowPrivate = False,
    yes: Annotated[bool, flag("--yes", "Do not ask before the partner is called.")] = False,
    json: AsJson = False,
) -> int:
    """Sync an invented cohort with it: everybody, then without those who left. With the simulator; with `--settings` of a
    test account at the partner."""
    from maniple.usecases.reviewing import try_bundle
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        account = None
        if settings is not None:
            account = _account(workspace, submission, settings, maps, via, allow_private=allow_private_hosts)
            what = f"the partner of `{submission}` would be called with {users:,} invented users"
            if not confirmed(what, "Call it?", yes=yes):
                note("nothing was sent")
                return ExitCode.OK
        tried = asyncio.run(try_bundle(workspace, submission, users=users, seed=seed, account=account))
    if json:
        runs = [{key: getattr(run, key) for key in FIGURES} for run in tried.runs]
        stdout().json({"failed": tried.failed, "list_deleted": tried.list_deleted, "runs": runs})
    else:
        _show(tried, with_partner=account is not None)
    return ExitCode.FAILED if tried.failed else ExitCode.OK


def _account(
    workspace: Workspace, word: str, settings: str, maps: list[str] | None, via: str | None, *, allow_private: bool
) -> Account:
    from maniple.usecases.bundle_trial import Account
    from maniple.usecases.reviewing import program_of

    program = program_of(workspace, word)
    given = read_settings(settings, program)
    keep_secret([str(value) for name, value in given.items() if name in program.secret_names])
    return Account(given, read_maps(maps), via, allow_private)


def _show(tried: Tried, *, with_partner: bool) -> None:
    screen = stdout()
    for run in tried.runs:
        screen.line(f"{_mark(run)} run {run.number}: {run.status.replace('_', ' ')}, {_figures(run)}")
        if run.reason:
            screen.line(f"    {run.reason}: {run.message or ''}")
    if with_partner and tried.list_deleted is None:
        note("the list is still there at the partner: the manifest has no call that deletes it")
    elif tried.list_deleted is False:
        note("the list is still there at the partner: it was not deleted")


def _figures(run: RunReport) -> str:
    return f"{run.added:,} added, {run.removed:,} removed, {run.skipped:,} skipped, {run.rejected:,} refused"


def _mark(run: RunReport) -> str:
    screen = stdout()
    return screen.paint("✓", "green") if run.status.startswith("succeeded") else screen.paint("✗", "red")
