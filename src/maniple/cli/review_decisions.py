"""The verbs of `maniple review` that say or decide something."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from maniple.cli.handing_in import confirmed, submission_json, tell_warnings
from maniple.cli.inputs import STDIN
from maniple.cli.parameters import AsJson, flag
from maniple.cli.review_app import AUTHOR, DECIDING, SubmissionWord, verb
from maniple.cli.screen import hint, note, stdout
from maniple.cli.words import plural
from maniple.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from maniple.usecases.submissions import Done


Text: TypeAlias = Annotated[str, Parameter(name="TEXT", help="What to say; `-` reads stdin.")]
Why: TypeAlias = Annotated[str, Parameter(name="WHY", help="The reason; the author reads it. `-` reads stdin.")]
At: TypeAlias = Annotated[
    str | None, Parameter(name="--at", metavar="FILE:LINE", help="The line it is about, such as manifest.yaml:31.")
]
Yes: TypeAlias = Annotated[bool, flag("--yes", "Do not ask.")]
Seen: TypeAlias = Annotated[
    int | None, Parameter(name="--round", metavar="N", help="The round you looked at; refused if there is a newer one.")
]


@verb("comment", DECIDING, 'comment my-partner "Is this limit documented?" --at manifest.yaml:31')
def comment(submission: SubmissionWord, text: Text, /, *, at: At = None, json: AsJson = False) -> int:
    """Say something about a submission, or about a line of one of its files."""
    from maniple.usecases import reviewing
    from maniple.wiring import Workspace, open_notifier, person

    file, line = _place(at)
    with Workspace.open() as workspace:
        said = _text(text)
        done = reviewing.comment(
            workspace, submission, said, reviewer=person(), file=file, line=line, notifier=open_notifier()
        )
    return _tell(done, "commented on", json=json)


@verb("answer", AUTHOR, 'answer my-partner "It is: https://docs.acme.test/limits"')
def answer(submission: SubmissionWord, text: Text, /, *, at: At = None, json: AsJson = False) -> int:
    """Answer the reviewers of your submission."""
    from maniple.usecases import submissions
    from maniple.wiring import Workspace, open_notifier, person

    file, line = _place(at)
    with Workspace.open() as workspace:
        said = _text(text)
        done = submissions.answer(
            workspace, submission, said, author=person(), file=file, line=line, notifier=open_notifier()
        )
    return _tell(done, "answered about", json=json)


@verb("approve", DECIDING, "approve my-partner", 'approve my-partner --round 2 --why "Well done" --yes')
def approve(
    submission: SubmissionWord,
    /,
    *,
    why: Annotated[str, Parameter(name="--why", metavar="TEXT", help="A word to the author.")] = "",
    round: Seen = None,
    yes: Yes = False,
    json: AsJson = False,
) -> int:
    """Approve a submission: it is published, and syncs use it from their next run on."""
    from maniple.usecases import reviewing
    from maniple.usecases.review_queue import queue
    from maniple.wiring import Workspace, open_notifier, person

    with Workspace.open() as workspace:
        row = workspace.store.find_submission(submission)
        [found] = [each for each in queue(workspace.store, states=(), slug=row.slug) if each.submission.id == row.id]
        what = f"{row.name} {row.version} would be published, for everybody who works with `{workspace.home.path}`"
        if found.breaking:
            what += f"; it is not compatible, and {plural(found.affected_syncs, 'sync')} would not follow"
        if not confirmed(what, "Approve?", yes=yes):
            note("nothing was decided")
            return ExitCode.OK
        done = reviewing.approve(
            workspace,
            row.id,
            reviewer=person(),
            why=why,
            seen_round=round or row.round,
            notifier=open_notifier(),
        )
    code = _tell(done, "approved", json=json)
    if not json:
        hint(f"`maniple connect {done.submission.slug}` sets it up")
    return code


@verb("request-changes", DECIDING, 'request-changes my-partner "The limit is 100/s: https://docs.acme.test/limits"')
def request_changes(submission: SubmissionWord, why: Why, /, *, round: Seen = None, json: AsJson = False) -> int:
    """Ask the author to amend a submission."""
    from maniple.usecases import reviewing
    from maniple.wiring import Workspace, open_notifier, person

    with Workspace.open() as workspace:
        done = reviewing.request_changes(
            workspace, submission, _text(why), reviewer=person(), seen_round=round, notifier=open_notifier()
        )
    return _tell(done, "asked for changes to", json=json)


@verb("reject", DECIDING, 'reject my-partner "The partner has closed this API" --yes')
def reject(
    submission: SubmissionWord, why: Why, /, *, round: Seen = None, yes: Yes = False, json: AsJson = False
) -> int:
    """Turn a submission down for good."""
    from maniple.usecases import reviewing
    from maniple.wiring import Workspace, open_notifier, person

    with Workspace.open() as workspace:
        row = workspace.store.find_submission(submission)
        what = f"{row.name} {row.version} would be rejected: its author would have to begin a new submission"
        if not confirmed(what, "Reject?", yes=yes):
            note("nothing was decided")
            return ExitCode.OK
        done = reviewing.reject(
            workspace, row.id, _text(why), reviewer=person(), seen_round=round, notifier=open_notifier()
        )
    return _tell(done, "rejected", json=json)


@verb("deprecate", DECIDING, 'deprecate my-partner "The API ends in May; use my-partner-2" --yes')
def deprecate(submission: SubmissionWord, why: Why, /, *, yes: Yes = False, json: AsJson = False) -> int:
    """Mark what is live as not to be used any more: syncs go on, `maniple connect` warns."""
    from maniple.usecases import reviewing
    from maniple.wiring import Workspace, open_notifier, person

    with Workspace.open() as workspace:
        if not confirmed(f"whoever connects `{submission}` would be warned", "Deprecate?", yes=yes):
            note("nothing was decided")
            return ExitCode.OK
        done = reviewing.deprecate(workspace, submission, _text(why), reviewer=person(), notifier=open_notifier())
    return _tell(done, "deprecated", json=json)


@verb("withdraw", AUTHOR, 'withdraw my-partner --why "A new API is coming" --yes')
def withdraw(
    submission: SubmissionWord,
    /,
    *,
    why: Annotated[str, Parameter(name="--why", metavar="TEXT", help="A word to the reviewers.")] = "",
    yes: Yes = False,
    json: AsJson = False,
) -> int:
    """Take your submission back; what was released internally goes on, until it is withdrawn too."""
    from maniple.usecases import submissions
    from maniple.wiring import Workspace, open_notifier, person

    with Workspace.open() as workspace:
        row = workspace.store.find_submission(submission)
        leaves = " from the catalogue" if row.state == "released" else ""
        if not confirmed(f"{row.name} {row.version} would be withdrawn{leaves}", "Withdraw?", yes=yes):
            note("nothing was withdrawn")
            return ExitCode.OK
        done = submissions.withdraw(workspace, row.id, author=person(), why=why, notifier=open_notifier())
    return _tell(done, "withdrew", json=json)


def _tell(done: Done, did: str, *, json: bool) -> int:
    from maniple.store.control.submissions import WORDS

    row = done.submission
    screen = stdout()
    tell_warnings(done.warnings)
    if json:
        screen.json(submission_json(row))
        return ExitCode.OK
    screen.line(f"{screen.paint('✓', 'green')} {did} {row.name} {row.version}: it is {WORDS[row.state]} ({row.id})")
    return ExitCode.OK


def _text(word: str) -> str:
    return sys.stdin.read() if word == STDIN else word


def _place(at: str | None) -> tuple[str | None, int | None]:
    """File and line of `FILE:LINE`; a file alone is a place too. Raises UsageError."""
    if at is None:
        return None, None
    file, colon, line = at.rpartition(":")
    if not colon:
        return at, None
    if not line.isascii() or not line.isdigit() or not file:
        raise UsageError(f"`{at}` is no line of a file", hint="write `--at manifest.yaml:31`")
    return file, int(line)
