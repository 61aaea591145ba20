"""Reading back whom a partner has on a list, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maniple.runtime.addresses import rows_of
from maniple.runtime.classify import Accepted
from maniple.runtime.course import set_out
from maniple.runtime.exchange import exchange
from maniple.runtime.outcome import Classification, Delivered, Failed, Outcome
from maniple.runtime.pages import leads_elsewhere, next_page
from maniple.runtime.program import CallProgram, RunContext, StepProgram
from maniple.runtime.request import build_request
from maniple.runtime.retry import DEFAULT_POLICY, Dice, RetryPolicy
from maniple.runtime.search import MAX_STEPS, Budget, search
from maniple.runtime.steps import walk
from maniple.template.text import text_of
from maniple.wire import Flow, Record, Reply

COUNT = "members"
"""The variable that `count_members` saves."""


def counted(saved: Mapping[str, Any]) -> int | None:
    """The number of members in what `count_members` saved; None when it is no whole number.

    >>> counted({"members": "12"}), counted({"members": True}), counted({})
    (12, None, None)
    """
    digits = str(saved.get(COUNT))
    return int(digits) if digits.isascii() and digits.isdigit() else None


def list_members(
    call: CallProgram, context: RunContext, dice: Dice, policy: RetryPolicy = DEFAULT_POLICY
) -> Flow[Outcome]:
    """Read the list's members. Each page is a `Record` of its number and the identifiers on it, as texts."""
    course = set_out(context.scope, {}, 0, call.steps[:-1], single=False)
    why = yield from walk(call.steps[:-1], course, dice, policy)
    if why is not None:
        return Failed(why, False, (), course.requests, course.retries, course.last)
    step = call.steps[-1]
    request = build_request(step, course.scope)
    most = step.paginate.max_pages if step.paginate is not None else 1
    for page in range(most):
        reading, reply, tally = yield from exchange(step, request, course.scope, dice, policy)
        course.count(tally, request, reply)
        if not isinstance(reading, Accepted):
            return Failed(reading.why, False, (), course.requests, course.retries, course.last)
        yield Record(page, list(_identifiers(step, reply)))
        following = next_page(step, request, reply)
        if following is None:
            return Delivered((), course.requests, course.retries, course.saved, 0, course.last)
        if leads_elsewhere(request, following):
            message = "The partner's next page is at another host, where the credentials must not go."
            return _failed(Classification("A page leads elsewhere", message), course.requests, course.retries)
        request = following
    message = f"After {most} pages the partner had still more members, so nobody knows who is missing."
    return _failed(Classification("Too many pages", message), course.requests, course.retries)


def _failed(why: Classification, requests: int, retries: int) -> Failed:
    return Failed(why, False, (), requests, retries)


def _identifiers(step: StepProgram, reply: Reply) -> Iterator[str]:
    match = step.match
    if match is None:
        return
    rows = rows_of(search(match.rows, reply.tree), xml=reply.is_xml)
    budget = Budget(MAX_STEPS + 50 * len(rows))
    for row in rows:
        if match.where is not None and not search(match.where, row, budget):
            continue
        named: Any = search(match.at, row, budget) if match.at is not None else row
        for value in named if isinstance(named, list) else [named]:
            if value is not None:
                yield text_of(value)
