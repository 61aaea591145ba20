"""A partner's HTTP server on loopback that plays a script, also a bad one.

    async with StubServer(answer(503), answer(200, b"{}")) as partner:
        ... send to f"{partner.url}/lists" ...
        assert partner.received[0].target == "/lists"

The n-th request is met by the n-th behaviour; the last behaviour stays for all that follow.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Received:
    """A request as it arrived: header names and values in order, as they were written."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Talk:
    """One request being answered. The body is read only when the behaviour asks for it."""

    request: Received
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: StubServer
    goes_on: bool = True

    async def take_body(self) -> None:
        length = int(self.request.header("Content-Length") or 0)
        body = await self.reader.readexactly(length)
        self.request = Received(self.request.method, self.request.target, self.request.headers, body)
        self.server.received.append(self.request)

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        self.goes_on = False

    def hang_up(self) -> None:
        """End the connection in an orderly way."""
        self.writer.close()
        self.goes_on = False


Behaviour = Callable[[Talk], Awaitable[None]]


def head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} Stub", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def answer(status: int = 200, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()) -> Behaviour:
    """Reads the request and answers it in full."""
    reply = head(status, (*headers, ("Content-Length", str(len(body))))) + body

    async def behave(talk: Talk) -> None:
        await talk.take_body()
        await talk.write(reply)

    return behave


def then(first: bytes, end: Callable[[Talk], None]) -> Behaviour:
    """Reads the request, writes `first` as it is, then ends the connection by `end` (`Talk.reset`, `Talk.hang_up`)."""

    async def behave(talk: Talk) -> None:
        await talk.take_body()
        await talk.write(first)
        end(talk)

    return behave


def reset_before_reading() -> Behaviour:
    """Resets the connection when the head of a request is there and its body may still be on the way."""

    async def behave(talk: Talk) -> None:
        talk.reset()

    return behave


def after(gate: asyncio.Event, behaviour: Behaviour) -> Behaviour:
    """Waits for `gate`, which the test opens (or never does), and goes on with `behaviour`."""

    async def behave(talk: Talk) -> None:
        await gate.wait()
        await behaviour(talk)

    return behave


def drip(body: bytes, pause: float) -> Behaviour:
    """Answers one byte at a time."""

    async def behave(talk: Talk) -> None:
        await talk.take_body()
        await talk.write(head(200, [("Content-Length", str(len(body)))]))
        for byte in body:
            await talk.write(bytes([byte]))
            await asyncio.sleep(pause)

    return behave


def pour(chunk: bytes, times: int, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Behaviour:
    """Answers with a long body that neither side holds in memory as a whole."""

    async def behave(talk: Talk) -> None:
        await talk.take_body()
        await talk.write(head(status, (*headers, ("Content-Length", str(len(chunk) * times)))))
        for _ in range(times):
            await talk.write(chunk)

    return behave


class StubServer:
    """Listens on a free loopback port while it is entered. `received` holds the requests whose body was read.

    `connections` and `requests` count from the start; `arrived` is set when the head of the first request is there.
    """

    def __init__(self, *script: Behaviour, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.script = list(script or (answer(),))
        self.received: list[Received] = []
        self.connections = 0
        self.requests = 0
        self.arrived = asyncio.Event()
        self.host = host
        self.port = 0
        self._tls = tls
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        try:
            while await self._answer_next(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._talks.discard(task)
            writer.close()

    async def _answer_next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        method, target, _ = lines[0].split(" ", 2)
        pairs = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
        behaviour = self.script[min(self.requests, len(self.script) - 1)]
        self.requests += 1
        self.arrived.set()
        talk = Talk(Received(method, target, pairs), reader, writer, self)
        await behaviour(talk)
        return talk.goes_on
