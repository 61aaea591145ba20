"""Deliveries as lists of effects: no clock, no loop, no mock."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Delivered, Failed, Verdict
from maniple.runtime.prepare import Batch, Prepared, prepare
from maniple.runtime.program import CallProgram, Program
from maniple.runtime.retry import DEFAULT_POLICY, RetryPolicy
from maniple.wire import Reply, Request, Wait
from support.manifests import context, program


def ready(of: Program, *users: Any) -> tuple[CallProgram, Prepared]:
    call = of.call_for("add")
    (prepared,) = prepare(
        call, context(of), Batch("add", 0, {"user_key": list(users) or ["u1", "u2"]}, len(users) or 2)
    )
    return call, prepared


def play(flow: Any, replies: list[Reply]) -> tuple[list[Any], Any]:
    """What the flow asked for, and its outcome."""
    asked: list[Any] = []
    answers = iter(replies)
    answer: Any = None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as end:
            return asked, end.value
        asked.append(effect)
        answer = next(answers) if isinstance(effect, Request) else None


def added(of: Program, replies: list[Reply], policy: RetryPolicy = DEFAULT_POLICY) -> tuple[list[Any], Any]:
    call, prepared = ready(of)
    return play(deliver(call, prepared, lambda: 0.0, policy), replies)


def throttled(after: str) -> Reply:
    return Reply(429, (("Retry-After", after),))


def test_an_accepted_batch_takes_one_request() -> None:
    asked, outcome = added(program(), [Reply(200)])

    assert [Request] == [type(effect) for effect in asked]
    assert Delivered() == Delivered(outcome.verdicts, outcome.requests, outcome.retries)


def test_a_429_waits_as_long_as_the_partner_asks() -> None:
    asked, outcome = added(program(), [throttled("7"), Reply(200)])

    assert Wait(7.0, "throttled") == asked[1]
    assert (2, 1) == (outcome.requests, outcome.retries)


def test_a_retry_after_date_is_read_against_the_replys_own_date() -> None:
    dates = (("Retry-After", "Fri, 20 Nov 2026 10:00:30 GMT"), ("Date", "Fri, 20 Nov 2026 10:00:00 GMT"))

    asked, _ = added(program(), [Reply(503, dates), Reply(200)])

    assert Wait(30.0, "throttled") == asked[1]


def test_being_throttled_uses_up_no_tries() -> None:
    asked, outcome = added(program(), [*[throttled("1")] * 20, *[Reply(500)] * 8, Reply(200)])

    assert isinstance(outcome, Delivered)
    assert 29 == sum(isinstance(effect, Request) for effect in asked)


def test_a_partner_that_throttles_for_an_hour_fails_the_batch() -> None:
    _, outcome = added(program(), [throttled("1800")] * 3)

    assert isinstance(outcome, Failed)
    assert 3 == outcome.requests


def test_a_500_is_tried_eight_times_again_from_one_second_to_over_two_minutes() -> None:
    asked, outcome = added(program(), [Reply(500)] * 9)

    assert [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0] == [
        effect.seconds for effect in asked if isinstance(effect, Wait)
    ]
    assert (9, 8) == (outcome.requests, outcome.retries)


def test_every_try_sends_the_same_bytes() -> None:
    asked, _ = added(program(), [Reply(500), Reply.unreached("the connection was refused"), Reply(200)])

    assert 1 == len({effect for effect in asked if isinstance(effect, Request)})


def test_a_batch_that_was_sent_without_an_answer_is_in_doubt() -> None:
    silent = Reply.unreached("no answer within 60 s", in_doubt=True)

    _, outcome = added(program(), [silent, Reply(400)])

    assert outcome.in_doubt


@pytest.mark.parametrize("status", [500, 502, 504, 507, 520, 522, 524])
def test_a_partner_who_broke_down_over_a_request_may_have_done_it(status: int) -> None:
    _, outcome = added(program(), [Reply(status)], RetryPolicy(0))

    assert outcome.in_doubt


@pytest.mark.parametrize("status", [302, 400, 401, 404, 408, 409, 413, 425, 501, 503, 505, 511])
def test_an_answer_that_nothing_was_done_leaves_no_doubt(status: int) -> None:
    _, outcome = added(program(), [Reply(status)], RetryPolicy(0))

    assert isinstance(outcome, Failed)
    assert not outcome.in_doubt


def test_what_a_rule_calls_a_500_does_not_say_whether_it_was_done() -> None:
    _, outcome = added(program(errors=[{"status": 500, "reason": "Busy", "retry": False}]), [Reply(500)])

    assert ("Busy", True) == (outcome.why.reason, outcome.in_doubt)


def test_a_doubt_outlasts_the_refusals_that_follow_it() -> None:
    _, outcome = added(program(), [Reply(502), Reply(503), Reply(400)])

    assert (400, True) == (outcome.why.status, outcome.in_doubt)


def test_a_batch_that_never_reached_the_partner_is_not_in_doubt() -> None:
    _, outcome = added(program(), [Reply.unreached("the connection was refused")] * 2, RetryPolicy(1))

    assert not outcome.in_doubt
    assert "No answer from the partner" == outcome.why.reason
    assert "the connection was refused" in outcome.why.message


def test_an_unknown_error_is_unclassified_with_the_standing_message() -> None:
    _, outcome = added(program(), [Reply(418)])

    assert "unclassified" == outcome.why.reason
    assert outcome.why.message == (
        "This cohort sync has encountered an unidentified kind of error for this integration. Please contact support or "
        "your CSM to create a ticket and ask for help in solving this issue."
    )


@pytest.mark.parametrize(
    ("rule", "requests"),
    [({"retry": False}, 1), ({"retry": True}, 3), ({"retry": {"after": "10min"}}, 3)],
    ids=["never", "like a transient error", "after a time"],
)
def test_a_rule_overrides_whether_to_try_again(rule: dict[str, Any], requests: int) -> None:
    made = program(errors=[{"status": 409, "reason": "Busy", **rule}])

    asked, outcome = added(made, [Reply(409)] * requests, RetryPolicy(2))

    assert requests == outcome.requests
    if rule["retry"] not in (True, False):
        assert {600.0} == {effect.seconds for effect in asked if isinstance(effect, Wait)}


def test_a_rule_may_call_an_error_a_success() -> None:
    made = program(errors=[{"status": 409, "then": "treat_as_success"}])

    assert isinstance(added(made, [Reply(409)])[1], Delivered)


def test_a_rule_may_make_an_error_the_users_problem() -> None:
    made = program(
        add_users__batch={"items": 1}, errors=[{"status": 404, "reason": "Unknown user", "then": "reject_items"}]
    )
    call, prepared = ready(made, "u1")

    _, outcome = play(deliver(call, prepared, lambda: 0.0), [Reply(404)])

    assert (Verdict(0, "rejected", "Unknown user", "Unknown user"),) == outcome.verdicts


def test_a_2xx_whose_success_condition_fails_is_an_error() -> None:
    made = program(add_users__success="status == 'ok'")

    assert isinstance(added(made, [Reply(200, body=b'{"status": "ok"}')])[1], Delivered)
    assert isinstance(added(made, [Reply(200, body=b'{"status": "no"}')])[1], Failed)


def test_rejected_users_carry_rows_of_the_batch_although_others_were_skipped() -> None:
    made = program(
        add_users__item={"id~": "$user_key"},
        add_users__rejects={"rows": "bad", "by": "index", "at": "i", "reason": "why"},
    )
    call, prepared = ready(made, "u0", None, "u2")

    _, outcome = play(deliver(call, prepared, lambda: 0.0), [Reply(200, body=b'{"bad": [{"i": 1, "why": "unknown"}]}')])

    assert [(1, "skipped"), (2, "rejected")] == [(verdict.row, verdict.kind) for verdict in outcome.verdicts]


def created(reply: Reply, **changes: Any) -> Any:
    made = program(**changes)
    assert made.create is not None
    return play(create_list(made.create, context(made), lambda: 0.0), [reply])[1]


def test_the_list_id_keeps_the_type_the_partner_gave_it() -> None:
    assert {"list_id": 12} == created(Reply(201, body=b'{"id": 12}')).saved
    assert {"list_id": "12"} == created(Reply(201, body=b'{"id": "12"}')).saved


@pytest.mark.parametrize(
    ("where", "reply", "list_id"),
    [
        ({"response": "data.list[0].id"}, Reply(200, body=b'{"data": {"list": [{"id": "a"}]}}'), "a"),
        ({"request": "name"}, Reply(204), "My cohort"),
        ({"header": "X-List-Id"}, Reply(201, (("x-list-id", "h-1"),)), "h-1"),
        ({"header": "X-List-Id"}, Reply(201, (("x-list-id", "a/b"),)), "a/b"),
        ({"header": "Location"}, Reply(201, (("location", "https://api.acme.test/lists/h%202/?v=1"),)), "h 2"),
        ({"header": "Location"}, Reply(201, (("Location", "/lists/urn:acme:9"),)), "urn:acme:9"),
        ({"header": "Location"}, Reply(201, (("Location", "h-3"),)), "h-3"),
        ({"value": "seg_$amp_cohort_id"}, Reply(200), "seg_c1"),
    ],
    ids=["response", "request", "header", "header with a slash", "address", "path", "bare", "value"],
)
def test_a_list_id_comes_from_where_the_manifest_says(where: dict[str, str], reply: Reply, list_id: str) -> None:
    call = {
        "method": "POST",
        "url": "https://api.acme.test/lists",
        "json": {"name": "$amp_cohort_name"},
        "list_id": where,
    }

    assert list_id == created(reply, create_list=call).saved["list_id"]


def test_a_list_id_may_come_from_a_field() -> None:
    call = {
        "method": "POST",
        "url": "https://api.acme.test/lists",
        "json": {"name": "$amp_cohort_name"},
        "list_id": {"field": "audience"},
    }
    made = program(create_list=call, fields=[{"name": "audience", "label": "Audience"}])
    assert made.create is not None
    this = context(made, settings={"bearer_token": "t", "audience": "aud-1"})

    _, outcome = play(create_list(made.create, this, lambda: 0.0), [Reply(200)])

    assert {"list_id": "aud-1"} == outcome.saved


def test_a_created_list_without_an_id_in_the_answer_is_a_failure_that_says_where_it_was_looked_for() -> None:
    outcome = created(Reply(200, body=b'{"other": 1}'))

    assert isinstance(outcome, Failed)
    assert "`id`" in outcome.why.message


def test_create_list_saves_what_else_it_is_told_to() -> None:
    call = {
        "method": "POST",
        "url": "https://api.acme.test/lists",
        "json": {"name": "$amp_cohort_name"},
        "list_id": {"response": "id"},
        "save": {"folder": "folder.id"},
    }
    add = {
        "method": "POST",
        "url": "https://api.acme.test/$folder/$list_id",
        "json": {"u": "$items"},
        "item": "$user_key",
    }

    outcome = created(Reply(200, body=b'{"id": 1, "folder": {"id": 5}}'), create_list=call, add_users=add)

    assert {"list_id": 1, "folder": 5} == outcome.saved
