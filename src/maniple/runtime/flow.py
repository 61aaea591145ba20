"""A delivery as a generator that asks for effects: straight code, no clock, no sockets.

`deliver` yields the request, is sent the reply, waits and tries again as the rules say, and returns an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from maniple.body.reading import read_body
from maniple.runtime.classify import Accepted
from maniple.runtime.course import LONGEST_SAVED, Course, set_out, verdicts_of
from maniple.runtime.exchange import exchange
from maniple.runtime.mend import mended
from maniple.runtime.outcome import Classification, Delivered, Exchange, Failed, Outcome, Verdict
from maniple.runtime.prepare import Prepared
from maniple.runtime.program import MENDING, CallProgram, RunContext
from maniple.runtime.rejects import Refusals, read_rejects
from maniple.runtime.retry import DEFAULT_POLICY, Dice, RetryPolicy
from maniple.runtime.search import search
from maniple.runtime.steps import walk
from maniple.template.text import text_of
from maniple.wire import Flow, Record, Reply, Request

NO_LIST_ID = "The answer had no list id"
REFERENCES = frozenset({"location", "content-location"})


def deliver(call: CallProgram, prepared: Prepared, dice: Dice, policy: RetryPolicy = DEFAULT_POLICY) -> Flow[Outcome]:
    """Deliver one prepared batch. Verdicts carry rows of the batch.

    A batch that is refused as a whole is sent again in another form where the manifest says so (`runtime.mend`).
    """
    outcome = yield from _attempt(call, prepared, dice, policy)
    wants_mending = outcome.again if isinstance(outcome, Delivered) else outcome.why.action in MENDING
    if not wants_mending:
        return outcome
    return (yield from mended(call, prepared, outcome, dice, policy, _attempt))


def _attempt(call: CallProgram, prepared: Prepared, dice: Dice, policy: RetryPolicy) -> Flow[Outcome]:
    if prepared.stepped:
        return (yield from _in_steps(call, prepared, dice, policy))
    if prepared.request is None:
        return Delivered(prepared.verdicts, requests=0)
    step = call.first
    reading, reply, tally = yield from exchange(step, prepared.request, prepared.scope, dice, policy)
    names_users = isinstance(reading, Accepted) or reading.why.action == "drop_rejected_and_resend"
    refusals = _refusals(call, prepared, reply) if names_users else Refusals()
    last = Exchange(prepared.request, reply.unread())
    cost = (tally.requests, tally.retries)
    if isinstance(reading, Accepted):
        if refusals.unknown is not None:
            why = Classification(*refusals.unknown, None, reply.status)
            return Failed(why, True, prepared.verdicts, *cost, last)
        final = [verdict for verdict in refusals.verdicts if verdict.row not in refusals.again]
        again = [verdict for verdict in refusals.verdicts if verdict.row in refusals.again]
        verdicts = (*prepared.verdicts, *_by_batch_row(prepared, final))
        return Delivered(verdicts, *cost, {}, refusals.uncounted, last, tuple(again))
    if reading.why.action == "reject_items":
        refused = [Verdict(row, "rejected", reading.why.reason, reading.why.message) for row in range(prepared.size)]
        return Delivered((*prepared.verdicts, *_by_batch_row(prepared, refused)), *cost, {}, 0, last)
    return Failed(reading.why, tally.in_doubt, prepared.verdicts, *cost, last, refusals.verdicts)


def _in_steps(call: CallProgram, prepared: Prepared, dice: Dice, policy: RetryPolicy) -> Flow[Outcome]:
    course = set_out(
        prepared.scope, prepared.columns, prepared.size, call.steps, single=call.single, dedupe=call.dedupe
    )
    why = yield from walk(call.steps, course, dice, policy)
    cost = (course.requests, course.retries)
    verdicts = (*prepared.verdicts, *_by_batch_row(prepared, list(verdicts_of(course))))
    if why is not None:
        return Failed(why, course.in_doubt, verdicts, *cost, course.last, tuple(course.named))
    again = tuple(course.verdicts[row] for row in sorted(course.again))
    return Delivered(verdicts, *cost, course.saved, course.uncounted, course.last, again)


def recorded(place: Any, flow: Flow[Outcome]) -> Flow[Outcome]:
    """`flow`, written down before it sends and when it has ended: what a crash leaves is then known."""
    yield Record(place)
    outcome = yield from flow
    yield Record(place, outcome)
    return outcome


def _refusals(call: CallProgram, prepared: Prepared, reply: Reply) -> Refusals:
    if call.first.rejects is None:
        return Refusals()
    return read_rejects(call.first.rejects, reply, prepared.columns, prepared.scope, prepared.size)


def _by_batch_row(prepared: Prepared, verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    found: list[Verdict] = []
    for verdict in verdicts:
        row = prepared.start + verdict.row if prepared.kept is None else prepared.kept[verdict.row]
        found += [replace(verdict, row=each) for each in (row, *prepared.twins.get(row, ()))]
    return tuple(found)


def create_list(
    call: CallProgram,
    context: RunContext,
    dice: Dice,
    policy: RetryPolicy = DEFAULT_POLICY,
    first: Prepared | None = None,
) -> Flow[Outcome]:
    """Create the list. `Delivered.saved` holds `list_id` and whatever else the call saves.

    `first` are the users whom the call carries, where it carries some.
    """
    scope, columns, size = (first.scope, first.columns, first.size) if first else (context.scope, {}, 0)
    course = set_out(scope, columns, size, call.steps, single=False)
    why = yield from walk(call.steps, course, dice, policy)
    cost = (course.requests, course.retries)
    if why is not None:
        return Failed(why, course.in_doubt, (), *cost, course.last)
    outcome = _with_list(call, course)
    if first is None or isinstance(outcome, Failed):
        return outcome
    verdicts = _by_batch_row(first, [*verdicts_of(course), *(course.verdicts[row] for row in sorted(course.again))])
    return replace(outcome, verdicts=verdicts, rejected_uncounted=course.uncounted)


def converse(call: CallProgram, context: RunContext, dice: Dice, policy: RetryPolicy = DEFAULT_POLICY) -> Flow[Outcome]:
    """Make a call that carries no users and creates nothing: `verify`, `rename_list`, `delete_list`, `count_members`."""
    course = set_out(context.scope, {}, 0, call.steps, single=False)
    why = yield from walk(call.steps, course, dice, policy)
    cost = (course.requests, course.retries)
    if why is not None:
        return Failed(why, course.in_doubt, (), *cost, course.last)
    return Delivered((), *cost, course.saved, 0, course.last)


def _with_list(call: CallProgram, course: Course) -> Outcome:
    """What creating the list came to: a failure when there is no list id where the manifest says."""
    cost = (course.requests, course.retries)
    if call.list_id is not None and (course.last is not None or call.list_id.source in ("field", "value")):
        request, reply = (course.last.request, course.last.reply) if course.last else (None, Reply(200))
        list_id = read_list_id(call, request, reply, course.scope)
        if list_id is None or list_id == "":
            return Failed(_without_list_id(call, reply), False, (), *cost, course.last)
        course.saved["list_id"] = list_id
    if "list_id" in course.saved and course.saved["list_id"] in (None, ""):
        message = "The partner's answers had no list id. The destination's manifest must say where it is."
        return Failed(Classification(NO_LIST_ID, message), False, (), *cost, course.last)
    return Delivered((), *cost, course.saved, 0, course.last)


def read_list_id(call: CallProgram, request: Request | None, reply: Reply, scope: Mapping[str, Any]) -> Any:
    """The list's id, with the type the partner gave it; None when it is not where the manifest says."""
    program = call.list_id
    if program is None:
        return None
    match program.source:
        case "response":
            found = search(program.expression, reply.tree)
        case "request":
            found = search(program.expression, read_body(request) if request else None)
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
