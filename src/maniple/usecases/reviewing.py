"""A reviewer's side of the review: the queue, what was submitted, and what is decided about it."""

from __future__ import annotations

from dataclasses import dataclass

from maniple.ports import Notifier
from maniple.store.control.store import ControlStore
from maniple.store.control.submission_rows import EntryRow, RoundRow, SubmissionRow, SubmissionState
from maniple.testing.golden import CasesReport
from maniple.usecases.bundle import Bundle
from maniple.usecases.preview import Preview
from maniple.usecases.proposal import Proposal
from maniple.usecases.run import RunReport
from maniple.usecases.submissions import Done
from maniple.wiring import Workspace


@dataclass(frozen=True)
class Waiting:
    """A submission in the queue. `age` is in seconds since the state last changed, `tier` as computed at submission."""

    submission: SubmissionRow
    age: float
    tier: str | None
    breaking: bool


@dataclass(frozen=True)
class FileDifference:
    """How one file differs from the live version, as lines of a unified diff; `old` or `new` is None where it is not there."""

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
    bundle: Bundle
    proposal: Proposal
    differences: tuple[FileDifference, ...]


def queue(
    store: ControlStore, *, states: tuple[SubmissionState, ...] = ("under_review",), slug: str | None = None
) -> list[Waiting]:
    """The submissions in these states, those that wait longest first. No states: all, newest first."""
    raise NotImplementedError


def inspect(workspace: Workspace, word: str, *, round: int | None = None) -> Dossier:
    """A submission (id, the beginning of one, or slug) with everything about it; `round` shows an earlier bundle.

    Blocks for up to seconds: call it in a thread. Raises UsageError when there is none.
    """
    raise NotImplementedError


def run_bundle_cases(workspace: Workspace, word: str) -> CasesReport:
    """Run the golden cases of the newest bundle. Raises UsageError when it has none."""
    raise NotImplementedError


def preview_bundle(workspace: Workspace, word: str, *, users: int = 3, seed: int = 0) -> Preview:
    """The requests that the newest bundle makes for invented users and settings. Raises ManifestError."""
    raise NotImplementedError


async def try_bundle(workspace: Workspace, word: str, *, users: int = 20, seed: int = 0) -> RunReport:
    """Sync an invented cohort with the newest bundle against the simulator, in a home of its own that is thrown away."""
    raise NotImplementedError


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
    raise NotImplementedError


def request_changes(
    workspace: Workspace, word: str, why: str, *, reviewer: str, notifier: Notifier | None = None
) -> Done:
    """Ask the author to amend. Raises UsageError without a reason, or when it is not under review."""
    raise NotImplementedError


def approve(workspace: Workspace, word: str, *, reviewer: str, why: str = "", notifier: Notifier | None = None) -> Done:
    """Publish the newest bundle into the catalogue; syncs use it from their next run on.

    Raises UsageError when it is not under review, Refused when something blocks by now.
    """
    raise NotImplementedError


def reject(workspace: Workspace, word: str, why: str, *, reviewer: str, notifier: Notifier | None = None) -> Done:
    """Turn a submission down for good. Raises UsageError without a reason, or when it is not under review."""
    raise NotImplementedError


def deprecate(workspace: Workspace, word: str, why: str, *, reviewer: str, notifier: Notifier | None = None) -> Done:
    """Mark what is live as not to be used any more. Syncs go on; `maniple connect` warns. Raises UsageError."""
    raise NotImplementedError
