"""Connections to a partner: dialled at guarded addresses only, each carrying one exchange at a time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeAlias

from maniple.delivery.address import forbidden, refusal
from maniple.delivery.answer import Answer, BrokenOff, Unreadable

HEAD_START = 0.25
"""Seconds that an address has for itself before the next one of the same name is tried beside it (RFC 8305)."""
JOINED = 1 << 18
"""Bytes of a body that are copied behind the head, to leave with it: the copy costs less than a second call."""

AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where connections go."""

    host: str
    """A name, or an address without brackets."""
    port: int
    secure: bool


class Connection(asyncio.Protocol):
    """One connection. `is_open` says that it can carry another exchange."""

    def __init__(self) -> None:
        self.is_open = False
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._answer: Answer | None = None
        self._over: asyncio.Future[Answer] | None = None

    async def exchange(self, head: bytes, body: bytes, method: str, seconds: float) -> Answer:
        """Write a request and wait for its answer.

        Raises TimeoutError, Unreadable, BrokenOff (from `Answer`), or OSError when the connection ended before any
        answer. After an error, or when it is cancelled, the connection is closed.
        """
        self._answer = Answer(method)
        self._over = over = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._fail, TimeoutError())
        try:
            if len(body) <= JOINED:
                self._transport.write(head + body)
            else:
                self._transport.write(head)
                self._transport.write(body)
            answer: Answer = await over
        except BaseException:
            self.abort()
            raise
        finally:
            timer.cancel()
            self._answer = self._over = None
        if answer.is_last or self._transport.get_write_buffer_size():
            self.abort()
        return answer

    def abort(self) -> None:
        """Close the connection at once."""
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        """asyncio: something came."""
        if self._answer is None or self._over is None or self._over.done():
            # Nothing was asked, so nothing that is said can be believed.
            self.abort()
            return
        try:
            complete = self._answer.feed(data)
        except Unreadable as error:
            self._fail(error)
            return
        if complete:
            self._over.set_result(self._answer)

    def eof_received(self) -> None:
        """asyncio: the partner says no more."""
        self.is_open = False
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self.is_open = False
        self._end(exc)

    def _end(self, error: Exception | None) -> None:
        if self._answer is None or self._over is None or self._over.done():
            return
        if not self._answer.is_begun:
            self._fail(error if isinstance(error, OSError) else ConnectionResetError())
            return
        try:
            if error is not None:
                raise BrokenOff
            self._answer.end()
        except BrokenOff as fault:
            self._fail(fault)
        else:
            self._over.set_result(self._answer)

    def _fail(self, error: Exception) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_exception(error)


async def dial(place: Place, tls: ssl.SSLContext | None, *, allow_private: bool) -> Connection:
    """A connection to `place`, its TLS handshake done if `tls` is given.

    Raises ForbiddenAddress when it leads to an address that maniple does not call and to none that answers, OSError
    or UnicodeError when no connection can be made.
    """
    addresses = await _addresses(place)
    refused: list[tuple[str, str]] = []
    open_to_us: list[AddressInfo] = []
    for info in addresses:
        # The very address that is dialled is judged, so no spelling and no second answer of a name server gets past.
        literal = str(info[4][0])
        if reason := refusal(literal, allow_private=allow_private):
            refused.append((literal, reason))
        else:
            open_to_us.append(info)
    if refused and not open_to_us:
        raise forbidden(place.host, *refused[0])
    try:
        sock = await _first_connected(open_to_us)
    except OSError as error:
        if refused:
            raise forbidden(place.host, *refused[0]) from error
        raise
    name = place.host.rstrip(".") if tls is not None else None
    try:
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, sock=sock, ssl=tls, server_hostname=name
        )
    except BaseException:
        sock.close()
        raise
    return connection


async def _addresses(place: Place) -> Sequence[AddressInfo]:
    try:
        literal = ip_address(place.host)
    except ValueError:
        loop = asyncio.get_running_loop()
        return await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    if literal.version == 4:
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (place.host, place.port))]
    zone = getattr(literal, "scope_id", None)
    scope = socket.if_nametoindex(zone) if zone and zone in (name for _, name in socket.if_nameindex()) else 0
    return [
        (
            socket.AF_INET6,
            socket.SOCK_STREAM,
            socket.IPPROTO_TCP,
            "",
            (place.host.partition("%")[0], place.port, 0, scope),
        )
    ]


async def _first_connected(addresses: Sequence[AddressInfo]) -> socket.socket:
    """A socket connected to the first address that answers; each has a head start before the next. Raises OSError."""
    waiting = deque(addresses)
    running: set[asyncio.Task[socket.socket]] = set()
    faults: list[BaseException] = []
    won: list[socket.socket] = []
    try:
        while not won and (waiting or running):
            if waiting:
                running.add(asyncio.create_task(_connected(waiting.popleft())))
            patience = HEAD_START if waiting else None
            done, running = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if (error := task.exception()) is not None:
                    faults.append(error)
                else:
                    won.append(task.result())
    finally:
        for task in running:
            task.cancel()
        late = await asyncio.gather(*running, return_exceptions=True)
        for spare in (*won[1:], *(sock for sock in late if isinstance(sock, socket.socket))):
            spare.close()
    if won:
        return won[0]
    raise faults[0] if faults else OSError("no address")


async def _connected(info: AddressInfo) -> socket.socket:
    family, kind, protocol, _, address = info
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock
