"""Sends requests over an `httpx.AsyncClient` of the caller's: for libraries, mocks and ASGI apps."""

from __future__ import annotations

import asyncio
import time

import httpx

from maniple.delivery import failure
from maniple.wire import Headers, Reply, Request


class HttpxSender:
    """Sends through the given client (`ports.Sender`); what answers may be a network, a mock or an ASGI app.

    What goes out and what comes back is as with `BulkSender`: exactly the request's headers besides `Host` and
    `Content-Length` (the client's default headers, cookies and authentication stay out), no redirects, replies of up
    to 10 MB. The time to connect is the client's, the rest the request's. There is no guard against private
    addresses: which addresses are reached is the business of the client's transport.

    Exceptions of an ASGI app or of a mock, other than httpx's own, come through.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, request: Request) -> Reply:
        """Send `request` once and return the reply, or the reply that stands for a transport failure."""
        if fault := failure.fault_in(request):
            return Reply.unreached(fault)
        started = time.monotonic()
        answer: httpx.Response | None = None
        try:
            async with asyncio.timeout(request.timeout):
                outgoing = self._outgoing(request)
                answer = await self._client.send(outgoing, stream=True, auth=None, follow_redirects=False)
                body = await read_body(answer)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            words, in_doubt = self._words(error, request, answered=answer is not None)
            return Reply.unreached(words, in_doubt=in_doubt, elapsed=time.monotonic() - started)
        elapsed = time.monotonic() - started
        if body is None:
            return Reply.unreached(failure.TOO_LARGE, in_doubt=True, elapsed=elapsed)
        return Reply(answer.status_code, readable(answer.headers), body, elapsed)

    async def close(self) -> None:
        """Leaves the client open: it belongs to whoever made it."""

    def _outgoing(self, request: Request) -> httpx.Request:
        connect = min(self._client.timeout.connect or request.timeout, request.timeout)
        timeout = httpx.Timeout(request.timeout, connect=connect)
        # httpx resolves dots and escapes quotes in a path; `target` is what its transport writes instead.
        extensions = {"timeout": timeout.as_dict(), "target": target(request.url)}
        return httpx.Request(
            request.method, request.url, headers=list(request.headers), content=request.body, extensions=extensions
        )

    def _words(self, error: Exception, request: Request, *, answered: bool) -> tuple[str, bool]:
        """What happened, in words, and whether the partner may hold the request."""
        match error:
            case httpx.ConnectTimeout() | httpx.PoolTimeout():
                connect = self._client.timeout.connect or request.timeout
                return failure.no_connection_within(min(connect, request.timeout)), False
            case httpx.ConnectError():
                return failure.no_connection(error, error.request.url.host), False
            case httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
                return f"the request cannot be written as HTTP: {error}", False
            case httpx.TimeoutException() | TimeoutError():
                return failure.no_answer_within(request.timeout), True
            case _:
                return failure.BROKE_OFF if answered else failure.BROKE_BEFORE_ANSWER, True


def target(url: str) -> bytes:
    """The path and query of `url` as it is written, without its fragment."""
    authority_and_rest = url.partition("//")[2].partition("#")[0]
    start = next((at for at, char in enumerate(authority_and_rest) if char in "/?"), len(authority_and_rest))
    rest = authority_and_rest[start:]
    return (rest if rest.startswith("/") else f"/{rest}").encode()


async def read_body(answer: httpx.Response) -> bytes | None:
    """The body, an error's cut at 10 MB; None when a 2xx reply is longer than that."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in answer.aiter_bytes():
            parts.append(part)
            size += len(part)
            if size > failure.MAX_REPLY:
                return None if answer.status_code < 300 else b"".join(parts)[: failure.MAX_REPLY]
    finally:
        await answer.aclose()
    return b"".join(parts)


def readable(headers: httpx.Headers) -> Headers:
    """Reply headers as they were written, bytes that are not UTF-8 replaced."""
    return tuple((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in headers.raw)
