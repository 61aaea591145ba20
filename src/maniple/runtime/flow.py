"""A delivery as a generator that asks for effects: straight code, no clock, no sockets.

`deliver` yields the request, is sent the reply, waits and tries again as the rules say, and returns an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from maniple.runtime.authorize import Authorized, Unauthorized, authorized
from maniple.runtime.classify import Accepted, Refused, classify
from maniple.runtime.outcome import Classification, Delivered, Exchange, Failed, Outcome, Verdict
from maniple.runtime.prepare import Prepared, build_request
from maniple.runtime.program import CallProgram, RunContext, Scope
from maniple.runtime.rejects import Refusals, read_rejects
from maniple.runtime.retry import (
    DEFAULT_POLICY,
    MAX_THROTTLED,
    Dice,
    RetryPolicy,
    is_throttled,
    pause_before,
    retry_after,
)
from maniple.runtime.search import Budget, search
from maniple.template.text import text_of
from maniple.wire import Flow, Record, Reply, Request, Wait

NO_LIST_ID = "The answer had no list id"
TOO_MUCH = "The answer says too much"
TOO_MUCH_MESSAGE = (
    "The partner accepted the call and named more refused users than can be read, so nobody knows who was taken. "
    "The next run sends these users again."
)
LONGEST_SAVED = 1_000
"""Characters of a list id, and of each value that creating a list saves: it goes into every call that follows."""
LONGEST_PAUSE = 3_600.0
"""Seconds that a partner who is not throttling may ask to wait before one try."""
REFERENCES = frozenset({"location", "content-location"})


@dataclass(slots=True)
class _Tally:
    """What a call has cost so far."""

    requests: int = 0
    retries: int = 0
    throttles: int = 0
    throttled_for: float = 0.0
    in_doubt: bool = False


def exchange(
    call: CallProgram, request: Request, scope: Scope, dice: Dice, policy: RetryPolicy
) -> Flow[tuple[Accepted | Refused, Reply, _Tally]]:
    """Send a request until it is accepted, refused for good, or out of tries."""
    tally = _Tally()
    expired: Authorized | None = None
    while True:
        authorization = yield from authorized(call, request, scope, dice, policy, expired)
        if isinstance(authorization, Unauthorized):
            return authorization.reading, authorization.reply, tally
        reply = yield authorization.request
        tally.requests += 1
        tally.in_doubt = tally.in_doubt or reply.in_doubt
        # Once: a token that is refused as soon as it was got is not the fault of its age.
        expired = authorization if expired is None and authorization.is_expired_by(reply) else None
        if expired is not None:
            continue
        reading = classify(call.rules, call.success, reply, scope)
        if isinstance(reading, Accepted) or not reading.retry:
            return reading, reply, tally
        pause = _next_pause(reading, reply, tally, dice, policy)
        if pause is None:
            return reading, reply, tally
        tally.retries += 1
        yield pause


def _next_pause(reading: Refused, reply: Reply, tally: _Tally, dice: Dice, policy: RetryPolicy) -> Wait | None:
    asked = reading.after if reading.after is not None else retry_after(reply)
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


def deliver(call: CallProgram, prepared: Prepared, dice: Dice, policy: RetryPolicy = DEFAULT_POLICY) -> Flow[Outcome]:
    """Deliver one prepared request. Verdicts carry rows of the batch."""
    if prepared.request is None:
        return Delivered(prepared.verdicts, requests=0)
    reading, reply, tally = yield from exchange(call, prepared.request, prepared.scope, dice, policy)
    # A copy of the reply, without the tree that was read from it: it takes ten times the room.
    last = Exchange(prepared.request, replace(reply))
    if isinstance(reading, Accepted):
        refusals = _refusals(call, prepared, reply)
        if refusals.unread:
            why = Classification(TOO_MUCH, TOO_MUCH_MESSAGE, None, reply.status)
            return Failed(why, True, prepared.verdicts, tally.requests, tally.retries, last)
        verdicts = (*prepared.verdicts, *_by_batch_row(prepared, refusals.verdicts))
        return Delivered(verdicts, tally.requests, tally.retries, {}, refusals.uncounted, last)
    if reading.why.action == "reject_items":
        refused = tuple(
            Verdict(row, "rejected", reading.why.reason, reading.why.message) for row in range(prepared.size)
        )
        return Delivered(
            (*prepared.verdicts, *_by_batch_row(prepared, refused)), tally.requests, tally.retries, {}, 0, last
        )
    return Failed(reading.why, tally.in_doubt, prepared.verdicts, tally.requests, tally.retries, last)


def recorded(place: Any, flow: Flow[Outcome]) -> Flow[Outcome]:
    """`flow`, written down before it sends and when it has ended: what a crash leaves is then known."""
    yield Record(place)
    outcome = yield from flow
    yield Record(place, outcome)
    return outcome


def _refusals(call: CallProgram, prepared: Prepared, reply: Reply) -> Refusals:
    if call.rejects is None:
        return Refusals()
    return read_rejects(call.rejects, reply, prepared.columns, prepared.scope, prepared.size)


def _by_batch_row(prepared: Prepared, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    if prepared.kept is None:
        return tuple(replace(verdict, row=prepared.start + verdict.row) for verdict in verdicts)
    return tuple(replace(verdict, row=prepared.kept[verdict.row]) for verdict in verdicts)


def create_list(
    call: CallProgram, context: RunContext, dice: Dice, policy: RetryPolicy = DEFAULT_POLICY
) -> Flow[Outcome]:
    """Create the list. `Delivered.saved` holds `list_id` and whatever else the call saves."""
    request = build_request(call, context.scope)
    reading, reply, tally = yield from exchange(call, request, context.scope, dice, policy)
    last = Exchange(request, replace(reply))
    if isinstance(reading, Refused):
        return Failed(reading.why, tally.in_doubt, (), tally.requests, tally.retries, last)
    budget = Budget()
    found = {name: search(path, reply.tree, budget) for name, path in call.save}
    saved = {name: value if len(text_of(value)) <= LONGEST_SAVED else None for name, value in found.items()}
    if call.list_id is not None:
        list_id = read_list_id(call, request, reply, context.scope)
        if list_id is None or list_id == "":
            return Failed(_without_list_id(call, reply), False, (), tally.requests, tally.retries, last)
        saved["list_id"] = list_id
    return Delivered((), tally.requests, tally.retries, saved, 0, last)


def read_list_id(call: CallProgram, request: Request, reply: Reply, scope: Mapping[str, Any]) -> Any:
    """The list's id, with the type the partner gave it; None when it is not where the manifest says."""
    program = call.list_id
    if program is None:
        return None
    match program.source:
        case "response":
            found = search(program.expression, reply.tree)
        case "request":
            found = search(program.expression, Reply(200, body=request.body or b"").tree)
        case "header":
            found = _id_in_header(program.written, reply.header(program.written))
        case "field":
            found = scope.get(program.written)
        case "value":
            found = program.template.render(scope) if program.template else None
    usable = isinstance(found, str | int) and not isinstance(found, bool) and len(text_of(found)) <= LONGEST_SAVED
    return found if usable else None


def _id_in_header(name: str, value: str | None) -> str | None:
    """A header's value; of a reference to the new list (RFC 9110, 10.2.2) the last segment, which is its id."""
    if value is None or name.lower() not in REFERENCES:
        return value
    return unquote(value.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2])


def _without_list_id(call: CallProgram, reply: Reply) -> Classification:
    program = call.list_id
    where = f"at `{program.written}` in the {program.source}" if program else "in the answer"
    message = f"The partner answered {reply.status}, but there is no list id {where}. The destination's manifest must say where it is."
    return Classification(NO_LIST_ID, message, None, reply.status)
