"""`$targets` and `$values`: users as rows of a table whose head says what is in them."""

from __future__ import annotations

from typing import Any

import orjson

import maniple
from maniple.runtime.program import Program
from support.manifests import SETTINGS, program

MAPPINGS = [
    {"name": "user_key", "label": "User ID", "target": "EXTERN_ID"},
    {"name": "email", "label": "E-mail", "target": "EMAIL", "optional": True},
    {"name": "phone", "label": "Phone", "optional": True},
]


def positional(**changes: Any) -> Program:
    table = {"json": {"schema": "$targets", "data": "$items"}, "item": "$values"}
    both = {f"{call}__{key}": value for call in ("add_users", "remove_users") for key, value in table.items()}
    return program(mappings=MAPPINGS, **{**both, **changes})


def bodies(of: Program, users: list[dict[str, Any]], **mappings: str) -> list[Any]:
    plan = maniple.plan(of, users, settings=SETTINGS, mappings=mappings)
    return [orjson.loads(request.body or b"") for request in plan.preview()][1:]


def test_rows_have_the_values_of_the_mapped_identifiers_in_the_order_of_the_targets() -> None:
    users = [{"user_id": "u1", "email": "a@x.test"}, {"user_id": "u2", "email": None}]

    assert bodies(positional(), users, user_key="user_id", email="email") == [
        {"schema": ["EXTERN_ID", "EMAIL"], "data": [["u1", "a@x.test"], ["u2", ""]]}
    ]


def test_an_identifier_that_is_not_mapped_is_in_neither() -> None:
    assert bodies(positional(), [{"user_id": "u1", "p": "1"}], user_key="user_id", phone="p") == [
        {"schema": ["EXTERN_ID", "phone"], "data": [["u1", "1"]]}
    ]


def test_values_stand_outside_the_item_where_a_call_has_one_user() -> None:
    of = positional(add_users__batch={"items": 1}, add_users__json={"row": "$values"}, add_users__item=None)

    assert bodies(of, [{"user_id": "u1"}], user_key="user_id") == [{"row": ["u1"]}]


def test_all_mappings_identify_a_member_who_is_removed_by_a_row() -> None:
    assert positional().identity == ("user_key", "email", "phone")
