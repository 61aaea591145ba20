"""Sends requests over HTTP/1.1: byte for byte what was rendered, once each, and never to a private address."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from functools import lru_cache

from maniple.delivery import failure
from maniple.delivery.address import forbidden, refusal
from maniple.delivery.answer import Answer, BrokenOff, Unreadable
from maniple.delivery.connection import Connection, Place, dial
from maniple.errors import UsageError
from maniple.wire import Headers, Reply, Request

KEPT = 15.0
"""Seconds that a connection is kept for the next request: fewer than any server keeps one that nobody uses."""
_URL = re.compile(r"(https?)://([!-\"$-.0->@-~]+)([!-\"$-~]*)(?:#[!-~]*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+(?:%[0-9A-Za-z._~%-]+)?)\]|([^:\[\]@\\]+))(?::([0-9]*))?")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH_ALWAYS = frozenset({"POST", "PUT", "PATCH"})


class Unwritable(Exception):
    """A request that is no HTTP, with the words that say why."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a URL leads, and the `Host` that is said there."""

    place: Place
    host: str


class BulkSender:
    """Sends requests at bulk speed over kept-alive connections (`ports.Sender`), within one event loop.

    Exactly the request's headers go out, after `Host` and with `Content-Length`. Redirects are replies, cookies are
    not kept, proxy settings of the environment are not read. A reply's body is decompressed if the partner
    compressed it unasked, and read up to 10 MB: beyond that an error reply is cut, while a 2xx reply, which could
    not be judged any more, counts as no answer, in doubt.

    `allow_private` lets loopback and private addresses through; cloud metadata and link-local addresses stay shut.
    `via` is the base URL of a stand-in for every partner: connections go there, while path, query and headers
    (`Host` too) stay as the partner would get them. `connections` bounds the open connections, `connect_timeout`
    (seconds) the making of one. `tls` replaces the system's certificate authorities.

    Raises UsageError when `via` is not `http(s)://host[:port]`.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        via: str | None = None,
        connections: int = 64,
        connect_timeout: float = 10.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._via = destination(*stand_in(via).split("://")).place if via is not None else None
        self._connect_timeout = connect_timeout
        self._tls = tls
        self._free = asyncio.Semaphore(connections)
        self._idle: defaultdict[Place, deque[Connection]] = defaultdict(deque)

    async def send(self, request: Request) -> Reply:
        """Send `request` once and return the reply, or the reply that stands for a transport failure.

        Raises ForbiddenAddress when its host leads only to addresses that maniple does not call.
        """
        try:
            place, head = self._written(request)
        except Unwritable as fault:
            return Reply.unreached(str(fault))
        started = time.monotonic()
        deadline = started + request.timeout
        try:
            await self._take_turn(request.timeout)
        except TimeoutError:
            return _unreached(failure.no_connection_within(request.timeout), started)
        try:
            connection = self._kept(place) or await self._connect(place, request.timeout)
            if isinstance(connection, str):
                return _unreached(connection, started)
            answer = await connection.exchange(head, request.body or b"", request.method, deadline - time.monotonic())
            if connection.is_open:
                connection.idle_since = time.monotonic()
                self._idle[place].append(connection)
            return _reply(answer, started)
        except (OSError, Unreadable, BrokenOff) as error:
            return _unreached(_broken(error, request), started, in_doubt=True)
        finally:
            self._free.release()

    async def close(self) -> None:
        """Close every connection. Closing twice does no harm."""
        idle, self._idle = self._idle, defaultdict(deque)
        for connections in idle.values():
            for connection in connections:
                connection.abort()
        if idle:
            # The loop lets go of the sockets in its next turn.
            await asyncio.sleep(0)

    async def _take_turn(self, seconds: float) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        async with asyncio.timeout(seconds):
            await self._free.acquire()

    def _kept(self, place: Place) -> Connection | None:
        """The connection that was used last, for the others are more likely to be closed by now."""
        idle = self._idle[place]
        while idle:
            connection = idle.pop()
            if connection.is_open and time.monotonic() - connection.idle_since < KEPT:
                return connection
            connection.abort()
        return None

    async def _connect(self, place: Place, seconds: float) -> Connection | str:
        """A new connection, or the words for why there is none. Raises ForbiddenAddress."""
        limit = min(self._connect_timeout, seconds)
        try:
            if words := self._unclear_host(place.host):
                return words
            async with asyncio.timeout(limit):
                return await dial(place, self._context() if place.secure else None, allow_private=self._allow_private)
        except TimeoutError:
            return failure.no_connection_within(limit)
        except UnicodeError:
            return f"the name `{place.host}` does not resolve"
        except OSError as error:
            return failure.no_connection(error, place.host)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    def _written(self, request: Request) -> tuple[Place, bytes]:
        """Where a request goes, and its head as it goes over the wire. Raises Unwritable."""
        split = _URL.fullmatch(request.url)
        if split is None:
            raise Unwritable(failure.fault_in(request) or "the URL cannot be read")
        scheme, authority, target = split.groups()
        place, lines = opening(request.method, scheme.lower(), authority, request.headers)
        body = request.body
        if body or request.method in _LENGTH_ALWAYS:
            lines += f"Content-Length: {len(body or b'')}\r\n"
        slash = "" if target.startswith("/") else "/"
        return self._via or place, f"{request.method} {slash}{target} HTTP/1.1\r\n{lines}\r\n".encode()

    def _unclear_host(self, host: str) -> str | None:
        """The words for an IPv4 address in an old spelling (`127.1`). Raises ForbiddenAddress for what it means."""
        try:
            literal = socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
        except OSError:
            return None
        if literal == host:
            return None
        if reason := refusal(literal, allow_private=self._allow_private):
            raise forbidden(host, literal, reason)
        return f"the address `{host}` must be written out as `{literal}`"


@lru_cache(maxsize=256)
def destination(scheme: str, authority: str) -> Destination:
    """Where `scheme://authority` leads. Raises Unwritable when that is no host and port."""
    if "@" in authority:
        raise Unwritable("the URL holds a user name or password before its host, which is never sent")
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        raise Unwritable("the URL has no host that can be called")
    address, name, port = found.groups()
    secure = scheme == "https"
    usual = 443 if secure else 80
    number = int(port) if port else usual
    if len(port or "") > 5 or not 0 < number < 65536:
        raise Unwritable(f"the URL names the port `{port}`, which there is not")
    host = address.replace("%25", "%") if address else name.lower()
    said = f"[{host.partition('%')[0]}]" if address else host
    return Destination(Place(host, number, secure), said if number == usual else f"{said}:{number}")


@lru_cache(maxsize=16)
def opening(method: str, scheme: str, authority: str, headers: Headers) -> tuple[Place, str]:
    """Where a request goes, and the lines of its head that are the same for one batch after another.

    Raises Unwritable.
    """
    aim = destination(scheme, authority)
    if not _TOKEN.fullmatch(method):
        raise Unwritable(f"the request cannot be written as HTTP: `{method}` is no method")
    lines = [] if any(name.lower() == "host" for name, _ in headers) else [f"Host: {aim.host}\r\n"]
    for name, value in headers:
        if name.lower() in failure.FRAMING:
            raise Unwritable(f"the header `{name}` follows from the body and cannot be set")
        if not _TOKEN.fullmatch(name) or _CONTROL.search(value):
            raise Unwritable(f"the request cannot be written as HTTP: the header `{name!r}` holds a control character")
        lines.append(f"{name}: {value}\r\n")
    return aim.place, "".join(lines)


def stand_in(via: str) -> str:
    """The scheme, host and port of `via`. Raises UsageError when there is more to it, or less."""
    try:
        found = _URL.fullmatch(via)
        if found is not None and via.isascii() and found[3] in ("", "/"):
            destination(found[1].lower(), found[2])
            return f"{found[1].lower()}://{found[2]}"
    except Unwritable:
        pass
    raise UsageError(f"`{via}` cannot stand in for a partner", hint="write `http://host:port`, without a path")


def _reply(answer: Answer, started: float) -> Reply:
    body = answer.body()
    if body is None:
        return _unreached(failure.TOO_LARGE, started, in_doubt=True)
    return Reply(answer.status, answer.headers, body, time.monotonic() - started)


def _unreached(words: str, started: float, *, in_doubt: bool = False) -> Reply:
    return Reply.unreached(words, in_doubt=in_doubt, elapsed=time.monotonic() - started)


def _broken(error: Exception, request: Request) -> str:
    match error:
        case TimeoutError():
            return failure.no_answer_within(request.timeout)
        case Unreadable():
            return failure.NOT_HTTP
        case BrokenOff():
            return failure.BROKE_OFF
        case _:
            return failure.BROKE_BEFORE_ANSWER
