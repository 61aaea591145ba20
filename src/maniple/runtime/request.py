"""One request of a call, made from a scope: URL, query, headers and body. Nothing else makes requests."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from maniple.auth import Additions
from maniple.runtime.body import added_body
from maniple.runtime.program import PairProgram, Scope, StepProgram
from maniple.template.operations import ABSENT, HeaderInjection
from maniple.template.text import text_of
from maniple.wire import Headers, Request

USER_AGENT = "maniple/0.1"
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that end a header, or mean something else than themselves in one."""
OWN_HEADERS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection"),
        *("expect", "te", "trailer", "upgrade"),
    }
)


def joined(step: StepProgram, items: list[Any]) -> Any:
    """What `$items` is: the array, or one text."""
    return items if step.join is None else step.join.join(map(text_of, items))


def build_request(call: StepProgram, scope: Scope) -> Request:
    """The request of a step for a scope in which everything has its value.

    Raises MissingValue and HeaderInjection (SettingsError).
    """
    return encoded(call, scope)[0]


def encoded(call: StepProgram, scope: Scope) -> tuple[Request, int]:
    """The same, with the bytes of its body before compression."""
    additions = call.auth.additions(scope)
    url = call.url.render(scope)
    query = [*_pairs(call.query, scope), *additions.query]
    if query:
        encoded = "&".join(
            f"{quote(name, safe='', errors='replace')}={quote(value, safe='', errors='replace')}"
            for name, value in query
        )
        url = f"{url}{'&' if '?' in url else '?'}{encoded}"
    body = call.body.encode(scope, additions) if call.body is not None else added_body(additions)
    headers = _headers(call, scope, additions, body.headers if body else ())
    content, octets = (body.content, body.size) if body else (None, 0)
    return Request(call.method, url, headers, content, call.timeout, call.call, call.name or ""), octets


def _headers(call: StepProgram, scope: Scope, additions: Additions, of_body: Headers) -> Headers:
    given = [*additions.headers, *_pairs(call.headers, scope)]
    names = {name.lower() for name, _ in given}
    headers = [pair for pair in of_body if pair[0].lower() not in names]
    for name, value in given:
        headers = [pair for pair in headers if pair[0].lower() != name.lower()]
        headers.append((_header_name(name), _header_value(name, value)))
    if "user-agent" not in names:
        headers.append(("User-Agent", USER_AGENT))
    return tuple(headers)


def _header_name(name: str) -> str:
    if not TOKEN.fullmatch(name) or name.lower() in OWN_HEADERS:
        raise HeaderInjection(f"`{name[:60]!r}` cannot be the name of a header")
    return name


def _header_value(name: str, value: str) -> str:
    if CONTROL.search(value):
        raise HeaderInjection(f"the header `{name}` would contain a line break or another control character")
    return value.strip(" \t")


def _pairs(programs: tuple[PairProgram, ...], scope: Scope) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for program in programs:
        if program.optional and any(template.render(scope) in (None, ABSENT) for template in program.when_present):
            continue
        name = program.name.render(scope)
        if program.value is not None:
            pairs.append((name, program.value.render(scope)))
            continue
        for template in program.values:
            value = template.render(scope)
            repeated = value if isinstance(value, list) else [value]
            pairs.extend((name, text_of(one)) for one in repeated if one is not ABSENT)
    return pairs
