"""Postman collections, formats 2.0 and 2.1, as operations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from maniple.source.openapi import absolute
from maniple.source.operation import ApiDescription, Credential, Failure, Operation, OperationBody, Parameter
from maniple.source.rate_words import rates_in
from maniple.source.schema_sample import bounded, decoded

MAX_OPERATIONS: Final = 3_000
"""Requests of one collection; the rest is left out, with a note."""
_MAX_DEPTH: Final = 20
_VARIABLE = re.compile(r"\{\{\s*([\w$.-]+)\s*\}\}")


def is_postman(tree: Any) -> bool:
    """Whether the data say that they are a collection. One that was exported through the API lies in `collection`."""
    return isinstance(_collection(tree).get("item"), list) and isinstance(_collection(tree).get("info"), dict)


def read_postman(tree: dict[str, Any]) -> ApiDescription:
    """The requests of a collection for which `is_postman` holds."""
    collection = _collection(tree)
    variables = _variables(collection.get("variable"))
    places = _requests(collection, _Place((), variables, collection.get("auth")))
    operations: list[Operation] = []
    notes: list[str] = []
    names: set[str] = set()
    for place, node in places:
        if len(operations) >= MAX_OPERATIONS:
            notes.append(f"the collection has more than {MAX_OPERATIONS:,} requests; the rest was left out")
            break
        operations.append(_operation(place, node, names))
    title = bounded(_map(collection.get("info")).get("name"))[:120]
    return ApiDescription(title, tuple(operations), notes=tuple(notes))


@dataclass(frozen=True, slots=True)
class _Place:
    """What a request inherits from the folders it lies in."""

    folders: tuple[str, ...]
    variables: Mapping[str, str]
    auth: Any


def _collection(tree: Any) -> dict[str, Any]:
    if isinstance(tree, dict) and isinstance(tree.get("collection"), dict):
        tree = tree["collection"]
    return tree if isinstance(tree, dict) else {}


def _requests(folder: dict[str, Any], place: _Place) -> Iterator[tuple[_Place, dict[str, Any]]]:
    if len(place.folders) > _MAX_DEPTH:
        return
    for node in _list(folder.get("item")):
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("item"), list):
            variables = {**place.variables, **_variables(node.get("variable"))}
            auth = node["auth"] if node.get("auth") is not None else place.auth
            yield from _requests(node, _Place((*place.folders, bounded(node.get("name"))[:60]), variables, auth))
        elif "request" in node:
            yield place, node


def _variables(nodes: Any) -> dict[str, str]:
    """The variables with a value: one that is empty, or a credential's, stays a `{{placeholder}}`."""
    return {
        str(node.get("key", node.get("id", ""))): str(node["value"])
        for node in _list(nodes)
        if isinstance(node, dict) and isinstance(node.get("value"), str) and node["value"]
        and not re.search(r"key|token|secret|password|auth", str(node.get("key", "")), re.IGNORECASE)
    }  # fmt: skip


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the values of variables; three rounds, for a value may name another variable."""
    for _ in range(3):
        new = _VARIABLE.sub(lambda found: variables.get(found[1], found[0])[:2_000], text)
        if new == text or len(new) > 200_000:
            break
        text = new
    return text


def _operation(place: _Place, node: dict[str, Any], names: set[str]) -> Operation:
    request = node["request"] if isinstance(node["request"], dict) else {"url": node["request"], "method": "GET"}
    url, query = _address(request.get("url"), place.variables)
    auth = request["auth"] if request.get("auth") is not None else place.auth
    headers = list(_headers(request.get("header"), place.variables))
    text = bounded(_text(request.get("description")))
    name = bounded(node.get("name"))[:120] or url
    answer, failures = _answers(node.get("response"))
    return Operation(
        id=_unique(name, names),
        method=str(request.get("method") or "GET").upper()[:10],
        url=url,
        path="/" + url.partition("://")[2].partition("/")[2] if "://" in url else "/" + url.partition("/")[2],
        summary=name,
        description=text,
        folders=place.folders,
        credentials=_credentials(auth),
        parameters=(*(Parameter("query", key, True, value) for key, value in query), *headers),
        body=_body(request.get("body"), place.variables),
        answer=answer,
        failures=failures,
        rates=rates_in(text),
    )


def _unique(name: str, names: set[str]) -> str:
    word, count = name, 2
    while word in names:
        word, count = f"{name} ({count})", count + 1
    names.add(word)
    return word


def _address(node: Any, variables: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """The URL without its query, and the query."""
    parts = _map(node)
    raw = node if isinstance(node, str) else parts.get("raw")
    if not isinstance(raw, str):
        host, path = parts.get("host"), parts.get("path")
        host = ".".join(map(str, host)) if isinstance(host, list) else str(host or "")
        raw = host + "/" + ("/".join(map(str, path)) if isinstance(path, list) else str(path or ""))
    raw = _filled(raw[:4_000], variables)
    address, _, written = raw.partition("#")[0].partition("?")
    address = _VARIABLE.sub(lambda found: "{" + found[1] + "}", address)
    listed = [
        (str(each["key"]), _filled(str(each.get("value") or ""), variables))
        for each in _list(parts.get("query"))
        if isinstance(each, dict) and isinstance(each.get("key"), str) and each.get("disabled") is not True
    ]
    query = listed or parse_qsl(written, keep_blank_values=True)
    whole = address if address.startswith("{") else absolute(bounded(address))
    return whole, query


def _headers(nodes: Any, variables: Mapping[str, str]) -> Iterator[Parameter]:
    if isinstance(nodes, str):
        nodes = [dict(zip(("key", "value"), line.split(":", 1), strict=False)) for line in nodes.splitlines()]
    for node in _list(nodes):
        if isinstance(node, dict) and isinstance(node.get("key"), str) and node.get("disabled") is not True:
            value = _filled(str(node.get("value") or ""), variables).strip()
            yield Parameter("header", node["key"].strip(), True, value or "{" + node["key"].strip() + "}")


def _body(node: Any, variables: Mapping[str, str]) -> OperationBody | None:
    body = _map(node)
    mode = body.get("mode")
    if mode == "raw" and isinstance(body.get("raw"), str) and body["raw"].strip():
        return _raw(_filled(body["raw"][:500_000], variables), body)
    if mode in ("urlencoded", "formdata"):
        fields: dict[str, Any] = {}
        for each in _list(body.get(mode)):
            if isinstance(each, dict) and isinstance(each.get("key"), str) and each.get("disabled") is not True:
                fields[each["key"]] = _filled(str(each.get("value") or ""), variables)
        return OperationBody("form" if mode == "urlencoded" else "multipart", fields) if fields else None
    return None


def _raw(text: str, body: dict[str, Any]) -> OperationBody:
    """A body that was typed. In JSON a variable may stand bare, and there may be comments."""
    quoted = re.sub(r'("(?:[^"\\]|\\.)*")|\{\{\s*[\w$.-]+\s*\}\}', lambda found: found[1] or json.dumps(found[0]), text)
    plain = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', lambda found: found[1] or "", quoted, flags=re.DOTALL)
    for version in (text, quoted, plain):
        try:
            return OperationBody("json", json.loads(version))
        except (ValueError, RecursionError):
            continue
    language = _map(_map(body.get("options")).get("raw")).get("language")
    return OperationBody("xml" if language == "xml" or text.lstrip().startswith("<") else "text", text)


def _answers(nodes: Any) -> tuple[Any, tuple[Failure, ...]]:
    answer: Any = None
    failures: dict[str, Failure] = {}
    for node in _list(nodes)[:60]:
        status, body = _map(node).get("code"), _map(node).get("body")
        if not isinstance(status, int):
            continue
        sample = decoded(body) if isinstance(body, str) else None
        sample = sample if isinstance(sample, dict | list) else None
        if 200 <= status < 300:
            answer = sample if answer is None else answer
        elif 400 <= status < 600:
            failures.setdefault(str(status), Failure(str(status), bounded(_map(node).get("name"))[:200], sample))
    return answer, tuple(failures.values())


def _credentials(auth: Any) -> tuple[Credential, ...]:
    kind = _map(auth).get("type")
    settings = _settings(_map(auth).get(str(kind)))
    match kind:
        case "basic" | "bearer":
            return (Credential(kind),)
        case "apikey":
            name = bounded(settings.get("key"))[:80] or "X-Api-Key"
            return (Credential("query" if settings.get("in") == "query" else "header", name),)
        case "oauth2":
            grant = settings.get("grant_type", settings.get("grantType", ""))
            return (
                Credential(
                    "oauth2",
                    grant="client_credentials" if grant == "client_credentials" else "authorization_code",
                    authorize_url=bounded(settings.get("authUrl"))[:500],
                    token_url=bounded(settings.get("accessTokenUrl"))[:500],
                    scopes=tuple(bounded(settings.get("scope")).split())[:40],
                ),
            )
        case None | "noauth":
            return ()
        case _:
            return (Credential("other", bounded(kind)[:40]),)


def _settings(node: Any) -> dict[str, Any]:
    """The settings of a kind of auth: a map in format 2.0, a list of keys and values in 2.1."""
    if isinstance(node, list):
        return {str(each.get("key")): each.get("value") for each in node if isinstance(each, dict)}
    return _map(node)


def _text(node: Any) -> Any:
    return _map(node).get("content") if isinstance(node, dict) else node


def _map(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []
