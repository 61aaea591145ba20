"""The sender over a caller's httpx client, against mocks and ASGI apps."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import respx

from maniple.delivery.httpx_sender import HttpxSender
from maniple.wire import Reply, Request

URL = "https://api.acme.test/lists"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(headers={"X-Default": "1"}, cookies={"c": "1"}, auth=("me", "pw")) as client:
        yield client


@pytest.fixture
def partner() -> AsyncIterator[respx.MockRouter]:
    with respx.mock(using="httpx") as router:
        yield router


def summary(reply: Reply) -> tuple[int, str | None, bool]:
    return reply.status, reply.failure, reply.in_doubt


async def test_exactly_the_headers_of_the_request_go_out(client: httpx.AsyncClient, partner: respx.MockRouter) -> None:
    route = partner.post(URL).respond(200)

    await HttpxSender(client).send(Request("POST", URL, (("Content-Type", "application/json"),), b"{}"))

    sent = route.calls.last.request
    assert sent.headers.raw == [
        (b"Host", b"api.acme.test"),
        (b"Content-Type", b"application/json"),
        (b"Content-Length", b"2"),
    ]
    assert sent.content == b"{}"


async def test_the_reply_has_status_headers_and_body(client: httpx.AsyncClient, partner: respx.MockRouter) -> None:
    partner.get(URL).respond(429, headers=[("Retry-After", "7"), ("X-A", "1"), ("X-A", "2")], content=b'{"code": 5}')

    reply = await HttpxSender(client).send(Request("GET", URL))

    assert (reply.status, reply.tree, reply.failure) == (429, {"code": 5}, None)
    assert [pair for pair in reply.headers if pair[0] != "Content-Length"] == [
        ("Retry-After", "7"),
        ("X-A", "1"),
        ("X-A", "2"),
    ]


async def test_a_redirect_is_a_reply(partner: respx.MockRouter) -> None:
    partner.get(URL).respond(302, headers={"Location": "http://127.0.0.1/"})
    async with httpx.AsyncClient(follow_redirects=True) as client:
        reply = await HttpxSender(client).send(Request("GET", URL))

    assert (reply.status, len(partner.calls)) == (302, 1)


@pytest.mark.parametrize(
    ("error", "failure", "in_doubt"),
    [
        (httpx.ConnectTimeout("x"), "no connection within 5 s", False),
        (httpx.PoolTimeout("x"), "no connection within 5 s", False),
        (httpx.ReadTimeout("x"), "no answer within 60 s", True),
        (httpx.WriteTimeout("x"), "no answer within 60 s", True),
        (httpx.ReadError("x"), "the connection broke before an answer came", True),
        (httpx.WriteError("x"), "the connection broke before an answer came", True),
        (httpx.RemoteProtocolError("x"), "the connection broke before an answer came", True),
        (httpx.LocalProtocolError("bad name"), "the request cannot be written as HTTP: bad name", False),
        (httpx.ConnectError("x"), "no connection to `api.acme.test` could be made", False),
    ],
)
async def test_a_transport_failure_is_a_reply(
    client: httpx.AsyncClient, partner: respx.MockRouter, error: httpx.HTTPError, failure: str, in_doubt: bool
) -> None:
    partner.post(URL).mock(side_effect=error)

    assert summary(await HttpxSender(client).send(Request("POST", URL))) == (0, failure, in_doubt)


@pytest.mark.parametrize(
    ("cause", "failure"),
    [
        (ConnectionRefusedError(), "the connection was refused"),
        (socket.gaierror(-2, "unknown"), "the name `api.acme.test` does not resolve"),
        (ssl.SSLCertVerificationError("no"), "the TLS certificate of `api.acme.test` is not valid"),
        (ExceptionGroup("all", [ConnectionRefusedError(), OSError()]), "the connection was refused"),
    ],
)
async def test_a_failure_to_connect_says_why(cause: Exception, failure: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x") from cause

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as client:
        reply = await HttpxSender(client).send(Request("POST", URL))

    assert summary(reply) == (0, failure, False)


async def test_a_request_that_cannot_be_sent_is_not_in_doubt(client: httpx.AsyncClient) -> None:
    reply = await HttpxSender(client).send(Request("GET", "https://acme.test/a b"))

    assert (reply.status, reply.in_doubt) == (0, False)


async def test_the_client_stays_open(client: httpx.AsyncClient) -> None:
    await HttpxSender(client).close()

    assert not client.is_closed


App = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[dict[str, Any]], Awaitable[None]]], Any]


def app(status: int, chunk: bytes, times: int = 1) -> App:
    async def play(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        for _ in range(times):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return play


async def send_to(play: App, request: Request) -> Reply:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(play)) as client:
        return await HttpxSender(client).send(request)


async def test_an_asgi_app_is_a_partner() -> None:
    reply = await send_to(app(200, b'{"ok": 1}'), Request("POST", URL, body=b"{}"))

    assert (reply.status, reply.tree) == (200, {"ok": 1})


async def test_an_accepted_call_with_an_endless_answer_is_in_doubt() -> None:
    reply = await send_to(app(200, bytes(1_000_000), 11), Request("POST", URL))

    assert summary(reply) == (0, "the answer was larger than 10 MB", True)


async def test_an_error_with_an_endless_answer_keeps_its_status() -> None:
    reply = await send_to(app(500, bytes(1_000_000), 11), Request("POST", URL))

    assert (reply.status, len(reply.body)) == (500, 10_000_000)


async def test_an_app_that_never_answers_leaves_the_request_in_doubt() -> None:
    async def silent(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    reply = await send_to(silent, Request("POST", URL, timeout=0.05))

    assert summary(reply) == (0, "no answer within 0.05 s", True)


async def test_an_exception_of_the_app_comes_through() -> None:
    async def broken(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await send_to(broken, Request("POST", URL))
