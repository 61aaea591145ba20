"""Sending a refused batch again in another form: without the users that were named, in halves, or later.

A batch that a partner refuses as a whole, without saying whom it dislikes, is halved until the one stands alone. What is
sent again is sent under a batch id of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from maniple.runtime.outcome import Classification, Delivered, Exchange, Failed, Outcome, Verdict
from maniple.runtime.prepare import Prepared, narrowed
from maniple.runtime.program import MENDING, CallProgram
from maniple.runtime.retry import Dice, RetryPolicy, pause_before
from maniple.wire import Flow, Wait

Attempt: TypeAlias = Callable[[CallProgram, Prepared, Dice, RetryPolicy], Flow[Outcome]]

MOST_ATTEMPTS = 200
"""Requests that mending one batch may take: enough for seven bad users among 10,000."""
MOST_IN_VAIN = 30
"""Attempts without one success after which it is not single users that the partner dislikes."""
MOST_ROUNDS = 3
"""How often users are sent again whom the partner would take later."""


@dataclass
class _Mending:
    """What mending has come to. Positions are those of users in the batch as it was prepared."""

    verdicts: list[Verdict]
    requests: int
    retries: int
    uncounted: int = 0
    last: Exchange | None = None
    attempts: int = 0
    successes: int = 0
    in_doubt: bool = False
    waiting: list[list[int]] = field(default_factory=list)
    later: list[tuple[int, Verdict]] = field(default_factory=list)
    """Users whom the partner would take later."""

    def count(self, outcome: Outcome) -> None:
        self.attempts += 1
        self.requests += outcome.requests
        self.retries += outcome.retries
        self.last = outcome.last or self.last
        self.in_doubt = self.in_doubt or (isinstance(outcome, Failed) and outcome.in_doubt)
        if isinstance(outcome, Delivered):
            self.successes += 1
            self.uncounted += outcome.rejected_uncounted
            self.verdicts += outcome.verdicts

    def halve(self, positions: list[int]) -> None:
        middle = len(positions) // 2
        self.waiting += [positions[:middle], positions[middle:]]

    def reject(self, prepared: Prepared, positions: list[int], reason: str, message: str) -> None:
        for place in positions:
            row = prepared.start + place if prepared.kept is None else prepared.kept[place]
            self.verdicts += [
                Verdict(each, "rejected", reason, message) for each in (row, *prepared.twins.get(row, ()))
            ]


def mended(
    call: CallProgram, prepared: Prepared, outcome: Outcome, dice: Dice, policy: RetryPolicy, attempt: Attempt
) -> Flow[Outcome]:
    """What became of a batch in the end whose first attempt ended in `outcome`."""
    everyone = list(range(prepared.size))
    mending = _Mending(list(outcome.verdicts), outcome.requests, outcome.retries, last=outcome.last)
    if isinstance(outcome, Delivered):
        mending.uncounted, mending.successes = outcome.rejected_uncounted, 1
        mending.later = [(verdict.row, verdict) for verdict in outcome.again]
    else:
        mending.in_doubt = outcome.in_doubt
        _take_up(mending, prepared, everyone, outcome)
    while mending.waiting:
        positions = mending.waiting.pop(0)
        if mending.attempts >= MOST_ATTEMPTS:
            _leave(mending, prepared, positions, outcome)
            continue
        part = narrowed(call, prepared, positions, f"m{mending.attempts + 1}")
        result = yield from attempt(call, part, dice, policy)
        mending.count(result)
        if isinstance(result, Delivered):
            mending.later += [(positions[verdict.row], verdict) for verdict in result.again]
        elif result.why.action in MENDING:
            _take_up(mending, prepared, positions, result)
        else:
            return _failed(mending, result.why, doubtful=True)
        if not mending.successes and mending.attempts >= MOST_IN_VAIN and isinstance(result, Failed):
            return _failed(mending, result.why, doubtful=mending.in_doubt)
    why = yield from _send_later(call, prepared, mending, dice, policy, attempt)
    if why is not None:
        return _failed(mending, why, doubtful=True)
    return Delivered(tuple(mending.verdicts), mending.requests, mending.retries, {}, mending.uncounted, mending.last)


def _take_up(mending: _Mending, prepared: Prepared, positions: list[int], refused: Failed) -> None:
    """Plan what follows from a refusal: the others again without the named, else halves, else one user stands alone."""
    named = {positions[verdict.row]: verdict for verdict in refused.named}
    if named:
        for place, verdict in named.items():
            mending.reject(prepared, [place], verdict.reason, verdict.message or refused.why.message)
        rest = [place for place in positions if place not in named]
        mending.waiting += [rest] if rest else []
    elif len(positions) > 1:
        mending.halve(positions)
    else:
        mending.reject(prepared, positions, refused.why.reason, refused.why.message)


def _leave(mending: _Mending, prepared: Prepared, positions: list[int], first: Outcome) -> None:
    why = first.why if isinstance(first, Failed) else Classification("refused by the partner", "")
    message = f"{why.message} (refused together with others; who of them was meant is not known)"
    mending.reject(prepared, positions, why.reason, message)


def _send_later(
    call: CallProgram, prepared: Prepared, mending: _Mending, dice: Dice, policy: RetryPolicy, attempt: Attempt
) -> Flow[Classification | None]:
    """Send again those whom the partner would take later; who is refused in every round stays refused."""
    for turn in range(MOST_ROUNDS):
        if not mending.later:
            return None
        yield Wait(pause_before(turn, dice()), "retry")
        positions = [place for place, _ in mending.later]
        part = narrowed(call, prepared, positions, f"l{turn + 1}")
        result = yield from attempt(call, part, dice, policy)
        mending.count(result)
        mending.retries += 1
        if isinstance(result, Failed):
            return result.why
        mending.later = [(positions[verdict.row], verdict) for verdict in result.again]
    for place, verdict in mending.later:
        mending.reject(prepared, [place], verdict.reason, verdict.message)
    return None


def _failed(mending: _Mending, why: Classification, *, doubtful: bool) -> Failed:
    """Some of the batch is delivered and some is not, and the ledger knows only whole batches: all of it is in doubt."""
    plain = replace(why, action="fail") if why.action in MENDING else why
    return Failed(plain, doubtful, tuple(mending.verdicts), mending.requests, mending.retries, mending.last)
