"""A partner with an OAuth 2 sign-in on loopback, in a thread: tokens that end midway, refresh tokens that rotate.

with OAuthPartner(uses=7, rotates=True) as partner:
    maniple(..., "--via", partner.url, "--allow-private-hosts")
assert partner.members == {"u1", "u2"}
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

CLIENT = ("client-id-1", "client-s3cret-1")
FIRST_REFRESH = "refresh-granted-0"


@dataclass
class OAuthPartner:
    """A list behind tokens. A token ends after `uses` calls that were accepted with it; 0: never.

    With `rotates` each refresh gives another refresh token, and one that was used before takes everything back, as
    RFC 9700, section 4.14.2, advises: `reused` counts that. `refused` counts the calls that came with an ended token.
    """

    uses: int = 0
    rotates: bool = False
    fails: int = 0
    """Token requests that are answered with a 503 first."""
    echoes: bool = False
    """Users are refused with a message that quotes the request's credentials."""
    code: str = ""
    """The code that was given to a browser, and the PKCE challenge that came with it."""
    challenge: str = ""
    members: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    refreshes: list[str] = field(default_factory=lambda: [FIRST_REFRESH])
    refused: int = 0
    reused: int = 0
    ended: int = 0
    bad_client: int = 0
    _left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def secrets(self) -> list[str]:
        """Whatever it has given out."""
        return [*self.tokens, *self.refreshes, CLIENT[1]]

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def consent(self, address: str) -> str:
        """A person agrees on the consent page at `address`: where the browser is sent then."""
        asked = dict(parse_qsl(urlsplit(address).query))
        self.code, self.challenge = f"code-{len(self.refreshes)}", asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode({'code': self.code, 'state': asked['state']})}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        with self._lock:
            return self._token(headers, body) if path == "/token" else self._call(path, headers, body)

    def _token(self, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        form = dict(parse_qsl(body.decode()))
        self.asked.append(form)
        if self.fails:
            self.fails -= 1
            return 503, {}
        if _client(headers, form) != CLIENT:
            self.bad_client += 1
            return 401, {"error": "invalid_client"}
        more: dict[str, str] = {}
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if form["code"] != self.code or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenge:
                return 400, {"error": "invalid_grant"}
            self.refreshes.append(f"refresh-granted-{len(self.refreshes)}")
            more = {"refresh_token": self.refreshes[-1]}
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refreshes[-1]:
                self.reused += 1
                return 400, {"error": "invalid_grant", "error_description": "refresh token was used before"}
            if self.rotates:
                self.refreshes.append(f"refresh-rotated-{len(self.refreshes)}")
                more = {"refresh_token": self.refreshes[-1]}
        self.tokens.append(f"access-token-{len(self.tokens) + 1}")
        self._left = self.uses
        return 200, {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 3600, **more}

    def _call(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if not self.tokens or token != self.tokens[-1] or (self.uses and not self._left):
            self.refused += 1
            return 401, {"error": "invalid_token"}
        if self.uses:
            self._left -= 1
            self.ended += not self._left
        if path == "/lists":
            return 200, {"id": 1}
        if self.echoes:
            return 400, {"message": f"{headers['authorization']} with {self.refreshes[-1]} may not do this"}
        users = json.loads(body)["users"]
        (self.members.update if path.endswith("/add") else self.members.difference_update)(users)
        return 200, {}


def _client(headers: dict[str, str], form: dict[str, str]) -> tuple[str, str]:
    basic = headers.get("authorization", "")
    if basic.startswith("Basic "):
        name, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")


def _handler(partner: OAuthPartner) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, tree = partner.answer(self.path, headers, body)
            reply = json.dumps(tree).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
