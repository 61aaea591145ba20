"""Kinds that sign the request."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from maniple.auth.kind import AuthKind, DefaultField


class OAuth1(AuthKind):
    """Signs with OAuth 1.0a (RFC 5849)."""

    runs: ClassVar[bool] = False

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


class JwtBearer(AuthKind):
    """Gets a token for a signed assertion, RS256 (RFC 7523)."""

    runs: ClassVar[bool] = False

    default_fields: ClassVar[tuple[DefaultField, ...]] = (DefaultField("private_key", "Private Key"),)

    kind: Literal["jwt_bearer"]
    token_url: str
    """Where the assertion is exchanged for a token."""
    issuer: str
    """Who signs: the `iss` claim."""
    subject: str | None = None
    """On whose behalf: the `sub` claim."""
    audience: str | None = None
    """For whom: the `aud` claim; the token URL when nothing is said."""
    private_key: str = "$private_key"
    """The RSA key in PEM form."""
    scopes: list[str] = Field(default_factory=list)
    """The scopes asked for."""
    save: dict[str, str] = Field(default_factory=dict)
    """Variables saved from the token reply: name to path."""


class HmacAuth(AuthKind):
    """Signs the exact bytes of the body."""

    runs: ClassVar[bool] = False

    default_fields: ClassVar[tuple[DefaultField, ...]] = (DefaultField("api_secret", "API Secret"),)

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


class AwsSigV4(AuthKind):
    """Signs with AWS Signature Version 4."""

    runs: ClassVar[bool] = False

    default_fields: ClassVar[tuple[DefaultField, ...]] = (
        DefaultField("access_key", "Access Key ID"),
        DefaultField("secret_key", "Secret Access Key"),
    )

    kind: Literal["aws_sigv4"]
    region: str
    """The AWS region."""
    service: str = "s3"
    """The AWS service."""
    access_key: str = "$access_key"
    """The access key's id."""
    secret_key: str = "$secret_key"  # noqa: S105  a template
    """The secret access key."""
    role_arn: str | None = None
    """A role to take on first."""
    external_id: str | None = None
    """The external id that the role asks for."""
