"""One request sent until it is accepted, refused for good, or out of tries."""

from __future__ import annotations

from dataclasses import dataclass

from maniple.runtime.authorize import Authorized, Unauthorized, authorized
from maniple.runtime.classify import Accepted, Refused, classify, leaves_doubt
from maniple.runtime.program import Scope, StepProgram
from maniple.runtime.retry import MAX_THROTTLED, Dice, RetryPolicy, asked_pause, is_throttled, pause_before
from maniple.wire import Flow, Reply, Request, Wait

LONGEST_PAUSE = 3_600.0
"""Seconds that a partner who is not throttling may ask to wait before one try."""


@dataclass(slots=True)
class Tally:
    """What a call has cost so far."""

    requests: int = 0
    retries: int = 0
    throttles: int = 0
    throttled_for: float = 0.0
    in_doubt: bool = False
    """Some reply leaves open whether the partner did the work."""


def exchange(
    step: StepProgram, request: Request, scope: Scope, dice: Dice, policy: RetryPolicy
) -> Flow[tuple[Accepted | Refused, Reply, Tally]]:
    """Send a request until it is accepted, refused for good, or out of tries."""
    tally = Tally()
    expired: Authorized | None = None
    while True:
        authorization = yield from authorized(step, request, scope, dice, policy, expired)
        if isinstance(authorization, Unauthorized):
            return authorization.reading, authorization.reply, tally
        reply = yield authorization.request
        tally.requests += 1
        reading = classify(step.rules, step.success, reply, scope)
        tally.in_doubt = tally.in_doubt or leaves_doubt(reading, reply)
        # Once: a token that is refused as soon as it was got is not the fault of its age.
        expired = authorization if expired is None and authorization.is_expired_by(reply) else None
        if expired is not None:
            continue
        if isinstance(reading, Accepted) or not reading.retry:
            return reading, reply, tally
        pause = _next_pause(step, reading, reply, tally, dice, policy)
        if pause is None:
            return reading, reply, tally
        tally.retries += 1
        yield pause


def _next_pause(
    step: StepProgram, reading: Refused, reply: Reply, tally: Tally, dice: Dice, policy: RetryPolicy
) -> Wait | None:
    asked = reading.after if reading.after is not None else asked_pause(reply, step.waits)
    if reading.after is None and asked is not None and not is_throttled(reply):
        asked = min(asked, LONGEST_PAUSE)
    if is_throttled(reply):
        seconds = asked if asked is not None else pause_before(tally.throttles, dice())
        tally.throttles += 1
        tally.throttled_for += max(seconds, 1.0)
        return Wait(seconds, "throttled") if tally.throttled_for <= MAX_THROTTLED else None
    tries = tally.retries - tally.throttles
    if tries >= policy.retries:
        return None
    return Wait(asked if asked is not None else pause_before(tries, dice()), "retry")
