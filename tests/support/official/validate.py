"""One request against one OpenAPI document, by openapi-core and jsonschema."""

from __future__ import annotations

import gzip
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema.exceptions import ValidationError as SchemaError
from jsonschema_path import SchemaPath
from openapi_core import V30RequestValidator, V31RequestValidator
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.exceptions import OperationNotFound, PathNotFound, ServerNotFound
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.validation.request.exceptions import ParameterValidationError, SecurityValidationError
from openapi_core.validation.request.validators import (
    V30RequestBodyValidator,
    V30RequestParametersValidator,
    V31RequestBodyValidator,
    V31RequestParametersValidator,
)
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from werkzeug.datastructures import Headers, ImmutableMultiDict

from maniple.wire import Request, header_value, read_tree

from .unknown import unknown_properties

_VALIDATORS = {
    "3.0": (V30RequestValidator, V30RequestParametersValidator, V30RequestBodyValidator),
    "3.1": (V31RequestValidator, V31RequestParametersValidator, V31RequestBodyValidator),
}
WHOLE_PATH = "x-whole-path"
"""Said by a document of which every path is one parameter that may hold slashes."""
_SHOWN = 60


@dataclass(frozen=True)
class Finding:
    """How one request fits a description.

    `endpoint` is the method and the description's path; None means that it has no such path. `problems` break the
    description, `unknown` are parts of the request that it does not know.
    """

    endpoint: str | None
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class _Asked:
    """A request in the words of openapi-core."""

    host_url: str
    path: str
    method: str
    content_type: str
    body: bytes | None
    parameters: RequestParameters = field(default_factory=RequestParameters)


def validate(document: dict[str, Any], request: Request) -> Finding:
    """Hold `request` against an OpenAPI 3.0 or 3.1 document."""
    spec = SchemaPath.from_dict(document)
    asked = _asked(request)
    if document.get(WHOLE_PATH):
        asked.path = "/" + asked.path[1:].replace("/", "%2F")
    try:
        found = APICallPathFinder(spec).find(asked.method, asked.host_url + asked.path)
    except PathNotFound:
        return Finding(None)
    except OperationNotFound:
        return Finding(f"{request.method} {asked.path}", ("the description has the path but not the method",))
    except ServerNotFound:
        return Finding(f"{request.method} {asked.path}", (f"{asked.host_url} is not a server of the description",))
    variables = found.path_result.variables or {}
    asked.parameters.path = {name: unquote(value) for name, value in variables.items()}
    pattern = found.path_result.pattern
    operation = document["paths"][pattern][asked.method]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problems = list(dict.fromkeys(_problems(document, spec, asked)))
    if asked.body and "requestBody" not in operation:
        problems.append("body: the description has none")
    unknown = [*_unknown_query(document, pattern, operation, asked), *_unknown_body(document, operation, asked)]
    return Finding(f"{request.method} {pattern}", tuple(problems), tuple(unknown))


def _asked(request: Request) -> _Asked:
    parts = urlsplit(request.url)
    body = request.body
    if body and header_value(request.headers, "Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    query = parse_qsl(parts.query, keep_blank_values=True)
    return _Asked(
        host_url=f"{parts.scheme}://{parts.netloc}",
        path=parts.path,
        method=request.method.lower(),
        content_type=header_value(request.headers, "Content-Type") or "application/octet-stream",
        body=body,
        parameters=RequestParameters(query=ImmutableMultiDict(query), header=Headers(list(request.headers))),
    )


def _problems(document: dict[str, Any], spec: SchemaPath, asked: _Asked) -> Iterator[str]:
    whole, parameters, body = _VALIDATORS[document["openapi"][:3]]
    errors = list(whole(spec).iter_errors(asked))
    if errors and isinstance(errors[0], SecurityValidationError):
        yield "security: no credentials of a kind that the description asks for"
        errors = [*parameters(spec).iter_errors(asked), *body(spec).iter_errors(asked)]
    for error in errors:
        yield from _told(error)


def _told(error: Exception) -> Iterator[str]:
    """What an error of openapi-core says, in a line for each thing that is wrong; places in lists are left out."""
    where = f"{error.location} {error.name}" if isinstance(error, ParameterValidationError) else "body"
    cause = error.__cause__
    if not isinstance(cause, InvalidSchemaValue):
        yield f"{where}: {cause or error}"
        return
    for wrong in cause.schema_errors:
        assert isinstance(wrong, SchemaError)
        yield from _wrong(where, wrong)


def _wrong(where: str, wrong: SchemaError) -> Iterator[str]:
    place = where + "".join("[]" if isinstance(step, int) else f".{step}" for step in wrong.absolute_path)
    closest = list(wrong.context or ())
    if wrong.validator == "oneOf" and not closest:
        # It fits several alternatives, which happens when they are open: nothing is wrong with the value.
        return
    if not closest:
        yield f"{place}: {_short(wrong.message)}"
        return
    for each in closest:
        yield f"{place}: not {wrong.validator}: {_short(each.message)}"


def _short(message: str) -> str:
    return message if len(message) <= 3 * _SHOWN else f"{message[:_SHOWN]} ... {message[-_SHOWN:]}"


def _unknown_query(document: dict[str, Any], pattern: str, operation: dict[str, Any], asked: _Asked) -> Iterator[str]:
    given = [*document["paths"][pattern].get("parameters", ()), *operation.get("parameters", ())]
    known = {_parameter(document, each)["name"] for each in given if _parameter(document, each)["in"] == "query"}
    for name in asked.parameters.query:
        if name not in known:
            yield f"query.{name}"


def _parameter(document: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    reference = parameter.get("$ref")
    if reference is None:
        return parameter
    found: dict[str, Any] = document["components"]["parameters"][reference.rsplit("/", 1)[1]]
    return found


def _unknown_body(document: dict[str, Any], operation: dict[str, Any], asked: _Asked) -> list[str]:
    media = asked.content_type.partition(";")[0].strip().lower()
    schema = operation.get("requestBody", {}).get("content", {}).get(media, {}).get("schema")
    if schema is None or not asked.body:
        return []
    if media.endswith("json"):
        return unknown_properties(document, schema, read_tree(asked.body))
    if media == "application/x-www-form-urlencoded":
        return unknown_properties(document, schema, dict(parse_qsl(asked.body.decode(), keep_blank_values=True)))
    return []
