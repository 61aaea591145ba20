"""`maniple review`: what was submitted, and what is decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from cyclopts import Parameter

from maniple.cli import review_decisions
from maniple.cli.handing_in import submission_json
from maniple.cli.parameters import AsJson, flag
from maniple.cli.review_app import AUTHOR, LOOKING, SubmissionWord, app, verb
from maniple.cli.review_trial import Seed, Users
from maniple.cli.screen import hint, note, stdout
from maniple.cli.table import Cell, Column
from maniple.cli.words import ago, plural, utc
from maniple.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from maniple.usecases.review_queue import Waiting
    from maniple.usecases.reviewing import FileDifference

__all__ = ["app", "review_decisions"]
"""Importing a module adds its verbs."""
Round: TypeAlias = Annotated[
    int | None, Parameter(name="--round", metavar="N", help="An earlier bundle instead of the newest.")
]


@verb("list", LOOKING, "list", "list --state all --json")
def list_submissions(
    *,
    state: Annotated[
        Literal["waiting", "all"] | str,
        Parameter(name="--state", help="`waiting` (under review), `all`, or a state such as `approved`."),
    ] = "waiting",
    json: AsJson = False,
) -> int:
    """List submissions, those that wait longest first."""
    from maniple.usecases.review_queue import queue
    from maniple.wiring import Workspace

    states = _states(state)
    with Workspace.open() as workspace:
        found = queue(workspace.store, states=states)
    screen = stdout()
    if json:
        screen.json([waiting_json(each) for each in found])
        return ExitCode.OK
    if not found:
        note("nothing waits for a review" if state == "waiting" else "there is no such submission")
        hint("`maniple review list --state all` shows what was decided")
        return ExitCode.OK
    titles = ("SLUG", "VERSION", "STATE", "ROUND", "TIER", "CHANGES", "AUTHOR", "AGE", "ID")
    columns = [Column(title, right=title == "ROUND", cut=title == "AUTHOR") for title in titles]
    screen.table(columns, [_row(each) for each in found])
    return ExitCode.OK


def _states(word: str) -> tuple[Any, ...]:
    from maniple.store.control.submissions import WORDS

    if word == "waiting":
        return ("under_review",)
    if word == "all":
        return ()
    state = word.replace("-", "_")
    if state not in WORDS:
        from maniple.diagnostics.suggest import hint_for, listed

        raise UsageError(
            f"there is no state `{word}`",
            hint=hint_for(state, list(WORDS)) or f"write {listed(['waiting', 'all', *WORDS])}",
        )
    return (state,)


def _row(each: Waiting) -> list[Cell]:
    from maniple.store.control.submissions import WORDS

    row = each.submission
    changes: Cell = ("breaking", "red") if each.breaking else "compatible"
    age = ago(each.age)
    return [row.slug, row.version, WORDS[row.state], str(row.round), each.tier or "-", changes, row.author, age, row.id]


def waiting_json(each: Waiting) -> dict[str, Any]:
    """A submission of the queue as plain data."""
    more = {"tier": each.tier, "breaking": each.breaking, "affected_syncs": each.affected_syncs}
    return {**submission_json(each.submission), "age_seconds": round(each.age), **more}


@verb("show", LOOKING, "show my-partner", "show my-partner --round 1 --json")
def show(submission: SubmissionWord, /, *, round: Round = None, json: AsJson = False) -> int:
    """Show everything about a submission: findings, compatibility, evidence, differences, what was said."""
    from maniple.cli.review_dossier import dossier_json, show_dossier
    from maniple.usecases.reviewing import inspect
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        dossier = inspect(workspace, submission, round=round)
        now = workspace.store.now()
    if json:
        stdout().json(dossier_json(dossier))
    else:
        show_dossier(dossier, now)
    return ExitCode.OK


@verb("diff", LOOKING, "diff my-partner")
def diff(submission: SubmissionWord, /, *, round: Round = None, json: AsJson = False) -> int:
    """Show how its files differ from what is live, as a patch."""
    from maniple.cli.review_dossier import diff_line
    from maniple.usecases.reviewing import inspect
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        found = inspect(workspace, submission, round=round, deep=False).differences
    screen = stdout()
    if json:
        screen.json([_difference_json(each) for each in found])
        return ExitCode.OK
    for each in found:
        for line in each.lines:
            diff_line(screen, line)
    if not found:
        note("its files are those that are live")
    return ExitCode.OK


def _difference_json(each: FileDifference) -> dict[str, Any]:
    change = "added" if each.old is None else "deleted" if each.new is None else "changed"
    return {"file": each.name, "change": change, "lines": list(each.lines)}


@verb("cases", LOOKING, "cases my-partner")
def cases(submission: SubmissionWord, /, *, json: AsJson = False) -> int:
    """Run its golden cases."""
    from maniple.usecases.reviewing import run_bundle_cases
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        report = run_bundle_cases(workspace, submission)
    screen = stdout()
    if json:
        results = [
            {"name": each.name, "line": each.line, "passed": not each.problems, "problems": list(each.problems)}
            for each in report.results
        ]
        screen.json({"passed": report.passed, "cases": results})
    else:
        for result in report.results:
            screen.line(f"{_mark(not result.problems)} {result.name} (line {result.line})")
            for problem in result.problems:
                screen.line(f"    {problem}")
        note(f"{plural(len(report.results), 'case')} run, {len(report.failures):,} failed")
    return ExitCode.OK if report.passed else ExitCode.FINDINGS


def _mark(good: bool) -> str:
    return stdout().paint("✓", "green") if good else stdout().paint("✗", "red")


@verb("preview", LOOKING, "preview my-partner --users 5")
def preview(submission: SubmissionWord, /, *, users: Users = 3, seed: Seed = 1, json: AsJson = False) -> int:
    """Show the requests that it makes for invented users; nothing is sent."""
    from maniple.usecases.exchange_text import preview_lines
    from maniple.usecases.preview import request_json
    from maniple.usecases.reviewing import preview_bundle
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        made = preview_bundle(workspace, submission, users=users, seed=seed)
    screen = stdout()
    if json:
        screen.json({"requests": [request_json(request) for request in made.requests]})
        return ExitCode.OK
    for line, heading in preview_lines(made, most=None, everything=False):
        screen.line(screen.paint(line, "bold") if heading else line)
    note(f"{plural(len(made.requests), 'request')}; nothing was sent")
    return ExitCode.OK


@verb("notices", AUTHOR, "notices", "notices --reviewers --json")
def notices(
    *,
    reviewers: Annotated[bool, flag("--reviewers", "Those for whoever reviews.")] = False,
    every: Annotated[bool, flag("--all", "Also those that were read before.")] = False,
    json: AsJson = False,
) -> int:
    """Show what you were told about your submissions; it counts as read then."""
    from maniple.store.control.submission_rows import REVIEWERS
    from maniple.usecases.standing import mark_seen
    from maniple.usecases.standing import notices as told
    from maniple.wiring import Workspace, person

    recipient = REVIEWERS if reviewers else person()
    with Workspace.open() as workspace:
        found = told(workspace.store, recipient, unseen=not every)
        mark_seen(workspace.store, recipient)
        now = workspace.store.now()
    screen = stdout()
    if json:
        screen.json([{"at": utc(each.at), "text": each.text, "submission": each.submission_id} for each in found])
        return ExitCode.OK
    for each in found:
        screen.line(f"{ago(now - each.at)}  {each.text} ({each.submission_id})")
    if not found:
        note("there is nothing new")
    return ExitCode.OK
