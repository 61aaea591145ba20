"""The places of a plan that go into one request each, and how the ledger writes down what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maniple.runtime.outcome import Delivered, Outcome
from maniple.runtime.program import Operation
from maniple.store.control.rows import BatchRow, BatchState


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of a plan that go into one request."""

    operation: Operation
    index: int
    part: int
    start: int
    count: int
    first_row: int
    """Row of the batch at which this part begins."""


@dataclass(frozen=True)
class Earlier:
    """What earlier attempts at a run have come to, of one operation, by a batch's index and part."""

    delivered: frozenset[tuple[int, int]] = frozenset()
    """Parts that are delivered; (index, -1) for batches that are delivered whole."""
    attempts: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """The requests and retries that a part has cost."""


def row_of(place: Place, state: BatchState, **facts: Any) -> BatchRow:
    """The ledger's row of a place."""
    return BatchRow(place.operation, place.index, place.part, place.start, place.count, state, **facts)


def settlement(place: Place, outcome: Outcome, before: tuple[int, int]) -> tuple[BatchRow, list[Any]]:
    """The ledger's row for an outcome, and its verdicts counted from the part's first user."""
    verdicts = [replace(verdict, row=verdict.row - place.first_row) for verdict in outcome.verdicts]
    rejected = sum([verdict.kind == "rejected" for verdict in verdicts])
    counted = (before[0] + outcome.requests, before[1] + outcome.retries, rejected, len(verdicts) - rejected)
    status = outcome.last.reply.status if outcome.last else None
    where = (place.operation, place.index, place.part, place.start, place.count)
    if isinstance(outcome, Delivered):
        return BatchRow(*where, "delivered", *counted, outcome.rejected_uncounted, status), verdicts
    why = outcome.why
    state: BatchState = "in_doubt" if outcome.in_doubt else "failed"
    return BatchRow(*where, state, *counted, 0, status, why.reason, why.message, why.rule), verdicts
