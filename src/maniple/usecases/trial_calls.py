"""Calling a partner's endpoints for real with test users, and showing how every answer is read."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from maniple.delivery.driver import drive
from maniple.delivery.memory import TokenMemory
from maniple.delivery.rate import Pace
from maniple.errors import UsageError
from maniple.ports import Clock, Memory, Sender
from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Delivered, Outcome
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import CallProgram, Operation
from maniple.runtime.retry import Dice, RetryPolicy
from maniple.usecases.preview import Trial, saved_values, skips_of, user_batches
from maniple.wire import Flow, Reply, Request


@dataclass(frozen=True)
class TrialCall:
    """One call as it went: every exchange of it, and how the last reply was read."""

    call: str
    exchanges: tuple[tuple[Request, Reply], ...]
    outcome: Outcome
    list_id: Any
    rejected: tuple[tuple[str, str], ...]
    operation: Operation | None = None
    """What it does to its users; None for a call without users."""
    users: tuple[str, ...] = ()
    """The ids of the users it is for, those included who were left out."""


@dataclass(frozen=True)
class TrialReport:
    """All calls of a test, and the users who were skipped."""

    calls: tuple[TrialCall, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> bool:
        """Some call did not do what it was for."""
        return any(not isinstance(call.outcome, Delivered) for call in self.calls)


async def try_calls(
    trial: Trial,
    *,
    sender: Sender,
    clock: Clock,
    policy: RetryPolicy,
    show: Callable[[TrialCall], None] = lambda _: None,
    dice: Dice = random.random,
    memory: Memory | None = None,
) -> TrialReport:
    """Make the calls of a trial, creation first; the list id it answers goes into the calls after it. Tokens are kept
    in `memory`.

    Stops after a failed creation, for the other calls have nothing to go to. Raises UsageError when the call that is
    asked for goes to a list and nobody said which.
    """
    _know_the_list(trial)
    done: list[TrialCall] = []
    skipped: list[tuple[str, str]] = []
    memory = memory or TokenMemory(clock)
    context = trial.context()
    pace = Pace(trial.program.rates, clock, context.scope)
    create = trial.program.create
    saved = saved_values(trial)
    if create is not None and trial.wants(create) and (trial.list_id is None or trial.call is not None):
        flow = create_list(create, context, dice, policy)
        call = await _one(create, flow, sender, clock, pace, memory, None)
        done.append(call)
        show(call)
        if not isinstance(call.outcome, Delivered):
            return TrialReport(tuple(done), ())
        saved = {**saved, **call.outcome.saved}
    context = context.with_list(saved)
    seen: set[int] = set()
    for program, batch, resolved in user_batches(trial, context):
        if id(resolved.skipped) not in seen:
            seen.add(id(resolved.skipped))
            skipped.extend(resolved.skipped)
        for prepared in prepare(program, context, batch) if batch.size else ():
            skipped.extend(skips_of(prepared, batch))
            if prepared.request is None and not prepared.stepped:
                continue
            flow = deliver(program, prepared, dice, policy)
            call = await _one(program, flow, sender, clock, pace, memory, batch)
            ids = batch.columns["amplitude_id"][prepared.start : prepared.start + prepared.count]
            call = replace(call, operation=batch.operation, users=tuple(map(str, ids)))
            done.append(call)
            show(call)
    return TrialReport(tuple(done), tuple(skipped))


def _know_the_list(trial: Trial) -> None:
    create = trial.program.create
    if create is None or trial.list_id is not None or trial.call in (None, create.name):
        return
    if "list_id" in trial.program.calls[str(trial.call)].names:
        raise UsageError(
            f"`{trial.call}` goes to a list, and none is named",
            hint="add `--list-id ID`, or leave `--call` out: then a list is created first",
        )


async def _one(
    program: CallProgram,
    flow: Flow[Outcome],
    sender: Sender,
    clock: Clock,
    pace: Pace,
    memory: Memory,
    batch: Batch | None,
) -> TrialCall:
    exchanges: list[tuple[Request, Reply]] = []
    outcome = await drive(
        flow,
        sender=sender,
        clock=clock,
        memory=memory,
        limiter=pace.of(program.name, program.rates),
        observe=lambda request, reply: exchanges.append((request, reply)),
    )
    rejected = tuple(
        (str(batch.columns["amplitude_id"][verdict.row]), verdict.reason)
        for verdict in outcome.verdicts
        if batch is not None and verdict.kind == "rejected"
    )
    list_id = outcome.saved.get("list_id") if isinstance(outcome, Delivered) else None
    return TrialCall(program.name, tuple(exchanges), outcome, list_id, rejected)
