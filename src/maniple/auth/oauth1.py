"""OAuth 1.0a."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import ClassVar, Literal
from urllib.parse import parse_qsl, quote, urlsplit

from maniple.auth.kind import AuthKind, Credential, DefaultField, Given
from maniple.auth.mark import mark_of
from maniple.wire import Flow, Moment, Nonce, Request, header_value

FORM = "application/x-www-form-urlencoded"


class OAuth1(AuthKind):
    """Signs every request with OAuth 1.0a and HMAC-SHA1 (RFC 5849).

    The query and, where the body is a form, its parameters are signed; any other body is not.
    """

    default_fields: ClassVar[tuple[DefaultField, ...]] = (
        DefaultField("consumer_key", "Consumer Key"),
        DefaultField("consumer_secret", "Consumer Secret"),
        DefaultField("token", "Access Token"),
        DefaultField("token_secret", "Access Token Secret"),
    )

    kind: Literal["oauth1"]
    consumer_key: str = "$consumer_key"
    """The application's key."""
    consumer_secret: str = "$consumer_secret"  # noqa: S105  a template
    """The application's secret."""
    token: str = "$token"  # noqa: S105  a template
    """The end user's token."""
    token_secret: str = "$token_secret"  # noqa: S105  a template
    """The end user's token secret."""

    def sets_header(self) -> tuple[str, ...]:
        return ("Authorization",)

    def sign(self, request: Request, given: Given, credential: Credential) -> Flow[Request]:  # noqa: ARG002
        moment = yield Moment()
        nonce = yield Nonce(16)
        parameters = {
            "oauth_consumer_key": given.text(self.consumer_key),
            "oauth_nonce": str(nonce),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(moment)),
            "oauth_token": given.text(self.token),
            "oauth_version": "1.0",
        }
        if not parameters["oauth_token"]:
            del parameters["oauth_token"]
        text = base_string(request, list(parameters.items()))
        parameters["oauth_signature"] = signature(text, given.text(self.consumer_secret), given.text(self.token_secret))
        written = ", ".join(f'{name}="{escape(value)}"' for name, value in sorted(parameters.items()))
        return request.with_header("Authorization", f"OAuth {written}")

    def show(self, request: Request) -> Request:
        return request.with_header("Authorization", f"OAuth {mark_of('signature')}")


def escape(text: str) -> str:
    """`text` percent-encoded as OAuth 1 does it everywhere (RFC 5849, section 3.6)."""
    return quote(text, safe="-._~")


def base_string(request: Request, parameters: Sequence[tuple[str, str]]) -> str:
    """What is signed (RFC 5849, section 3.4.1): method, URL, and all parameters with those of query and form."""
    parts = urlsplit(request.url)
    host = (parts.hostname or "").lower()
    if parts.port is not None and parts.port != {"http": 80, "https": 443}.get(parts.scheme):
        host = f"{host}:{parts.port}"
    found = [*parse_qsl(parts.query, keep_blank_values=True), *parameters]
    kind = (header_value(request.headers, "Content-Type") or "").partition(";")[0].strip().lower()
    if kind == FORM and request.body:
        found += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    encoded = sorted((escape(name), escape(value)) for name, value in found)
    normalized = "&".join(f"{name}={value}" for name, value in encoded)
    address = f"{parts.scheme.lower()}://{host}{parts.path or '/'}"
    return "&".join((request.method.upper(), escape(address), escape(normalized)))


def signature(text: str, client_secret: str, token_secret: str) -> str:
    """HMAC-SHA1 of a base string (RFC 5849, section 3.4.2)."""
    key = f"{escape(client_secret)}&{escape(token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha1).digest()).decode()
