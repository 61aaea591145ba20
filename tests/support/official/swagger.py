"""Swagger 2.0 as OpenAPI 3.0: the same promises in the words the validator reads."""

from __future__ import annotations

from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_MOVED = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}
_OF_THE_PARAMETER = {"name", "in", "required", "description", "deprecated", "collectionFormat", "allowEmptyValue"}
_SEPARATED = {"csv": ("form", False), "multi": ("form", True), "ssv": ("spaceDelimited", False)}


def from_swagger(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI 3.0 document of a Swagger 2.0 one. Replies are left out: only requests are validated."""
    document = _moved(document)
    scheme = (document.get("schemes") or ["https"])[0]
    openapi: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": document["info"],
        "servers": [{"url": f"{scheme}://{document.get('host', '')}{document.get('basePath', '').rstrip('/')}"}],
        "paths": {path: _path(item, document) for path, item in document["paths"].items()},
        "components": {
            "schemas": document.get("definitions", {}),
            "securitySchemes": {
                name: {"type": "http", "scheme": "basic"} if scheme["type"] == "basic" else scheme
                for name, scheme in document.get("securityDefinitions", {}).items()
            },
        },
    }
    if "security" in document:
        openapi["security"] = document["security"]
    return openapi


def _moved(tree: Any) -> Any:
    """The same tree with its references pointing to where things stand in OpenAPI 3.0, and nulls allowed its way."""
    if isinstance(tree, list):
        return [_moved(each) for each in tree]
    if not isinstance(tree, dict):
        return tree
    moved = {key: _moved(value) for key, value in tree.items()}
    reference = moved.get("$ref")
    if isinstance(reference, str):
        for old, new in _MOVED.items():
            if reference.startswith(old):
                moved["$ref"] = new + reference.removeprefix(old)
    if moved.get("x-nullable") is True:
        moved["nullable"] = True
    if moved.get("type") == "file":
        moved |= {"type": "string", "format": "binary"}
    return moved


def _path(item: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    shared = item.get("parameters", [])
    return {
        method: _operation(item[method], [*shared, *item[method].get("parameters", [])], document)
        for method in METHODS
        if method in item
    }


def _operation(operation: dict[str, Any], parameters: list[dict[str, Any]], document: dict[str, Any]) -> dict[str, Any]:
    parameters = [_resolved(parameter, document) for parameter in parameters]
    consumes = operation.get("consumes") or document.get("consumes") or ["application/json"]
    made: dict[str, Any] = {
        "parameters": [_parameter(each) for each in parameters if each["in"] not in {"body", "formData"}],
        "responses": {"default": {"description": ""}},
    }
    if "security" in operation:
        made["security"] = operation["security"]
    for body in (each for each in parameters if each["in"] == "body"):
        content = {media: _content(media, body["schema"], document) for media in consumes}
        made["requestBody"] = {"required": body.get("required", False), "content": content}
    form = [each for each in parameters if each["in"] == "formData"]
    if form:
        made["requestBody"] = _form(form, consumes)
    return made


def _content(media: str, schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A body's schema; in a form, a property that is an object travels as JSON text."""
    if media != "application/x-www-form-urlencoded":
        return {"schema": schema}
    reference = schema.get("$ref", "")
    properties = (document["definitions"][reference.rsplit("/", 1)[1]] if reference else schema).get("properties", {})
    objects = [name for name, each in properties.items() if "$ref" in each or each.get("type") == "object"]
    return {"schema": schema, "encoding": {name: {"contentType": "application/json"} for name in objects}}


def _resolved(parameter: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    reference = parameter.get("$ref")
    return document["parameters"][reference.rsplit("/", 1)[1]] if reference else parameter


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = {key: value for key, value in parameter.items() if key not in _OF_THE_PARAMETER}
    made = {"name": parameter["name"], "in": parameter["in"], "required": parameter.get("required", False)}
    if schema.get("type") == "array":
        separated = _SEPARATED[parameter.get("collectionFormat", "csv")]
        style, explode = ("simple", False) if parameter["in"] in {"path", "header"} else separated
        made |= {"style": style, "explode": explode}
    return {**made, "schema": schema}


def _form(parameters: list[dict[str, Any]], consumes: list[str]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": [each["name"] for each in parameters if each.get("required")],
        "properties": {
            each["name"]: {key: value for key, value in each.items() if key not in _OF_THE_PARAMETER}
            for each in parameters
        },
    }
    if not schema["required"]:
        del schema["required"]
    return {"required": True, "content": {media: {"schema": schema} for media in consumes}}
