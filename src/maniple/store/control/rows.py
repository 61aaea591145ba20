"""Rows of the control plane as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

RunStatus: TypeAlias = Literal["running", "succeeded", "succeeded_with_skips", "failed", "interrupted", "paused"]
EndStatus: TypeAlias = Literal["succeeded", "succeeded_with_skips", "failed"]
RunPhase: TypeAlias = Literal["planning", "creating_list", "delivering", "settling", "done"]
Operation: TypeAlias = Literal["add", "remove"]
BatchState: TypeAlias = Literal["sending", "delivered", "failed", "in_doubt"]
VerdictKind: TypeAlias = Literal["rejected", "skipped"]

UNFINISHED: tuple[RunStatus, ...] = ("running", "interrupted", "paused")
"""A run with one of these can be taken up again. `running` without a held lock means that its process died."""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A destination set up by an end user. `manifest_text` is the copy that is shown when the file is gone."""

    id: str
    name: str
    slug: str
    manifest_path: str
    manifest_version: str
    manifest_text: str = field(repr=False)
    settings: Mapping[str, Any]
    """Settings that are no secrets, by field name."""
    sealed_settings: bytes | None = field(repr=False)
    """All secret settings as one sealed JSON object; `ControlStore.secret_settings` opens it."""
    mappings: Mapping[str, Any]
    """User property chosen for each mapping."""
    targets: Mapping[str, Any]
    """Partner identifier chosen for each mapping that leaves the choice."""
    via: str | None
    allow_private: bool
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class SyncRow:
    """One cohort kept on one connection, and the membership its partner has accepted."""

    id: str
    connection_id: str
    cohort_name: str
    cohort_id: str
    id_column: str | None
    list: Mapping[str, Any]
    """What creating the list saved: `list_id` and other variables."""
    list_name: str | None
    membership_file: str | None
    """Name of the accepted membership's file in the sync's directory; None before the first settled run."""
    members: int
    doubts: int
    """Members of whom it is unknown whether the partner holds them."""
    created_at: float


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of a sync. `number` counts from 1 within the sync; `finished_at` is None while it is unfinished."""

    id: str
    sync_id: str
    number: int
    status: RunStatus
    phase: RunPhase
    started_at: float
    finished_at: float | None
    cohort_file: str | None
    """Name of the cohort's snapshot in the run's directory; None until it is taken."""
    cohort_rows: int
    batch_items: Mapping[str, Any]
    """Items per batch for each operation, as planned: a resumed run cuts the same batches."""
    counts: Mapping[str, Any]
    reason: str | None
    message: str | None
    rule: str | None
    list_created: bool
    resumed: int
    """How often the run was taken up again."""
    manifest_version: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    """Rows `start` to `start + count` of a run's plan, sent in one go, and what came of it.

    `part` tells pieces of a batch that had to be split. `at` is set when the row is recorded.
    """

    operation: Operation
    index: int
    part: int
    start: int
    count: int
    state: BatchState = "sending"
    requests: int = 0
    retries: int = 0
    rejected: int = 0
    skipped: int = 0
    uncounted: int = 0
    http_status: int | None = None
    reason: str | None = None
    message: str | None = None
    rule: str | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What befell one user instead of delivery. `row` is the user's row in the run's plan for `operation`."""

    operation: Operation
    row: int
    kind: VerdictKind
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class VerdictTally:
    """How many users of a run share a verdict and its reason."""

    operation: Operation
    kind: VerdictKind
    reason: str
    users: int


@dataclass(frozen=True, slots=True)
class FailureTally:
    """Batches of a run that ended for the same reason, and how many users are in them."""

    operation: Operation
    state: BatchState
    http_status: int | None
    reason: str | None
    message: str | None
    rule: str | None
    batches: int
    users: int


@dataclass(frozen=True, slots=True)
class RunErrors:
    """A run that went wrong somewhere: its own reason is in `run`, those of its batches in `failures`."""

    run: RunRow
    failures: tuple[FailureTally, ...]


Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Half-open ranges `[start, stop)` of plan rows, sorted, apart from one another."""


@dataclass(frozen=True, slots=True)
class SettledRanges:
    """Where each row of one operation's plan stands; rows in none of the three were never sent."""

    delivered: Ranges = ()
    in_doubt: Ranges = ()
    failed: Ranges = ()
