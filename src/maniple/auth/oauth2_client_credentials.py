"""OAuth 2 with the client's own credentials."""

from __future__ import annotations

from typing import ClassVar, Literal

from maniple.auth.keeping import Kept
from maniple.auth.kind import DefaultField, Denied, Given
from maniple.auth.token_kind import Parameters, TokenKind
from maniple.wire import Flow


class OAuth2ClientCredentials(TokenKind):
    """Gets a token with the client's own credentials (RFC 6749, section 4.4).

    The token goes out as `Authorization: Bearer <token>`. A call that uses `$access_token` itself, or has an
    `Authorization` header of its own, gets none: it says where the token stands.
    """

    default_fields: ClassVar[tuple[DefaultField, ...]] = (
        DefaultField("client_id", "Client ID"),
        DefaultField("client_secret", "Client Secret"),
    )

    kind: Literal["oauth2_client_credentials"]
    client_id: str = "$client_id"
    """The client's id."""
    client_secret: str = "$client_secret"  # noqa: S105  a template, not a secret
    """The client's secret."""
    send: Literal["body", "basic", "query"] = "body"
    """How the client authenticates at the token endpoint: its id and secret in the form body, as HTTP Basic, or
    everything in the query."""

    @property
    def sent(self) -> Literal["body", "basic", "query"]:
        return self.send

    def client(self, given: Given) -> tuple[str, str]:
        return given.text(self.client_id), given.text(self.client_secret)

    def grant(self, given: Given, kept: Kept | None, now: float) -> Flow[Parameters | Denied]:  # noqa: ARG002
        return [("grant_type", "client_credentials")]
        yield
