"""What a run would cost, before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

from maniple.manifest.limits import windows_in
from maniple.runtime.program import CallProgram, Program
from maniple.store.data.values import Planned

TYPICAL_ANSWER = 0.3
"""Seconds a partner usually takes to answer a call; only for the estimate."""


@dataclass(frozen=True)
class Estimate:
    """Users and calls of a run that was not made. `seconds` is a guess: the partner's rate limits, or
    0.3 s an answer, whichever takes longer."""

    adds: int
    removes: int
    shared: int
    unchanged: int
    drifted: int
    skipped_by_reason: Mapping[str, int]
    cohort_users: int
    duplicates: int
    creates_list: bool
    calls: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The estimate as plain data."""
        return asdict(self)


def estimate_run(
    program: Program, planned: Planned, figures: Mapping[str, Any], scope: Mapping[str, Any], *, creates: bool
) -> Estimate:
    """Count the calls of a plan and the time they take at least. `scope` is the run's."""
    calls: dict[str, int] = {}
    seconds = 0.0
    if creates:
        calls["create_list"] = 1
        seconds += TYPICAL_ANSWER
    for users, call in ((planned.removes, program.call_for("remove")), (planned.adds, program.call_for("add"))):
        count = ceil(users / call.items) * len(call.steps)
        if count:
            calls[call.name] = calls.get(call.name, 0) + count
            seconds += _seconds(program, call, count, scope)
    return Estimate(
        adds=planned.adds,
        removes=planned.removes,
        shared=planned.shared,
        unchanged=planned.unchanged,
        drifted=planned.drifted,
        skipped_by_reason=dict(figures["skipped_by_reason"]),
        cohort_users=figures["cohort_users"],
        duplicates=figures["duplicates"],
        creates_list=creates,
        calls=calls,
        requests=sum(calls.values()),
        seconds=round(seconds, 1),
    )


def _seconds(program: Program, call: CallProgram, count: int, scope: Mapping[str, Any]) -> float:
    answers = ceil(count / call.parallel) * TYPICAL_ANSWER
    rates = windows_in((*program.rates, *call.rates), scope)
    windows = [(count - size) / size * every for size, every in rates if count > size]
    return max(answers, *windows) if windows else answers
