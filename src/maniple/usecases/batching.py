"""How many users go into one request of a run, when its plan is known."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from maniple.runtime.outcome import Classification
from maniple.runtime.program import CallProgram, Operation, Program
from maniple.store.data.values import Planned

TOO_FEW = "Too few users for a call"


def batch_sizes(program: Program, planned: Planned) -> dict[str, int]:
    """Users a request, by operation."""
    users: Mapping[Operation, int] = {"add": planned.adds, "remove": planned.removes}
    sizes: dict[str, int] = {}
    for operation, count in users.items():
        sizes[operation] = batch_size(program.call_for(operation), count)
    create = program.create
    if create is not None and create.first_batch:
        sizes["add"] = min(sizes["add"], batch_size(create, planned.adds))
    return sizes


def batch_size(call: CallProgram, users: int) -> int:
    """Users a request of one call: as many as it takes, or fewer so that the last batch has enough.

    A partner with a minimum would refuse a small rest, so all batches are made about equal.
    """
    if call.takes_all:
        return max(1, users)
    if call.min_items is None or users <= call.items:
        return call.items
    return ceil(users / ceil(users / call.items))


def too_few(call: CallProgram, users: int) -> Classification | None:
    """Why users cannot be sent yet, when they are fewer than the partner takes in one call."""
    if call.min_items is None or not 0 < users < call.min_items:
        return None
    message = (
        f"The partner takes at least {call.min_items:,} users in a call, and this run has {users:,}. "
        "They go out with the first run that has enough."
    )
    return Classification(TOO_FEW, message)
