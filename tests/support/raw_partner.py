"""A partner on loopback, in threads of its own, whose answers a function decides: for the command in its own process.

with RawPartner(lambda asked: (200, b"{}")) as partner:
    maniple("test", ..., "--via", partner.url)
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Self


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: tuple[str, ...]
    body: bytes


Answer = Callable[[Asked], tuple[int, bytes]]


class RawPartner:
    """Listens while it is entered. `asked` holds every request."""

    def __init__(self, answer: Answer, *headers: str) -> None:
        self.answer = answer
        self.headers = headers
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Wakes the thread that accepts: on its number the next partner's socket may open, whose calls it would take.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while (asked := _read(stream)) is not None:
                    self.asked.append(asked)
                    status, body = self.answer(asked)
                    lines = (f"HTTP/1.1 {status} Raw", *self.headers, f"Content-Length: {len(body)}", "", "")
                    connection.sendall("\r\n".join(lines).encode("latin-1") + body)
            except OSError:
                return


def _read(stream: IO[bytes]) -> Asked | None:
    first = stream.readline().decode("latin-1").split(" ")
    if len(first) < 3:
        return None
    headers: list[str] = []
    while line := stream.readline().strip():
        headers.append(line.decode("latin-1"))
    length = next((int(header.split(":")[1]) for header in headers if header.lower().startswith("content-length:")), 0)
    return Asked(first[0], first[1], tuple(headers), stream.read(length))
