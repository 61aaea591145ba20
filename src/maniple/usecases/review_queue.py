"""The queue of submissions. Imports nothing that a list of them does not need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maniple.store.control.submission_rows import SubmissionRow, SubmissionState

if TYPE_CHECKING:
    from maniple.store.control.store import ControlStore


@dataclass(frozen=True)
class Waiting:
    """A submission in the queue. `age` is in seconds since something was last said or done, `tier` as it was computed when
    it was submitted, `breaking` against what was live then."""

    submission: SubmissionRow
    age: float
    tier: str | None
    breaking: bool
    affected_syncs: int


def queue(
    store: ControlStore, *, states: tuple[SubmissionState, ...] = ("under_review",), slug: str | None = None
) -> list[Waiting]:
    """The submissions in these states, those that wait longest first; no states: in any."""
    reports = store.newest_reports()
    now = store.now()
    found = [_waiting(row, reports.get(row.id, {}), now) for row in store.list_submissions(states, slug=slug)]
    return sorted(found, key=lambda each: -each.age)


def _waiting(row: SubmissionRow, report: Mapping[str, object], now: float) -> Waiting:
    compatibility = report.get("compatibility")
    breaking = bool(compatibility.get("breaking")) if isinstance(compatibility, dict) else False
    tier, syncs = report.get("tier"), report.get("affected_syncs")
    return Waiting(
        row,
        max(0.0, now - row.updated_at),
        tier if isinstance(tier, str) else None,
        breaking,
        syncs if isinstance(syncs, int) else 0,
    )
