"""How the partner is authenticated, made from the credentials of samples, which themselves go nowhere."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from maniple.runtime.request import TOKEN
from maniple.source.operation import Credential
from maniple.usecases.scaffolding.declarations import Declarations, escape
from maniple.usecases.scaffolding.identifiers import bare, placeholder, secret_name, secret_value, snake
from maniple.usecases.scaffolding.sample import Sample

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
BATCH_ID: Final = "$batch_id"
"""What a key that makes a request count once is: the same when a batch is sent again."""
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w-]*)[ ]+(?P<member>\w+=)?(?P<quote>[\"']?)[^\"']*(?P=quote)")


def auth_of(samples: list[Sample], declarations: Declarations) -> Any:
    """The `auth` of a manifest: one kind, or a list of kinds when the samples carry several credentials."""
    kinds: list[dict[str, Any]] = []
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    for credential in dict.fromkeys(each for sample in samples for each in sample.credentials):
        _described(credential, kinds, headers, query, declarations)
    taken = {"authorization"} if any(kind["kind"] != "none" for kind in kinds) else set()
    for sample in samples:
        basic = sample.user if sample.user is not None else _basic(sample)
        if basic is not None and not taken and not any(kind["kind"] == "basic" for kind in kinds):
            kinds.append(_basic_kind(basic, declarations))
        for name, value in sample.headers:
            if TOKEN.fullmatch(name) is None or name.lower() in {*taken, *map(str.lower, headers)}:
                continue
            if is_credential(name, value):
                _header(name, value, kinds, headers, declarations)
        for name, value in sample.query:
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


def _described(
    credential: Credential,
    kinds: list[dict[str, Any]],
    headers: dict[str, str],
    query: dict[str, str],
    declarations: Declarations,
) -> None:
    """Take in a credential that an API's description names."""
    match credential.kind:
        case "basic":
            kinds.append(_basic_kind("name:password", declarations))
        case "bearer":
            kinds.append({"kind": "bearer", "token": declarations.secret("bearer_token", "API Token")})
        case "header" if credential.name and TOKEN.fullmatch(credential.name):
            field = "api_key" if bare(credential.name) == "authorization" else _secret_field(credential.name)
            headers[credential.name] = f"{credential.before}{declarations.secret(field, label_of(field))}"
        case "query" if credential.name:
            field = _secret_field(credential.name)
            query[escape(credential.name)] = declarations.secret(field, label_of(field))
        case "oauth2":
            kinds.append(_oauth2(credential, declarations))
        case _:
            declarations.note("a kind of authentication in the description is not known: see `auth`")


def _oauth2(credential: Credential, declarations: Declarations) -> dict[str, Any]:
    """OAuth 2: with the client's own credentials, or with a refresh token that the end user grants."""
    client = credential.grant == "client_credentials"
    kind: dict[str, Any] = {"kind": "oauth2_client_credentials" if client else "oauth2_refresh"}
    if not client and _https(credential.authorize_url):
        kind["authorize_url"] = escape(credential.authorize_url)
    if _https(credential.token_url):
        kind["token_url"] = escape(credential.token_url)
    else:
        kind["token_url"] = _NO_TOKEN_URL
        declarations.note("the description does not say where tokens are got: correct `token_url`")
    # The client is the end user's own where it gets tokens for itself, and maniple's where a user grants access.
    kind["client_id"] = declarations.secret("client_id", "Client ID", operator=not client)
    kind["client_secret"] = declarations.secret("client_secret", "Client Secret", operator=not client)
    if not client:
        kind["refresh_token"] = declarations.secret("refresh_token", "Refresh Token")
    if credential.scopes:
        declarations.note(f"scopes to choose from for `auth`: {', '.join(credential.scopes[:12])}")
    return kind


_NO_TOKEN_URL: Final = "https://api.example.com/oauth/token"  # noqa: S105  an address


def _https(url: str) -> bool:
    return re.fullmatch(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[^\s{}]*)?", url) is not None


_SECRET_WORDS: Final = frozenset(
    {
        "auth",
        "authorization",
        "authentication",
        "token",
        "secret",
        "password",
        "key",
        "apikey",
        "credential",
        "signature",
    }
)
_PUBLIC: Final = frozenset({"idempotencykey", "xidempotencykey", "partitionkey", "routingkey", "xroutingkey"})


def is_credential(name: str, value: str) -> bool:
    """A header that holds a credential: by its name, by the name of its placeholder, or by how it looks."""
    if name.lower() in NOT_COPIED | {"content-type", "accept"} or bare(name) in _PUBLIC:
        return False
    word = placeholder(value)
    last = name.lower().replace("_", "-").rpartition("-")[2]
    return (
        secret_name(name)
        or secret_value(value)
        or last in _SECRET_WORDS
        or (word is not None and (secret_name(word) or bare(word).endswith("key")))
    )


def _basic(sample: Sample) -> str | None:
    for name, value in sample.headers:
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


def other_headers(sample: Sample, declarations: Declarations) -> dict[str, str]:
    """The headers that a manifest has to send besides credentials and what every JSON call has."""
    kept: dict[str, str] = {}
    for name, value in sample.headers:
        if name.lower() in NOT_COPIED or _is_usual(name.lower(), value) or is_credential(name, value):
            continue
        if TOKEN.fullmatch(name) is None or not value.isprintable():
            declarations.note("a header that cannot be sent was left out")
            continue
        if bare(name) in ("idempotencykey", "xidempotencykey"):
            kept[escape(name)] = BATCH_ID
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
