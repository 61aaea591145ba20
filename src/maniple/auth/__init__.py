"""The auth kinds: one file a kind, one union."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from maniple.auth.basic import BasicAuth
from maniple.auth.bearer import BearerAuth
from maniple.auth.custom import CustomAuth
from maniple.auth.header import HeaderAuth
from maniple.auth.kind import Additions, AuthKind, DefaultField, Render
from maniple.auth.none import NoneAuth
from maniple.auth.oauth2 import OAuth2ClientCredentials, OAuth2Refresh
from maniple.auth.signed import AwsSigV4, HmacAuth, JwtBearer, OAuth1

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

__all__ = ["Additions", "Auth", "AuthKind", "DefaultField", "Render"]
