"""OAuth 2 grants."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from maniple.auth.kind import AuthKind, DefaultField


class _OAuth2(AuthKind):
    runs: ClassVar[bool] = False
    default_fields: ClassVar[tuple[DefaultField, ...]] = (
        DefaultField("client_id", "Client ID"),
        DefaultField("client_secret", "Client Secret"),
    )

    token_url: str
    """Where tokens are got."""
    client_id: str = "$client_id"
    """The client's id."""
    client_secret: str = "$client_secret"  # noqa: S105  a template, not a secret
    """The client's secret."""
    scopes: list[str] = Field(default_factory=list)
    """The scopes asked for."""
    send: Literal["body", "basic", "query"] = "body"
    """How the client authenticates at the token endpoint."""
    params: dict[str, str] = Field(default_factory=dict)
    """Further parameters of the token request."""
    save: dict[str, str] = Field(default_factory=dict)
    """Variables saved from the token reply: name to path."""
    expired: list[dict[str, Any]] = Field(default_factory=list)
    """Replies besides 401 that mean the token has expired."""


class OAuth2ClientCredentials(_OAuth2):
    """Gets a token with the client's own credentials (RFC 6749, section 4.4)."""

    kind: Literal["oauth2_client_credentials"]


class OAuth2Refresh(_OAuth2):
    """Keeps a token fresh with a refresh token the end user granted (RFC 6749, section 6)."""

    default_fields: ClassVar[tuple[DefaultField, ...]] = (
        *_OAuth2.default_fields,
        DefaultField("refresh_token", "Refresh Token"),
    )

    kind: Literal["oauth2_refresh"]
    authorize_url: str | None = None
    """Where the end user grants access."""
    refresh_token: str = "$refresh_token"  # noqa: S105  a template, not a token
    """The refresh token."""
