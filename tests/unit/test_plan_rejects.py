"""How a reply names the users it refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from maniple.runtime.rejects import Refusals, read_rejects
from maniple.wire import Reply
from support.manifests import program


def refused(rejects: dict[str, Any], answer: Any, users: list[Any]) -> Refusals:
    made = program(add_users__rejects=rejects)
    call = made.call_for("add")
    assert call.first.rejects is not None
    return read_rejects(
        call.first.rejects, Reply(200, body=json.dumps(answer).encode()), {"user_key": users}, {}, len(users)
    )


def rows(found: Refusals) -> list[tuple[int, str]]:
    return [(verdict.row, verdict.reason) for verdict in found.verdicts]


@pytest.mark.parametrize(
    ("rejects", "answer", "expected"),
    [
        ({"rows": "bad", "by": "index", "at": "i"}, {"bad": [{"i": 2}]}, [2]),
        ({"rows": "bad", "by": "index", "at": "i", "base": 1}, {"bad": [{"i": 2}]}, [1]),
        ({"rows": "results", "by": "index", "where": "!ok"}, {"results": [{"ok": True}, {"ok": False}]}, [1]),
        ({"rows": "bad", "by": "index", "at": "at"}, {"bad": [{"at": [0, 2]}]}, [0, 2]),
        ({"rows": "bad", "by": "value", "item": "$user_key"}, {"bad": ["u1", "u2"]}, [1, 2]),
        ({"rows": "bad", "by": "value", "at": "id", "item": "$user_key"}, {"bad": [{"id": "u0"}]}, [0]),
        (
            {"rows": "e", "by": "pointer", "at": "p", "pattern": "/data/(?P<index>[0-9]+)"},
            {"e": [{"p": "/data/1/x"}]},
            [1],
        ),
        ({"rows": "bad", "by": "index"}, {"bad": None}, []),
        ({"rows": "bad", "by": "index"}, "not an object", []),
        ({"rows": "bad", "by": "index", "at": "i"}, {"bad": [{"i": 99}, {"i": -1}, {"i": None}]}, []),
    ],
)
def test_users_are_found_by_position_value_or_pointer(
    rejects: dict[str, Any], answer: Any, expected: list[int]
) -> None:
    assert expected == [row for row, _ in rows(refused(rejects, answer, ["u0", "u1", "u2"]))]


def test_keys_that_are_the_reason_are_read() -> None:
    rejects = {"rows": "errors.failed", "by": "value", "at": "value[]", "item": "$user_key", "reason": "key"}

    found = refused(rejects, {"errors": {"failed": {"INVALID_ID": ["u2"], "GONE": ["u0"]}}}, ["u0", "u1", "u2"])

    assert [(0, "GONE"), (2, "INVALID_ID")] == rows(found)


def test_one_identifier_in_two_rows_refuses_both() -> None:
    found = refused({"rows": "bad", "by": "value", "item": "$user_key"}, {"bad": ["u"]}, ["u", "v", "u"])

    assert [0, 2] == [row for row, _ in rows(found)]


def test_a_number_names_the_user_whose_text_it_is() -> None:
    found = refused({"rows": "bad", "by": "value", "item": "$user_key"}, {"bad": [42]}, ["41", "42"])

    assert [1] == [row for row, _ in rows(found)]


def test_a_count_without_names_is_kept_as_a_count() -> None:
    assert Refusals((), 3, 0) == refused({"count": "failed"}, {"failed": 3}, ["u0", "u1", "u2", "u3"])


def test_rows_that_name_nobody_of_the_batch_are_counted_apart() -> None:
    assert 1 == refused({"rows": "bad", "by": "value", "item": "$user_key"}, {"bad": ["stranger"]}, ["u0"]).unmatched
