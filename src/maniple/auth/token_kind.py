"""The family of kinds that get an access token from the partner's token endpoint."""

from __future__ import annotations

import base64
from typing import Any, ClassVar, Literal
from urllib.parse import quote_plus, urlencode

from pydantic import BaseModel, ConfigDict, Field

from maniple.auth.denial import denial
from maniple.auth.keeping import Kept, ends_at, fingerprint, keep
from maniple.auth.kind import AuthKind, Credential, Denied, Given
from maniple.auth.mark import mark_of
from maniple.wire import SIGN_IN, Flow, Headers, Reply, Request, header_value

Parameters = list[tuple[str, str]]
ACCESS_TOKEN = "access_token"  # noqa: S105  a name
LONGEST = 20_000
"""Characters of a value that is saved from a token reply."""


class Expiry(BaseModel):
    """A reply, besides a 401, that means the token has expired. Whatever is written of it must fit."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    status: int | list[int] | None = None
    """An HTTP status, or a list of them."""
    body: Any = None
    """A JSON fragment contained in the reply, as in an error rule."""
    where: str | None = None
    """A JMESPath over the reply that must be true."""


class TokenKind(AuthKind):
    """Gets an access token, keeps it for the connection, and gets another one before it ends or when it is refused."""

    urls: ClassVar[frozenset[str]] = frozenset({"token_url"})
    words: ClassVar[frozenset[str]] = frozenset({"save", "expired", "send"})

    token_url: str
    """Where tokens are got; it must be `https://`."""
    scopes: list[str] = Field(default_factory=list)
    """The scopes asked for."""
    params: dict[str, str] = Field(default_factory=dict)
    """Further parameters of the token request, or other values for those that the kind sends; one that is empty is left
    out."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of the token request, such as a `User-Agent` that the partner asks for."""
    save: dict[str, str] = Field(default_factory=dict)
    """Variables saved from the token reply: name to JMESPath. A saved host or `https://` URL may begin a call's URL.
    With `access_token`, `refresh_token` or `expires_in` (seconds) it says where a reply has these, if not at the usual
    place."""
    expired: list[Expiry] = Field(default_factory=list)
    """Replies besides a 401 that mean the token has expired."""

    def grant(self, given: Given, kept: Kept | None, now: float) -> Flow[Parameters | Denied]:
        """What the token request says, apart from `scopes` and `params`."""
        raise NotImplementedError

    def client(self, given: Given) -> tuple[str, str]:
        """The id and the secret of whoever asks."""
        raise NotImplementedError

    @property
    def sent(self) -> Literal["body", "basic", "query"]:
        """How the client authenticates."""
        return "body"

    @property
    def variables(self) -> frozenset[str]:
        return frozenset({ACCESS_TOKEN, *self.save})

    def sets_header(self) -> tuple[str, ...]:
        return ("Authorization",)

    def obtain(self, given: Given, expired: Credential | None) -> Flow[Credential | Denied]:
        url = given.text(self.token_url)
        scopes = " ".join(given.text(scope) for scope in self.scopes)
        client, secret = self.client(given)
        more = [f"{name}={given.text(value)}" for name, value in sorted(self.params.items())]
        key = fingerprint(type(self).__name__, url, client, scopes)
        made_from = fingerprint(url, client, secret, scopes, self.settled(given), *more)

        def get(kept: Kept | None, now: float) -> Flow[Kept | Denied]:
            parameters = yield from self.grant(given, kept, now)
            if isinstance(parameters, Denied):
                return parameters
            reply = yield self.token_request(given, url, scopes, parameters)
            return self._read(given, reply, kept, now, made_from)

        return (yield from keep(key, made_from, expired, get))

    def settled(self, given: Given) -> str:  # noqa: ARG002  kinds that are given a token or key use it
        """What else the settings hold that a token depends on."""
        return ""

    def token_request(self, given: Given, url: str, scopes: str, granted: Parameters) -> Request:
        """The request for a token. `granted` is what the kind says in it."""
        parameters = dict(granted)
        if scopes and "assertion" not in parameters:
            parameters["scope"] = scopes
        client, secret = self.client(given)
        headers: Headers = tuple((name, given.text(value)) for name, value in self.headers.items())
        if self.sent == "basic":
            words = base64.b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode()
            headers = (("Authorization", f"Basic {words}"), *headers)
        else:
            parameters |= {name: value for name, value in (("client_id", client), ("client_secret", secret)) if value}
        parameters |= {name: given.text(value) for name, value in self.params.items()}
        # A partner takes a parameter without a value for a wrong one, not for an optional field left empty.
        parameters = {name: value for name, value in parameters.items() if value or name not in self.params}
        encoded = urlencode(parameters)
        body = b"" if self.sent == "query" else encoded.encode()
        if self.sent == "query":
            url = f"{url}{'&' if '?' in url else '?'}{encoded}"
        else:
            headers = (("Content-Type", "application/x-www-form-urlencoded"), *headers)
        if header_value(headers, "Accept") is None:
            headers = (*headers, ("Accept", "application/json"))
        return Request("POST", url, headers, body, call=SIGN_IN)

    def _read(self, given: Given, reply: Reply, kept: Kept | None, now: float, made_from: str) -> Kept | Denied:
        find = given.find
        tree = reply.tree
        token = _short(find(self.save.get(ACCESS_TOKEN, ACCESS_TOKEN), tree))
        if not 200 <= reply.status < 300 or not isinstance(token, str) or not token:
            return denial(reply, given, self.token_path, grants=self.settled(given) != "")
        saved = {name: _saved(find(path, tree)) for name, path in self.save.items()}
        lost = next((name for name, value in saved.items() if value is None and name not in _OWN), None)
        if lost is not None:
            return denial(reply, given, self.save[lost], grants=False, variable=lost)
        renewed = _short(find(self.save.get("refresh_token", "refresh_token"), tree))
        refresh_token = renewed if isinstance(renewed, str) and renewed else kept.refresh_token if kept else None
        ends = ends_at(now, _seconds(find(self.save.get("expires_in", "expires_in"), tree)))
        values = {name: value for name, value in saved.items() if value is not None and name not in _OWN}
        return Kept({**values, ACCESS_TOKEN: token}, made_from, ends, refresh_token)

    @property
    def token_path(self) -> str:
        """Where a reply has the token."""
        return self.save.get(ACCESS_TOKEN, ACCESS_TOKEN)

    def sign(
        self,
        request: Request,
        given: Given,  # noqa: ARG002  the token is all it takes
        credential: Credential,
    ) -> Flow[Request]:
        return self._with_token(request, str(credential.values[ACCESS_TOKEN]))
        yield

    def show(self, request: Request) -> Request:
        return self._with_token(request, mark_of(ACCESS_TOKEN))

    def ends_with(self, reply: Reply) -> bool:
        return reply.status == 401

    @staticmethod
    def _with_token(request: Request, token: str) -> Request:
        """The token as a bearer token (RFC 6750), unless the call has an `Authorization` of its own."""
        if header_value(request.headers, "Authorization") is not None:
            return request
        return request.with_header("Authorization", f"Bearer {token}")


_OWN: frozenset[str] = frozenset({ACCESS_TOKEN, "refresh_token", "expires_in"})


def _short(value: Any) -> Any:
    return None if isinstance(value, str) and len(value) > LONGEST else value


def _saved(value: Any) -> str | int | float | bool | None:
    """A value as a variable can hold it. An address loses the slash at its end: templates write `$name/path`."""
    if isinstance(value, str):
        text = value[:-1] if value.endswith("/") and "://" in value else value
        return text if len(text) <= LONGEST else None
    return value if isinstance(value, int | float | bool) else None


def _seconds(value: Any) -> float | None:
    """How long a token lives. Partners whose tokens never end say 0, or nothing; some write the number as text."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < 10**10 else None
