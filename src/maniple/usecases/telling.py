"""What authors and reviewers are told about a submission: the sentence that is kept, and the mail."""

from __future__ import annotations

from maniple.errors import ManipleError
from maniple.ports import Message, Notifier
from maniple.store.control.submission_rows import REVIEWERS, SubmissionRow
from maniple.store.control.submissions import Handed, Told

LONGEST_SUBJECT = 120


def of_submission(handed: Handed) -> Told:
    """For the reviewers: something new, or a new round."""
    return Told(REVIEWERS, f"{handed.author} submitted {handed.name} {handed.version} (`{handed.slug}`)")


def of_withdrawal(row: SubmissionRow, author: str) -> Told:
    """For the reviewers: nothing to do any more."""
    return Told(REVIEWERS, f"{author} took {row.name} {row.version} (`{row.slug}`) back")


def of_answer(row: SubmissionRow, author: str) -> Told:
    """For the reviewers: the author has said something."""
    return Told(REVIEWERS, f"{author} answered about {row.name} {row.version} (`{row.slug}`)")


def of_comment(row: SubmissionRow, reviewer: str) -> Told:
    """For the author: somebody has said something."""
    return Told(row.author, f"{reviewer} commented on {row.name} {row.version}")


def of_changes(row: SubmissionRow, reviewer: str) -> Told:
    """For the author: something is to be amended."""
    return Told(row.author, f"{reviewer} asks for changes to {row.name} {row.version}")


def of_approval(row: SubmissionRow, reviewer: str) -> Told:
    """For the author: it is live."""
    return Told(row.author, f"{row.name} {row.version} is approved by {reviewer}, and live")


def of_rejection(row: SubmissionRow, reviewer: str) -> Told:
    """For the author: it will not be published."""
    return Told(row.author, f"{row.name} {row.version} is rejected by {reviewer}")


def of_deprecation(row: SubmissionRow, reviewer: str) -> Told:
    """For the author: it should not be used any more."""
    return Told(row.author, f"{row.name} {row.version} is deprecated by {reviewer}; syncs go on")


def mail_author(notifier: Notifier | None, row: SubmissionRow, sentence: str, why: str) -> tuple[str, ...]:
    """Mail the author, if there is an address and somebody to carry it. The answer is warnings, as sentences."""
    if notifier is None:
        return ()
    if not row.email:
        return (f"{row.author} gave no e-mail address, and sees it in the portal only",)
    return _mail(notifier, (row.email,), row, sentence, why)


def mail_reviewers(notifier: Notifier | None, row: SubmissionRow, sentence: str, why: str) -> tuple[str, ...]:
    """Mail those who review, if their addresses are known."""
    if notifier is None or not notifier.reviewers:
        return ()
    return _mail(notifier, notifier.reviewers, row, sentence, why)


def _mail(notifier: Notifier, to: tuple[str, ...], row: SubmissionRow, sentence: str, why: str) -> tuple[str, ...]:
    # A decision stands whether or not its mail arrives: the notice is kept with it.
    try:
        notifier.notify(Message(to, subject(sentence), text(row, sentence, why)))
    except ManipleError as error:
        return (f"no mail was sent: {error.message}",)
    return ()


def subject(sentence: str) -> str:
    """A mail's subject, one short line."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in sentence).split())
    return plain if len(plain) <= LONGEST_SUBJECT else f"{plain[: LONGEST_SUBJECT - 1]}…"


def text(row: SubmissionRow, sentence: str, why: str) -> str:
    """A mail's text: what happened, why, and what to type."""
    lines = [f"{sentence}."]
    if why.strip():
        lines += ["", *(f"> {line}" for line in why.strip().splitlines())]
    lines += ["", f"maniple review show {row.id}", "shows everything that was said and found, as does the portal."]
    return "\n".join(lines) + "\n"
