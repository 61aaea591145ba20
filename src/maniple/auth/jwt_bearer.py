"""OAuth 2 with a signed assertion."""

from __future__ import annotations

import base64
import json
from typing import ClassVar, Literal

from maniple.auth.denial import REASON
from maniple.auth.keeping import Kept
from maniple.auth.kind import DefaultField, Denied, Given
from maniple.auth.token_kind import Parameters, TokenKind
from maniple.errors import OperatorError
from maniple.wire import Conceal, Flow, Reply

LIFETIME = 3600
"""Seconds an assertion is good for: the most that the larger partners take."""
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class JwtBearer(TokenKind):
    """Gets a token for an assertion signed with RS256 (RFC 7523): the way of service accounts.

    The assertion has the claims `iss`, `sub`, `aud`, `scope`, `iat` and `exp` (an hour later). The token goes out as
    `Authorization: Bearer <token>`, unless a call uses `$access_token` itself or has an `Authorization` of its own.
    """

    default_fields: ClassVar[tuple[DefaultField, ...]] = (DefaultField("private_key", "Private Key"),)

    kind: Literal["jwt_bearer"]
    issuer: str
    """Who signs: the `iss` claim."""
    subject: str | None = None
    """On whose behalf: the `sub` claim."""
    audience: str | None = None
    """For whom: the `aud` claim; the token URL when nothing is said."""
    private_key: str = "$private_key"
    """The RSA key in PEM form; line breaks may be written as `\\n`."""

    def client(self, given: Given) -> tuple[str, str]:  # noqa: ARG002  the assertion says who asks
        return "", ""

    def settled(self, given: Given) -> str:
        key, issuer, subject = given.text(self.private_key), given.text(self.issuer), given.text(self.subject)
        return "\0".join((issuer, subject, given.text(self.audience), key))

    def grant(self, given: Given, kept: Kept | None, now: float) -> Flow[Parameters | Denied]:  # noqa: ARG002
        claims = {
            "iss": given.text(self.issuer),
            "sub": given.text(self.subject) or None,
            "aud": given.text(self.audience) or given.text(self.token_url),
            "scope": " ".join(given.text(scope) for scope in self.scopes) or None,
            "iat": int(now),
            "exp": int(now) + LIFETIME,
        }
        signed = assertion({name: value for name, value in claims.items() if value}, given.text(self.private_key))
        if signed is None:
            message = (
                "The private key is not an RSA key in PEM form: enter it whole, from `-----BEGIN` to the end of the last "
                "line, in the connection's settings"
            )
            return Denied(REASON, message, Reply.unreached("the private key cannot be read"))
        yield Conceal((signed,))
        return [("grant_type", GRANT), ("assertion", signed)]


def assertion(claims: dict[str, object], private_key: str) -> str | None:
    """The claims as a JSON Web Token signed with RS256 (RFC 7515, RFC 7518 section 3.3); None with a key that is none.

    Raises OperatorError when the package that signs is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as cause:
        raise OperatorError(
            "signing an assertion needs the package `cryptography`", hint="pip install 'maniple[sync]'"
        ) from cause
    try:
        key = load_pem_private_key(private_key.replace("\\n", "\n").strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPrivateKey):
        return None
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_base64url(key.sign(signed.encode(), PKCS1v15(), hashes.SHA256()))}"


def _part(tree: dict[str, object]) -> str:
    return _base64url(json.dumps(tree, separators=(",", ":")).encode())


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
