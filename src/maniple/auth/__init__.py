"""The auth kinds: one file a kind, one union."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from maniple.auth.aws_sigv4 import AwsSigV4
from maniple.auth.basic import BasicAuth
from maniple.auth.bearer import BearerAuth
from maniple.auth.custom import CustomAuth
from maniple.auth.header import HeaderAuth
from maniple.auth.hmac_body import HmacAuth
from maniple.auth.jwt_bearer import JwtBearer
from maniple.auth.kind import Additions, AuthKind, Credential, DefaultField, Denied, Given, Render
from maniple.auth.mark import mark_of
from maniple.auth.none import NoneAuth
from maniple.auth.oauth1 import OAuth1
from maniple.auth.oauth2_client_credentials import OAuth2ClientCredentials
from maniple.auth.oauth2_refresh import OAuth2Refresh
from maniple.auth.token_kind import TokenKind

Auth: TypeAlias = Annotated[
    NoneAuth
    | BasicAuth
    | BearerAuth
    | HeaderAuth
    | CustomAuth
    | OAuth2ClientCredentials
    | OAuth2Refresh
    | OAuth1
    | JwtBearer
    | HmacAuth
    | AwsSigV4,
    Field(discriminator="kind"),
]
"""How a partner is authenticated."""

__all__ = [
    "Additions",
    "Auth",
    "AuthKind",
    "Credential",
    "DefaultField",
    "Denied",
    "Given",
    "Render",
    "TokenKind",
    "mark_of",
]
