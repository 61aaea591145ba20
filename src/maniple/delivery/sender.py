"""Sends requests over aiohttp: byte for byte what was rendered, once each, and never to a private address."""

from __future__ import annotations

import socket
import ssl
import time
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_middlewares import ClientHandlerType
from yarl import URL

from maniple.delivery import failure
from maniple.delivery.address import forbidden, refusal
from maniple.errors import UsageError
from maniple.wire import Headers, Reply, Request

AUTOMATIC_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
REFUSED: ContextVar[list[tuple[str, str]]] = ContextVar("refused")
"""The addresses (with the reason) that the guard refused for the request at hand; dialling may run in tasks of its own."""


class ConnectionBroken(Exception):
    """The connection ended after the request was handed to it. Unlike aiohttp's own errors it is never retried there."""


class Attempt:
    """Watches one request on its way through aiohttp (a client middleware).

    aiohttp repeats GET, PUT and DELETE by itself when a kept connection turns out to be closed; then the number of
    attempts would not be the one that is reported, and a partner's side effect could happen twice.
    """

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False

    async def __call__(self, request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
        try:
            return await handler(request)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as cause:
            if request.response is None:
                raise
            raise ConnectionBroken from cause
        finally:
            # aiohttp makes the response object when it hands over the first byte of the request.
            self.sent = request.response is not None


class Body(aiohttp.Payload):
    """A request's body, written in one go. aiohttp's own form for bytes warns above 1 MiB, that for files is slower."""

    def __init__(self, value: bytes) -> None:
        super().__init__(value)
        self._size = len(value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The body as text; aiohttp wants it for its own middlewares."""
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Hand the body to the connection."""
        await writer.write(self._value)


class AiohttpSender:
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
        self._via = stand_in(via) if via is not None else None
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Request) -> Reply:
        """Send `request` once and return the reply, or the reply that stands for a transport failure.

        Raises ForbiddenAddress when its host leads only to addresses that maniple does not call.
        """
        if fault := failure.fault_in(request):
            return Reply.unreached(fault)
        session = self._session or self._open()
        attempt = Attempt()
        refused: list[tuple[str, str]] = []
        REFUSED.set(refused)
        started = time.monotonic()
        try:
            url, headers = self._addressed(request)
            response = await session.request(
                request.method,
                url,
                data=Body(request.body) if request.body else None,
                headers=headers,
                allow_redirects=False,
                timeout=limits(request.timeout, self._connect_timeout),
                middlewares=(attempt,),
            )
            body = await read_body(response)
        except (aiohttp.ClientError, ConnectionBroken, TimeoutError, ValueError) as error:
            if refused and not attempt.sent:
                raise forbidden(self._host(request), *refused[0]) from error
            words = self._words(error, request, attempt.sent)
            return Reply.unreached(words, in_doubt=attempt.sent, elapsed=time.monotonic() - started)
        elapsed = time.monotonic() - started
        if response.status < 100:
            return Reply.unreached(failure.NOT_HTTP, in_doubt=True, elapsed=elapsed)
        if body is None:
            return Reply.unreached(failure.TOO_LARGE, in_doubt=True, elapsed=elapsed)
        return Reply(response.status, readable(response.headers.items()), body, elapsed)

    async def close(self) -> None:
        """Close every connection. Closing twice does no harm."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._connections,
            ssl=self._tls or True,
            socket_factory=self._guarded_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=AUTOMATIC_HEADERS,
            trust_env=False,
            max_line_size=1 << 16,
            max_field_size=1 << 16,
        )
        return self._session

    def _guarded_socket(self, addr_info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        """A socket for the address about to be dialled. Raises PermissionError instead for a forbidden one.

        This is the last step before the connection, so no spelling and no second answer of a name server gets past it.
        """
        family, kind, protocol, _, (literal, *_) = addr_info
        if reason := refusal(literal, allow_private=self._allow_private):
            REFUSED.get().append((literal, reason))
            raise PermissionError(f"forbidden address {literal}")
        return socket.socket(family, kind, protocol)

    def _addressed(self, request: Request) -> tuple[URL, Headers]:
        url = URL(request.url, encoded=True)
        if self._via is None:
            return url, request.headers
        return URL(self._via + url.raw_path_qs, encoded=True), (
            ("Host", url.host_port_subcomponent or ""),
            *request.headers,
        )

    def _host(self, request: Request) -> str:
        """The host that is dialled for `request`."""
        # Not `host`, which would decode Punycode, and raise where that is not sound.
        return URL(self._via or request.url, encoded=True).raw_host or ""

    def _words(self, error: Exception, request: Request, sent: bool) -> str:
        match error:
            case aiohttp.ConnectionTimeoutError():
                return failure.no_connection_within(min(self._connect_timeout, request.timeout))
            case TimeoutError():
                return (failure.no_answer_within if sent else failure.no_connection_within)(request.timeout)
            case aiohttp.ClientResponseError():
                return failure.NOT_HTTP
            case aiohttp.ClientPayloadError():
                return failure.BROKE_OFF
            case aiohttp.InvalidURL():
                return self._unclear_host(request)
            case aiohttp.ClientConnectorError():
                return failure.no_connection(error, self._host(request))
            case ConnectionBroken() | aiohttp.ClientError():
                return failure.BROKE_BEFORE_ANSWER
            case _:
                return f"the request cannot be written as HTTP: {error}"

    def _unclear_host(self, request: Request) -> str:
        """The words for an IPv4 address in an old spelling (`127.1`). Raises ForbiddenAddress for what it means."""
        host = self._host(request)
        try:
            literal = socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
        except OSError:
            return "the URL has no host that can be called"
        if reason := refusal(literal, allow_private=self._allow_private):
            raise forbidden(host, literal, reason)
        return f"the address `{host}` must be written out as `{literal}`"


def stand_in(via: str) -> str:
    """The scheme, host and port of `via`. Raises UsageError when there is more to it, or less."""
    try:
        url = URL(via)
        whole = url.scheme in ("http", "https") and url.host is not None and url == url.origin()
    except ValueError:
        whole = False
    if not whole:
        raise UsageError(f"`{via}` cannot stand in for a partner", hint="write `http://host:port`, without a path")
    return str(url.origin()).rstrip("/")


@lru_cache(maxsize=64)
def limits(total: float, connect: float) -> aiohttp.ClientTimeout:
    """aiohttp's form of the time limits, in seconds. Waiting for a free connection counts into the total only."""
    return aiohttp.ClientTimeout(total=total, sock_connect=connect)


async def read_body(response: aiohttp.ClientResponse) -> bytes | None:
    """The body, an error's cut at 10 MB; None when a 2xx reply is longer than that."""
    parts: list[bytes] = []
    size = 0
    try:
        while part := await response.content.readany():
            parts.append(part)
            size += len(part)
            if size > failure.MAX_REPLY:
                response.close()
                return None if response.status < 300 else b"".join(parts)[: failure.MAX_REPLY]
    except BaseException:
        response.close()
        raise
    return b"".join(parts)


def readable(headers: Any) -> Headers:
    """Reply headers with bytes that are not UTF-8 replaced, so that every value can be stored and shown."""
    return tuple(
        (name, value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
        for name, value in headers
    )
