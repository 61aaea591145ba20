"""OpenAPI and Swagger are read into operations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maniple.source.openapi import is_openapi, read_openapi
from maniple.source.operation import Credential, Failure, Parameter, Server
from support.descriptions import AUDIENCES, audiences, one_operation, with_body


def sample(schema: Any, **media: Any) -> Any:
    body = read_openapi(with_body(schema, **media)).operations[0].body
    return body.sample if body is not None else None


def test_each_method_of_each_path_is_an_operation() -> None:
    api = read_openapi(AUDIENCES)
    assert [(each.id, each.method, each.path) for each in api.operations] == [
        ("createAudience", "POST", "/audiences"),
        ("listAudiences", "GET", "/audiences"),
        ("addMembers", "POST", "/audiences/{audienceId}/members"),
        ("removeMembers", "DELETE", "/audiences/{audienceId}/members"),
        ("whoami", "GET", "/account"),
    ]
    assert api.title == "Acme Audiences"
    assert api.operations[2].url == "https://api.acme.test/v2/audiences/{audienceId}/members"


def test_parameters_of_the_path_count_for_its_operations() -> None:
    operation = read_openapi(AUDIENCES).operations[2]
    assert operation.parameters == (Parameter("path", "audienceId", True, 1),)


def test_a_parameter_of_the_operation_stands_for_that_of_the_path() -> None:
    tree = one_operation({"parameters": [{"name": "q", "in": "query", "example": "mine"}]})
    tree["paths"]["/things"]["parameters"] = [{"name": "q", "in": "query", "example": "shared"}]
    assert [each.sample for each in read_openapi(tree).operations[0].parameters] == ["mine"]


def test_the_body_has_a_sample_and_says_what_may_be_left_out() -> None:
    body = read_openapi(AUDIENCES).operations[2].body
    assert body is not None
    assert body.sample == {"members": [{"email": "ada@example.com", "note": "{note}"}], "dryRun": False}
    assert body.optional == {("dryRun",), ("members", 0, "email"), ("members", 0, "note")}
    assert body.most == {("members",): 250}


def test_the_answer_and_the_failures_are_known() -> None:
    operation = read_openapi(AUDIENCES).operations[0]
    assert operation.answer == {"data": {"audienceId": 1}}
    assert operation.failures == (Failure("409", "An audience of this name is there. Choose another."),)
    assert operation.rates == ("10/s",)


def test_operations_without_an_id_are_named_by_method_and_path_and_ids_are_unique() -> None:
    tree = one_operation({})
    tree["paths"]["/a"] = {"get": {"operationId": "x"}}
    tree["paths"]["/b"] = {"get": {"operationId": "x"}}
    assert [each.id for each in read_openapi(tree).operations] == ["POST /things", "x", "x (2)"]


SCHEMAS = [
    ({"type": "string", "example": "me"}, "me"),
    ({"type": ["null", "integer"]}, 1),
    ({"const": "x"}, "x"),
    ({"enum": ["a", "b"], "default": "b"}, "b"),
    ({"type": "array", "items": {"type": "string", "format": "email"}}, ["ada@example.com"]),
    ({"type": "string", "example": '{"users": ["u1"]}'}, {"users": ["u1"]}),
    ({"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"type": "boolean"}}}]}, {"a": 1, "b": False}),
    ({"oneOf": [{"type": "null"}, {"properties": {"a": {"type": "number"}}}]}, {"a": 1.5}),
    ({"properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}}}, {"name": "{name}"}),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "expected"), SCHEMAS)
def test_a_sample_is_made_of_a_schema(schema: Any, expected: Any) -> None:
    assert sample(schema) == expected


def test_an_example_of_the_body_comes_before_its_schema() -> None:
    assert sample({"type": "object"}, example={"a": 1}) == {"a": 1}
    assert sample({"type": "object"}, examples={"one": {"value": {"b": 2}}}) == {"b": 2}


def test_a_schema_that_goes_round_in_a_circle_ends() -> None:
    tree = with_body({"$ref": "#/components/schemas/Node"})
    node = {"properties": {"id": {"type": "integer"}, "child": {"$ref": "#/components/schemas/Node"}}}
    tree["components"] = {"schemas": {"Node": node, "Loop": {"$ref": "#/components/schemas/Loop"}}}
    body = read_openapi(tree).operations[0].body
    assert body is not None
    assert body.sample == {"id": 1}
    tree["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/Loop"
    }
    assert read_openapi(tree).operations[0].body is None


def test_a_reference_to_another_file_is_not_followed_and_said() -> None:
    tree = with_body({"$ref": "https://evil.test/schema.json#/x"})
    api = read_openapi(tree)
    assert api.operations[0].body is None
    assert api.notes == ("a reference to another file, `https://evil.test/schema.json#/x`, was not followed",)


def test_a_huge_schema_gives_a_small_sample() -> None:
    wide: Any = {"type": "integer"}
    for _ in range(8):
        wide = {"properties": {f"p{number}": wide for number in range(12)}}

    def count(tree: Any) -> int:
        return 1 + sum(map(count, tree.values())) if isinstance(tree, dict) else 1

    assert count(sample(wide)) < 1_000


SCHEMES = [
    ({"type": "http", "scheme": "basic"}, Credential("basic")),
    ({"type": "http", "scheme": "Bearer"}, Credential("bearer")),
    ({"type": "http", "scheme": "digest"}, Credential("header", "Authorization", "Digest ")),
    ({"type": "apiKey", "in": "query", "name": "key"}, Credential("query", "key")),
    ({"type": "apiKey", "in": "cookie", "name": "sid"}, Credential("other", "sid")),
    ({"type": "openIdConnect"}, Credential("other", "openIdConnect")),
    (
        {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.test/t", "scopes": {"lists": ""}}}},
        Credential("oauth2", grant="client_credentials", token_url="https://a.test/t", scopes=("lists",)),
    ),
    (
        {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://a.test/a", "tokenUrl": "https://a.test/t"}}},
        Credential("oauth2", grant="authorization_code", authorize_url="https://a.test/a", token_url="https://a.test/t"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "credential"), SCHEMES)
def test_a_security_scheme_is_a_credential(scheme: Any, credential: Credential) -> None:
    tree = one_operation({}, security=[{"s": []}], components={"securitySchemes": {"s": scheme}})
    assert read_openapi(tree).operations[0].credentials == (credential,)


def test_an_operation_that_says_it_needs_no_security_has_no_credential() -> None:
    tree = audiences()
    tree["paths"]["/account"]["get"]["security"] = []
    credentials = {each.id: each.credentials for each in read_openapi(tree).operations}
    assert credentials["whoami"] == ()
    assert credentials["addMembers"] == (Credential("header", "X-Acme-Key"),)


SERVERS = [
    ([{"url": "https://{region}.acme.test/v1", "variables": {"region": {"default": "eu", "enum": ["us", "eu"]}}}],
     [Server("https://eu.acme.test/v1", "eu"), Server("https://us.acme.test/v1", "us")]),
    ([{"url": "https://{tenant}.acme.test/{base}", "variables": {"tenant": {"default": "demo"}, "base": {"default": "v2"}}}],
     [Server("https://{tenant}.acme.test/v2")]),
]  # fmt: skip


@pytest.mark.parametrize(("servers", "expected"), SERVERS)
def test_variables_of_a_server_are_its_values_or_stay_placeholders(servers: Any, expected: Any) -> None:
    assert list(read_openapi(one_operation({}, servers=servers)).servers) == expected


@pytest.mark.parametrize("url", ["/v1", "http://localhost:8080/v1", "https://127.0.0.1/v1"])
def test_a_server_that_is_nowhere_becomes_a_placeholder(url: str) -> None:
    assert read_openapi(one_operation({}, servers=[{"url": url}])).operations[0].url == "{base_url}/v1/things"


SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Old", "version": "1"},
    "host": "api.acme.test",
    "basePath": "/v1",
    "schemes": ["http", "https"],
    "securityDefinitions": {"o": {"type": "oauth2", "flow": "application", "tokenUrl": "https://a.test/t"}},
    "security": [{"o": []}],
    "definitions": {"List": {"type": "object", "properties": {"id": {"type": "string", "example": "l1"}}}},
    "paths": {
        "/lists": {
            "post": {
                "parameters": [{"in": "body", "name": "b", "schema": {"properties": {"name": {"type": "string"}}}}],
                "responses": {"200": {"description": "ok", "schema": {"$ref": "#/definitions/List"}}},
            }
        },
        "/import": {
            "post": {
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [
                    {"in": "formData", "name": "email", "type": "string", "required": True},
                    {"in": "formData", "name": "source", "type": "string"},
                ],
            }
        },
    },
}


def test_swagger_2_is_read_too() -> None:
    lists, imports = read_openapi(SWAGGER).operations
    assert lists.url == "https://api.acme.test/v1/lists"
    assert lists.body is not None
    assert (lists.body.format, lists.body.sample, lists.answer) == ("json", {"name": "{name}"}, {"id": "l1"})
    assert lists.credentials == (Credential("oauth2", grant="client_credentials", token_url="https://a.test/t"),)
    assert imports.body is not None
    assert (imports.body.format, imports.body.optional) == ("form", {("source",)})


@pytest.mark.parametrize("tree", [None, [], {}, {"openapi": "3.0.0"}, {"openapi": "3.0.0", "paths": []}])
def test_anything_else_is_no_openapi(tree: Any) -> None:
    assert not is_openapi(tree)


KEYS = st.sampled_from(
    [
        "paths",
        "/a",
        "get",
        "post",
        "parameters",
        "requestBody",
        "content",
        "application/json",
        "schema",
        "$ref",
        "#/paths",
        "properties",
        "items",
        "allOf",
        "oneOf",
        "type",
        "required",
        "enum",
        "example",
        "examples",
        "default",
        "servers",
        "variables",
        "url",
        "security",
        "responses",
        "200",
        "404",
        "name",
        "in",
    ]
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | KEYS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(JUNK, JUNK, JUNK)
def test_junk_in_any_place_is_passed_over(operation: Any, components: Any, servers: Any) -> None:
    tree = {
        "openapi": "3.0.0",
        "paths": {"/a": {"post": operation, "get": {"parameters": operation}}, "/b": components},
    }
    new = read_openapi({**tree, "components": components, "servers": servers, "security": servers, "info": operation})
    old = read_openapi({**tree, "swagger": "2.0", "securityDefinitions": components, "host": servers})

    for api in (new, old):
        assert {each.path for each in api.operations} <= {"/a", "/b"}
        assert len({each.id for each in api.operations}) == len(api.operations)
