"""What all strangers share: partners with real state that nobody wrote a manifest for beforehand.

They are strict as APIs in production are: a key that is not in their documentation, a wrong content type or a body
where none is expected is a 4xx. `refusals` holds every answer of 400 and above, so that a test sees what it took.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_to_bytes

_SEGMENT = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-F]{2})+")


@dataclass(frozen=True)
class Reply:
    """An answer: a tree is sent as JSON, bytes as they are."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The partner says no."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        super().__init__(status, body)
        self.reply = Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass(frozen=True)
class Ask:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def segments(self) -> list[str]:
        """The path's segments, each decoded by itself. Refuses what RFC 3986 does not allow in a segment."""
        parts = self.target.partition("?")[0].removeprefix("/").split("/")
        for part in parts:
            if not _SEGMENT.fullmatch(part) or part in (".", ".."):
                raise Refusal(400, {"error": f"malformed path segment {part!r}"})
        try:
            return [unquote_to_bytes(part).decode() for part in parts]
        except UnicodeDecodeError:
            raise Refusal(400, {"error": "path is not UTF-8"}) from None

    @property
    def query(self) -> dict[str, str]:
        pairs = parse_qsl(self.target.partition("?")[2], keep_blank_values=True, strict_parsing=True)
        return dict(pairs) if "?" in self.target else {}

    def no_body(self) -> None:
        if self.body or "content-type" in self.headers:
            raise Refusal(400, {"error": "this call takes no body"})

    def json(self, content_type: str = "application/json") -> Any:
        self.typed(content_type)
        try:
            return json.loads(self.body, object_pairs_hook=_no_doubles)
        except ValueError as error:
            raise Refusal(400, {"error": f"not JSON: {error}"}) from None

    def typed(self, content_type: str) -> None:
        if self.headers.get("content-type") != content_type:
            raise Refusal(415, {"error": f"content type {self.headers.get('content-type')!r}, not {content_type!r}"})


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key stands twice")
    return tree


def shaped(tree: Any, shape: Any, at: str = "body") -> Any:
    """The tree, when it has the shape: `{"key": shape, "optional?": shape}`, `[shape]` with at least one element,
    a type, or a function that is true for it. Refuses with 422 what has another, and keys that are not in it."""
    fits = _fits(tree, shape)
    if not fits:
        raise Refusal(422, {"error": f"{at}: {tree!r}"})
    if isinstance(shape, dict):
        known = {name.rstrip("?"): inner for name, inner in shape.items()}
        missing = {name for name in shape if not name.endswith("?")} - set(tree)
        if missing or set(tree) - set(known):
            raise Refusal(422, {"error": f"{at}: keys {sorted(tree)}, not {sorted(shape)}"})
        for name, value in tree.items():
            shaped(value, known[name], f"{at}.{name}")
    if isinstance(shape, list):
        for position, value in enumerate(tree):
            shaped(value, shape[0], f"{at}[{position}]")
    return tree


def _fits(tree: Any, shape: Any) -> bool:
    match shape:
        case dict():
            return isinstance(tree, dict)
        case list():
            return isinstance(tree, list) and bool(tree)
        case type():
            return type(tree) is shape
        case _:
            return bool(shape(tree))


def one_of(*values: Any) -> Callable[[Any], bool]:
    """True for these values, of the same type."""
    return lambda given: any(type(given) is type(value) and given == value for value in values)


def at_most(count: int, users: Iterable[str]) -> set[str]:
    """The users. Refuses more than `count`, and doubles."""
    given = list(users)
    if len(given) > count:
        raise Refusal(413, {"error": f"{len(given)} users, at most {count}"})
    if len(set(given)) < len(given):
        raise Refusal(422, {"error": "a user stands twice"})
    return set(given)


class Stranger:
    """A partner on loopback while it is entered. A subclass answers one request at a time in `answer`."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        self.refusals: list[tuple[str, Reply]] = []
        self._lock = threading.Lock()

    def answer(self, ask: Ask) -> Reply:
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

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

    def meet(self, ask: Ask) -> Reply:
        with self._lock:
            self.asked.append(ask)
            try:
                reply = self.answer(ask)
            except Refusal as refusal:
                reply = refusal.reply
            if reply.status >= 400:
                self.refusals.append((f"{ask.method} {ask.target}", reply))
            return reply


def unknown(ask: Ask) -> Refusal:
    return Refusal(404, {"error": f"no route {ask.method} {ask.target}"})


def _handler(stranger: Stranger) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = stranger.meet(Ask(self.command, self.path, headers, raw))
            body, told = reply.body, dict(reply.headers)
            if body is not None and not isinstance(body, bytes):
                body = json.dumps(body, ensure_ascii=False).encode()
                told.setdefault("Content-Type", "application/json")
            self.send_response(reply.status)
            for name, value in told.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
