"""Google's discovery documents as OpenAPI 3.0. They list every property, so an unknown one is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_KEPT = ("type", "enum", "pattern", "minimum", "maximum", "format")
_NUMBERS_AS_TEXT = {"int64": "^-?[0-9]+$", "uint64": "^[0-9]+$", "google-duration": r"^-?[0-9]+(\.[0-9]{1,9})?s$"}


def from_discovery(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI 3.0 document of a discovery document.

    Source of the reading: developers.google.com/discovery/v1/reference/apis. Every method takes a bearer token.
    """
    paths: dict[str, Any] = {}
    for method in _methods(document):
        path = "/" + method.get("flatPath", method["path"])
        paths.setdefault(path, {})[method["httpMethod"].lower()] = _operation(method, document)
    schemas = {name: _schema(schema) for name, schema in document["schemas"].items()}
    return {
        "openapi": "3.0.3",
        "info": {"title": document["name"], "version": document["version"]},
        "servers": [{"url": (document["rootUrl"] + document["servicePath"]).rstrip("/")}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _methods(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (resource.get("methods") or {}).values()
    for child in (resource.get("resources") or {}).values():
        yield from _methods(child)


def _operation(method: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    given = {**document.get("parameters", {}), **method.get("parameters", {})}
    parameters = [
        {"name": name, "in": "query", "required": each.get("required", False), "schema": _schema(each)}
        for name, each in given.items()
        if each["location"] == "query"
    ]
    parts = method.get("flatPath", method["path"]).split("{")[1:]
    parameters += [
        {"name": part.split("}")[0], "in": "path", "required": True, "schema": {"type": "string"}} for part in parts
    ]
    made: dict[str, Any] = {"parameters": parameters, "responses": {"default": {"description": ""}}}
    if "request" in method:
        content = {"application/json": {"schema": _schema(method["request"])}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"$ref": f"#/components/schemas/{schema['$ref']}"}
    made = {key: schema[key] for key in _KEPT if key in schema and schema[key] != "any"}
    if made.get("type") == "string" and made.get("format") in _NUMBERS_AS_TEXT:
        made["pattern"] = _NUMBERS_AS_TEXT[made.pop("format")]
    if "items" in schema:
        made["items"] = _schema(schema["items"])
    if made.get("type") == "object":
        more = schema.get("additionalProperties")
        made["properties"] = {name: _schema(each) for name, each in schema.get("properties", {}).items()}
        made["additionalProperties"] = _schema(more) if more else False
    return made
