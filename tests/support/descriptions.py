"""Descriptions of APIs, as small as what is asked of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

_MEMBER = {"type": "object", "properties": {"email": {"type": "string", "format": "email"}, "note": {"type": "string"}}}
_LIST = {
    "type": "object",
    "properties": {"data": {"type": "object", "properties": {"audienceId": {"type": "integer"}}}},
}

AUDIENCES: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Acme Audiences", "version": "1"},
    "servers": [
        {"url": "https://api.acme.test/v2", "description": "United States"},
        {"url": "https://api.eu.acme.test/v2", "description": "Europe"},
    ],
    "security": [{"key": []}],
    "paths": {
        "/audiences": {
            "get": {"operationId": "listAudiences", "responses": {"200": {"description": "all"}}},
            "post": {
                "operationId": "createAudience",
                "summary": "Create an audience",
                "description": "Rate limit: 10 requests per second.",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name", "kind"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "kind": {"type": "string", "enum": ["static", "live"]},
                                    "color": {"type": "string"},
                                },
                            }
                        }
                    }
                },
                "responses": {
                    "201": {"description": "made", "content": {"application/json": {"schema": _LIST}}},
                    "409": {"description": "An audience of this name is there. Choose another."},
                },
            },
        },
        "/audiences/{audienceId}/members": {
            "parameters": [{"name": "audienceId", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "post": {
                "operationId": "addMembers",
                "summary": "Add members",
                "requestBody": {"$ref": "#/components/requestBodies/Members"},
                "responses": {"204": {"description": "added"}, "422": {"description": "A member was *refused*."}},
            },
            "delete": {
                "operationId": "removeMembers",
                "summary": "Remove members",
                "requestBody": {"$ref": "#/components/requestBodies/Members"},
                "responses": {"204": {"description": "removed"}},
            },
        },
        "/account": {"get": {"operationId": "whoami", "responses": {"200": {"description": "you"}}}},
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Acme-Key"}},
        "requestBodies": {
            "Members": {
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["members"],
                            "properties": {
                                "members": {
                                    "type": "array",
                                    "maxItems": 250,
                                    "items": {"$ref": "#/components/schemas/M"},
                                },
                                "dryRun": {"type": "boolean"},
                            },
                        }
                    }
                }
            }
        },
        "schemas": {"M": _MEMBER},
    },
}
"""An API with lists: OpenAPI 3.0, two servers, a key header."""


def audiences(**changes: Any) -> dict[str, Any]:
    """A copy of the API with other top-level members."""
    return {**copy.deepcopy(AUDIENCES), **changes}


def written(folder: Path, tree: Any, name: str = "api.json") -> Path:
    """The description in a file."""
    path = folder / name
    path.write_text(json.dumps(tree))
    return path


def one_operation(operation: dict[str, Any], path: str = "/things", **top: Any) -> dict[str, Any]:
    """OpenAPI with a single operation."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": "https://api.acme.test"}],
        "paths": {path: {"post": {"responses": {}, **operation}}},
        **top,
    }


def with_body(schema: Any, **media: Any) -> dict[str, Any]:
    """OpenAPI with a single operation whose JSON body has this schema."""
    return one_operation({"requestBody": {"content": {"application/json": {"schema": schema, **media}}}})


def postman(*items: Any, **top: Any) -> dict[str, Any]:
    """A collection of format 2.1."""
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {"info": {"name": "Acme", "schema": schema}, "item": list(items), **top}


def request(name: str, method: str = "POST", url: Any = "https://api.acme.test/lists", **more: Any) -> dict[str, Any]:
    """A request of a collection."""
    return {"name": name, "request": {"method": method, "url": url, **more}}
