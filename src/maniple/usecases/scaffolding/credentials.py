"""How the partner is authenticated, made from the credentials of samples, which themselves go nowhere."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from maniple.runtime.request import TOKEN
from maniple.source.curl import CurlCommand
from maniple.usecases.scaffolding.declarations import Declarations, escape
from maniple.usecases.scaffolding.identifiers import bare, placeholder, secret_name, secret_value, snake

NOT_COPIED: Final = frozenset(
    {
        "user-agent",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "accept-encoding",
        "cookie",
        "origin",
        "referer",
        "expect",
    }
)
"""Headers that belong to the program that sent them."""
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w-]*)[ ]+(?P<member>\w+=)?(?P<quote>[\"']?)[^\"']*(?P=quote)")


def auth_of(commands: list[CurlCommand], declarations: Declarations) -> Any:
    """The `auth` of a manifest: one kind, or a list of kinds when the samples carry several credentials."""
    kinds: list[dict[str, Any]] = []
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    for command in commands:
        basic = command.user if command.user is not None else _basic(command)
        if basic is not None and not any(kind["kind"] == "basic" for kind in kinds):
            kinds.append(_basic_kind(basic, declarations))
        for name, value in command.headers:
            if is_credential(name, value) and name.lower() not in map(str.lower, headers):
                _header(name, value, kinds, headers, declarations)
        for name, value in command.query:
            if secret_name(name) or secret_value(value):
                query.setdefault(name, declarations.secret(_secret_field(name), label_of(_secret_field(name))))
    if query or len(headers) > 1:
        kinds.append(
            {"kind": "custom", **({"headers": headers} if headers else {}), **({"query": query} if query else {})}
        )
    elif headers:
        ((name, value),) = headers.items()
        kinds.append({"kind": "header", "name": name, "value": value})
    return (kinds[0] if len(kinds) == 1 else kinds) if kinds else {"kind": "none"}


def is_credential(name: str, value: str) -> bool:
    """A header that holds a credential."""
    if name.lower() in NOT_COPIED | {"content-type", "accept"}:
        return False
    return secret_name(name) or secret_value(value)


def _basic(command: CurlCommand) -> str | None:
    for name, value in command.headers:
        if name.lower() == "authorization" and value.lower().startswith("basic "):
            try:
                return base64.b64decode(value[6:].strip(), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return "name:password"
    return None


def _basic_kind(user: str, declarations: Declarations) -> dict[str, Any]:
    _, colon, password = user.partition(":")
    kind = {"kind": "basic", "username": declarations.secret("api_key", "API Key")}
    if colon and not password:
        return {**kind, "password": ""}
    return {**kind, "password": declarations.secret("api_secret", "API Secret")}


def _header(
    name: str, value: str, kinds: list[dict[str, Any]], headers: dict[str, str], declarations: Declarations
) -> None:
    if bare(name) != "authorization":
        headers[name] = declarations.secret(_secret_field(name), label_of(_secret_field(name)))
        return
    scheme = _SCHEME.fullmatch(value)
    word = scheme["scheme"].lower() if scheme is not None else ""
    if word == "bearer" and not any(kind["kind"] == "bearer" for kind in kinds):
        kinds.append({"kind": "bearer", "token": declarations.secret("bearer_token", "API Token")})
    elif word not in ("basic", "bearer"):
        hole = declarations.secret("api_key", "API Key")
        before = f"{scheme['scheme']} {scheme['member'] or ''}{scheme['quote']}" if scheme is not None else ""
        headers[name] = f"{before}{hole}{scheme['quote'] if scheme is not None else ''}"


def _secret_field(name: str) -> str:
    word = snake(re.sub(r"^[Xx]-", "", name))
    return "api_key" if bare(word) in ("key", "apikey", "auth") else word


def label_of(name: str) -> str:
    """A field's name on the form: `api_key` is `API Key`."""
    return " ".join("API" if word == "api" else "ID" if word == "id" else word.capitalize() for word in name.split("_"))


def other_headers(command: CurlCommand, declarations: Declarations) -> dict[str, str]:
    """The headers that a manifest has to send besides credentials and what every JSON call has."""
    kept: dict[str, str] = {}
    for name, value in command.headers:
        if name.lower() in NOT_COPIED or _is_usual(name.lower(), value) or is_credential(name, value):
            continue
        if TOKEN.fullmatch(name) is None or not value.isprintable():
            declarations.note("a header that cannot be sent was left out")
            continue
        word = placeholder(value) or (re.sub(r"^[Xx]-", "", name) if re.search(r"[-_][Ii][Dd]$", name) else None)
        kept[escape(name)] = declarations.field(word) if word is not None else escape(value)
    return kept


def _is_usual(name: str, value: str) -> bool:
    """A header that a JSON or form call has without being told."""
    kind = value.partition(";")[0].strip()
    if name == "content-type":
        return kind in ("application/json", "application/x-www-form-urlencoded")
    return name == "accept" and kind in ("*/*", "application/json")
