"""Golden cases give the mappings of a connection: a choice with its target, a list for one that takes many."""

from __future__ import annotations

from typing import Any

from maniple.manifest.cases import Cases
from maniple.testing.golden import run_case
from support.manifests import BASE, SETTINGS, program

IDENTIFIER = {"name": "ident", "label": "Identifier", "one_of": [{"target": "TDID"}, {"target": "UID2"}]}
ADD_URL = "https://api.acme.test/lists/7/add"


def problems(of: Any, case: dict[str, Any], mappings: dict[str, Any]) -> list[str]:
    whole = {"settings": SETTINGS, "mappings": mappings, "list": {"list_id": 7}, "cases": [{"name": "it", **case}]}
    cases = Cases.model_validate(whole)
    return run_case(of, cases, cases.cases[0])


def test_a_target_is_given_beside_the_property() -> None:
    of = program(
        mappings=[IDENTIFIER], add_users__item={"$ident.target": "$ident"}, remove_users__item={"id": "$ident"}
    )
    request = {"method": "POST", "url": ADD_URL, "body": {"users": [{"UID2": "x"}]}}
    case = {"call": "add_users", "users": [{"user_id": "u1", "p": "x"}], "requests": [request]}

    assert problems(of, case, {"ident": "p", "ident.target": "UID2"}) == []


def test_a_target_stands_in_the_call_that_creates_the_list() -> None:
    of = program(
        mappings=[IDENTIFIER],
        create_list__json={"type": "$ident.target"},
        add_users__item="$ident",
        remove_users__item="$ident",
    )
    request = {"method": "POST", "url": "https://api.acme.test/lists", "body": {"type": "UID2"}}
    case = {"call": "create_list", "requests": [request], "replies": [{"status": 200, "body": {"id": 7}}]}

    assert problems(of, case, {"ident": "p", "ident.target": "UID2"}) == []


def test_many_properties_are_a_list() -> None:
    traits = {"name": "traits", "label": "Traits", "many": True}
    of = program(mappings=[BASE["mappings"][0], traits], add_users__item={"id": "$user_key", "traits": "$traits"})
    request = {"method": "POST", "url": ADD_URL, "body": {"users": [{"id": "u1", "traits": {"a": 1, "b": "x"}}]}}
    case = {"call": "add_users", "users": [{"user_id": "u1", "a": 1, "b": "x"}], "requests": [request]}

    assert problems(of, case, {"user_key": "user_id", "traits": ["b", "a"]}) == []
