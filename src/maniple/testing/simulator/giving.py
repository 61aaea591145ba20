"""Giving an answer over ASGI, in the manner that it has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, assert_never

import httpx

from maniple.testing.simulator.answers import Answer
from maniple.testing.simulator.trouble import Altered, Drip, HangUp, Silence, Torn

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

HANG_UP = "maniple.hang_up"
"""The ASGI extension with which the server lets the app close the connection: a function with one argument, `reset`."""
HUGE = 11_000_000
"""Bytes: above what a client should read of an answer."""
PAGE = b"<!doctype html><title>502</title><p>The service is being moved."
NOT_TEXT = bytes(range(128, 256))
DROPS = 5
PAUSE = 0.005
"""Seconds between two drops."""


@dataclass(frozen=True)
class Door:
    """Where one request came in and its answer goes out."""

    scope: Message
    receive: Receive
    send: Send

    async def give(self, answer: Answer) -> None:
        """Send the answer, or what its manner makes of it."""
        manner, body = answer.manner, answer.body
        match manner:
            case None:
                await self._whole(answer, body)
            case Altered():
                await self._whole(answer, altered(manner, body))
            case HangUp():
                self._close("the partner closed the connection without an answer")
            case Silence():
                await self._wait()
            case Torn():
                await self._begin(answer, len(body))
                await self._part(body[: len(body) // 2])
                self._close("the partner reset the connection", reset=True)
            case Drip():
                await self._drip(answer, body, endless=manner.endless)
            case _:
                assert_never(manner)

    async def _whole(self, answer: Answer, body: bytes) -> None:
        await self._begin(answer, len(body))
        await self.send({"type": "http.response.body", "body": body})

    async def _begin(self, answer: Answer, size: int) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % size)]
        headers += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})

    async def _part(self, body: bytes) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def _drip(self, answer: Answer, body: bytes, *, endless: bool) -> None:
        """The body, then blanks, which belong to no format, one by one."""
        if endless and self._hang_up is None:
            raise httpx.ReadTimeout("the partner does not end its answer")
        await self._begin(answer, HUGE if endless else len(body) + DROPS)
        await self._part(body)
        gone = asyncio.ensure_future(self.receive())
        drops = 0
        while not gone.done() and (endless or drops < DROPS):
            await asyncio.sleep(PAUSE)
            await self._part(b" ")
            drops += 1
        gone.cancel()
        if not endless:
            await self.send({"type": "http.response.body", "body": b""})

    async def _wait(self) -> None:
        """Until the client goes."""
        if self._hang_up is None:
            raise httpx.ReadTimeout("the partner does not answer")
        await self.receive()

    @property
    def _hang_up(self) -> Any:
        return self.scope.get("extensions", {}).get(HANG_UP)

    def _close(self, words: str, *, reset: bool = False) -> None:
        """Close the connection as it is; without a server to do that, say so as httpx does."""
        close = self._hang_up
        if close is None:
            _fail(words, reset=reset)
        close(reset=reset)


def _fail(words: str, *, reset: bool) -> NoReturn:
    raise httpx.ReadError(words) if reset else httpx.RemoteProtocolError(words)


def altered(manner: Altered, body: bytes) -> bytes:
    """What is sent in place of a body."""
    match manner.how:
        case "cut":
            return body[: len(body) // 2]
        case "huge":
            return body + b" " * (HUGE - len(body))
        case "page":
            return PAGE
        case "bytes":
            return NOT_TEXT
        case "empty":
            return b""
        case _:
            assert_never(manner.how)
