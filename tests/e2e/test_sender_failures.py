"""Transport failures are replies: what they say, and whether the partner may hold the request."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from maniple.delivery.sender import BulkSender
from maniple.errors import UsageError
from maniple.wire import Reply, Request
from support.certificate import certificate_for
from support.names import Names
from support.stub_server import (
    StubServer,
    Talk,
    after,
    answer,
    drip,
    head,
    reset_before_reading,
    then,
)

HALF_AN_ANSWER = head(200, [("Content-Length", "100")]) + b"{"


@pytest.fixture
async def sender() -> AsyncIterator[BulkSender]:
    sender = BulkSender(allow_private=True)
    yield sender
    await sender.close()


def summary(reply: Reply) -> tuple[int, str | None, bool]:
    return reply.status, reply.failure, reply.in_doubt


async def test_a_refused_connection_is_not_in_doubt(sender: BulkSender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    reply = await sender.send(Request("POST", f"http://127.0.0.1:{port}/"))

    assert summary(reply) == (0, "the connection was refused", False)


async def test_a_name_that_does_not_resolve_is_not_in_doubt(sender: BulkSender) -> None:
    Names({}).answer_for_this_loop()

    reply = await sender.send(Request("POST", "https://nowhere.test/"))

    assert summary(reply) == (0, "the name `nowhere.test` does not resolve", False)


async def test_a_certificate_nobody_signed_is_not_in_doubt(sender: BulkSender, tmp_path: Path) -> None:
    async with StubServer(tls=certificate_for("localhost", tmp_path).server) as partner:
        reply = await sender.send(Request("POST", f"https://localhost:{partner.port}/", body=b"secret"))

    assert summary(reply) == (0, "the TLS certificate of `localhost` is not valid: self-signed certificate", False)
    assert partner.requests == 0


async def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    certificate = certificate_for("api.acme.test", tmp_path)
    sender = BulkSender(allow_private=True, tls=certificate.trusting)
    async with StubServer(tls=certificate.server) as partner:
        reply = await sender.send(Request("POST", f"https://localhost:{partner.port}/"))
    await sender.close()

    assert (reply.failure or "").startswith("the TLS certificate of `localhost` is not valid: Hostname mismatch")
    assert (partner.requests, reply.in_doubt) == (0, False)


async def test_a_trusted_certificate_lets_the_request_through(tmp_path: Path) -> None:
    certificate = certificate_for("localhost", tmp_path)
    sender = BulkSender(allow_private=True, tls=certificate.trusting)
    async with StubServer(tls=certificate.server) as partner:
        reply = await sender.send(Request("POST", f"https://localhost:{partner.port}/", body=b"x"))
    await sender.close()

    assert (reply.status, partner.received[0].body) == (200, b"x")


async def test_a_plain_server_behind_https_is_not_in_doubt(sender: BulkSender) -> None:
    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(head(400, []))
        writer.close()

    async with await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        reply = await sender.send(Request("POST", f"https://127.0.0.1:{port}/"))

    assert summary(reply) == (0, "no secure connection to `127.0.0.1` could be made", False)


async def test_a_handshake_that_never_ends_is_no_connection() -> None:
    sender = BulkSender(allow_private=True, connect_timeout=0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reply = await sender.send(Request("POST", f"https://127.0.0.1:{silent.getsockname()[1]}/"))
    await sender.close()

    assert summary(reply) == (0, "no connection within 0.3 s", False)


async def test_a_partner_that_never_answers_leaves_the_request_in_doubt(sender: BulkSender) -> None:
    async with StubServer(after(asyncio.Event(), answer())) as partner:
        reply = await sender.send(Request("POST", partner.url, timeout=0.3))

    assert summary(reply) == (0, "no answer within 0.3 s", True)


async def test_a_dripping_answer_is_cut_at_the_time_limit(sender: BulkSender) -> None:
    async with StubServer(drip(b"x" * 1000, 0.05)) as partner:
        reply = await sender.send(Request("POST", partner.url, timeout=0.3))

    assert summary(reply) == (0, "no answer within 0.3 s", True)


async def test_waiting_for_a_free_connection_is_not_in_doubt() -> None:
    sender = BulkSender(allow_private=True, connections=1)
    gate = asyncio.Event()
    async with StubServer(after(gate, answer())) as partner:
        first = asyncio.create_task(sender.send(Request("POST", partner.url)))
        await partner.arrived.wait()
        second = await sender.send(Request("POST", partner.url, timeout=0.3))
        gate.set()
        assert (await first).status == 200
    await sender.close()

    assert summary(second) == (0, "no connection within 0.3 s", False)


@pytest.mark.parametrize("end", [Talk.reset, Talk.hang_up])
async def test_a_connection_that_ends_without_an_answer_leaves_the_request_in_doubt(
    sender: BulkSender, end: object
) -> None:
    async with StubServer(then(b"", end)) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert summary(reply) == (0, "the connection broke before an answer came", True)


async def test_a_reset_while_the_body_is_sent_leaves_the_request_in_doubt(sender: BulkSender) -> None:
    async with StubServer(reset_before_reading()) as partner:
        reply = await sender.send(Request("POST", partner.url, body=bytes(20_000_000)))

    assert summary(reply) == (0, "the connection broke before an answer came", True)


@pytest.mark.parametrize("end", [Talk.reset, Talk.hang_up])
async def test_half_an_answer_leaves_the_request_in_doubt(sender: BulkSender, end: object) -> None:
    async with StubServer(then(HALF_AN_ANSWER, end)) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert summary(reply) == (0, "the answer broke off before its end", True)


async def test_an_answer_that_is_not_http_leaves_the_request_in_doubt(sender: BulkSender) -> None:
    async with StubServer(then(b"220 mail.acme.test ESMTP\r\n\r\n", Talk.hang_up)) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert summary(reply) == (0, "the answer is not readable as HTTP", True)


async def test_an_answer_with_a_broken_compression_leaves_the_request_in_doubt(sender: BulkSender) -> None:
    async with StubServer(answer(200, b"not gzip at all", [("Content-Encoding", "gzip")])) as partner:
        reply = await sender.send(Request("POST", partner.url))

    assert summary(reply) == (0, "the answer broke off before its end", True)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_kept_connection_that_breaks_is_reported_and_not_tried_again(sender: BulkSender, method: str) -> None:
    async with StubServer(answer(200), then(b"", Talk.hang_up), answer(200)) as partner:
        await sender.send(Request(method, partner.url, body=b"x"))
        broken = await sender.send(Request(method, partner.url, body=b"x"))
        fresh = await sender.send(Request(method, partner.url, body=b"x"))

    assert summary(broken) == (0, "the connection broke before an answer came", True)
    assert (fresh.status, partner.requests, partner.connections) == (200, 3, 2)


async def test_an_early_answer_to_a_large_body_is_read(sender: BulkSender) -> None:
    early = head(413, [("Content-Length", "2"), ("Connection", "close")]) + b"{}"

    async def answer_at_once(talk: Talk) -> None:
        await talk.write(early)

    async with StubServer(answer_at_once) as partner:
        reply = await sender.send(Request("POST", partner.url, body=bytes(4_000_000)))

    assert (reply.status, reply.body) == (413, b"{}")


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("ftp://acme.test/", "the URL does not begin with `https://` or `http://` and a host"),
        ("/lists", "the URL does not begin with `https://` or `http://` and a host"),
        ("https:///lists", "the URL does not begin with `https://` or `http://` and a host"),
        ("https://me:pw@acme.test/", "the URL holds a user name or password before its host, which is never sent"),
        ("https://acme.test/a b", "the URL holds a space or a character outside ASCII that is not percent-encoded"),
        (
            "https://acme.test/\r\nX: 1",
            "the URL holds a space or a character outside ASCII that is not percent-encoded",
        ),
        ("https://acme.test/é", "the URL holds a space or a character outside ASCII that is not percent-encoded"),
    ],
)
async def test_a_url_that_would_have_to_be_mended_is_not_sent(sender: BulkSender, url: str, failure: str) -> None:
    assert summary(await sender.send(Request("GET", url))) == (0, failure, False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://[::1/", "http://a..b./"])
async def test_a_url_that_cannot_be_read_is_not_in_doubt(sender: BulkSender, url: str) -> None:
    Names({}).answer_for_this_loop()

    reply = await sender.send(Request("GET", url))

    assert (reply.status, reply.in_doubt) == (0, False)
    assert reply.failure


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Expect"])
async def test_a_header_that_frames_the_body_cannot_be_set(sender: BulkSender, name: str) -> None:
    reply = await sender.send(Request("POST", "http://127.0.0.1:9/", ((name, "3"),), b"abcdef"))

    assert summary(reply) == (0, f"the header `{name}` follows from the body and cannot be set", False)


async def test_a_line_break_in_a_header_is_not_sent(sender: BulkSender) -> None:
    async with StubServer() as partner:
        reply = await sender.send(Request("GET", partner.url, (("X-A", "1\r\nX-B: 2"),)))

    assert (reply.status, reply.in_doubt, partner.requests) == (0, False, 0)
    assert (reply.failure or "").startswith("the request cannot be written as HTTP")


async def test_a_cancelled_send_closes_its_connection(sender: BulkSender) -> None:
    async with StubServer(after(asyncio.Event(), answer()), answer()) as partner:
        sending = asyncio.create_task(sender.send(Request("POST", partner.url)))
        await partner.arrived.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        reply = await sender.send(Request("POST", partner.url))

    assert (reply.status, partner.connections) == (200, 2)


@pytest.mark.parametrize("via", ["localhost:8080", "ftp://localhost", "http://localhost/base", "http://a:b@localhost"])
async def test_a_stand_in_is_a_scheme_and_a_host(via: str) -> None:
    with pytest.raises(UsageError, match="cannot stand in"):
        BulkSender(via=via)
