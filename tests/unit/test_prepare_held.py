"""What a prepared request holds on to while it is under way, and how columns of text are rendered."""

from __future__ import annotations

from typing import Any

import orjson

from maniple.runtime.prepare import Batch, Prepared, prepare
from maniple.runtime.program import Program
from support.manifests import context, program

REJECTS = {"rows": "errors", "by": "index", "at": "at", "reason": "why"}


def prepared(of: Program, users: list[Any], text: frozenset[str] = frozenset()) -> Prepared:
    call = of.call_for("add")
    (found,) = prepare(call, context(of), Batch("add", 0, {"user_key": users}, len(users), text))
    return found


def body(of: Prepared) -> Any:
    assert of.request is not None
    return orjson.loads(of.request.body or b"")


def test_the_items_are_not_held_after_they_are_rendered() -> None:
    found = prepared(program(), ["u1", "u2"])

    assert {"users": ["u1", "u2"]} == body(found)
    assert "items" not in found.scope


def test_columns_are_held_only_for_a_call_whose_replies_name_users() -> None:
    assert {} == prepared(program(), ["u1", "u2"]).columns
    assert {"user_key": ["u1", "u2"]} == prepared(program(add_users__rejects=REJECTS), ["u1", "u2"]).columns


def test_users_left_out_are_left_out_of_the_held_columns() -> None:
    found = prepared(program(add_users__rejects=REJECTS), ["u1", None, "u3"])

    assert {"users": ["u1", "u3"]} == body(found)
    assert {"user_key": ["u1", "u3"]} == found.columns


def test_a_column_known_to_be_text_gives_the_same_request() -> None:
    shaped = program(add_users__item={"id": "{{ user_key | trim | upper }}", "known": True})

    assert prepared(shaped, [" a", "b"]).request == prepared(shaped, [" a", "b"], frozenset({"user_key"})).request
    assert {"users": [{"id": "A", "known": True}, {"id": "B", "known": True}]} == body(prepared(shaped, [" a", "b"]))


def test_an_item_that_is_the_value_itself_keeps_types_and_leaves_the_column_as_it_was() -> None:
    users = [7, "u2", None, True]
    found = prepared(program(), users)

    assert {"users": [7, "u2", True]} == body(found)
    assert [7, "u2", None, True] == users
