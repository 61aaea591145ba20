"""Answers in which the paths of a manifest find what they look for."""

from __future__ import annotations

import json
from typing import Any

import jmespath
import pytest

from maniple.runtime.rejects import read_rejects
from maniple.runtime.search import search
from maniple.testing.simulator.build import NoSuchAnswer, failing_bodies, put, satisfied
from maniple.testing.simulator.refusal import RefusedUser, can_refuse, refuse
from maniple.wire import Reply
from support.manifests import program


@pytest.mark.parametrize(
    ("path", "tree"),
    [
        ("id", {"id": 7}),
        ("data.list.id", {"data": {"list": {"id": 7}}}),
        ('"a-b".c', {"a-b": {"c": 7}}),
        ("result[0].id", {"result": [{"id": 7}]}),
        ("[1].id", [None, {"id": 7}]),
        ("a || b", {"a": 7}),
        ("data | list.id", {"data": {"list": {"id": 7}}}),
    ],
)
def test_a_value_is_put_where_the_path_looks(path: str, tree: Any) -> None:
    assert put(None, jmespath.compile(path).parsed, 7) == tree
    assert jmespath.search(path, tree) == 7


def test_what_is_there_already_stays() -> None:
    tree = {"ok": True, "data": {"a": 1}}
    assert put(tree, jmespath.compile("data.id").parsed, 7) == {"ok": True, "data": {"a": 1, "id": 7}}
    assert tree == {"ok": True, "data": {"a": 1}}


def test_a_path_that_computes_cannot_be_put_into() -> None:
    with pytest.raises(NoSuchAnswer):
        put({}, jmespath.compile("max(ids)").parsed, 7)


@pytest.mark.parametrize(
    "condition",
    [
        "ok",
        "status == 'ok'",
        "`0` == code",
        "code != `0`",
        "count > `3`",
        "count < `3` && data.done",
        "a == 'x' || b == 'y'",
        "!errors",
        "length(errors) == `0`",
        "length(errors) == `2`",
        "@",
    ],
)
def test_a_condition_is_made_true(condition: str) -> None:
    assert jmespath.search(condition, satisfied({"kept": 1}, jmespath.compile(condition)))


REJECTS = [
    {"rows": "errors.failed", "by": "value", "at": "value[]", "item": "$user_key", "reason": "key"},
    {
        "rows": "failed",
        "where": "ends_with(key, 'Ids') && key != 'goneIds'",
        "by": "value",
        "at": "value[]",
        "item": "$user_key",
        "reason": "key",
    },
    {"rows": "errors", "by": "value", "at": "key", "item": "$user_key", "reason": "value.code"},
    {"rows": "errors", "by": "value", "at": "id", "item": "$user_key", "reason": "code", "message": "detail.text"},
    {"rows": "unknown", "by": "value", "item": "$user_key"},
    {"rows": "errors", "by": "index", "at": "row", "base": 1, "reason": "why"},
    {"rows": "errors[]", "by": "index", "at": "row"},
    {"rows": "results", "where": "status == 'error'", "by": "index", "reason": "reason"},
    {"rows": "errors", "by": "pointer", "at": "source.pointer", "pattern": "/data/(?P<index>[0-9]+)"},
    {"rows": "errors", "by": "pointer", "at": "p", "pattern": r"^\$\.users\[(?P<index>[0-9]+)\]$", "base": 1},
    {"rows": "errors", "by": "index", "at": "row", "count": "failed"},
]


@pytest.mark.parametrize("rejects", REJECTS, ids=lambda rejects: json.dumps(rejects)[:60])
def test_refused_users_are_named_so_that_the_manifest_finds_them(rejects: dict[str, Any]) -> None:
    call = program(add_users__rejects=rejects).call_for("add")
    assert call.first.rejects is not None
    assert can_refuse(call, {"ok": True})
    users = ["u1", "u2", "u3", "u4"]
    tree = refuse(call.first.rejects, {"ok": True}, [RefusedUser(1, "u2"), RefusedUser(3, "u4")], 4)
    reply = Reply(200, body=json.dumps(tree).encode())
    found = read_rejects(call.first.rejects, reply, {"user_key": users}, {}, 4)
    assert ([verdict.row for verdict in found.verdicts], found.uncounted, found.unmatched) == ([1, 3], 0, 0)
    assert tree["ok"] is True


def test_refused_users_may_be_counted_without_names() -> None:
    call = program(add_users__rejects={"count": "failed"}).call_for("add")
    assert call.first.rejects is not None
    assert can_refuse(call, {})
    assert refuse(call.first.rejects, {}, [RefusedUser(0, None), RefusedUser(2, None)], 3) == {"failed": 2}


def test_rows_that_say_nothing_but_their_own_position_cannot_name_some_of_the_users() -> None:
    assert not can_refuse(program(add_users__rejects={"rows": "errors", "by": "index"}).call_for("add"), {})


def test_a_call_whose_answers_name_nobody_cannot_refuse_users() -> None:
    assert not can_refuse(program().call_for("add"), {})


@pytest.mark.parametrize(
    "condition",
    [
        "ok",
        "status == 'ok'",
        "status != 'error'",
        "!errors",
        "length(errors) == `0`",
        "a == 'x' || b == 'y'",
        "a == 'x' && b == 'y'",
        "!a || b != 'y'",
    ],
)
def test_a_condition_is_made_false(condition: str) -> None:
    bodies = list(failing_bodies(jmespath.compile(condition)))
    assert bodies
    assert not any(search(jmespath.compile(condition), body) for body in bodies)


def test_what_is_always_true_has_no_failing_body() -> None:
    assert list(failing_bodies(None)) == []
