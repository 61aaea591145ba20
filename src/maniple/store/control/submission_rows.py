"""Rows of submissions and their reviews as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

SubmissionState: TypeAlias = Literal[
    "released", "under_review", "changes_requested", "approved", "rejected", "withdrawn", "deprecated"
]
"""Where a submission stands. `released`: internally only, nobody was asked to review it. A draft has no row."""
EntryKind: TypeAlias = Literal[
    "released",
    "submitted",
    "comment",
    "answer",
    "changes_requested",
    "approved",
    "rejected",
    "withdrawn",
    "deprecated",
]
"""What somebody did to a submission. All but `comment` and `answer` may change its state."""
OPEN: tuple[SubmissionState, ...] = ("released", "under_review", "changes_requested")
"""A submission in one of these goes on when its author submits again; otherwise a new one begins."""
REVIEWERS = "reviewers"
"""The recipient of notices that are for whoever reviews."""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A submission as it stands. `round` counts its bundles from 1; name and version are those of the newest."""

    id: str
    slug: str
    name: str
    version: str
    author: str
    email: str | None
    state: SubmissionState
    round: int
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One bundle of a submission. `ControlStore.bundle` opens its bytes."""

    submission_id: str
    number: int
    version: str
    sha256: str
    """Of the bundle's bytes."""
    size: int
    internal: bool
    """Given for internal release, not for review."""
    report: Mapping[str, Any]
    """What was found when it was submitted: `tier`, `findings`, `compatibility`, `cases`, `evidence`."""
    note: str
    """What the author says about it."""
    at: float


@dataclass(frozen=True, slots=True)
class EntryRow:
    """Something said or decided, never changed afterwards. `line` counts from 1 in `file` of that round's bundle."""

    id: int
    submission_id: str
    round: int
    kind: EntryKind
    who: str
    text: str
    file: str | None
    line: int | None
    at: float


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A sentence for an author (by name), or for the reviewers."""

    id: int
    recipient: str
    submission_id: str
    text: str
    at: float
    seen_at: float | None


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """The version of an integration that the catalogue holds. `internal`: not reviewed."""

    slug: str
    name: str
    version: str
    internal: bool
    submission_id: str
    round: int
    by: str
    at: float
    deprecated_at: float | None
    deprecation: str | None
    """Why it should not be used any more, and what to use instead."""
