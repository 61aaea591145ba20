"""An HMAC of the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import ClassVar, Literal
from urllib.parse import quote

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from maniple.auth.kind import AuthKind, Credential, DefaultField, Given
from maniple.auth.mark import mark_of
from maniple.wire import Flow, Request


class HmacAuth(AuthKind):
    """Signs the exact bytes of the body with a shared secret (RFC 2104). A call without a body signs no bytes."""

    default_fields: ClassVar[tuple[DefaultField, ...]] = (DefaultField("api_secret", "API Secret"),)
    words: ClassVar[frozenset[str]] = frozenset({"algorithm", "over", "encoding"})

    kind: Literal["hmac"]
    key: str = "$api_secret"
    """The shared secret."""
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    """The hash function."""
    over: Literal["body"] = "body"
    """What is signed."""
    encoding: Literal["hex", "base64"] = "hex"
    """How the signature is written."""
    header: str | None = None
    """The header that carries it."""
    query: str | None = None
    """The query parameter that carries it."""

    @model_validator(mode="after")
    def _one_place(self) -> HmacAuth:
        if (self.header is None) == (self.query is None):
            raise PydanticCustomError("MAN403", "an `hmac` needs `header` or `query`: where the signature stands")
        return self

    def sets_header(self) -> tuple[str, ...]:
        return (self.header,) if self.header is not None else ()

    def sets_query(self) -> tuple[str, ...]:
        return (self.query,) if self.query is not None else ()

    def sign(self, request: Request, given: Given, credential: Credential) -> Flow[Request]:  # noqa: ARG002
        digest = hmac.new(given.text(self.key).encode(), request.body or b"", getattr(hashlib, self.algorithm)).digest()
        written = digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()
        return self._placed(request, written, given.text(self.header), given.text(self.query))
        yield

    def show(self, request: Request) -> Request:
        return self._placed(request, mark_of("signature"), self.header or "", self.query or "")

    @staticmethod
    def _placed(request: Request, signature: str, header: str, query: str) -> Request:
        if header:
            return request.with_header(header, signature)
        return request.with_query(quote(query, safe=""), quote(signature, safe=""))
