"""The validation of requests against API descriptions finds what it is there to find."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from maniple.wire import Request
from support.official.discovery import from_discovery
from support.official.graph import from_graph
from support.official.service_model import from_service_model
from support.official.swagger import from_swagger
from support.official.synced_segment import from_synced_segment
from support.official.validate import Finding, validate

TOKEN = ("Authorization", "Bearer T")
JSON = ("Content-Type", "application/json")
LISTS: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Lists", "version": "1"},
    "servers": [{"url": "https://api.partner.test/v1"}],
    "security": [{"token": []}],
    "paths": {
        "/lists/{id}/users": {
            "post": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                    {"name": "kind", "in": "query", "schema": {"enum": ["email", "phone"]}},
                    {"name": "Version", "in": "header", "required": True, "schema": {"type": "string"}},
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Users"}}}},
                "responses": {"200": {"description": ""}},
            },
            "get": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {"200": {"description": ""}},
            },
        }
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Users": {"allOf": [{"$ref": "#/components/schemas/Named"}, {"required": ["users"], "properties": {"users": {"type": "array", "maxItems": 2, "items": {"$ref": "#/components/schemas/User"}}}}]},
            "Named": {"type": "object", "properties": {"name": {"type": "string"}}},
            "User": {"type": "object", "properties": {"email": {"type": "string"}, "traits": {"type": "object"}}},
        },
    },
}  # fmt: skip


def request(body: Any = None, method: str = "POST", path: str = "/lists/7/users?kind=email", **other: Any) -> Request:
    headers = other.get("headers", (TOKEN, JSON, ("Version", "2")))
    host = other.get("host", "https://api.partner.test/v1")
    written = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(method, host + path, headers, written)


GOOD = {"name": "n", "users": [{"email": "a@b.test", "traits": {"free": 1}}]}
ENDPOINT = "POST /lists/{id}/users"


def test_a_request_as_described_has_no_problems() -> None:
    assert validate(LISTS, request(GOOD)) == Finding(ENDPOINT)


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (request({**GOOD, "name": 7}), "body.name: 7 is not of type 'string'"),
        (request({"name": "n"}), "body: 'users' is a required property"),
        (request({"users": [{"email": 1}]}), "body.users[].email: 1 is not of type 'string'"),
        (request({"users": [{}, {}, {}]}), "body.users: [{}, {}, {}] is too long"),
        (request(b"{"), "body: Failed to deserialize value with application/json mimetype: {"),
        (request(), "body: Missing required request body"),
        (request(GOOD, path="/lists/seven/users"), "path id: Failed to cast value to integer type: seven"),
        (request(GOOD, path="/lists/7/users?kind=fax"), "query kind: 'fax' is not one of ['email', 'phone']"),
        (request(GOOD, headers=(TOKEN, JSON)), "header Version: Missing required header parameter: Version"),
        (request(GOOD, method="PUT"), "the description has the path but not the method"),
        (request(GOOD, host="https://elsewhere.test/v1"), "https://elsewhere.test is not a server of the description"),
        (request(GOOD, method="GET", path="/lists/7/users"), "body: the description has none"),
        (
            request(GOOD, headers=(("Authorization", "Basic T"), JSON, ("Version", "2"))),
            "security: no credentials of a kind that the description asks for",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_request_that_breaks_the_description_has_the_problem(sent: Request, problem: str) -> None:
    assert validate(LISTS, sent).problems == (problem,)


def test_a_body_of_another_media_type_is_a_problem() -> None:
    sent = request(b"a=b", headers=(TOKEN, ("Content-Type", "text/csv"), ("Version", "2")))
    assert validate(LISTS, sent).problems[0].startswith("body: Content for the following mimetype not found: text/csv")


def test_a_value_that_fits_several_open_alternatives_has_no_problem() -> None:
    document = copy.deepcopy(LISTS)
    open_ones = [{"type": "object", "required": ["email"]}, {"type": "object", "properties": {"email": {}, "name": {}}}]
    document["components"]["schemas"]["User"] = {"oneOf": open_ones}
    assert validate(document, request({"users": [{"email": "a@b.test"}]})) == Finding(ENDPOINT)


def test_a_value_that_fits_no_alternative_has_a_problem_for_each() -> None:
    document = copy.deepcopy(LISTS)
    document["components"]["schemas"]["User"] = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    assert validate(document, request({"users": [True]})).problems == (
        "body.users[]: not oneOf: True is not of type 'string'",
        "body.users[]: not oneOf: True is not of type 'integer'",
    )


def test_missing_credentials_do_not_hide_what_else_is_wrong() -> None:
    assert len(validate(LISTS, request({"name": "n"}, headers=(JSON, ("Version", "2")))).problems) == 2


def test_a_path_that_is_not_described_has_no_endpoint() -> None:
    assert validate(LISTS, request(GOOD, path="/segments")) == Finding(None)


def test_what_the_description_does_not_know_is_named_where_it_stands() -> None:
    body = {"nmae": "n", "users": [{"email": "a@b.test", "emial": 1, "traits": {"free": 1}}]}
    found = validate(LISTS, request(body, path="/lists/7/users?kind=email&knid=1"))
    assert found == Finding(ENDPOINT, (), ("query.knid", "body.nmae", "body.users[].emial"))


def test_an_object_without_listed_properties_may_hold_anything() -> None:
    document = copy.deepcopy(LISTS)
    document["components"]["schemas"]["User"] = {"type": "object"}
    assert validate(document, request({"users": [{"any": {"thing": 1}}]})).unknown == ()


SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Lists", "version": "1"},
    "host": "api.partner.test",
    "basePath": "/v1",
    "schemes": ["https"],
    "security": [{"key": []}],
    "securityDefinitions": {"key": {"type": "basic"}},
    "paths": {
        "/lists": {
            "post": {
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [
                    {"name": "name", "in": "formData", "required": True, "type": "string"},
                    {"name": "size", "in": "formData", "type": "integer"},
                ],
            },
            "patch": {
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [{"name": "list", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Placed"}}],
            },
            "put": {"parameters": [{"name": "list", "in": "body", "required": True, "schema": {"$ref": "#/definitions/List"}}]},
        }
    },
    "definitions": {"Placed": {"type": "object", "required": ["folder"], "properties": {"folder": {"$ref": "#/definitions/List"}}}, "List": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "x-nullable": True}}}},
}  # fmt: skip
BASIC = ("Authorization", "Basic QTpC")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (request({"name": None}, "PUT", "/lists", headers=(BASIC, JSON)), Finding("PUT /lists")),
        (
            request({"title": 1}, "PUT", "/lists", headers=(BASIC, JSON)),
            Finding("PUT /lists", ("body: 'name' is a required property",), ("body.title",)),
        ),
        (
            request(b"folder=%7B%22name%22%3A1%7D", "PATCH", "/lists", headers=(BASIC, FORM)),
            Finding("PATCH /lists", ("body.folder.name: 1 is not of type 'string'",)),
        ),
        (request(b"name=n&size=3", path="/lists", headers=(BASIC, FORM)), Finding("POST /lists")),
        (
            request(b"siez=3", path="/lists", headers=(BASIC, FORM)),
            Finding("POST /lists", ("body: 'name' is a required property",), ("body.siez",)),
        ),
    ],
)
def test_swagger_is_read(sent: Request, found: Finding) -> None:
    assert validate(from_swagger(SWAGGER), sent) == found


DISCOVERY: dict[str, Any] = {
    "name": "lists",
    "version": "v1",
    "rootUrl": "https://api.partner.test/",
    "servicePath": "",
    "resources": {
        "members": {
            "methods": {
                "ingest": {"path": "v1/members:ingest", "httpMethod": "POST", "request": {"$ref": "Ingest"}},
            }
        }
    },
    "schemas": {
        "Ingest": {"id": "Ingest", "type": "object", "properties": {"members": {"type": "array", "items": {"$ref": "Member"}}, "kind": {"type": "string", "enum": ["A"]}}},
        "Member": {"id": "Member", "type": "object", "properties": {"count": {"type": "string", "format": "int64"}}},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"members": [{"count": "7"}], "kind": "A"}, ()),
        ({"members": [{"count": 7}]}, ("body.members[].count: 7 is not of type 'string'",)),
        ({"members": [{"count": "x"}]}, ("body.members[].count: 'x' does not match '^-?[0-9]+$'",)),
        ({"kind": "B"}, ("body.kind: 'B' is not one of ['A']",)),
        ({"sort": "A"}, ("body: Additional properties are not allowed ('sort' was unexpected)",)),
    ],
)
def test_discovery_documents_are_read_and_strict(body: Any, problems: tuple[str, ...]) -> None:
    sent = request(body, path="/v1/members:ingest", host="https://api.partner.test")
    assert validate(from_discovery(DISCOVERY), sent).problems == problems


def test_a_service_model_is_read() -> None:
    document = from_service_model(
        {
            "metadata": {"serviceId": "S", "apiVersion": "1"},
            "operations": {
                "PutObject": {"http": {"method": "PUT", "requestUri": "/{Bucket}/{Key+}"}, "input": {"shape": "Put"}}
            },
            "shapes": {
                "Put": {
                    "required": ["Bucket", "Key"],
                    "members": {
                        "Bucket": {"shape": "Text", "location": "uri", "locationName": "Bucket"},
                        "Key": {"shape": "Text", "location": "uri", "locationName": "Key"},
                        "ACL": {"shape": "Acl", "location": "header", "locationName": "x-amz-acl"},
                        "Body": {"shape": "Blob", "streaming": True},
                    },
                },
                "Text": {"type": "string", "min": 1},
                "Acl": {"type": "string", "enum": ["private"]},
            },
        }
    )
    signed = ("Authorization", "AWS4-HMAC-SHA256 Credential=x")
    sent = request(b"a,b", "PUT", "/f/u.csv", host="https://b.test", headers=(signed, ("x-amz-acl", "secret")))
    document["servers"] = [{"url": "https://{bucket}.test"}]
    assert validate(document, sent).problems == ("header x-amz-acl: 'secret' is not one of ['private']",)


def test_a_graph_file_is_read_and_strict() -> None:
    params = [{"name": "payload", "type": "Object", "required": True}]
    document = from_graph({"apis": [{"method": "POST", "endpoint": "users", "params": params}]}, "/{version}/{id}")
    sent = request({"payload": [], "sesion": {}}, path="/v1.0/9/users", host="https://graph.test")
    document["servers"] = [{"url": "https://graph.test"}]
    assert set(validate(document, sent).problems) == {
        "body.payload: [] is not of type 'object'",
        "body: Additional properties are not allowed ('sesion' was unexpected)",
    }


def test_an_integration_manifest_is_read() -> None:
    members = {"memberIdPath": "/userId", "booleanMembershipPath": "/value", "cohortIdPath": "/cohort/id"}
    parser = {"environmentIdPath": "/env", "memberArrayPath": "/batch", "memberArrayParser": members}
    manifest = {"name": "n", "version": "1", "capabilities": {"syncedSegment": {"requestParser": parser}}}
    document = from_synced_segment(manifest, "/targets")
    document["servers"] = [{"url": "https://api.partner.test"}]
    body = {"env": "e", "batch": [{"userId": "u1", "value": "true", "cohort": {}}]}
    found = validate(document, request(body, path="/targets", host="https://api.partner.test"))
    assert set(found.problems) == {
        "body.batch[].value: 'true' is not of type 'boolean'",
        "body.batch[].cohort: 'id' is a required property",
    }
