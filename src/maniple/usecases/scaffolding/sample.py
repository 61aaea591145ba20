"""A sample of one call of a partner's API: from a `curl` command, or from an operation that the API describes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from maniple.source.curl import CurlCommand
from maniple.source.operation import Credential, Failure, Operation, OperationBody, Server
from maniple.source.text import Path


@dataclass(frozen=True, slots=True)
class SampleBody:
    """The body of a sample: its format, a body key of the language, and its data; no format when it cannot be read.

    `optional` holds the paths of members that may be left out, `most` how many elements an array may have, `choices`
    the values that a member may have.
    """

    format: str | None
    tree: Any = None
    problem: str | None = None
    optional: frozenset[Path] = frozenset()
    most: Mapping[Path, int] = field(default_factory=dict)
    choices: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One call. `shown` names it in a note, `words` are what is said of it; the rest is as its source has it.

    `user` is `name:password` of HTTP Basic. `path` is the part of the URL below the API's address. `servers` are the
    addresses at which the same call can be made. `answer` is a sample of a success, None when it is not known.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: SampleBody = SampleBody(None)
    user: str | None = field(default=None, repr=False)
    shown: str = ""
    path: str = ""
    words: str = ""
    described: bool = False
    credentials: tuple[Credential, ...] = ()
    answer: Any = None
    failures: tuple[Failure, ...] = ()
    rates: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()


def of_curl(command: CurlCommand, shown: str = "the curl command") -> Sample:
    """The call that a command makes."""
    body = _typed_body(command.body)
    return Sample(command.method, command.url, command.headers, command.query, body, command.user, shown)


def _typed_body(text: str | None) -> SampleBody:
    if text is None or not text.strip():
        return SampleBody(None)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if isinstance(tree, dict | list):
        return SampleBody("json", tree)
    if re.match(r"[\w.%\[\]-]+=", text):
        return SampleBody("form", _form(text))
    return SampleBody(None, None, "the body is neither JSON nor a form, and was not taken over")


def _form(body: str) -> dict[str, Any]:
    """A form as a map; a name that is given several times has a list."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        if name not in tree:
            tree[name] = value
        else:
            tree[name] = [*tree[name], value] if isinstance(tree[name], list) else [tree[name], value]
    return tree


_BY_BODY = frozenset({"content-type", "accept"})
"""Headers that follow from the body and the answer."""


def of_operation(operation: Operation, servers: tuple[Server, ...] = ()) -> Sample:
    """The call that an operation is, with what must be given and no more."""
    headers: list[tuple[str, str]] = []
    query: list[tuple[str, str]] = []
    for parameter in operation.parameters:
        written = (parameter.name, _text(parameter.sample, parameter.name))
        if parameter.place == "header" and parameter.required and parameter.name.lower() not in _BY_BODY:
            headers.append(written)
        elif parameter.place == "query" and parameter.required:
            query.append(written)
    return Sample(
        operation.method,
        operation.url,
        tuple(headers),
        tuple(query),
        _described_body(operation.body),
        shown=f"`{operation.id}`",
        path=operation.path,
        words=" ".join([operation.id, operation.summary, operation.description]),
        described=True,
        credentials=operation.credentials,
        answer=operation.answer,
        failures=operation.failures,
        rates=operation.rates,
        servers=servers,
    )


def _text(sample: Any, name: str) -> str:
    if isinstance(sample, str):
        return sample or "{" + name + "}"
    return "{" + name + "}" if sample is None else json.dumps(sample)


def _described_body(body: OperationBody | None) -> SampleBody:
    if body is None:
        return SampleBody(None)
    shapes = dict | list if body.format == "json" else dict
    if body.format not in ("json", "form", "multipart") or not isinstance(body.sample, shapes):
        return SampleBody(None, None, f"a body that is `{body.format}` has to be written by hand")
    return SampleBody(body.format, body.sample, None, body.optional, body.most, body.choices)
