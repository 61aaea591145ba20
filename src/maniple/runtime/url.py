"""URLs: where in a URL a hole stands decides how it is encoded, and what may stand there at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from maniple.manifest.fields import HOST_NAME, FormField
from maniple.template.ast import Const, Expression, Name, Text, Value
from maniple.template.compile import PlacedText
from maniple.template.emit import Position

LOOPBACK_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_SAFE = "%/:?#[]@!$&'()*+,;=~-._"

Parts = list[str | Expression]


@dataclass(frozen=True, slots=True)
class UrlFault:
    """What is wrong with a URL template."""

    code: str
    message: str
    hint: str | None = None
    about: str | None = None
    """The variable it is about."""


def parts_of(node: Const | Value | Text) -> Parts:
    """The pieces of a text template, in order."""
    match node:
        case Const(value):
            return [str(value)]
        case Value(expression):
            return [expression]
        case Text(parts):
            return list(parts)


def expand(parts: Parts, define: Mapping[str, Parts]) -> Parts:
    """`parts` with every `define` constant replaced by its own pieces."""
    expanded: Parts = []
    for part in parts:
        if isinstance(part, Name) and part.name in define:
            expanded.extend(
                expand(define[part.name], {name: value for name, value in define.items() if name != part.name})
            )
        else:
            expanded.append(part)
    return expanded


def place_url(
    parts: Parts, fields: Mapping[str, FormField], saved_by_auth: frozenset[str] = frozenset()
) -> tuple[PlacedText, list[UrlFault]]:
    """The URL with a position for every hole, and what is wrong with it.

    The scheme and host may come only from the text itself, `url` and `subdomain` fields, the values of `select`
    and `buttons` fields, and values saved by `auth`.
    """
    placed: list[str | tuple[Expression, Position]] = []
    faults: list[UrlFault] = []
    before = ""
    state = "start"
    for part in parts:
        if isinstance(part, str):
            before += part
            state, fault = _advance(state, before, part)
            faults.extend(fault)
            placed.append(quote(part, safe=_SAFE))
            continue
        if state in ("start", "host"):
            faults.extend(_host_fault(part, fields, saved_by_auth, at_start=state == "start"))
            placed.append((part, "host"))
            if state == "start":
                state = "path"
            continue
        placed.append((part, "query" if state == "query" else "path"))
    faults.extend(_literal_faults(before, state))
    return PlacedText(tuple(placed)), faults


def _advance(state: str, before: str, part: str) -> tuple[str, list[UrlFault]]:
    if state == "start":
        scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", before)
        if scheme is None:
            return "start", []
        after = before[scheme.end() :]
        state = "host" if re.search(r"[/?#]", after) is None else "path"
        return ("query" if "?" in after else state), []
    if state == "host" and re.search(r"[/?#]", part):
        state = "path"
    if state == "path" and "?" in part:
        state = "query"
    return state, []


def _host_fault(
    part: Expression, fields: Mapping[str, FormField], saved: frozenset[str], *, at_start: bool
) -> list[UrlFault]:
    if not isinstance(part, Name):
        return [
            UrlFault(
                "MAN301",
                "the host of a URL cannot be computed by an expression",
                "use `$name` of a field, or a fixed host",
            )
        ]
    owner, _, key = part.name.partition(".")
    if part.name in saved:
        return []
    form_field = fields.get(owner)
    if form_field is None:
        return [
            UrlFault(
                "MAN301",
                f"the host of this URL comes from `${part.name}`, which may not name a host",
                "a host may come from a `url`, `subdomain`, `select` or `buttons` field, or stand in the URL itself",
                owner,
            )
        ]
    if form_field.is_choice:
        values = [str(option.carried.get(key, "")) if key else str(option.value) for option in form_field.options]
        wanted = "an `https://` URL" if at_start else "a host name"
        bad = [
            value for value in values if value and not (_is_https(value) if at_start else HOST_NAME.fullmatch(value))
        ]
        return [UrlFault("MAN301", f"`{bad[0]}` of `${part.name}` is not {wanted}", None, owner)] if bad else []
    if form_field.type == ("url" if at_start else "subdomain"):
        return []
    hint = (
        "give the field `type: url`" if at_start else "give the field `type: subdomain`, or make it a `select` of hosts"
    )
    return [UrlFault("MAN301", f"the host of this URL comes from `${owner}`, a `{form_field.type}` field", hint, owner)]


def _is_https(value: str) -> bool:
    scheme, _, rest = value.partition("://")
    host = re.split(r"[/?#]", rest)[0]
    return (scheme == "https" and HOST_NAME.fullmatch(host) is not None) or (
        scheme == "http" and LOOPBACK_HOST.fullmatch(host) is not None
    )


def _literal_faults(text: str, state: str) -> list[UrlFault]:
    """What is wrong with the fixed text of a URL."""
    if re.search(r"[\s\x00-\x1f\x7f\\]", text):
        return [UrlFault("MAN302", "a URL cannot contain white space, control characters or backslashes")]
    if "#" in text:
        return [UrlFault("MAN302", "a URL that is called has no `#` part")]
    if re.search(r"(^|/)\.\.?(/|$)", re.sub(r"^[A-Za-z]+://", "", text)):
        return [UrlFault("MAN302", "a URL cannot contain `.` or `..` as a path segment")]
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", text)
    if scheme is None:
        return (
            [UrlFault("MAN302", "the URL must begin with `https://`, or with a `url` field")]
            if state == "start"
            else []
        )
    host = re.split(r"[/?]", text[scheme.end() :])[0]
    if "@" in host:
        return [UrlFault("MAN302", "credentials do not belong into a URL", "use `auth`")]
    if scheme[1].lower() == "http" and not LOOPBACK_HOST.fullmatch(host):
        return [
            UrlFault(
                "MAN302",
                "the URL must begin with `https://`: users' data may not travel in clear",
                "`http://` is allowed for localhost only",
            )
        ]
    if scheme[1].lower() not in ("http", "https"):
        return [UrlFault("MAN302", f"`{scheme[1]}` URLs cannot be called", "begin with `https://`")]
    if host and not re.fullmatch(r"[A-Za-z0-9.\-:\[\]]*", host):
        return [UrlFault("MAN302", f"`{host}` is not a host name")]
    return []
