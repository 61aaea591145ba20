"""The end user's first grant: an authorization code, and the refresh token it is exchanged for."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlencode

from maniple.auth.denial import REASON, denial
from maniple.auth.kind import Denied, Given
from maniple.auth.oauth2_refresh import OAuth2Refresh
from maniple.wire import Reply, Request


def consent_url(kind: OAuth2Refresh, given: Given, *, redirect: str, state: str, verifier: str) -> str:
    """Where the end user grants access (RFC 6749, section 4.1.1, with PKCE, RFC 7636)."""
    url = given.text(kind.authorize_url)
    scopes = " ".join(given.text(scope) for scope in kind.scopes)
    parameters = {
        "response_type": "code",
        "client_id": kind.client(given)[0],
        "redirect_uri": redirect,
        **({"scope": scopes} if scopes else {}),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def challenge_of(verifier: str) -> str:
    """The PKCE challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def code_request(kind: OAuth2Refresh, given: Given, *, code: str, redirect: str, verifier: str) -> Request:
    """The request that exchanges a code for tokens (RFC 6749, section 4.1.3)."""
    granted = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ]
    return kind.token_request(given, given.text(kind.token_url), "", granted)


def refresh_token_in(kind: OAuth2Refresh, given: Given, reply: Reply) -> str | Denied:
    """The refresh token that a code was exchanged for."""
    path = kind.save.get("refresh_token", "refresh_token")
    token = given.find(path, reply.tree)
    if 200 <= reply.status < 300 and isinstance(token, str) and token:
        return token
    if 200 <= reply.status < 300 and isinstance(given.find(kind.token_path, reply.tree), str):
        message = (
            f"The partner granted access and gave no refresh token at `{path}`; some partners give one only when the "
            "authorize URL or the scopes ask for offline access"
        )
        return Denied(REASON, message, reply)
    return denial(reply, given, path, grants=False)
