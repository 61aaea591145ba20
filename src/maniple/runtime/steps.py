"""The steps of a call, walked one after another: what one reply says goes into the next request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maniple.runtime.addresses import Addresses, rows_of
from maniple.runtime.classify import Accepted
from maniple.runtime.course import Course
from maniple.runtime.exchange import exchange
from maniple.runtime.learning import MatchProgram, PollProgram
from maniple.runtime.outcome import Classification, Verdict
from maniple.runtime.pages import leads_elsewhere, next_page
from maniple.runtime.prepare import UNRESOLVED, why_unsendable
from maniple.runtime.program import StepProgram
from maniple.runtime.rejects import STEPS_A_USER, read_rejects, why_unread
from maniple.runtime.request import CONTROL, build_request, joined
from maniple.runtime.retry import Dice, RetryPolicy
from maniple.runtime.search import MAX_STEPS, Budget, search
from maniple.runtime.twins import without_twins
from maniple.template.operations import ABSENT, HeaderInjection, MissingValue
from maniple.template.text import text_of
from maniple.wire import Flow, Hold, Recall, Release, Remember, Reply, Request, Wait

NOT_FOUND = "unknown to the partner"
NOT_FOUND_MESSAGE = "The partner was asked for this user and does not know it"
NOT_MEANT = "no request for this user"
NOT_MEANT_MESSAGE = "The destination's `when` left out every request that would have carried this user"
PENDING = "Still pending at the partner"
PENDING_MESSAGE = "The partner took the users and had not finished after {:g} seconds. The next run sends them again."


def walk(
    steps: tuple[StepProgram, ...], course: Course, dice: Dice, policy: RetryPolicy
) -> Flow[Classification | None]:
    """Go through the steps; what ended them early, or None. `course` holds what came of it."""
    for step in steps:
        if course.size and not course.left:
            break
        if step.when is not None and not step.when.render(course.scope):
            continue
        why = yield from _once(step, course, dice, policy) if step.once else _take(step, course, dice, policy)
        if why is not None:
            return why
    for row in [row for row in course.left if row not in course.reached and course.size]:
        course.settle(row, Verdict(row, "skipped", NOT_MEANT, NOT_MEANT_MESSAGE))
    return None


def _once(step: StepProgram, course: Course, dice: Dice, policy: RetryPolicy) -> Flow[Classification | None]:
    """A step that is done once a run: what it saved is remembered for the other batches."""
    key = f"once.{course.scope.get('run_id')}.{step.label}"
    yield Hold(key)
    remembered = yield Recall(key)
    if remembered is None:
        why = yield from _take(step, course, dice, policy)
        if why is not None:
            yield Release(key)
            return why
        kept = {found.name: course.saved.get(found.name) for found in step.save}
        remembered = {"saved": kept, "reply": course.scope["steps"].get(step.name)}
        yield Remember(key, remembered)
    yield Release(key)
    for name, value in remembered["saved"].items():
        course.keep(name, value)
    if step.name is not None:
        course.scope["steps"] = {**course.scope["steps"], step.name: remembered["reply"]}
    return None


def _take(step: StepProgram, course: Course, dice: Dice, policy: RetryPolicy) -> Flow[Classification | None]:
    rows = list(course.left)
    if step.only is not None:
        holds = step.only.render(course.part(rows), course.scope, len(rows))
        rows = [row for row, value in zip(rows, holds, strict=True) if value and value is not ABSENT]
        if not rows:
            return None
    scope: Mapping[str, Any] = course.scope
    if step.item is not None:
        rows, items = _items(step, course, rows)
        if not rows:
            return None
        scope = {**course.scope, "items": joined(step, items)}
    try:
        request = build_request(step, scope)
    except (MissingValue, HeaderInjection) as refused:
        return _unsendable(refused, course, rows)
    if step.carries_users:
        course.sent = rows
    course.matched = frozenset()
    course.loose.clear()
    why = yield from _pages(step, course, request, rows, scope, dice, policy)
    if why is None and step.match is not None:
        why = _missing(step.match, course, rows)
    course.follow()
    return why


def _items(step: StepProgram, course: Course, rows: list[int]) -> tuple[list[int], list[Any]]:
    """The users of a step with their items; those who have none are skipped."""
    assert step.item is not None
    rendered = step.item.render(course.part(rows), course.scope, len(rows))
    kept: list[tuple[int, Any]] = []
    for row, item in zip(rows, rendered, strict=True):
        if item is None or item is ABSENT:
            course.settle(row, Verdict(row, "skipped", UNRESOLVED))
        else:
            kept.append((row, item))
    kept_rows, items = [row for row, _ in kept], [item for _, item in kept]
    if not course.dedupe:
        return kept_rows, items
    kept_rows, items, course.twins = without_twins(kept_rows, items)
    return kept_rows, items


def _unsendable(refused: MissingValue | HeaderInjection, course: Course, rows: list[int]) -> Classification | None:
    """A request that cannot be made: for want of a user's value, or of one that an earlier reply should have given."""
    if isinstance(refused, MissingValue) and refused.name in course.saved:
        message = f"The partner's answer had no `{refused.name}`, which the next request needs. The destination's manifest must say where it is."
        return Classification("An answer lacked a value", message)
    if isinstance(refused, HeaderInjection) and any(CONTROL.search(text_of(each)) for each in course.saved.values()):
        message = (
            "The partner's answer had a line break or another control character in a value that the next request needs"
        )
        return Classification("An answer cannot be sent on", message)
    if not course.single:
        raise refused
    user = {name: column[0] for name, column in course.columns.items()}
    for row in rows:
        course.settle(row, Verdict(row, "skipped", *why_unsendable(refused, user)))
    return None


