"""An author's side of the review: release internally, submit, answer, amend, withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from maniple.ports import Notifier
from maniple.store.control.store import ControlStore
from maniple.store.control.submission_rows import NoticeRow, PublicationRow, SubmissionRow, SubmissionState
from maniple.usecases.proposal import Evidence
from maniple.wiring import Workspace


@dataclass(frozen=True)
class Done:
    """What was done to a submission. `warnings` are sentences, such as that a mail could not be sent."""

    submission: SubmissionRow
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where an integration stands. `state` is `draft` when nobody else has seen it; `live` is what the catalogue holds."""

    state: Literal["draft"] | SubmissionState
    submission: SubmissionRow | None = None
    live: PublicationRow | None = None


DRAFT = Standing("draft")


def standings(store: ControlStore) -> dict[str, Standing]:
    """Where every integration stands that is more than a draft, by slug: the newest submission of each."""
    raise NotImplementedError


def state_of(store: ControlStore, slug: str) -> Standing:
    """Where one integration stands."""
    raise NotImplementedError


def submit(
    workspace: Workspace,
    path: Path,
    *,
    author: str,
    email: str | None = None,
    note: str = "",
    evidence: Evidence = (),
    notifier: Notifier | None = None,
) -> Done:
    """Hand the destination at `path` in for review, or amend the submission that is open.

    Raises Refused with every reason when something blocks, UsageError when the thread is somebody else's.
    """
    raise NotImplementedError


def release_internally(
    workspace: Workspace, path: Path, *, author: str, email: str | None = None, note: str = "", evidence: Evidence = ()
) -> Done:
    """Put the destination at `path` into this home's catalogue at once, marked as internal; no review is asked for.

    Raises as `submit` does.
    """
    raise NotImplementedError


def withdraw(workspace: Workspace, word: str, *, author: str, why: str = "", notifier: Notifier | None = None) -> Done:
    """Take a submission back. `word`: its id, or the integration's slug. Raises UsageError when it is not open."""
    raise NotImplementedError


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
    """Say something to the reviewers. Raises UsageError when there is no such submission."""
    raise NotImplementedError


def notices(store: ControlStore, author: str, *, unseen: bool = True) -> list[NoticeRow]:
    """What an author has been told, newest first; reviewers are `submission_rows.REVIEWERS`."""
    raise NotImplementedError


def mark_seen(store: ControlStore, author: str) -> None:
    """The author has read all notices."""
    raise NotImplementedError
