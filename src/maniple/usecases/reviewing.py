"""A reviewer's side of the review: the queue, what was submitted, and what is decided about it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from maniple.errors import UsageError
from maniple.ports import Notifier
from maniple.runtime.program import Program
from maniple.store.control.submission_rows import EntryRow, RoundRow, SubmissionRow
from maniple.store.control.submissions import Told, Word
from maniple.testing.golden import CasesReport
from maniple.usecases import telling
from maniple.usecases.bundle import Bundle
from maniple.usecases.bundle_trial import (
    Account,
    ShowTrial,
    Tried,
    preview_of,
    quiet,
    sync_with_partner,
    sync_with_simulator,
)
from maniple.usecases.catalogue import Surroundings, moved_connections
from maniple.usecases.mark import Mark, mark_in
from maniple.usecases.operator import operator_values
from maniple.usecases.preview import Preview
from maniple.usecases.proposal import Proposal, cases_report, evidence_in, let_through, opened, weigh
from maniple.usecases.publication import publish, remark
from maniple.usecases.review_queue import Waiting, queue
from maniple.usecases.submissions import Done, checked_word
from maniple.wiring import Workspace

__all__ = [
    "Account",
    "Dossier",
    "FileDifference",
    "Tried",
    "Waiting",
    "approve",
    "comment",
    "deprecate",
    "differences",
    "inspect",
    "preview_bundle",
    "program_of",
    "queue",
    "reject",
    "request_changes",
    "run_bundle_cases",
    "try_bundle",
]


@dataclass(frozen=True)
class FileDifference:
    """How one file differs from the live version. `old` or `new` is None where there is none or it is no text.

    `lines` are those of a unified diff, without line breaks; of a file that is no text they say only that it differs.
    """

    name: str
    old: str | None
    new: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Dossier:
    """All that a reviewer sees of a submission: `proposal` is found anew from the bundle, against what is live now."""

    submission: SubmissionRow
    rounds: tuple[RoundRow, ...]
    entries: tuple[EntryRow, ...]
    shown: RoundRow
    """The round whose bundle this is."""
    bundle: Bundle
    proposal: Proposal
    differences: tuple[FileDifference, ...]
    live_author: str | None = None
    """Who handed in what is live, if it was published here."""


def inspect(workspace: Workspace, word: str, *, round: int | None = None, deep: bool = True) -> Dossier:
    """A submission (id, the beginning of one, or slug) with everything about it; `round` shows an earlier bundle.

    Blocks for up to seconds: call it in a thread. Raises UsageError when there is none.
    """
    row = workspace.store.find_submission(word)
    rounds = tuple(workspace.store.rounds(row.id))
    shown = next((each for each in rounds if each.number == (round or row.round)), None)
    if shown is None:
        raise UsageError(f"`{row.slug}` has no round {round}", hint=f"its rounds are 1 to {row.round}")
    bundle = Bundle.unpack(workspace.store.bundle(row.id, shown.number))
    around, folder = Surroundings.of(workspace), _author_folder(shown)
    proposal = weigh(around, bundle, opened(bundle, row.slug), evidence_in(bundle), folder=folder, deep=deep)
    entries = tuple(workspace.store.entries(row.id))
    live = proposal.live.bundle.own if proposal.live is not None else {}
    publication = workspace.store.publication(row.slug)
    by = workspace.store.find_submission(publication.submission_id).author if publication is not None else None
    return Dossier(row, rounds, entries, shown, bundle, proposal, differences(live, bundle.own), by)


def _author_folder(round: RoundRow) -> Path | None:
    """Where its author works, if that was on this machine: what lies there is not live."""
    folder = round.report.get("folder")
    return Path(folder) if isinstance(folder, str) else None


def differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[FileDifference, ...]:
    """How files differ, those that are equal left out."""
    names = sorted({*old, *new})
    return tuple(_difference(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _difference(name: str, old: bytes | None, new: bytes | None) -> FileDifference:
    before, after = _as_text(old), _as_text(new)
    if (old is not None and before is None) or (new is not None and after is None):
        said = "is new" if old is None else "is gone" if new is None else "differs"
        return FileDifference(name, before, after, (f"{name} {said}",))
    lines = difflib.unified_diff(
        (before or "").splitlines(), (after or "").splitlines(), f"live/{name}", f"submitted/{name}", lineterm=""
    )
    return FileDifference(name, before, after, tuple(lines))


def _as_text(content: bytes | None) -> str | None:
    try:
        return content.decode("utf-8") if content is not None else None
    except UnicodeDecodeError:
        return None


def run_bundle_cases(workspace: Workspace, word: str) -> CasesReport:
    """Run the golden cases of the newest bundle. Raises UsageError when it has none."""
    row, bundle = _newest(workspace, word)
    report = cases_report(bundle, opened(bundle, row.slug))
    if report is None:
        raise UsageError(f"`{row.slug}` has no golden cases")
    return report


def preview_bundle(workspace: Workspace, word: str, *, users: int = 3, seed: int = 1) -> Preview:
    """The requests that the newest bundle makes for invented users, set up as its golden cases say.

    Raises ManifestError and SettingsError.
    """
    row, bundle = _newest(workspace, word)
    return preview_of(bundle, opened(bundle, row.slug), users=users, seed=seed)


async def try_bundle(
    workspace: Workspace,
    word: str,
    *,
    users: int = 20,
    seed: int = 1,
    account: Account | None = None,
    show: ShowTrial = quiet,
) -> Tried:
    """Sync an invented cohort with the newest bundle, in a home of its own that is thrown away: with the simulator, or with
    a test account of the partner, where the list is deleted afterwards if the manifest can. `show` hears how far it is.

    Raises ManifestError, SettingsError, UsageError when the simulator cannot play the manifest, OperatorError.
    """
    row, bundle = _newest(workspace, word)
    destination = opened(bundle, row.slug)
    if account is None:
        return await sync_with_simulator(bundle, destination, users=users, seed=seed, show=show)
    given = {**operator_values(workspace.home, destination.usable()), **account.settings}
    account = replace(account, settings=given)
    return await sync_with_partner(bundle, destination, account, users=users, seed=seed, show=show)


def program_of(workspace: Workspace, word: str) -> Program:
    """The program of the newest bundle. Raises ManifestError."""
    row, bundle = _newest(workspace, word)
    return opened(bundle, row.slug).usable()


def _newest(workspace: Workspace, word: str) -> tuple[SubmissionRow, Bundle]:
    row = workspace.store.find_submission(word)
    return row, Bundle.unpack(workspace.store.bundle(row.id, row.round))


def comment(
    workspace: Workspace,
    word: str,
    text: str,
    *,
    reviewer: str,
    file: str | None = None,
    line: int | None = None,
    notifier: Notifier | None = None,
) -> Done:
    """Say something about a submission, or about a line of one of its files. Raises UsageError."""
    found = workspace.store.find_submission(word)
    said = checked_word(workspace, found, Word("comment", reviewer, text, file, line))
    return _decided(workspace, found, said, telling.of_comment(found, reviewer), notifier)


def request_changes(
    workspace: Workspace,
    word: str,
    why: str,
    *,
    reviewer: str,
    seen_round: int | None = None,
    notifier: Notifier | None = None,
) -> Done:
    """Ask the author to amend. `seen_round` is the round that was looked at, the newest when it is not given.

    Raises UsageError without a reason, when it is not under review, or when another round came meanwhile.
    """
    found = workspace.store.find_submission(word)
    said = Word("changes_requested", reviewer, _reason(why), seen_round=seen_round or found.round)
    return _decided(workspace, found, said, telling.of_changes(found, reviewer), notifier)


def reject(
    workspace: Workspace,
    word: str,
    why: str,
    *,
    reviewer: str,
    seen_round: int | None = None,
    notifier: Notifier | None = None,
) -> Done:
    """Turn a submission down for good. Raises as `request_changes` does."""
    found = workspace.store.find_submission(word)
    said = Word("rejected", reviewer, _reason(why), seen_round=seen_round or found.round)
    return _decided(workspace, found, said, telling.of_rejection(found, reviewer), notifier)


def approve(
    workspace: Workspace,
    word: str,
    *,
    reviewer: str,
    why: str = "",
    seen_round: int | None = None,
    notifier: Notifier | None = None,
) -> Done:
    """Publish the newest bundle into the catalogue; syncs use it from their next run on.

    Connections follow to the new version, unless it is a breaking one: then they stay with the version that they were
    made for. Raises UsageError as `request_changes` does, Refused when something blocks by now.
    """
    found, bundle = _newest(workspace, word)
    around, folder = Surroundings.of(workspace), _author_folder(workspace.store.rounds(found.id)[found.round - 1])
    proposal = weigh(around, bundle, opened(bundle, found.slug), evidence_in(bundle), folder=folder, deep=False)
    if found.state == "under_review":
        let_through(found.slug, "approved", proposal.obstacles)
    breaking = proposal.compatibility is not None and bool(proposal.compatibility.breaking)

    def put(row: SubmissionRow) -> None:
        mark = Mark(row.version, False, reviewer, row.updated_at, row.id)
        publish(workspace.home, row.slug, bundle, mark)

    moves = moved_connections(workspace.home, proposal.live, found, bundle, breaking=breaking)
    said = Word("approved", reviewer, why.strip(), seen_round=seen_round or found.round)
    notice = telling.of_approval(found, reviewer)
    row = workspace.store.record(found.id, said, notice=notice, effect=put, moves=moves)
    return Done(row, telling.mail_author(notifier, row, notice.text, said.text))


def deprecate(workspace: Workspace, word: str, why: str, *, reviewer: str, notifier: Notifier | None = None) -> Done:
    """Mark what is live as not to be used any more. Syncs go on; `maniple connect` warns. Raises UsageError.

    `word`: the integration's slug, or its submission's id.
    """
    publication = workspace.store.publication(word)
    found = workspace.store.find_submission(publication.submission_id if publication is not None else word)
    reason = _reason(why)

    def put(row: SubmissionRow) -> None:
        mark = mark_in(workspace.home.integrations / row.slug)
        if mark is not None and mark.submission == row.id:
            changed = Mark(mark.version, mark.internal, mark.by, mark.at, mark.submission, reason)
            remark(workspace.home, row.slug, changed)

    notice = telling.of_deprecation(found, reviewer)
    row = workspace.store.record(found.id, Word("deprecated", reviewer, reason), notice=notice, effect=put)
    return Done(row, telling.mail_author(notifier, row, notice.text, reason))


def _decided(workspace: Workspace, found: SubmissionRow, word: Word, notice: Told, notifier: Notifier | None) -> Done:
    row = workspace.store.record(found.id, word, notice=notice)
    return Done(row, telling.mail_author(notifier, row, notice.text, word.text))


def _reason(why: str) -> str:
    if not why.strip():
        raise UsageError("a reason is needed: the author must know what to do", hint="write it as the last argument")
    return why.strip()
