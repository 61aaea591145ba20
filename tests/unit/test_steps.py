"""Calls of several steps: what one reply says goes into the next request."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.runtime.outcome import Delivered, Failed
from maniple.runtime.steps import NOT_FOUND
from support.manifests import program
from support.played import Played, answer, play, played_add, played_create, played_remove

LISTS = "https://api.acme.test/lists"
PEOPLE = "https://api.acme.test/people"
FIND = {
    "name": "find",
    "method": "GET",
    "url": PEOPLE,
    "query": {"keys": "{{ items | join(',') }}"},
    "item": "$user_key",
    "match": {
        "rows": "data",
        "by": "value",
        "at": "key",
        "item": "$user_key",
        "save": {"person_id": "id"},
        "missing": "already_gone",
    },
}
REMOVE = {
    "method": "DELETE",
    "url": f"{LISTS}/$list_id/people",
    "json": {"ids": "$items"},
    "item": "$person_id",
}


def looking_up(missing: str = "already_gone", **find: Any) -> Played | Any:
    first = {**FIND, **find, "match": {**FIND["match"], "missing": missing}}  # type: ignore[dict-item]
    return program(remove_users={"batch": {"items": 100}, "steps": [first, REMOVE]})


def users(*keys: str) -> dict[str, list[Any]]:
    return {"user_key": list(keys)}


def test_users_are_looked_up_and_removed_by_the_partners_own_ids() -> None:
    played = played_remove(
        looking_up(), users("u1", "u2"), answer({"data": [{"key": "u2", "id": 22}, {"key": "u1", "id": 11}]}), answer()
    )

    assert played.sent == [("GET", "/people?keys=u1%2Cu2"), ("DELETE", "/lists/7/people")]
    assert played.bodies == [None, {"ids": [11, 22]}]
    assert isinstance(played.outcome, Delivered)
    assert played.outcome.requests == 2


def test_who_is_already_gone_needs_no_removal() -> None:
    played = played_remove(looking_up(), users("u1", "u2"), answer({"data": [{"key": "u2", "id": 22}]}), answer())

    assert played.bodies[1] == {"ids": [22]}
    assert played.verdicts == []


def test_when_everybody_is_already_gone_nothing_more_is_sent() -> None:
    played = played_remove(looking_up(), users("u1"), answer({"data": []}))

    assert len(played.requests) == 1
    assert isinstance(played.outcome, Delivered)
    assert played.verdicts == []


def test_a_partner_who_answers_in_another_case_still_names_the_user() -> None:
    played = played_remove(
        looking_up(), users("Ann@Acme.test"), answer({"data": [{"key": "ann@acme.test", "id": 5}]}), answer()
    )

    assert played.bodies[1] == {"ids": [5]}


def test_who_is_missing_can_be_rejected() -> None:
    played = played_remove(
        looking_up("reject"), users("u1", "u2"), answer({"data": [{"key": "u2", "id": 2}]}), answer()
    )

    assert played.verdicts == [(0, "rejected", NOT_FOUND)]
    assert played.bodies[1] == {"ids": [2]}


def test_pages_are_followed_until_everybody_is_found() -> None:
    found = looking_up(paginate={"next": "links.next", "max_pages": 5})
    pages = [
        answer({"data": [{"key": "u1", "id": 1}], "links": {"next": "/people?page=2"}}),
        answer({"data": [{"key": "u2", "id": 2}], "links": {"next": "/people?page=3"}}),
    ]

    played = played_remove(found, users("u1", "u2"), *pages, answer())

    assert [path for _, path in played.sent] == ["/people?keys=u1%2Cu2", "/people?page=2", "/lists/7/people"]
    assert played.bodies[2] == {"ids": [1, 2]}


def test_a_cursor_goes_into_its_parameter() -> None:
    found = looking_up(paginate={"cursor": "next", "param": "after"})
    pages = [answer({"data": [], "next": "a b"}), answer({"data": [{"key": "u1", "id": 1}], "next": None})]

    played = played_remove(found, users("u1"), *pages, answer())

    assert played.sent[1] == ("GET", "/people?keys=u1&after=a%20b")


def test_what_stands_beside_a_cursor_stays_as_it_was_written() -> None:
    found = looking_up(paginate={"cursor": "next", "param": "after"})
    pages = [answer({"data": [], "next": "2"}), answer({"data": [], "next": "3"}), answer({"data": []})]

    played = played_remove(found, users("u 1+"), *pages)

    assert [path for _, path in played.sent] == [
        "/people?keys=u%201%2B",
        "/people?keys=u%201%2B&after=2",
        "/people?keys=u%201%2B&after=3",
    ]


def test_a_page_at_another_host_is_not_fetched() -> None:
    found = looking_up(paginate={"next": "next"})

    played = played_remove(found, users("u1"), answer({"data": [], "next": "https://evil.test/people"}))

    assert isinstance(played.outcome, Failed)
    assert played.outcome.why.reason == "A page leads elsewhere"
    assert len(played.requests) == 1


def test_nobody_is_called_missing_while_there_are_more_pages() -> None:
    found = looking_up(paginate={"next": "next", "max_pages": 2})
    page = answer({"data": [], "next": "/people?more"})

    played = played_remove(found, users("u1"), page, page)

    assert isinstance(played.outcome, Failed)
    assert played.outcome.why.reason == "Too many pages"


CREATE_OR_GET = {
    "steps": [
        {
            "method": "GET",
            "url": LISTS,
            "match": {
                "rows": "items",
                "by": "value",
                "at": "name",
                "item": "$amp_cohort_name",
                "save": {"list_id": "id"},
                "missing": "continue",
            },
        },
        {
            "method": "POST",
            "url": LISTS,
            "when": "{{ not list_id }}",
            "json": {"name": "$amp_cohort_name"},
            "save": {"list_id": "id"},
        },
    ]
}


def test_a_list_that_is_there_is_taken() -> None:
    played = played_create(
        program(create_list=CREATE_OR_GET), answer({"items": [{"name": "x", "id": 1}, {"name": "My cohort", "id": 2}]})
    )

    assert len(played.requests) == 1
    assert isinstance(played.outcome, Delivered)
    assert played.outcome.saved == {"list_id": 2}


def test_a_list_that_is_not_there_is_made() -> None:
    of = program(create_list=CREATE_OR_GET)
    assert of.create is not None

    played = played_create_without_list(of, answer({"items": []}), answer({"id": "new"}))

    assert [method for method, _ in played.sent] == ["GET", "POST"]
    assert isinstance(played.outcome, Delivered)
    assert played.outcome.saved == {"list_id": "new"}


def played_create_without_list(of: Any, *replies: Any) -> Played:
    from maniple.runtime.flow import create_list
    from support.manifests import context

    return play(create_list(of.create, context(of, list_id=None), lambda: 0.0), replies)


def test_a_list_without_an_id_anywhere_is_a_failure() -> None:
    played = played_create_without_list(program(create_list=CREATE_OR_GET), answer({"items": []}), answer({}))

    assert isinstance(played.outcome, Failed)
    assert played.outcome.why.reason == "The answer had no list id"


def importing(then: str = "fail") -> Any:
    steps = [
        {
            "name": "import",
            "method": "POST",
            "url": "https://api.acme.test/jobs",
            "json": {"people": "$items"},
            "item": {"key": "$user_key"},
            "save": {"job_id": "data.id"},
        },
        {
            "name": "wait",
            "method": "GET",
            "url": "https://api.acme.test/jobs/$job_id",
            "poll": {
                "until": "status == 'complete'",
                "failed": "status == 'cancelled'",
                "every": "2s",
                "at_most": "6s",
                "then": then,
            },
        },
        {
            "name": "errors",
            "when": "{{ steps.wait.failed_count > 0 }}",
            "method": "GET",
            "url": "https://api.acme.test/jobs/$job_id/errors",
            "rejects": {
                "rows": "data",
                "by": "pointer",
                "at": "pointer",
                "pattern": "/data/(?P<index>[0-9]+)",
                "reason": "code",
            },
        },
    ]
    return program(add_users={"steps": steps})


JOB = answer({"data": {"id": "j1"}}, 202)


def test_a_job_settles_the_batch_when_it_is_done() -> None:
    played = played_add(
        importing(),
        users("u1", "u2"),
        JOB,
        answer({"status": "queued"}),
        answer({"status": "complete", "failed_count": 0}),
    )

    assert [path for _, path in played.sent] == ["/jobs", "/jobs/j1", "/jobs/j1"]
    assert played.waits == [2.0]
    assert played.verdicts == []


def test_the_errors_of_a_job_are_of_the_users_it_was_given() -> None:
    played = played_add(
        importing(),
        users("u1", "u2", "u3"),
        JOB,
        answer({"status": "complete", "failed_count": 1}),
        answer({"data": [{"pointer": "/data/1/key", "code": "bad key"}]}),
    )

    assert isinstance(played.outcome, Delivered)
    assert played.verdicts == [(1, "rejected", "bad key")]


def test_a_job_that_is_not_done_in_time_leaves_its_users_in_doubt() -> None:
    pending = answer({"status": "queued"})

    played = played_add(importing("pending"), users("u1"), JOB, pending, pending, pending, pending)

    assert isinstance(played.outcome, Failed)
    assert played.outcome.in_doubt
    assert played.outcome.why.reason == "Still pending at the partner"
    assert played.waits == [2.0, 2.0, 2.0]


def test_a_job_that_may_take_longer_than_anybody_waits_counts_as_done() -> None:
    pending = answer({"status": "queued"})

    played = played_add(importing("accept"), users("u1"), JOB, pending, pending, pending, pending)

    assert isinstance(played.outcome, Delivered)
    assert played.verdicts == []
    assert played.waits == [2.0, 2.0, 2.0]


def test_a_job_that_failed_fails_the_batch() -> None:
    played = played_add(importing(), users("u1"), JOB, answer({"status": "cancelled"}))

    assert isinstance(played.outcome, Failed)
    assert played.outcome.why.reason == "The partner's job failed"


def test_a_value_that_no_reply_gave_is_told_as_such() -> None:
    played = played_add(importing(), users("u1"), answer({"data": {}}, 202))

    assert isinstance(played.outcome, Failed)
    assert "no `job_id`" in played.outcome.why.message
    assert played.outcome.in_doubt


def test_a_step_that_is_for_some_users_is_sent_for_them() -> None:
    find = {**FIND, "match": {**FIND["match"], "missing": "create"}}  # type: ignore[dict-item]
    steps = [
        find,
        {
            "name": "create",
            "when": "{{ not person_id }}",
            "method": "POST",
            "url": PEOPLE,
            "json": {"keys": "$items"},
            "item": "$user_key",
            "match": {"rows": "made", "by": "index", "save": {"person_id": "id"}},
        },
        {"method": "POST", "url": f"{LISTS}/$list_id", "json": {"ids": "$items"}, "item": "$person_id"},
    ]

    played = played_add(
        program(add_users={"steps": steps}),
        users("u1", "u2", "u3"),
        answer({"data": [{"key": "u2", "id": 2}]}),
        answer({"made": [{"id": 11}, {"id": 33}]}),
        answer(),
    )

    assert played.bodies == [None, {"keys": ["u1", "u3"]}, {"ids": [11, 2, 33]}]


def test_one_user_a_call_goes_through_steps_with_its_values_in_the_url() -> None:
    steps = [
        {
            "method": "GET",
            "url": f"{PEOPLE}/$user_key",
            "save": {"person_id": "id"},
            "errors": [{"status": 404, "then": "reject_items", "reason": "Unknown user", "message": "No such user."}],
        },
        {"method": "PUT", "url": f"{LISTS}/$list_id/people/$person_id"},
    ]
    of = program(add_users={"batch": {"items": 1}, "steps": steps})

    found = played_add(of, users("u 1"), answer({"id": 9}), answer())
    unknown = played_add(of, users("u2"), answer({}, 404))

    assert found.sent == [("GET", "/people/u%201"), ("PUT", "/lists/7/people/9")]
    assert unknown.verdicts == [(0, "rejected", "Unknown user")]


def test_a_step_that_is_done_once_a_run_is_remembered_for_the_other_batches() -> None:
    steps = [
        {"name": "open", "once": True, "method": "POST", "url": f"{LISTS}/$list_id/session", "save": {"session": "id"}},
        {"method": "POST", "url": f"{LISTS}/$list_id/$session", "json": "$items", "item": "$user_key"},
    ]
    of = program(add_users={"steps": steps})
    from maniple.runtime.flow import deliver
    from maniple.runtime.prepare import Batch, prepare
    from support.manifests import context

    memory: dict[str, Any] = {}
    call = of.call_for("add")
    first, second = (next(iter(prepare(call, context(of), Batch("add", index, users("u1"), 1)))) for index in range(2))

    one = play(deliver(call, first, lambda: 0.0), [answer({"id": "s1"}), answer()], memory)
    two = play(deliver(call, second, lambda: 0.0), [answer()], memory)

    assert [path for _, path in one.sent] == ["/lists/7/session", "/lists/7/s1"]
    assert [path for _, path in two.sent] == ["/lists/7/s1"]


def test_a_header_can_be_saved() -> None:
    steps = [
        {"method": "POST", "url": "https://api.acme.test/jobs", "json": "$items", "item": "$user_key"}
        | {"save": {"job": "header:X-Job"}},
        {"method": "GET", "url": "https://api.acme.test/jobs/$job"},
    ]

    played = played_add(program(add_users={"steps": steps}), users("u1"), answer({}, **{"X-Job": "42"}), answer())

    assert played.sent[1] == ("GET", "/jobs/42")


@pytest.mark.parametrize("status", [400, 403, 500, 504])
def test_a_refused_look_up_fails_the_batch_and_nobody_is_in_doubt(status: int) -> None:
    played = played_remove(looking_up(), users("u1"), *[answer({}, status)] * 9)

    assert isinstance(played.outcome, Failed)
    assert not played.outcome.in_doubt
