"""Paths of values that somebody points at, and replies for which a manifest's paths are made."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.errors import UsageError
from maniple.testing.destination import read_program
from maniple.usecases.reply_paths import (
    Node,
    expected_reply,
    finds,
    list_id_at,
    nodes_found,
    path_of,
    rejects_at,
)
from support.manifests import program
from support.panel_bench import INTEGRATIONS


@pytest.mark.parametrize(
    ("tree", "node", "path"),
    [
        ({"id": 7}, ("id",), "id"),
        ({"response": {"data": {"id": "a"}}}, ("response", "data", "id"), "response.data.id"),
        ({"result": [{"id": 1}]}, ("result", 0, "id"), "result[0].id"),
        ([{"id": 1}], (0, "id"), "[0].id"),
        ({"list-id": 1}, ("list-id",), '"list-id"'),
        ({'a "b"': {"": 1}}, ('a "b"', ""), '"a \\"b\\"".""'),
        ({"a": 1}, (), "@"),
    ],
)
def test_the_path_of_a_value_is_written_as_the_manifest_wants_it(tree: Any, node: Node, path: str) -> None:
    assert path_of(tree, node) == path
    assert nodes_found(path, tree) == (node,)


def test_a_place_that_the_reply_does_not_have_has_no_path() -> None:
    with pytest.raises(UsageError, match="no such place"):
        path_of({"a": [1]}, ("a", 1))


def test_a_path_that_finds_another_value_is_told_apart() -> None:
    assert finds("a.b", {"a": {"b": 1}}, 1)
    assert not finds("a.b", {"a": {"b": 1}}, True)
    assert not finds("a.c", {"a": {"b": 1}}, 1)
    assert not finds("a.", {"a": {"b": 1}}, 1)


def test_a_list_id_is_text_or_a_whole_number() -> None:
    assert list_id_at({"data": {"id": 7}}, ("data", "id")) == {"response": "data.id"}
    for value in ({"x": 1}, True, None, [1]):
        with pytest.raises(UsageError, match="a list id is text or a whole number"):
            list_id_at({"id": value}, ("id",))


@pytest.mark.parametrize(
    ("tree", "node", "written"),
    [
        (
            {"failed": ["u1", "u2"]},
            ("failed", 0),
            {"rows": "failed", "by": "value", "at": "@", "item": "$email"},
        ),
        ({"failed": ["u1"]}, ("failed",), {"rows": "failed", "by": "value", "at": "@", "item": "$email"}),
        (
            {"errors": [{"email": "u1", "why": "bad"}]},
            ("errors", 0, "email"),
            {"rows": "errors", "by": "value", "at": "email", "item": "$email"},
        ),
        (
            {"errors": [{"why": "bad", "user_id": "u1"}]},
            ("errors", 0),
            {"rows": "errors", "by": "value", "at": "user_id", "item": "$email"},
        ),
        (
            {"errors": [{"index": 3, "why": "bad"}]},
            ("errors", 0, "index"),
            {"rows": "errors", "by": "index", "at": "index"},
        ),
        ({"e": {"rows": [{"row": 1}]}}, ("e", "rows"), {"rows": "e.rows", "by": "index", "at": "row"}),
    ],
)
def test_a_value_that_names_a_refused_user_says_what_rejects_has_to_be(
    tree: Any, node: Node, written: dict[str, Any]
) -> None:
    assert rejects_at(tree, node, "$email") == written


def test_a_value_outside_of_any_list_names_no_refused_users() -> None:
    with pytest.raises(UsageError, match="no list of refused users"):
        rejects_at({"status": "ok"}, ("status",), "$email")


def test_the_expected_reply_of_a_creation_has_the_list_id_where_the_manifest_reads_it() -> None:
    create = program(create_list__list_id={"response": "response.data[0].id"}).calls["create_list"]

    expected = expected_reply(create)

    assert expected.tree == {"response": {"data": [{"id": "$list_id"}]}}
    assert expected.marked == ((("response", "data", 0, "id"), "list id"),)


def test_the_expected_reply_of_an_add_has_a_refused_user_where_the_manifest_reads_one() -> None:
    rejects = {"rows": "errors", "by": "value", "at": "user", "item": "$user_key", "reason": "why"}
    add = program(add_users__rejects=rejects, add_users__success="status == 'ok'").calls["add_users"]

    expected = expected_reply(add)

    assert expected.tree == {"status": "ok", "errors": [{"user": "$refused_user", "why": "$reason"}]}
    assert dict(expected.marked) == {("errors", 0, "user"): "a refused user", ("errors", 0, "why"): "why"}


def test_a_list_id_in_a_header_is_said_in_words() -> None:
    create = program(create_list__list_id={"header": "Location"}).calls["create_list"]

    assert expected_reply(create).note == "in the header `Location`"


@pytest.mark.parametrize("path", sorted(INTEGRATIONS.glob("*/manifest.yaml")), ids=lambda path: path.parent.name)
def test_an_expected_reply_can_be_made_for_every_call_of_the_catalogue(path: Any) -> None:
    for call in read_program(path).calls.values():
        made = expected_reply(call)
        # A reply that is one bare value is that value's mark.
        assert isinstance(made.tree, dict | list) or made.marked[0][0] == ()
