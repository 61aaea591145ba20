"""OpenAPI 3.0 and 3.1 and Swagger 2.0 as operations. Nothing is fetched: a reference to another file is a note."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from maniple.source.operation import (
    ApiDescription,
    BodyFormat,
    Credential,
    Failure,
    Operation,
    OperationBody,
    Parameter,
    Server,
)
from maniple.source.rate_words import rates_in
from maniple.source.schema_sample import ABSENT, References, Sampling, bounded, decoded

METHODS: Final = ("post", "put", "patch", "delete", "get")
MAX_OPERATIONS: Final = 3_000
"""Operations of one description; the rest is left out, with a note."""
_REQUEST_BUDGET: Final = 400
_ANSWER_BUDGET: Final = 120
_MAX_SERVERS: Final = 24


def is_openapi(tree: Any) -> bool:
    """Whether the data say that they are OpenAPI or Swagger."""
    return isinstance(tree, dict) and ("openapi" in tree or "swagger" in tree) and isinstance(tree.get("paths"), dict)


def read_openapi(tree: dict[str, Any]) -> ApiDescription:
    """The operations of a description for which `is_openapi` holds. What cannot be read in it is passed over."""
    return _Reading(tree).description()


class _Reading:
    """One description while it is read."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self.old = "swagger" in tree
        self.references = References(tree)
        self.servers = _old_servers(tree) if self.old else _servers(tree.get("servers"))
        schemes = _map(
            tree.get("securityDefinitions") if self.old else _map(tree.get("components")).get("securitySchemes")
        )
        self.schemes = {str(name): self._scheme(scheme) for name, scheme in schemes.items()}
        self.ids: set[str] = set()

    def description(self) -> ApiDescription:
        """Everything in it."""
        operations: list[Operation] = []
        notes: list[str] = []
        for path, shared, method, node in self._nodes():
            if len(operations) >= MAX_OPERATIONS:
                notes.append(f"the description has more than {MAX_OPERATIONS:,} operations; the rest was left out")
                break
            operations.append(self._operation(path, shared, method, node))
        title = bounded(_map(self.tree.get("info")).get("title"))[:120]
        return ApiDescription(title, tuple(operations), self.servers, (*self.references.notes, *notes))

    def _nodes(self) -> Iterator[tuple[str, dict[str, Any], str, dict[str, Any]]]:
        for path, item in self.tree["paths"].items():
            shared, _ = self.references.follow(item)
            for method in METHODS:
                node = shared.get(method) if isinstance(shared, dict) else None
                if isinstance(node, dict) and isinstance(path, str):
                    yield path, shared, method, node

    def _operation(self, path: str, shared: dict[str, Any], method: str, node: dict[str, Any]) -> Operation:
        parameters = self._parameters(shared, node)
        answer, failures = self._answers(_map(node.get("responses")))
        text = bounded(node.get("description"))
        server = (_servers(node.get("servers")) or _servers(shared.get("servers")) or self.servers or (Server(""),))[0]
        inline = [Parameter(*each) for each in _inline_query(path)]
        address = path.partition("?")[0].partition("#")[0]
        return Operation(
            id=self._id(node, method, path),
            method=method.upper(),
            url=absolute(server.url).rstrip("/") + "/" + address.lstrip("/"),
            path="/" + address.lstrip("/"),
            summary=bounded(node.get("summary"))[:200] or text.partition(". ")[0][:120],
            description=text,
            folders=tuple(bounded(tag)[:60] for tag in _list(node.get("tags")) if isinstance(tag, str))[:4],
            credentials=self._credentials(node.get("security", self.tree.get("security"))),
            parameters=(*inline, *self._plain_parameters(parameters)),
            body=self._old_body(parameters, node) if self.old else self._body(node.get("requestBody")),
            answer=answer,
            failures=failures,
            rates=_rates(node, text),
            deprecated=node.get("deprecated") is True,
        )

    def _id(self, node: dict[str, Any], method: str, path: str) -> str:
        wanted = bounded(node.get("operationId"))[:120] or f"{method.upper()} {path[:160]}"
        word, count = wanted, 2
        while word in self.ids:
            word, count = f"{wanted} ({count})", count + 1
        self.ids.add(word)
        return word

    def _parameters(self, shared: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
        """The parameters of the path and of the operation; one of the operation stands for one of the same name."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for each in [*_list(shared.get("parameters")), *_list(node.get("parameters"))][:200]:
            parameter, _ = self.references.follow(each)
            if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
                found[str(parameter.get("in")), parameter["name"]] = parameter
        return list(found.values())

    def _plain_parameters(self, parameters: list[dict[str, Any]]) -> Iterator[Parameter]:
        for each in parameters:
            place = each.get("in")
            if place in ("path", "query", "header"):
                schema = each if self.old else each.get("schema", {})
                sample = _example(each)
                if sample is ABSENT:
                    sample = Sampling(self.references, budget=20, writes=True).sample(schema, each["name"])
                sample = None if sample is ABSENT else sample
                yield Parameter(place, each["name"], each.get("required") is True or place == "path", sample)

    def _body(self, node: Any) -> OperationBody | None:
        body, _ = self.references.follow(node)
        media = _map(_map(body).get("content"))
        wanted = sorted(media, key=lambda name: _preference(str(name)))
        if not wanted:
            return None
        kind, _ = self.references.follow(media[wanted[0]])
        return self._made(body_format(str(wanted[0])), _map(kind).get("schema", {}), _example(_map(kind)))

    def _old_body(self, parameters: list[dict[str, Any]], node: dict[str, Any]) -> OperationBody | None:
        whole = next((each for each in parameters if each.get("in") == "body"), None)
        if whole is not None:
            return self._made("json", whole.get("schema", {}), ABSENT)
        parts = [each for each in parameters if each.get("in") == "formData"]
        if not parts:
            return None
        consumes = [str(kind) for kind in _list(node.get("consumes", self.tree.get("consumes")))]
        multipart = any("multipart" in kind for kind in consumes) or any(each.get("type") == "file" for each in parts)
        schema = {
            "type": "object",
            "properties": {each["name"]: {**each, "required": []} for each in parts},
            "required": [each["name"] for each in parts if each.get("required") is True],
        }
        return self._made("multipart" if multipart else "form", schema, ABSENT)

    def _made(self, format: BodyFormat, schema: Any, example: Any) -> OperationBody | None:
        sampling = Sampling(self.references, budget=_REQUEST_BUDGET, writes=True)
        if example is ABSENT:
            sample = sampling.sample(schema)
        else:
            sample = example
            sampling.beside(schema, example)
        if sample is ABSENT:
            return None
        return OperationBody(format, sample, frozenset(sampling.optional), sampling.most, sampling.choices)

    def _answers(self, responses: dict[str, Any]) -> tuple[Any, tuple[Failure, ...]]:
        """A sample of the first success, and every documented failure."""
        answer: Any = None
        failures: list[Failure] = []
        for status, each in list(responses.items())[:60]:
            response = _map(self.references.follow(each)[0])
            if str(status).startswith("2"):
                answer = self._answer(response) if answer is None else answer
            elif re.fullmatch(r"[45]([0-9]{2}|XX)", str(status).upper()):
                failures.append(
                    Failure(str(status).upper(), bounded(response.get("description")), self._answer(response))
                )
        return answer, tuple(failures)

    def _answer(self, response: dict[str, Any]) -> Any:
        if self.old:
            examples = _map(response.get("examples"))
            media = {
                "schema": response.get("schema", {}),
                **({"example": next(iter(examples.values()))} if examples else {}),
            }
        else:
            content = _map(response.get("content"))
            wanted = sorted(content, key=lambda name: _preference(str(name)))
            media = _map(self.references.follow(content[wanted[0]])[0]) if wanted else {}
        example = _example(media)
        if example is ABSENT:
            example = Sampling(self.references, budget=_ANSWER_BUDGET, writes=False).sample(media.get("schema", {}))
        return None if example is ABSENT else example

    def _scheme(self, node: Any) -> Credential:
        scheme = _map(self.references.follow(node)[0])
        match scheme.get("type"), str(scheme.get("scheme", "")).lower():
            case ("basic", _) | ("http", "basic"):
                return Credential("basic")
            case "http", "bearer":
                return Credential("bearer")
            case "http", word:
                return Credential("header", "Authorization", f"{word.capitalize()[:30]} " if word.isalpha() else "")
            case "apiKey", _:
                place = scheme.get("in")
                name = bounded(scheme.get("name"))[:80]
                return Credential("query" if place == "query" else "header" if place == "header" else "other", name)
            case "oauth2", _:
                return _oauth(scheme)
            case _:
                return Credential("other", bounded(scheme.get("type"))[:40])

    def _credentials(self, security: Any) -> tuple[Credential, ...]:
        """Of several ways, the first; a way may need several credentials at once."""
        ways = [way for way in _list(security) if isinstance(way, dict)]
        if not ways:
            # A description that declares schemes and never says where they are used means all of its operations.
            only = list(self.schemes.values())
            return tuple(only[:1]) if security is None else ()
        chosen = next((way for way in ways if way), {})
        return tuple(self.schemes[name] for name in chosen if name in self.schemes)


def absolute(url: str) -> str:
    """A server's URL as a whole URL: what does not say which host is meant begins with `{base_url}`."""
    scheme, separator, rest = url.partition("://") if "://" in url else ("https", "://", url)
    host, _, path = rest.partition("/")
    if not host or re.match(r"localhost\b|127\.|0\.0\.0\.0|\[", host):
        return "{base_url}" + (f"/{path}" if path else "")
    return f"{scheme}{separator}{rest}"


def _oauth(scheme: dict[str, Any]) -> Credential:
    flows = _map(scheme.get("flows"))
    if not flows:
        kind = {"application": "clientCredentials", "accessCode": "authorizationCode"}.get(str(scheme.get("flow")), "")
        flows = {kind: scheme}
    for name, grant in (("authorizationCode", "authorization_code"), ("clientCredentials", "client_credentials")):
        if isinstance(flows.get(name), dict):
            flow = flows[name]
            return Credential(
                "oauth2",
                grant=grant,
                authorize_url=bounded(flow.get("authorizationUrl"))[:500],
                token_url=bounded(flow.get("tokenUrl"))[:500],
                scopes=tuple(bounded(scope)[:120] for scope in _map(flow.get("scopes")))[:40],
            )
    return Credential("oauth2")


def _map(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _example(media: dict[str, Any]) -> Any:
    """The example of a parameter or of a body."""
    if media.get("example") is not None:
        return decoded(media["example"])
    for each in list(_map(media.get("examples")).values())[:1]:
        value = _map(each).get("value", ABSENT)
        return decoded(value)
    return ABSENT


def body_format(kind: str) -> BodyFormat:
    """The format of a content type."""
    word = kind.lower().partition(";")[0].strip()
    if word.endswith(("json", "/*")):
        return "json"
    if word == "application/x-www-form-urlencoded":
        return "form"
    if word.startswith("multipart/"):
        return "multipart"
    return "csv" if word.endswith("csv") else "xml" if word.endswith("xml") else "text"


def _preference(kind: str) -> int:
    return ("json", "form", "multipart", "csv", "xml", "text").index(body_format(kind))


def _inline_query(path: str) -> Iterator[tuple[Any, str, bool, Any]]:
    """Parameters that a path carries itself, as `/api?action=add` does."""
    for part in path.partition("#")[0].partition("?")[2].split("&"):
        name, equals, value = part.partition("=")
        if name and equals:
            yield "query", name, True, value


def _rates(node: dict[str, Any], text: str) -> tuple[str, ...]:
    said = [
        json.dumps(value, default=str)[:2_000]
        for key, value in node.items()
        if re.search(r"rate-?limit|throttl", str(key), re.IGNORECASE)
    ]
    return rates_in(f"limit: {' ; '.join(said)}") or rates_in(text)


def _old_servers(tree: dict[str, Any]) -> tuple[Server, ...]:
    host = tree.get("host")
    if not isinstance(host, str):
        return ()
    schemes = [str(scheme) for scheme in _list(tree.get("schemes"))]
    scheme = "http" if schemes and "https" not in schemes else "https"
    path = tree.get("basePath")
    return (Server(f"{scheme}://{host}{path if isinstance(path, str) and path != '/' else ''}"),)


def _servers(nodes: Any) -> tuple[Server, ...]:
    """The servers, one for each value of a variable that has a set of them; a free variable stays a `{placeholder}`."""
    found: list[Server] = []
    for node in _list(nodes)[:_MAX_SERVERS]:
        url = _map(node).get("url")
        if not isinstance(url, str):
            continue
        made = [Server(bounded(url)[:300], bounded(_map(node).get("description"))[:80])]
        for name, variable in _map(_map(node).get("variables")).items():
            made = [each for server in made for each in _expanded(server, str(name), _map(variable))][:_MAX_SERVERS]
        found.extend(made)
    return tuple(found[:_MAX_SERVERS])


def _expanded(server: Server, name: str, variable: dict[str, Any]) -> list[Server]:
    hole = "{" + name + "}"
    default = bounded(variable.get("default"))[:200]
    values = [bounded(value)[:100] for value in _list(variable.get("enum"))]
    if values:
        ordered = sorted(values, key=lambda value: value != default)
        many = len(values) > 1
        return [Server(server.url.replace(hole, each), each if many else server.name) for each in ordered]
    host = server.url.partition("://")[2].partition("/")[0]
    whole = server.url.startswith(hole)
    return [server if hole in host and not whole else Server(server.url.replace(hole, default), server.name)]
