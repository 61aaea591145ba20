"""The limit: bodies rendered beforehand, over the barest client there can be, a protocol on kept-alive connections."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

PARALLEL = 4
_END = b"\r\n\r\n"


class Caller(asyncio.Protocol):
    """One connection: sends a body, waits for the answer, sends the next."""

    def __init__(self, bodies: Iterator[bytes], port: int, over: asyncio.Future[None]) -> None:
        self._bodies = bodies
        self._head = (
            f"POST /add HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: "
        )
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
        body = next(self._bodies, None)
        if body is None:
            self._transport.close()
            self._over.set_result(None)
        else:
            self._transport.writelines((f"{self._head}{len(body)}\r\n\r\n".encode(), body))


async def _send(bodies: Iterator[bytes], port: int) -> None:
    loop = asyncio.get_running_loop()
    callers = [loop.create_future() for _ in range(PARALLEL)]
    for over in callers:
        await loop.create_connection(lambda over=over: Caller(bodies, port, over), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*callers)


def deliver(bodies: list[bytes], port: int) -> None:
    """Send bodies that are in memory."""
    gc.disable()
    asyncio.run(_send(iter(bodies), port))
    gc.enable()


def write_bodies(bodies: list[bytes], path: Path) -> None:
    """Keep bodies in a file, each after its length."""
    with path.open("wb") as file:
        for body in bodies:
            file.write(len(body).to_bytes(8, "big"))
            file.write(body)


def read_bodies(path: Path) -> list[bytes]:
    """The bodies that `write_bodies` kept."""
    content = path.read_bytes()
    bodies: list[bytes] = []
    at = 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 8], "big")
        bodies.append(content[at + 8 : at + 8 + length])
        at += 8 + length
    return bodies
