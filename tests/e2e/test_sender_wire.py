"""What goes over the wire, against a real server on loopback."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from maniple.delivery.sender import BulkSender
from maniple.wire import Request
from support.names import Names
from support.stub_server import StubServer, Talk, answer, head, pour


@pytest.fixture
async def sender() -> AsyncIterator[BulkSender]:
    sender = BulkSender(allow_private=True)
    yield sender
    await sender.close()


async def test_exactly_the_headers_of_the_request_go_out(sender: BulkSender) -> None:
    headers = (("Authorization", "Bearer t"), ("content-TYPE", "application/json"), ("X-Tag", "a"), ("X-Tag", "b"))
    async with StubServer() as partner:
        await sender.send(Request("POST", f"{partner.url}/lists", headers, b'{"a":1}'))

    assert partner.received[0].headers == (
        ("Host", f"127.0.0.1:{partner.port}"),
        *headers,
        ("Content-Length", "7"),
    )
    assert partner.received[0].body == b'{"a":1}'


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
async def test_no_header_is_added_to_a_request_without_a_body(sender: BulkSender, method: str) -> None:
    async with StubServer() as partner:
        await sender.send(Request(method, partner.url))

    names = [name for name, _ in partner.received[0].headers]
    assert names in (["Host"], ["Host", "Content-Length"])
    assert partner.received[0].header("Content-Length") in (None, "0")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_any_method_carries_its_body(sender: BulkSender, method: str) -> None:
    async with StubServer() as partner:
        await sender.send(Request(method, partner.url, body=b"ids=1"))

    assert (partner.received[0].method, partner.received[0].body) == (method, b"ids=1")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/lists/a%2Fb/%7e/%E4",
        "/a/../b/./c//d",
        "/x?filter=any(email,%5B%22a+b%22%5D)&page[size]=100&q=%20|&q=",
        "/x?redirect=http://other.test/@me",
        "/%zz?%",
    ],
)
async def test_the_path_and_query_go_out_byte_for_byte(sender: BulkSender, target: str) -> None:
    async with StubServer() as partner:
        await sender.send(Request("GET", partner.url + target))

    assert partner.received[0].target == target


async def test_the_reply_has_status_headers_and_body(sender: BulkSender) -> None:
    pairs = (("X-Limit", "7"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    async with StubServer(answer(429, b'{"code": 5}', pairs)) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert (reply.status, reply.tree, reply.failure, reply.in_doubt) == (429, {"code": 5}, None, False)
    assert reply.headers == (*pairs, ("Content-Length", "11"))
    assert reply.elapsed > 0


async def test_a_header_that_is_not_utf8_can_be_shown(sender: BulkSender) -> None:
    async with StubServer(answer(200, headers=[("X-Name", "caf\xe9")])) as partner:
        reply = await sender.send(Request("GET", partner.url))

    assert reply.header("x-name") == "caf\N{REPLACEMENT CHARACTER}"


async def test_a_redirect_is_a_reply(sender: BulkSender) -> None:
    async with StubServer(answer(302, headers=[("Location", "/elsewhere")])) as partner:
        reply = await sender.send(Request("GET", partner.url))

    assert (reply.status, reply.header("Location")) == (302, "/elsewhere")
    assert [request.target for request in partner.received] == ["/"]


async def test_cookies_are_not_sent_back(sender: BulkSender) -> None:
    async with StubServer(answer(200, headers=[("Set-Cookie", "session=1; Path=/")])) as partner:
        await sender.send(Request("GET", partner.url))
        await sender.send(Request("GET", partner.url))

    assert partner.received[1].header("Cookie") is None


async def test_a_proxy_of_the_environment_is_not_used(sender: BulkSender, monkeypatch: pytest.MonkeyPatch) -> None:
    async with StubServer(answer(200)) as partner, StubServer(answer(502)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        reply = await sender.send(Request("GET", partner.url))

    assert (reply.status, proxy.received) == (200, [])


async def test_connections_are_kept_for_the_next_request(sender: BulkSender) -> None:
    async with StubServer() as partner:
        for _ in range(3):
            await sender.send(Request("POST", partner.url, body=b"x"))

    assert (partner.connections, len(partner.received)) == (1, 3)


async def test_a_connection_that_the_partner_closed_meanwhile_is_not_used_again(sender: BulkSender) -> None:
    async def answer_and_leave(talk: Talk) -> None:
        await answer()(talk)
        talk.hang_up()

    async with StubServer(answer_and_leave) as partner:
        for _ in range(3):
            assert (await sender.send(Request("POST", partner.url))).status == 200
            await asyncio.sleep(0.05)

    assert (partner.connections, len(partner.received)) == (3, 3)


async def test_what_a_partner_says_unasked_ends_the_connection(sender: BulkSender) -> None:
    async def answer_twice(talk: Talk) -> None:
        await answer(200, b"first")(talk)
        await talk.write(head(200, [("Content-Length", "6")]) + b"second")

    async with StubServer(answer_twice, answer(200, b"third")) as partner:
        first = await sender.send(Request("POST", partner.url))
        await asyncio.sleep(0.05)
        third = await sender.send(Request("POST", partner.url))

    assert (first.body, third.body, partner.connections) == (b"first", b"third", 2)


async def test_chunks_are_put_together(sender: BulkSender) -> None:
    async def answer_in_chunks(talk: Talk) -> None:
        await talk.take_body()
        await talk.write(head(200, [("Transfer-Encoding", "chunked")]))
        for part in (b'{"a"', b":1}", b""):
            await talk.write(b"%x\r\n%b\r\n" % (len(part), part))

    async with StubServer(answer_in_chunks, answer()) as partner:
        replies = [await sender.send(Request("POST", partner.url)) for _ in range(2)]

    assert (replies[0].tree, replies[1].status, partner.connections) == ({"a": 1}, 200, 1)


async def test_of_a_names_addresses_the_first_that_answers_is_used(sender: BulkSender) -> None:
    async with StubServer() as partner:
        Names({"two.test": [["127.0.0.2", "127.0.0.1"]]}).answer_for_this_loop()
        reply = await sender.send(Request("POST", f"http://two.test:{partner.port}/"))

    assert reply.status == 200
    assert partner.received[0].header("Host") == f"two.test:{partner.port}"


async def test_an_address_that_says_nothing_does_not_hold_up_the_next(
    sender: BulkSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = asyncio.SelectorEventLoop.sock_connect

    async def hang_at_the_first(loop: Any, sock: socket.socket, address: tuple[str, int]) -> None:
        await (asyncio.Event().wait() if address[0] == "127.0.0.2" else connect(loop, sock, address))

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", hang_at_the_first)
    async with StubServer() as partner:
        Names({"two.test": [["127.0.0.2", "127.0.0.1"]]}).answer_for_this_loop()
        reply = await sender.send(Request("POST", f"http://two.test:{partner.port}/"))

    assert reply.status == 200
    assert reply.elapsed < 5


@pytest.mark.filterwarnings("error")
async def test_a_body_of_several_megabytes_arrives_whole(sender: BulkSender) -> None:
    body = bytes(range(256)) * 12_000
    async with StubServer() as partner:
        reply = await sender.send(Request("POST", partner.url, body=body))

    assert reply.status == 200
    assert partner.received[0].header("Content-Length") == "3072000"
    assert partner.received[0].body == body


async def test_a_reply_that_the_partner_compressed_unasked_is_read(sender: BulkSender) -> None:
    async with StubServer(answer(200, gzip.compress(b'{"ok":1}'), [("Content-Encoding", "gzip")])) as partner:
        reply = await sender.send(Request("GET", partner.url))

    assert reply.tree == {"ok": 1}


@pytest.mark.parametrize("encoded", [False, True])
async def test_an_accepted_call_with_an_endless_answer_is_in_doubt(sender: BulkSender, encoded: bool) -> None:
    bomb = gzip.compress(bytes(40_000_000), 1)
    behaviour = answer(200, bomb, [("Content-Encoding", "gzip")]) if encoded else pour(bytes(1_000_000), 40)
    async with StubServer(behaviour) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert (reply.status, reply.failure, reply.in_doubt) == (0, "the answer was larger than 10 MB", True)


async def test_an_error_with_an_endless_answer_keeps_its_status_and_10_mb(sender: BulkSender) -> None:
    async with StubServer(pour(b"x" * 1_000_000, 40, status=500)) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert (reply.status, len(reply.body), reply.failure) == (500, 10_000_000, None)


async def test_a_stand_in_gets_what_the_partner_would_get() -> None:
    async with StubServer() as stand_in:
        sender = BulkSender(allow_private=True, via=stand_in.url)
        await sender.send(Request("PUT", "https://api.acme.test/v2/lists?x=%2F", (("X-A", "1"),), b"{}"))
        await sender.send(Request("GET", "https://api.acme.test:8443/v2"))
        await sender.close()

    first, second = stand_in.received
    assert (first.target, first.headers) == (
        "/v2/lists?x=%2F",
        (("Host", "api.acme.test"), ("X-A", "1"), ("Content-Length", "2")),
    )
    assert second.header("Host") == "api.acme.test:8443"
