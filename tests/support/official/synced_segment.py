"""An integration manifest for synced segments as OpenAPI 3.0: its JSON pointers say where members must stand."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string", "minLength": 1}


def from_synced_segment(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The OpenAPI 3.0 document of the receiver that an integration manifest describes, at `path`.

    What the receiver's parser reads is required, but for the link to a cohort; membership is told by a boolean or not
    at all. Source of the reading: schemas/capabilities/syncedSegment.json of the integration framework.
    """
    parser = document["capabilities"]["syncedSegment"]["requestParser"]
    members = parser["memberArrayParser"]
    schema: dict[str, Any] = {"type": "object"}
    _put(schema, parser["environmentIdPath"], _TEXT)
    member: dict[str, Any] = {"type": "object"}
    for key in ("memberIdPath", "cohortIdPath", "cohortNamePath"):
        if key in members:
            _put(member, members[key], _TEXT)
    if "booleanMembershipPath" in members:
        _put(member, members["booleanMembershipPath"], {"type": "boolean"})
    link = parser.get("cohortUrlPath", "")
    first = parser["memberArrayPath"] + "/0/"
    if link.startswith(first):
        member["properties"][link.removeprefix(first)] = {"type": "string"}
    _put(schema, parser["memberArrayPath"], {"type": "array", "minItems": 1, "items": member})
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": document["name"], "version": document["version"]},
        "paths": {path: {"post": {"requestBody": body, "responses": {"default": {"description": ""}}}}},
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}}},
    }


def _put(schema: dict[str, Any], pointer: str, child: dict[str, Any]) -> None:
    """Say in `schema` that what a JSON pointer finds is there and looks like `child`."""
    *parents, last = pointer.removeprefix("/").split("/")
    for parent in parents:
        _require(schema, parent)
        schema = schema["properties"].setdefault(parent, {"type": "object"})
    _require(schema, last)
    schema["properties"][last] = child


def _require(schema: dict[str, Any], name: str) -> None:
    schema.setdefault("properties", {})
    schema.setdefault("required", [])
    if name not in schema["required"]:
        schema["required"].append(name)
