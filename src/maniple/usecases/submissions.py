"""An author's side of the review: release internally, submit, answer, amend, withdraw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from maniple.errors import UsageError
from maniple.ports import Notifier
from maniple.store.control.submission_rows import SubmissionRow
from maniple.store.control.submissions import Handed, Word
from maniple.usecases import telling
from maniple.usecases.bundle import EVIDENCE, REPORT, Bundle, digest
from maniple.usecases.leaks import leaks
from maniple.usecases.mark import Mark
from maniple.usecases.proposal import Evidence, Proposal, let_through, propose
from maniple.usecases.publication import publish
from maniple.usecases.publication import withdraw as take_out
from maniple.usecases.standing import DRAFT, Standing, mark_seen, notices, standings, state_of
from maniple.wiring import Workspace

__all__ = [
    "DRAFT",
    "Done",
    "Standing",
    "answer",
    "checked_address",
    "checked_word",
    "mark_seen",
    "notices",
    "release_internally",
    "standings",
    "state_of",
    "submit",
    "withdraw",
]


@dataclass(frozen=True)
class Done:
    """What was done to a submission. `warnings` are sentences, such as that a mail could not be sent."""

    submission: SubmissionRow
    warnings: tuple[str, ...] = ()


def submit(
    workspace: Workspace,
    path: Path,
    *,
    author: str,
    email: str | None = None,
    note: str = "",
    evidence: Evidence | None = None,
    notifier: Notifier | None = None,
) -> Done:
    """Hand the destination at `path` in for review, or amend the submission that is open.

    Blocks for up to seconds, as `propose` does. Raises Refused with every reason when something blocks, UsageError when
    the open submission is somebody else's.
    """
    address = checked_address(email)
    proposal = propose(workspace, path, evidence=evidence)
    let_through(path, "submitted", (*proposal.obstacles, *_leaks(workspace, proposal)))
    handed = _handed(proposal, author, address, note, internal=False)
    row = workspace.store.hand_in(handed, notice=telling.of_submission(handed))
    return Done(row, telling.mail_reviewers(notifier, row, telling.of_submission(handed).text, note))


def release_internally(
    workspace: Workspace,
    path: Path,
    *,
    author: str,
    email: str | None = None,
    note: str = "",
    evidence: Evidence | None = None,
) -> Done:
    """Put the destination at `path` into this home's catalogue at once, marked as internal; no review is asked for.

    Raises as `submit` does, and UsageError when a reviewed version is live.
    """
    address = checked_address(email)
    proposal = propose(workspace, path, evidence=evidence)
    let_through(path, "released", (*proposal.release_obstacles, *_leaks(workspace, proposal)))
    handed = _handed(proposal, author, address, note, internal=True)
    live = workspace.store.publication(handed.slug)
    if live is not None and not live.internal:
        raise UsageError(
            f"`{handed.slug}` is live in version {live.version}, which was reviewed: a release would take its place",
            hint=f"`maniple submit {path}` hands version {handed.version} in for review",
        )

    def put(row: SubmissionRow) -> None:
        mark = Mark(row.version, True, author, row.updated_at, row.id)
        publish(workspace.home, row.slug, proposal.bundle, mark)

    return Done(workspace.store.hand_in(handed, effect=put))


def withdraw(workspace: Workspace, word: str, *, author: str, why: str = "", notifier: Notifier | None = None) -> Done:
    """Take a submission back. What was released internally goes on as it was; withdrawn once more, it leaves the catalogue.

    `word`: the submission's id, or the integration's slug. Raises UsageError when it is not open, or somebody else's.
    """
    found = _own(workspace, word, author)

    def take(row: SubmissionRow) -> None:
        if row.state == "withdrawn" and found.state == "released":
            take_out(workspace.home, row.slug)

    notice = telling.of_withdrawal(found, author)
    row = workspace.store.record(found.id, Word("withdrawn", author, why), notice=notice, effect=take)
    return Done(row, telling.mail_reviewers(notifier, row, notice.text, why))


def answer(
    workspace: Workspace,
    word: str,
    text: str,
    *,
    author: str,
    file: str | None = None,
    line: int | None = None,
    notifier: Notifier | None = None,
) -> Done:
    """Say something to the reviewers. Raises UsageError when there is no such submission, or it is somebody else's."""
    found = _own(workspace, word, author)
    said = checked_word(workspace, found, Word("answer", author, text, file, line))
    notice = telling.of_answer(found, author)
    row = workspace.store.record(found.id, said, notice=notice)
    return Done(row, telling.mail_reviewers(notifier, row, notice.text, said.text))


def checked_word(workspace: Workspace, found: SubmissionRow, word: Word) -> Word:
    """A word with a text, about a line that there is. Raises UsageError."""
    text = word.text.strip()
    if not text:
        raise UsageError("there is nothing to say", hint="write the text as the last argument")
    if word.file is None:
        return Word(word.kind, word.who, text, seen_round=word.seen_round)
    bundle = Bundle.unpack(workspace.store.bundle(found.id, found.round))
    lines = (bundle.text(word.file) or "").splitlines()
    if word.file not in bundle.files:
        from maniple.diagnostics.suggest import listed

        raise UsageError(
            f"the submission has no file `{word.file}`", hint=f"its files are {listed(bundle.files, last='and')}"
        )
    if word.line is not None and not 1 <= word.line <= max(1, len(lines)):
        raise UsageError(f"`{word.file}` has {len(lines)} lines, and none is {word.line}")
    return Word(word.kind, word.who, text, word.file, word.line, word.seen_round)


def checked_address(email: str | None) -> str | None:
    """An e-mail address, None for a blank one. Raises UsageError for what is none."""
    from maniple.delivery.mail import is_address

    address = (email or "").strip() or None
    if address is not None and not is_address(address):
        raise UsageError(f"`{address}` is no e-mail address", hint="write it as `ada@acme.test`")
    return address


def _own(workspace: Workspace, word: str, author: str) -> SubmissionRow:
    found = workspace.store.find_submission(word)
    if found.author != author:
        raise UsageError(
            f"`{found.slug}` was handed in by {found.author}, and you are {author}",
            hint="set `MANIPLE_USER` if you are both; reviewers use `maniple review comment`",
        )
    return found


def _leaks(workspace: Workspace, proposal: Proposal) -> tuple[str, ...]:
    program = proposal.destination.program
    if program is None:
        return ()
    bundle = proposal.bundle.with_files({EVIDENCE: _json(proposal.evidence)})
    return leaks(workspace.home, workspace.store, program, bundle)


def _handed(proposal: Proposal, author: str, email: str | None, note: str, *, internal: bool) -> Handed:
    manifest = proposal.destination.usable().manifest
    report = proposal.report
    files = {REPORT: _json(report), EVIDENCE: _json(proposal.evidence)}
    packed = proposal.bundle.with_files(files).pack()
    return Handed(
        slug=manifest.slug,
        name=manifest.name,
        version=manifest.version,
        author=author,
        email=email,
        bundle=packed,
        sha256=digest(packed),
        report={**report, "folder": str(proposal.destination.path.resolve().parent)},
        note=note.strip(),
        internal=internal,
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode("utf-8", "replace") + b"\n"
