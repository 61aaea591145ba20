"""What a run did, in figures that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from maniple.errors import SyncBusy
from maniple.store.control.rows import RunRow, RunStatus
from maniple.store.home import Home
from maniple.store.lock import SyncLock

TITLES = {
    "succeeded": "success",
    "succeeded_with_skips": "success with skips",
    "failed": "failed",
    "running": "running",
    "interrupted": "interrupted",
    "paused": "paused",
}
"""How a run's status is shown to a person."""


@dataclass(frozen=True)
class RunReport:
    """A run in figures. Every change of the plan is in exactly one of added, removed, shared, rejected, skipped while
    sending, in doubt and unsent."""

    run_id: str = ""
    sync_id: str = ""
    number: int = 0
    status: str = "running"
    cohort_name: str = ""
    cohort_id: str = ""
    list_id: Any = None
    list_created: bool = False
    cohort_users: int = 0
    """Users of the cohort file: distinct ids."""
    duplicates: int = 0
    """Rows whose id had come before."""
    unchanged: int = 0
    """Users whom the partner has already."""
    added: int = 0
    kept: int = 0
    """Members who were sent again, to a partner who forgets them."""
    removed: int = 0
    shared: int = 0
    """Leavers whose identifier another member still holds: nothing is sent for them."""
    drifted: int = 0
    """Members whose identifier changed: the old is removed, the new added."""
    skipped: int = 0
    skipped_by_reason: Mapping[str, int] = field(default_factory=dict)
    rejected: int = 0
    rejected_by_reason: Mapping[str, int] = field(default_factory=dict)
    in_doubt: int = 0
    """Users in requests that got no answer: the partner may have them or not; the next run sends them again."""
    unsent: int = 0
    """Changes that the partner did not accept or that were not sent; the next run sends them."""
    requests: int = 0
    retries: int = 0
    members: int = 0
    """Members the partner has accepted, after the run."""
    matched: int | None = None
    """Members the partner says its list has, after the run; None when it does not say."""
    seconds: float = 0.0
    users_per_s: float = 0.0
    """Changes settled a second of delivery."""
    reason: str | None = None
    message: str | None = None
    resumed: int = 0

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


def report_of(run: RunRow) -> RunReport:
    """The report that was kept with a run."""
    kept = {name: value for name, value in run.counts.items() if name in RunReport.__dataclass_fields__}
    return RunReport(
        **{
            **kept,
            "run_id": run.id,
            "sync_id": run.sync_id,
            "number": run.number,
            "status": run.status,
            "reason": run.reason,
            "message": run.message,
            "resumed": run.resumed,
            "list_created": run.list_created,
        }
    )


def status_now(home: Home, run: RunRow) -> RunStatus:
    """A run's status. One that is kept as `running` while nobody holds its sync's lock was killed: `interrupted`."""
    if run.status != "running":
        return run.status
    try:
        with SyncLock(home, run.sync_id):
            return "interrupted"
    except SyncBusy:
        return "running"
