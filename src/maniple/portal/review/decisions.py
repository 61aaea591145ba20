"""What a reviewer says and decides: the question before, and the use case after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maniple.diagnostics.cells import visible
from maniple.portal.review.diff import Row
from maniple.portal.review.present import approve_question, changes_question, deprecate_question, reject_question
from maniple.portal.review.say import Say
from maniple.ports import Notifier
from maniple.usecases import reviewing
from maniple.usecases.reviewing import Dossier
from maniple.usecases.submissions import Done
from maniple.wiring import Workspace


@dataclass(frozen=True)
class Decision:
    """`act` takes the text that `say` asked for, and who decides; `words` tell what was done."""

    say: Say
    act: Callable[[Workspace, str, str, Notifier | None], Done]
    words: str


def comment_on(dossier: Dossier, row: Row | None) -> Decision:
    """A comment on the line of a row, on its file, or on the whole."""
    submission = dossier.submission
    file, line = row.place if row is not None and row.file in dossier.bundle.files else (None, None)
    where = f"{file}{f':{line}' if line else ''}" if file else f"{submission.name} as a whole"
    quote = row.text.strip() if row is not None and line else ""

    def act(workspace: Workspace, text: str, who: str, notifier: Notifier | None) -> Done:
        return reviewing.comment(workspace, submission.id, text, reviewer=who, file=file, line=line, notifier=notifier)

    text = f"{submission.author} sees it beside the submission. It decides nothing."
    say = Say(f"Comment on {where}", text, yes="Comment", ask="Your comment", quote=quote)
    return Decision(say, act, f"commented on {visible(where)}")


def approving(dossier: Dossier, me: str) -> Decision:
    """Publish it."""
    row, seen = dossier.submission, dossier.shown.number

    def act(workspace: Workspace, text: str, who: str, notifier: Notifier | None) -> Done:
        return reviewing.approve(workspace, row.id, reviewer=who, why=text, seen_round=seen, notifier=notifier)

    say = Say(*approve_question(dossier, me, "this home"), yes="Approve", ask="A word, if you like", needed=False)
    return Decision(say, act, f"{_name(dossier)} is approved; it is in the catalogue")


def requesting_changes(dossier: Dossier) -> Decision:
    """Send it back."""
    row, seen = dossier.submission, dossier.shown.number

    def act(workspace: Workspace, text: str, who: str, notifier: Notifier | None) -> Done:
        return reviewing.request_changes(workspace, row.id, text, reviewer=who, seen_round=seen, notifier=notifier)

    say = Say(*changes_question(dossier), yes="Request changes", ask="What is to be changed, and why")
    return Decision(say, act, f"{_name(dossier)} is sent back for changes")


def rejecting(dossier: Dossier) -> Decision:
    """Turn it down."""
    row, seen = dossier.submission, dossier.shown.number

    def act(workspace: Workspace, text: str, who: str, notifier: Notifier | None) -> Done:
        return reviewing.reject(workspace, row.id, text, reviewer=who, seen_round=seen, notifier=notifier)

    say = Say(*reject_question(dossier), yes="Reject", ask="Why", risky=True)
    return Decision(say, act, f"{_name(dossier)} is rejected")


def deprecating(dossier: Dossier) -> Decision:
    """Say that it should not be used any more."""
    row = dossier.submission

    def act(workspace: Workspace, text: str, who: str, notifier: Notifier | None) -> Done:
        return reviewing.deprecate(workspace, row.id, text, reviewer=who, notifier=notifier)

    say = Say(*deprecate_question(dossier), yes="Deprecate", ask="Why, and what to use instead", risky=True)
    return Decision(say, act, f"{_name(dossier)} is deprecated")


def _name(dossier: Dossier) -> str:
    return visible(f"{dossier.submission.name} {dossier.submission.version}")
