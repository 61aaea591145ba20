"""An AWS service model (`service-2.json`) as OpenAPI 3.0: method, path, query and headers; bodies are bytes."""

from __future__ import annotations

from typing import Any

from .validate import WHOLE_PATH

_PLACES = {"uri": "path", "header": "header", "querystring": "query"}
_TYPES = {"integer": "integer", "long": "integer", "boolean": "boolean"}


def from_service_model(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI 3.0 document of a service model whose buckets are in the host's name.

    Of operations that differ only in their query (`UploadPart` from `PutObject`) the first stands for all.

    Source of the reading: the bucket is not part of the path in virtual-hosted addresses, and `{Key+}` takes slashes
    (docs.aws.amazon.com, virtual hosting of buckets).
    """
    paths: dict[str, Any] = {}
    for operation in document["operations"].values():
        address, _, fixed = operation["http"]["requestUri"].partition("?")
        path = address.replace("/{Bucket}", "").replace("{Key+}", "{Key}") or "/"
        method = operation["http"]["method"].lower()
        if not fixed and method not in paths.setdefault(path, {}):
            paths[path][method] = _operation(operation, document)
    return {
        "openapi": "3.0.3",
        "info": {"title": document["metadata"]["serviceId"], "version": document["metadata"]["apiVersion"]},
        "paths": paths,
        WHOLE_PATH: True,
        "security": [{"signature": []}],
        "components": {"securitySchemes": {"signature": {"type": "http", "scheme": "aws4-hmac-sha256"}}},
    }


def _operation(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    shape = document["shapes"][operation["input"]["shape"]]
    required = shape.get("required", [])
    parameters = [
        {
            "name": member["locationName"],
            "in": _PLACES[member["location"]],
            "required": name in required or member["location"] == "uri",
            "schema": _schema(document["shapes"].get(member["shape"], {})),
        }
        for name, member in shape["members"].items()
        if member.get("location") in _PLACES and name != "Bucket"
    ]
    made: dict[str, Any] = {"parameters": parameters, "responses": {"default": {"description": ""}}}
    if any(member.get("streaming") for member in shape["members"].values()):
        made["requestBody"] = {"content": {"*/*": {"schema": {}}}}
    return made


def _schema(shape: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _TYPES.get(shape.get("type", ""), "string")}
    if "enum" in shape:
        schema["enum"] = shape["enum"]
    if schema["type"] == "string" and "min" in shape:
        schema["minLength"] = shape["min"]
    return schema
