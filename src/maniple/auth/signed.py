"""Kinds that sign the request."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from maniple.auth.kind import AuthKind


class OAuth1(AuthKind):
    """Signs with OAuth 1.0a (RFC 5849)."""

    runs: ClassVar[bool] = False

    kind: Literal["oauth1"]
    consumer_key: str = "$consumer_key"
    consumer_secret: str = "$consumer_secret"  # noqa: S105  a template
    token: str = "$token"  # noqa: S105  a template
    token_secret: str = "$token_secret"  # noqa: S105  a template


class JwtBearer(AuthKind):
    """Gets a token for a signed assertion, RS256 (RFC 7523)."""

    runs: ClassVar[bool] = False

    kind: Literal["jwt_bearer"]
    token_url: str
    issuer: str
    subject: str | None = None
    audience: str | None = None
    private_key: str = "$private_key"
    scopes: list[str] = Field(default_factory=list)
    save: dict[str, str] = Field(default_factory=dict)


class HmacAuth(AuthKind):
    """Signs the exact bytes of the body."""

    runs: ClassVar[bool] = False

    kind: Literal["hmac"]
    key: str = "$api_secret"
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    over: Literal["body"] = "body"
    encoding: Literal["hex", "base64"] = "hex"
    header: str | None = None
    query: str | None = None


class AwsSigV4(AuthKind):
    """Signs with AWS Signature Version 4."""

    runs: ClassVar[bool] = False

    kind: Literal["aws_sigv4"]
    region: str
    service: str = "s3"
    access_key: str = "$access_key"
    secret_key: str = "$secret_key"  # noqa: S105  a template
    role_arn: str | None = None
    external_id: str | None = None
