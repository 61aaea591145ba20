"""The limit: requests rendered beforehand, over the barest client there can be, a protocol on kept-alive connections."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

PARALLEL = 4
_END = b"\r\n\r\n"


class Caller(asyncio.Protocol):
    """One connection: sends a request, waits for the answer, sends the next."""

    def __init__(self, requests: Iterator[tuple[str, bytes]], port: int, over: asyncio.Future[None]) -> None:
        self._requests = requests
        self._head = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: "
        self._over = over

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        # The sink's answers are a hundred bytes, written at once: they come whole.
        assert data.startswith(b"HTTP/1.1 200"), data
        assert _END in data, data
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self._over.set_result(None)
        else:
            path, body = request
            self._transport.writelines((f"POST {path}{self._head}{len(body)}\r\n\r\n".encode(), body))


async def _send(requests: Iterator[tuple[str, bytes]], port: int) -> None:
    loop = asyncio.get_running_loop()
    callers = [loop.create_future() for _ in range(PARALLEL)]
    for over in callers:
        await loop.create_connection(lambda over=over: Caller(requests, port, over), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*callers)


def deliver(requests: list[tuple[str, bytes]], port: int) -> None:
    """Send requests that are in memory."""
    gc.disable()
    asyncio.run(_send(iter(requests), port))
    gc.enable()


def write_requests(requests: list[tuple[str, bytes]], path: Path) -> None:
    """Keep requests in a file: path and body, each after its length."""
    with path.open("wb") as file:
        for target, body in requests:
            for part in (target.encode(), body):
                file.write(len(part).to_bytes(8, "big"))
                file.write(part)


def read_requests(path: Path) -> list[tuple[str, bytes]]:
    """The requests that `write_requests` kept."""
    content = path.read_bytes()
    parts: list[bytes] = []
    at = 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 8], "big")
        parts.append(content[at + 8 : at + 8 + length])
        at += 8 + length
    return [(target.decode(), body) for target, body in zip(parts[::2], parts[1::2], strict=True)]
