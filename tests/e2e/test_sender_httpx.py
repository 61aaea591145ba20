"""The httpx sender over a real connection."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from maniple.delivery.httpx_sender import HttpxSender
from maniple.wire import Request
from support.names import Names
from support.stub_server import StubServer, Talk, answer, head, then


@pytest.fixture
async def sender() -> AsyncIterator[HttpxSender]:
    async with httpx.AsyncClient() as client:
        yield HttpxSender(client)


@pytest.mark.parametrize("target", ["/", "/a/../b/./c//d", '/%7e/\'"<>{}?q="a"&page[size]=1|2', "/?x=%20+"])
async def test_the_path_and_query_go_out_byte_for_byte(sender: HttpxSender, target: str) -> None:
    async with StubServer() as partner:
        await sender.send(Request("GET", partner.url + target))

    assert partner.received[0].target == target


async def test_only_the_headers_of_the_request_go_out(sender: HttpxSender) -> None:
    async with StubServer() as partner:
        await sender.send(Request("POST", partner.url, (("X-A", "1"), ("X-A", "2")), b"x"))

    assert partner.received[0].headers == (
        ("Host", f"127.0.0.1:{partner.port}"),
        ("X-A", "1"),
        ("X-A", "2"),
        ("Content-Length", "1"),
    )


async def test_a_refused_connection_is_not_in_doubt(sender: HttpxSender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    reply = await sender.send(Request("POST", f"http://127.0.0.1:{port}/"))

    assert (reply.status, reply.failure, reply.in_doubt) == (0, "the connection was refused", False)


async def test_a_name_that_does_not_resolve_is_not_in_doubt(sender: HttpxSender) -> None:
    Names({}).answer_for_this_loop()

    reply = await sender.send(Request("POST", "http://nowhere.test/"))

    assert (reply.failure, reply.in_doubt) == ("the name `nowhere.test` does not resolve", False)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_a_kept_connection_that_breaks_is_reported_and_not_tried_again(sender: HttpxSender, method: str) -> None:
    async with StubServer(answer(200), then(b"", Talk.hang_up)) as partner:
        await sender.send(Request(method, partner.url))
        reply = await sender.send(Request(method, partner.url))

    assert (reply.failure, reply.in_doubt) == ("the connection broke before an answer came", True)
    assert partner.requests == 2


async def test_half_an_answer_leaves_the_request_in_doubt(sender: HttpxSender) -> None:
    async with StubServer(then(head(200, [("Content-Length", "9")]) + b"{", Talk.hang_up)) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert (reply.status, reply.failure, reply.in_doubt) == (0, "the answer broke off before its end", True)
