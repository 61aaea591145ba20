"""What a run's ledger adds up to: the fates of its rows, its figures, and the membership it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.sources.copies import drop_copy
from maniple.store.control.rows import BatchRow, EndStatus, RunRow, SyncRow
from maniple.store.control.store import ControlStore
from maniple.store.data.settling import fold_membership
from maniple.store.data.values import Fate, Folded, RowVerdict
from maniple.store.home import Home
from maniple.usecases.planning import RunFiles

_STATES: dict[str, Any] = {"delivered": "delivered", "in_doubt": "in_doubt", "sending": "in_doubt", "failed": "unsent"}


@dataclass(frozen=True)
class Settlement:
    """A run's figures and its new membership file, ready to be adopted."""

    figures: dict[str, Any]
    file: str
    folded: Folded
    status: EndStatus


def fates_of(batches: list[BatchRow]) -> list[Fate]:
    """What became of the rows of each batch."""
    return [Fate(batch.operation, batch.start, batch.count, _STATES[batch.state]) for batch in batches]


def verdicts_of(store: ControlStore, run_id: str) -> Iterator[RowVerdict]:
    """The run's verdicts on single users."""
    return (RowVerdict(row.operation, row.row, row.kind, row.reason, row.message) for row in store.verdicts(run_id))


def settle(store: ControlStore, home: Home, sync: SyncRow, run: RunRow, *, failed: bool) -> Settlement:
    """Fold the run into the sync's membership, in a new file, and count. The caller holds the sync's lock."""
    store.close_logbook(run.id)
    batches = store.batches(run.id)
    directory = home.sync_dir(sync.id)
    file = f"membership-{run.number}.parquet"
    old = directory / sync.membership_file if sync.membership_file else None
    folder = RunFiles(home.run_dir(sync.id, run.id)).directory
    folded = fold_membership(old, folder, fates_of(batches), verdicts_of(store, run.id), directory / file)
    figures = tally(store, run, batches)
    figures["members"] = folded.members
    broken = failed or any(batch.state != "delivered" for batch in batches) or figures["unsent"] > 0
    skips = figures["skipped"] + figures["rejected"]
    status: EndStatus = "failed" if broken else "succeeded_with_skips" if skips else "succeeded"
    return Settlement(figures, file, folded, status)


def tally(store: ControlStore, run: RunRow, batches: list[BatchRow]) -> dict[str, Any]:
    """The report's figures from the plan's figures and the ledger."""
    planned = dict(run.counts)
    skipped = dict(planned.get("skipped_by_reason", {}))
    rejected: dict[str, int] = {}
    for verdict in store.verdict_tallies(run.id):
        reasons = rejected if verdict.kind == "rejected" else skipped
        reasons[verdict.reason] = reasons.get(verdict.reason, 0) + verdict.users
    accepted = {"add": 0, "remove": 0}
    in_doubt = 0
    while_sending = 0
    kept = 0
    for batch in batches:
        if batch.state == "delivered":
            accepted[batch.operation] += batch.count - batch.rejected - batch.skipped
            kept += _kept_in(batch, planned)
        elif batch.state in ("in_doubt", "sending"):
            in_doubt += batch.count - batch.rejected - batch.skipped
        while_sending += batch.rejected + batch.skipped
    uncounted = sum(batch.uncounted for batch in batches)
    if uncounted:
        rejected["not named by the partner"] = uncounted
    changes = planned.get("adds", 0) + planned.get("removes", 0)
    return {
        **planned,
        "added": max(0, accepted["add"] - kept),
        "kept": kept,
        "removed": accepted["remove"],
        "skipped": sum(skipped.values()),
        "skipped_by_reason": skipped,
        "rejected": sum(rejected.values()),
        "rejected_by_reason": rejected,
        "in_doubt": in_doubt,
        "unsent": changes - sum(accepted.values()) - in_doubt - while_sending,
        "requests": planned.get("other_requests", 0) + sum(batch.requests for batch in batches),
        "retries": planned.get("other_retries", 0) + sum(batch.retries for batch in batches),
    }


def _kept_in(batch: BatchRow, planned: Mapping[str, Any]) -> int:
    """How many of a batch's users were members before: the last of the adds."""
    first = planned.get("adds", 0) - planned.get("kept", 0)
    return max(0, batch.start + batch.count - max(batch.start, first)) if batch.operation == "add" else 0


def drop_old_files(home: Home, sync: SyncRow, keep: str) -> None:
    """Delete membership files of earlier runs, once a newer one is adopted."""
    for path in home.sync_dir(sync.id).glob("membership-*.parquet"):
        if path.name != keep:
            path.unlink(missing_ok=True)


def drop_working_files(directory: Path) -> None:
    """Delete what only planning needed; the plan itself stays for the export."""
    drop_copy(directory)
    for name in ("snapshot.parquet", "resolved.parquet"):
        (directory / name).unlink(missing_ok=True)
