"""Which rule speaks, and what contains what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from maniple.runtime.classify import Accepted, Refused, classify, contains
from maniple.wire import Reply
from support.manifests import program


@pytest.mark.parametrize(
    ("fragment", "tree", "found"),
    [
        ({"code": 1}, {"code": 1, "more": 2}, True),
        ({"code": 1}, {"code": "1"}, False),
        ({"code": 1}, {"code": True}, False),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ({"a": {"b": 1}}, {"x": {"a": {"b": 1}}}, False),
        ([1], [3, 2, 1], True),
        ([{"k": 1}], [{"k": 1, "l": 2}], True),
        ([1, 1], [1], True),
        ({}, {"a": 1}, True),
        ({}, [], False),
        ([], [1], True),
        (None, None, True),
        ({"a": None}, {}, False),
        ("x", ["x"], False),
        ({"a": 1}, None, False),
    ],
)
def test_a_fragment_is_contained_as_postgresql_contains(fragment: Any, tree: Any, found: bool) -> None:
    assert found == contains(tree, fragment)


RULES = [
    {
        "status": 400,
        "body": {"code": 1000},
        "reason": "List is full",
        "message": "The list holds {{ reply.limit }} users.",
    },
    {"status": [400, "5xx"], "reason": "Refused"},
    {"status": "4xx", "where": "kind == 'auth'", "reason": "Not allowed"},
    {"status": 404, "calls": ["add_users"], "reason": "List is gone", "then": "recreate_list"},
]


def read(reply: Reply, call: str = "add_users", **changes: Any) -> tuple[str, str, str | None]:
    made = program(errors=RULES, **changes)
    reading = classify(made.calls[call].first.rules, None, reply, {})
    assert isinstance(reading, Refused)
    return reading.why.reason, reading.why.message, reading.why.rule


def answer(status: int, **body: Any) -> Reply:
    return Reply(status, body=json.dumps(body).encode())


def test_the_first_rule_that_fits_speaks() -> None:
    assert ("List is full", "The list holds 500 users.", "errors[0]") == read(answer(400, code=1000, limit=500))
    assert ("Refused", "Refused", "errors[1]") == read(answer(400, code=7))


def test_a_status_class_fits_all_its_statuses() -> None:
    assert "Refused" == read(answer(599))[0]


def test_a_condition_over_the_reply_decides() -> None:
    assert "Not allowed" == read(answer(403, kind="auth"))[0]
    assert "unclassified" == read(answer(403, kind="other"))[0]


def test_a_rule_for_some_calls_is_not_for_others() -> None:
    assert "List is gone" == read(answer(404))[0]
    assert "unclassified" == read(answer(404), "remove_users")[0]


def test_a_calls_own_rules_come_before_the_manifests() -> None:
    own = [{"status": 400, "reason": "Own"}]

    assert ("Own", "Own", "add_users.errors[0]") == read(answer(400, code=1000), add_users__errors=own)


def test_copied_rules_speak_with_the_place_they_were_written_at() -> None:
    changes = {
        "create_list__errors": [{"status": 400, "reason": "Copied"}],
        "add_users__errors": {"same_as": "create_list"},
    }

    assert ("Copied", "Copied", "create_list.errors[0]") == read(answer(400), **changes)


def test_a_body_that_is_no_json_fits_only_rules_without_a_fragment() -> None:
    assert "Refused" == read(Reply(400, body=b"<html>"))[0]


def test_a_rule_can_find_a_failure_inside_a_200() -> None:
    made = program(errors=[{"status": 200, "where": "errors", "reason": "Partly failed"}])
    rules = made.calls["add_users"].first.rules

    assert isinstance(classify(rules, None, answer(200, errors=[1]), {}), Refused)
    assert isinstance(classify(rules, None, answer(200, errors=[]), {}), Accepted)
