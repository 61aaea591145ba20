"""AWS Signature Version 4."""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from maniple.auth.denial import REASON, denial, is_transient
from maniple.auth.keeping import Kept, ends_at, fingerprint, keep
from maniple.auth.kind import NOTHING, AuthKind, Credential, DefaultField, Denied, Given
from maniple.auth.mark import mark_of
from maniple.wire import SIGN_IN, Flow, Moment, Reply, Request

ALGORITHM = "AWS4-HMAC-SHA256"
ROLE_SECONDS = 3600
SESSION_NAME = "maniple"
_REGION = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_UNSIGNED = frozenset({"user-agent", "connection", "authorization", "x-amzn-trace-id"})
_ENDED = (b"ExpiredToken", b"TokenRefreshRequired")


class AwsSigV4(AuthKind):
    """Signs with AWS Signature Version 4. With `role_arn` the keys take on that role first (STS AssumeRole), and its
    temporary keys sign."""

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
    session_token: str | None = None
    """The session token, when the keys are temporary ones."""
    role_arn: str | None = None
    """A role to take on first; without a value the keys sign themselves."""
    external_id: str | None = None
    """The external id that the role asks for."""

    def sets_header(self) -> tuple[str, ...]:
        return ("Authorization", "X-Amz-Date")

    def obtain(self, given: Given, expired: Credential | None) -> Flow[Credential | Denied]:
        role = given.text(self.role_arn)
        if not role:
            return NOTHING
        region, own = given.text(self.region), self._own_keys(given)
        if not _REGION.fullmatch(region):
            message = f"`{region[:60]}` is not an AWS region: correct it in the connection's settings"
            return Denied(REASON, message, Reply.unreached("there is no such region"))
        external = given.text(self.external_id)
        made_from = fingerprint(role, external, *own.values())

        def get(kept: Kept | None, now: float) -> Flow[Kept | Denied]:  # noqa: ARG001
            reply = yield signed(assume_role(region, role, external), own, region, "sts", now)
            return _temporary_keys(reply, given, now, made_from)

        return (yield from keep(f"aws_sigv4 {fingerprint(role, region)}", made_from, expired, get))

    def sign(self, request: Request, given: Given, credential: Credential) -> Flow[Request]:
        moment = yield Moment()
        keys = credential.values or self._own_keys(given)
        return signed(request, keys, given.text(self.region), given.text(self.service), moment)

    def show(self, request: Request) -> Request:
        return request.with_header("Authorization", f"{ALGORITHM} {mark_of('signature')}")

    def ends_with(self, reply: Reply) -> bool:
        return reply.status in (400, 401, 403) and any(word in reply.body for word in _ENDED)

    def _own_keys(self, given: Given) -> dict[str, str]:
        return {
            "access_key": given.text(self.access_key),
            "secret_key": given.text(self.secret_key),
            "session_token": given.text(self.session_token),
        }


def assume_role(region: str, role_arn: str, external_id: str) -> Request:
    """The unsigned request of STS AssumeRole (API version 2011-06-15)."""
    parameters = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": role_arn,
        "RoleSessionName": SESSION_NAME,
        "DurationSeconds": str(ROLE_SECONDS),
        **({"ExternalId": external_id} if external_id else {}),
    }
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return Request(
        "POST",
        f"https://sts.{region}.{domain}/",
        (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),),
        urlencode(parameters).encode(),
        call=SIGN_IN,
    )


def _temporary_keys(reply: Reply, given: Given, now: float, made_from: str) -> Kept | Denied:
    names = {"access_key": "AccessKeyId", "secret_key": "SecretAccessKey", "session_token": "SessionToken"}
    found = {name: _element(reply, element) for name, element in names.items()}
    if 200 <= reply.status < 300 and all(found.values()):
        return Kept(found, made_from, ends_at(now, _lifetime(_element(reply, "Expiration"), now)))
    if is_transient(reply) or 200 <= reply.status < 300:
        return denial(reply, given, "Credentials", grants=True)
    code, words = _element(reply, "Code"), _element(reply, "Message")
    said = f". AWS says: {words[:500]}" if words else ""
    message = f"AWS did not let the role be taken on (`{code or reply.status}`): check the role, its trust policy and the external id{said}"
    return Denied(REASON, message, reply)


def _element(reply: Reply, name: str) -> str:
    """The text of the first XML element of this name, which holds no others."""
    found = re.search(rf"<{name}>([^<]{{1,20000}})</{name}>", reply.text[:100_000])
    return html.unescape(found[1]).strip() if found else ""


def _lifetime(expiration: str, now: float) -> float:
    try:
        ends = datetime.fromisoformat(expiration)
    except ValueError:
        return ROLE_SECONDS
    return max(1.0, timegm(ends.astimezone(UTC).timetuple()) - now)


def signed(request: Request, keys: Mapping[str, str], region: str, service: str, moment: float) -> Request:
    """`request` signed with `keys` at `moment`, in seconds since the Unix epoch."""
    time = datetime.fromtimestamp(int(moment), UTC)
    stamp, day = time.strftime("%Y%m%dT%H%M%SZ"), time.strftime("%Y%m%d")
    hashed = hashlib.sha256(request.body or b"").hexdigest()
    request = request.with_header("X-Amz-Date", stamp)
    if service == "s3":
        request = request.with_header("X-Amz-Content-Sha256", hashed)
    if keys.get("session_token"):
        request = request.with_header("X-Amz-Security-Token", keys["session_token"])
    canonical, names = canonical_request(request, hashed, service)
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{keys['secret_key']}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={keys['access_key']}/{scope}"
    return request.with_header(
        "Authorization", f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
    )


def canonical_request(request: Request, hashed: str, service: str) -> tuple[str, str]:
    """What is signed, and the names of the signed headers. `hashed` is the body's SHA-256 in hexadecimal."""
    parts = urlsplit(request.url)
    path = quote(unquote(parts.path or "/"), safe="/-_.~")
    if service != "s3":
        # Every service but S3 encodes the path that travels once more.
        path = quote(path, safe="/-_.~")
    query = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True)
    )
    headers = {"host": parts.netloc.lower()}
    for name, value in request.headers:
        if name.lower() not in _UNSIGNED:
            headers[name.lower()] = " ".join(value.split())
    ordered = sorted(headers.items())
    names = ";".join(name for name, _ in ordered)
    lines = "".join(f"{name}:{value}\n" for name, value in ordered)
    listed = "&".join(f"{name}={value}" for name, value in query)
    return "\n".join((request.method, path, listed, lines, names, hashed)), names