def _pages(
    step: StepProgram,
    course: Course,
    request: Request,
    rows: list[int],
    scope: Mapping[str, Any],
    dice: Dice,
    policy: RetryPolicy,
) -> Flow[Classification | None]:
    """Send the request, and those for further pages, and read what they say."""
    most = step.paginate.max_pages if step.paginate is not None else 1
    for _ in range(most):
        reading, reply, tally = yield from exchange(step, request, scope, dice, policy)
        course.count(tally, request, reply)
        if not isinstance(reading, Accepted):
            return _refused(step, course, rows, reading.why, reply, scope)
        if step.poll is not None:
            late = yield from _polled(step, step.poll, course, request, reply, scope, dice, policy)
            if isinstance(late, Classification):
                return late
            reply = late
        if step.carries_users:
            course.reached |= set(rows)
            course.in_doubt = course.in_doubt or step.method != "GET"
        why = _read(step, course, rows, reply)
        following = next_page(step, request, reply)
        if why is not None or following is None or (step.match and course.is_settled(rows)):
            return why
        if leads_elsewhere(request, following):
            message = "The partner's next page is at another host, where the credentials must not go."
            return Classification("A page leads elsewhere", message)
        request = following
    if step.match is not None and step.paginate is not None and not (course.size and course.matched >= set(rows)):
        message = f"After {most} pages the partner had still more, so nobody knows who is missing."
        return Classification("Too many pages", message)
    return None


def _refused(
    step: StepProgram, course: Course, rows: list[int], why: Classification, reply: Reply, scope: Mapping[str, Any]
) -> Classification | None:
    if why.action == "reject_items":
        for row in rows if step.carries_users else list(course.left):
            course.reached.add(row)
            course.settle(row, Verdict(row, "rejected", why.reason, why.message))
        return None
    if why.action == "drop_rejected_and_resend" and step.rejects is not None:
        spoken = rows if step.carries_users else course.sent
        refusals = read_rejects(step.rejects, reply, course.part(spoken), scope, len(spoken))
        course.named = [replace(verdict, row=spoken[verdict.row]) for verdict in refusals.verdicts]
    return why


