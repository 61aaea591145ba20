"""Answers that are bombs or no HTTP at all take little memory and end in words."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from maniple.delivery.sender import BulkSender
from maniple.errors import ForbiddenAddress
from maniple.wire import Reply, Request
from support.stub_server import Behaviour, StubServer, Talk, then

OK = b"HTTP/1.1 200 OK\r\n"
NOT_HTTP = "the answer is not readable as HTTP"


def packed(megabytes: int) -> bytes:
    """Zeros, a thousand to one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(bytes(1_000_000)) for _ in range(megabytes)]) + packer.flush()


def gzipped(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 " + status + b" X\r\nContent-Encoding: gzip\r\nContent-Length: "
    return head + str(len(body)).encode() + b"\r\n\r\n" + body


def written(*chunks: bytes, times: int = 1) -> Behaviour:
    async def behave(talk: Talk) -> None:
        await talk.take_body()
        for _ in range(times):
            for chunk in chunks:
                await talk.write(chunk)
        talk.hang_up()

    return behave


def peak() -> int:
    """The most memory the process has had, in bytes."""
    lines: Iterable[str] = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1_000 for line in lines if line.startswith("VmHWM"))


async def answer(behaviour: Behaviour) -> Reply:
    async with StubServer(behaviour) as partner:
        sender = BulkSender(allow_private=True)
        try:
            return await sender.send(Request("POST", f"{partner.url}/x", (), b"{}", timeout=20.0))
        finally:
            await sender.close()


BOMB = packed(1_000)


@pytest.mark.parametrize(("status", "kept"), [(b"200", 0), (b"400", 10_000_000)])
async def test_a_gigabyte_in_a_megabyte_is_left_early(status: bytes, kept: int) -> None:
    before = peak()

    reply = await answer(then(gzipped(status, BOMB), Talk.hang_up))

    assert kept == len(reply.body)
    assert peak() - before < 100_000_000


@pytest.mark.parametrize(
    "behaviour",
    [
        written(OK, *[b"X-%d: %s\r\n" % (number, b"a" * 1_000) for number in range(20_000)], b"\r\n"),
        written(OK + b"X-A: " + b"a" * 20_000_000 + b"\r\n\r\n"),
        written(b"HTTP/1.1 200 " + b"a" * 20_000_000 + b"\r\n\r\n"),
        written(OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nxx"),
        written(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 500_000 + b"\r\n"),
        written(OK + b"Content-Length: -5\r\n\r\nabc"),
        written(OK + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nabcde"),
        written(OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
        written(b"HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"),
        written(b"HTTP/1.1 -20 X\r\nContent-Length: 0\r\n\r\n"),
        written(b"SSH-2.0-OpenSSH\r\n"),
        written(OK + b"X-B: \x00\r\nContent-Length: 0\r\n\r\n"),
    ],
)
async def test_what_is_no_sound_http_is_no_answer_and_in_doubt(behaviour: Behaviour) -> None:
    reply = await answer(behaviour)

    assert (0, NOT_HTTP, True) == (reply.status, reply.failure, reply.in_doubt)


async def test_a_hundred_thousand_interim_answers_are_no_answer() -> None:
    reply = await answer(written(b"HTTP/1.1 100 Continue\r\n\r\n", times=100_000))

    assert (0, True) == (reply.status, reply.in_doubt)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    location = f"HTTP/1.1 {status} X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"

    reply = await answer(then(location.encode(), Talk.hang_up))

    assert (status, "http://169.254.169.254/") == (reply.status, reply.header("Location"))


async def test_a_host_in_unsound_punycode_does_not_resolve() -> None:
    sender = BulkSender()

    reply = await sender.send(Request("POST", "https://xn--localhost-/x"))
    await sender.close()

    assert "the name `xn--localhost-` does not resolve" == reply.failure


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "0x7f.1", "2130706433", "0x7f000001", "017700000001", "0", "127.0.0.1.", "0177.0.0.1", "localhost"),
        *(
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[::1%25lo]",
        ),
        *("169.254.169.254", "[fd00:ec2::254]", "10.0.0.1", "100.64.0.1", "192.168.0.1", "[::127.0.0.1]"),
    ],
)
async def test_no_spelling_of_an_inner_address_is_called(host: str) -> None:
    sender = BulkSender()

    with pytest.raises(ForbiddenAddress):
        await sender.send(Request("POST", f"https://{host}/x"))
    await sender.close()
