"""Postman collections are read into operations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maniple.source.operation import Credential, Failure, Parameter
from maniple.source.postman import is_postman, read_postman
from support.descriptions import postman, request

SECRET = "s3cr3t-0f-the-sample"


def body_of(**body: Any) -> Any:
    return read_postman(postman(request("x", body=body))).operations[0].body


def test_requests_in_folders_are_operations_with_their_folders() -> None:
    tree = postman({"name": "Lists", "item": [{"name": "Members", "item": [request("Add")]}]}, request("Ping", "GET"))
    operations = read_postman(tree).operations
    assert [(each.id, each.method, each.folders) for each in operations] == [
        ("Add", "POST", ("Lists", "Members")),
        ("Ping", "GET", ()),
    ]


URLS = [
    ("https://a.test/lists/:id?x=1", "https://a.test/lists/:id", [("x", "1")]),
    ({"raw": "https://a.test/l?x=1&y=2", "query": [{"key": "x", "value": "1"}, {"key": "y", "disabled": True}]},
     "https://a.test/l", [("x", "1")]),
    ({"host": ["a", "test"], "path": ["lists"]}, "https://a.test/lists", []),
    ("{{base_url}}/lists/{{listId}}", "{base_url}/lists/{listId}", []),
    ("{{host}}/lists", "https://api.acme.test/v1/lists", []),
]  # fmt: skip


@pytest.mark.parametrize(("url", "address", "query"), URLS)
def test_a_url_may_be_a_text_or_in_pieces_and_have_variables(url: Any, address: str, query: Any) -> None:
    tree = postman(request("x", url=url), variable=[{"key": "host", "value": "https://api.acme.test/v1"}])
    operation = read_postman(tree).operations[0]
    assert operation.url == address
    assert [(each.name, each.sample) for each in operation.parameters] == query


def test_a_variable_that_may_hold_a_credential_keeps_its_name_only() -> None:
    tree = postman(
        request("x", header=[{"key": "X-Key", "value": "{{api_key}}"}]), variable=[{"key": "api_key", "value": SECRET}]
    )
    operation = read_postman(tree).operations[0]
    assert operation.parameters == (Parameter("header", "X-Key", True, "{{api_key}}"),)
    assert SECRET not in repr(operation)


AUTHS = [
    ({"type": "bearer", "bearer": [{"key": "token", "value": SECRET}]}, Credential("bearer")),
    ({"type": "basic", "basic": {"username": "u", "password": SECRET}}, Credential("basic")),
    ({"type": "apikey", "apikey": [{"key": "key", "value": "X-K"}, {"key": "value", "value": SECRET}]}, Credential("header", "X-K")),
    ({"type": "apikey", "apikey": {"key": "k", "in": "query"}}, Credential("query", "k")),
    ({"type": "hawk"}, Credential("other", "hawk")),
    (
        {"type": "oauth2", "oauth2": [{"key": "accessTokenUrl", "value": "https://a.test/t"}, {"key": "grant_type", "value": "client_credentials"}]},
        Credential("oauth2", grant="client_credentials", token_url="https://a.test/t"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("auth", "credential"), AUTHS)
def test_a_request_inherits_the_authentication_of_its_collection(auth: Any, credential: Credential) -> None:
    operation = read_postman(postman(request("x"), auth=auth)).operations[0]
    assert operation.credentials == (credential,)
    assert SECRET not in repr(operation)


def test_a_folder_or_a_request_may_have_its_own_authentication_or_none() -> None:
    basic, bearer = {"type": "basic"}, {"type": "bearer"}
    folder = {
        "name": "f",
        "auth": basic,
        "item": [request("own", auth=bearer), request("folder"), request("none", auth={"type": "noauth"})],
    }
    operations = read_postman(postman(folder, request("top"), auth={"type": "hawk"})).operations
    assert [each.credentials for each in operations] == [
        (Credential("bearer"),),
        (Credential("basic"),),
        (),
        (Credential("other", "hawk"),),
    ]


def test_a_raw_body_is_json_also_with_bare_variables_and_comments() -> None:
    body = body_of(mode="raw", raw='{"id": {{listId}}, // the list\n "users": ["{{user}}"]}')
    assert (body.format, body.sample) == ("json", {"id": "{{listId}}", "users": ["{{user}}"]})


def test_a_form_has_the_fields_that_are_on() -> None:
    fields = [{"key": "email", "value": "a@b.test"}, {"key": "off", "value": "x", "disabled": True}]
    body = body_of(mode="urlencoded", urlencoded=fields)
    assert (body.format, body.sample) == ("form", {"email": "a@b.test"})
    assert body_of(mode="formdata", formdata=fields).format == "multipart"


def test_a_body_of_another_language_stays_a_text() -> None:
    assert body_of(mode="raw", raw="<a/>").format == "xml"
    assert body_of(mode="raw", raw="u1\nu2").format == "text"
    assert body_of(mode="graphql") is None


def test_saved_answers_are_the_answer_and_the_failures() -> None:
    saved = [{"name": "Gone", "code": 404, "body": "<html>"}, {"name": "Made", "code": 201, "body": '{"id": 7}'}]
    operation = read_postman(postman({**request("x"), "response": saved})).operations[0]
    assert operation.answer == {"id": 7}
    assert operation.failures == (Failure("404", "Gone"),)


def test_a_collection_from_the_api_lies_one_deeper() -> None:
    tree = {"collection": postman(request("x"))}
    assert is_postman(tree)
    assert [each.id for each in read_postman(tree).operations] == ["x"]


@pytest.mark.parametrize("tree", [None, [], {}, {"item": []}, {"info": {}, "item": {}}])
def test_anything_else_is_no_collection(tree: Any) -> None:
    assert not is_postman(tree)


KEYS = st.sampled_from(
    [
        "item",
        "request",
        "url",
        "raw",
        "host",
        "path",
        "query",
        "key",
        "value",
        "auth",
        "type",
        "bearer",
        "header",
        "body",
        "mode",
        "response",
        "code",
    ]
)
JUNK = st.recursive(
    st.none() | st.integers() | KEYS | st.sampled_from(["raw", "{{x}}", "{"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(JUNK, JUNK)
def test_junk_in_any_place_is_passed_over(node: Any, top: Any) -> None:
    tree = postman(
        node, {"name": node, "request": node}, {"request": {"url": node, "body": top, "header": top, "auth": node}}
    )
    found = read_postman({**tree, "variable": top, "auth": top})

    assert len({each.id for each in found.operations}) == len(found.operations)
