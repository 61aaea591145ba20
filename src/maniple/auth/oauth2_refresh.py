"""OAuth 2 with a refresh token."""

from __future__ import annotations

from typing import ClassVar, Literal

from maniple.auth.keeping import Kept
from maniple.auth.kind import DefaultField, Denied, Given
from maniple.auth.token_kind import Parameters, TokenKind
from maniple.wire import Flow


class OAuth2Refresh(TokenKind):
    """Keeps a token fresh with a refresh token the end user granted (RFC 6749, section 6).

    The token goes out as `Authorization: Bearer <token>`, unless a call uses `$access_token` itself or has an
    `Authorization` header of its own. A new refresh token in the partner's answer takes the place of the old one, and
    is stored before the token that came with it is used.
    """

    default_fields: ClassVar[tuple[DefaultField, ...]] = (
        DefaultField("client_id", "Client ID"),
        DefaultField("client_secret", "Client Secret"),
        DefaultField("refresh_token", "Refresh Token"),
    )
    urls: ClassVar[frozenset[str]] = TokenKind.urls | {"authorize_url"}

    kind: Literal["oauth2_refresh"]
    authorize_url: str | None = None
    """Where the end user grants access (RFC 6749, section 4.1); `maniple connect` leads there."""
    client_id: str = "$client_id"
    """The client's id."""
    client_secret: str = "$client_secret"  # noqa: S105  a template, not a secret
    """The client's secret."""
    refresh_token: str = "$refresh_token"  # noqa: S105  a template, not a token
    """The refresh token."""
    send: Literal["body", "basic", "query"] = "body"
    """How the client authenticates at the token endpoint: its id and secret in the form body, as HTTP Basic, or
    everything in the query."""

    @property
    def sent(self) -> Literal["body", "basic", "query"]:
        return self.send

    def client(self, given: Given) -> tuple[str, str]:
        return given.text(self.client_id), given.text(self.client_secret)

    def settled(self, given: Given) -> str:
        return given.text(self.refresh_token)

    def grant(self, given: Given, kept: Kept | None, now: float) -> Flow[Parameters | Denied]:  # noqa: ARG002
        rotated = kept.refresh_token if kept is not None else None
        return [("grant_type", "refresh_token"), ("refresh_token", rotated or given.text(self.refresh_token))]
        yield
