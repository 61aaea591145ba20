"""A partner on loopback in a thread, for commands that run in processes of their own.

with LivePartner(lambda request: Answer(200, {"id": 7})) as partner:
    maniple(..., "--via", partner.url, "--allow-private-hosts")
assert partner.received[0].path == "/lists"
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; `at` is when, in monotonic seconds."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: Any
    at: float

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Answer:
    """A reply. Status 0 ends the connection without one."""

    status: int = 200
    tree: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def make_list(request: Asked) -> Answer:
    """Lists are made with the id 7, and everything else is accepted."""
    return Answer(200, {"id": 7} if request.path == "/lists" else {})


class LivePartner:
    """Answers every request as `behave` says. `most_at_once` is how many it had in hand at a time."""

    def __init__(self, behave: Callable[[Asked], Answer] = make_list) -> None:
        self.behave = behave
        self.received: list[Asked] = []
        self.most_at_once = 0
        self._in_hand = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """Path and body of every request, in the order of arrival."""
        return [(request.path, request.body) for request in self.received]

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

    def meet(self, request: Asked) -> Answer:
        with self._lock:
            self.received.append(request)
            self._in_hand += 1
            self.most_at_once = max(self.most_at_once, self._in_hand)
        try:
            return self.behave(request)
        finally:
            with self._lock:
                self._in_hand -= 1


def _handler(partner: LivePartner) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            answer = partner.meet(Asked(self.command, self.path, tuple(self.headers.items()), body, monotonic()))
            if answer.status == 0:
                self.close_connection = True
                return
            reply = b"" if answer.tree is None else json.dumps(answer.tree).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(reply))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