def _polled(
    step: StepProgram,
    poll: PollProgram,
    course: Course,
    request: Request,
    reply: Reply,
    scope: Mapping[str, Any],
    dice: Dice,
    policy: RetryPolicy,
) -> Flow[Reply | Classification]:
    """Ask again until the job is done; its last reply."""
    waited = 0.0
    while True:
        if poll.failed is not None and search(poll.failed, reply.tree):
            message = f"The partner took the users and then gave up on them: {text_of(reply.tree)[:500]}"
            return Classification("The partner's job failed", message, None, reply.status)
        if search(poll.until, reply.tree):
            return reply
        if waited >= poll.at_most:
            if poll.then == "accept":
                return reply
            course.in_doubt = True
            return Classification(PENDING, PENDING_MESSAGE.format(poll.at_most), None, reply.status)
        yield Wait(poll.every, "poll")
        waited += poll.every
        reading, reply, tally = yield from exchange(step, request, scope, dice, policy)
        course.count(tally, request, reply)
        if not isinstance(reading, Accepted):
            return reading.why


def _read(step: StepProgram, course: Course, rows: list[int], reply: Reply) -> Classification | None:
    """Take from a reply what the step says: saved values, matched users, refused users."""
    if step.name is not None:
        course.scope["steps"] = {**course.scope["steps"], step.name: reply.tree}
    budget = Budget()
    for saved in step.save:
        course.keep(
            saved.name, reply.header(saved.header) if saved.header else search(saved.expression, reply.tree, budget)
        )
    if step.match is not None:
        unread = _match(step.match, course, rows, reply)
        if unread is not None:
            return Classification(*unread, None, reply.status)
    if step.rejects is None:
        return None
    spoken = rows if step.carries_users else course.sent
    refusals = read_rejects(step.rejects, reply, course.part(spoken), course.scope, len(spoken))
    if refusals.unknown is not None:
        return Classification(*refusals.unknown, None, reply.status)
    course.uncounted += refusals.uncounted
    for verdict in refusals.verdicts:
        row = spoken[verdict.row]
        if row in course.left:
            course.settle(row, replace(verdict, row=row))
            if verdict.row in refusals.again:
                course.again.add(row)
    return None


def _match(match: MatchProgram, course: Course, rows: list[int], reply: Reply) -> tuple[str, str] | None:
    """Find the users, or the list, that the rows of a reply name, and save what they say.

    Reason and message when the reply could not be read: whom it does not name is then not missing.
    """
    budget = Budget(MAX_STEPS + STEPS_A_USER * len(rows))
    found = rows_of(search(match.rows, reply.tree, budget), xml=reply.is_xml)
    told = [
        (position, row) for position, row in enumerate(found) if match.where is None or search(match.where, row, budget)
    ]
    if not course.size:
        _match_one(match, course, [row for _, row in told], budget)
        return why_unread(reply, budget) if not course.matched else None
    addresses = Addresses(match, course.part(rows), course.scope, len(rows), budget)
    for position, row in told:
        for place in addresses.find(row, position):
            who, exact = rows[place], addresses.is_exact(row, place)
            course.matched |= {who}
            for name, path in match.save:
                course.learn(name, who, search(path, row, budget), exact=exact)
    return why_unread(reply, budget) if len(course.matched) < len(rows) else None


def _match_one(match: MatchProgram, course: Course, rows: list[Any], budget: Budget) -> None:
    wanted = text_of(match.one.render(course.scope)) if match.one is not None else None
    for row in rows:
        named = search(match.at, row, budget) if match.at is not None else row
        if wanted is not None and wanted not in map(text_of, named if isinstance(named, list) else [named]):
            continue
        course.matched = frozenset({0})
        for name, path in match.save:
            course.keep(name, search(path, row, budget))
        return


def _missing(match: MatchProgram, course: Course, rows: list[int]) -> Classification | None:
    """What becomes of those whom no row named."""
    if not course.size:
        if match.missing == "reject" and not course.matched:
            return Classification(
                "Not found at the partner", "The partner was asked for the list and does not have it."
            )
        return None
    for row in [row for row in rows if row not in course.matched and row in course.left]:
        if match.missing == "reject":
            course.settle(row, Verdict(row, "rejected", NOT_FOUND, NOT_FOUND_MESSAGE))
        elif match.missing == "already_gone":
            course.reached.add(row)
            course.settle(row)
    return None
