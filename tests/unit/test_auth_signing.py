"""HMAC of the body, and assertions signed with RS256."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pydantic import ValidationError

from maniple.auth.hmac_body import HmacAuth
from maniple.auth.jwt_bearer import JwtBearer, assertion
from maniple.auth.kind import NOTHING, Denied
from maniple.wire import Reply, Request
from support.stage import Stage, form_of, given

BODY = b"what do ya want for nothing?"
URL = "https://api.acme.test/users"


def hmac_of(body: bytes | None, url: str = URL, **fields: str) -> Request:
    kind = HmacAuth(kind="hmac", **fields)
    return Stage().play(kind.sign(Request("POST", url, (), body), given({"$api_secret": "Jefe"}), NOTHING))


def test_the_signature_of_rfc_4231_test_case_2_stands_in_the_header() -> None:
    request = hmac_of(BODY, header="X-Signature")

    assert dict(request.headers) == {"X-Signature": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"}


def test_the_signature_of_rfc_2202_test_case_2_can_be_base64() -> None:
    request = hmac_of(BODY, header="X-Signature", algorithm="sha1", encoding="base64")

    assert dict(request.headers) == {"X-Signature": "7/zfauXrL6LSdBbV8YTfnCWafHk="}


def test_a_signature_in_the_query_is_percent_encoded() -> None:
    request = hmac_of(BODY, url=f"{URL}?a=1", query="sig", algorithm="sha1", encoding="base64")

    assert request.url == "https://api.acme.test/users?a=1&sig=7%2FzfauXrL6LSdBbV8YTfnCWafHk%3D"


def test_a_call_without_a_body_signs_no_bytes() -> None:
    assert hmac_of(None, header="X-S").headers == hmac_of(b"", header="X-S").headers


@pytest.mark.parametrize("fields", [{}, {"header": "X-S", "query": "s"}])
def test_a_signature_has_one_place(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="needs `header` or `query`"):
        HmacAuth(kind="hmac", **fields)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    octets = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return octets.decode()


def part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_an_assertion_holds_its_claims_and_is_signed_with_rs256(key: rsa.RSAPrivateKey) -> None:
    written = assertion({"iss": "me", "iat": 5}, pem(key))

    assert written is not None
    header, claims, signature = written.split(".")
    assert json.loads(part(header)) == {"alg": "RS256", "typ": "JWT"}
    assert json.loads(part(claims)) == {"iss": "me", "iat": 5}
    key.public_key().verify(part(signature), f"{header}.{claims}".encode(), PKCS1v15(), hashes.SHA256())


def test_line_breaks_of_a_key_may_be_written_as_in_json(key: rsa.RSAPrivateKey) -> None:
    assert assertion({"iss": "me"}, pem(key).replace("\n", "\\n")) == assertion({"iss": "me"}, pem(key))


@pytest.mark.parametrize(
    "text", ["", "nonsense", pem(ec.generate_private_key(ec.SECP256R1()))], ids=["empty", "no key", "another kind"]
)
def test_a_key_that_is_none_signs_nothing(text: str) -> None:
    assert assertion({"iss": "me"}, text) is None


def test_a_token_is_got_for_an_assertion(key: rsa.RSAPrivateKey) -> None:
    kind = JwtBearer(
        kind="jwt_bearer", issuer="svc@acme.test", token_url="https://acme.test/token", scopes=["lists", "users"]
    )
    stage = Stage(tokens=[Reply(200, body=b'{"access_token": "t0ken", "expires_in": 3600}')], moment=1_000_000.0)

    got = stage.play(kind.obtain(given({"$private_key": pem(key)}), None))

    form = form_of(stage.asked[0])
    assert got.values == {"access_token": "t0ken"}
    assert form.pop("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = json.loads(part(form["assertion"].split(".")[1]))
    assert claims == {
        "iss": "svc@acme.test",
        "aud": "https://acme.test/token",
        "scope": "lists users",
        "iat": 1_000_000,
        "exp": 1_003_600,
    }
    assert form.keys() == {"assertion"}
    assert form["assertion"] in stage.concealed


def test_a_key_that_cannot_be_read_is_the_end_users_problem() -> None:
    kind = JwtBearer(kind="jwt_bearer", issuer="me", token_url="https://acme.test/token")

    denied = Stage().play(kind.obtain(given({"$private_key": "nonsense"}), None))

    assert isinstance(denied, Denied)
    assert denied.hopeless
    assert denied.message.startswith("The private key is not an RSA key in PEM form")
