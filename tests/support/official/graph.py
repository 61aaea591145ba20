"""The Graph API's codegen files as OpenAPI 3.0: what edges of a node take. They list every parameter they know."""

from __future__ import annotations

from typing import Any

_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "datetime": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "unsigned int": {"type": "integer", "minimum": 0},
    "float": {"type": "number"},
    "Object": {"type": "object"},
    "map": {"type": "object"},
}


def from_graph(document: dict[str, Any], node: str) -> dict[str, Any]:
    """The OpenAPI 3.0 document of one node's `apis`. `node` is the node's place in a path: `/{version}/{id}`.

    Parameters travel as a JSON object, as the Graph API takes them beside form fields.
    """
    paths: dict[str, Any] = {}
    for api in document["apis"]:
        edge = api.get("endpoint")
        path = f"{node}/{edge}" if edge else node
        paths.setdefault(path, {})[api["method"].lower()] = _operation(api, path)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Graph API", "version": "1"},
        "paths": paths,
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(api: dict[str, Any], path: str) -> dict[str, Any]:
    parameters = [
        {"name": part.split("}")[0], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in path.split("{")[1:]
    ]
    made: dict[str, Any] = {"parameters": parameters, "responses": {"default": {"description": ""}}}
    if api["method"] == "GET":
        parameters += [{"name": each["name"], "in": "query", "schema": {}} for each in api["params"]]
        return made
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {each["name"]: _type(each["type"]) for each in api["params"]},
        "additionalProperties": False,
    }
    required = [each["name"] for each in api["params"] if each["required"]]
    if required:
        schema["required"] = required
    made["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return made


def _type(written: str) -> dict[str, Any]:
    if written.startswith("list<"):
        return {"type": "array", "items": _type(written.removeprefix("list<").removesuffix(">"))}
    return _TYPES.get(written, {"type": "string"})
