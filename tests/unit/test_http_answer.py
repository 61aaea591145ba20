"""Reading an answer from its bytes: what is sound, where it ends, and whether its connection carries another request."""

from __future__ import annotations

import gzip
import zlib

import pytest

from maniple.delivery.answer import MAX_HEAD, Answer, BrokenOff, Unreadable

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def read(octets: bytes, method: str = "POST") -> tuple[bool, Answer]:
    answer = Answer(method)
    return answer.feed(octets), answer


@pytest.mark.parametrize(
    ("octets", "status", "body", "last"),
    [
        (OK + b"Content-Length: 2\r\n\r\n{}", 200, b"{}", False),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}", False),
        (b"HTTP/1.1 204\r\n\r\n", 204, b"", False),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b"", False),
        (OK + b"Connection: Close\r\nContent-Length: 0\r\n\r\n", 200, b"", True),
        (OK + b"Connection: x, close\r\nContent-Length: 0\r\n\r\n", 200, b"", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, b"", True),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", 200, b"", False),
        (b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200, b"x", False),
        (OK + b"Content-Length: 1\r\n\r\nxHTTP/1.1 500 No\r\n\r\n", 200, b"x", True),
        (b"HTTP/1.1 204 OK\r\n\r\nx", 204, b"", True),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n",
            200,
            b"",
            False,
        ),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", 101, b"", True),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", 200, b"abc", False),
        (CHUNKED + b"003;a=b\r\nabc\r\nA \r\n0123456789\r\n0\r\nX: y\r\nZ: z\r\n\r\n", 200, b"abc0123456789", False),
        (CHUNKED + b"3\nabc\n0\n\n", 200, b"abc", False),
        (CHUNKED + b"0\r\n\r\nmore", 200, b"", True),
    ],
)
def test_a_sound_answer_is_read_to_its_end(octets: bytes, status: int, body: bytes, last: bool) -> None:
    complete, answer = read(octets)

    assert (True, status, body, last) == (complete, answer.status, answer.body(), answer.is_last)


def test_an_answer_to_head_has_no_body() -> None:
    complete, answer = read(OK + b"Content-Length: 500\r\n\r\n", "HEAD")

    assert (True, b"", False) == (complete, answer.body(), answer.is_last)


def test_headers_keep_their_order_and_spelling() -> None:
    _, answer = read(OK + b"X-B:  1 \r\nx-a:2\r\nX-B:\r\nContent-Length: 0\r\n\r\n")

    assert (("X-B", "1"), ("x-a", "2"), ("X-B", ""), ("Content-Length", "0")) == answer.headers


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    complete, answer = read(OK + b"\r\nabc")
    assert (False, True) == (complete, answer.is_last)
    answer.feed(b"def")
    answer.end()

    assert b"abcdef" == answer.body()


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 2",
        OK + b"Content-Length: 5\r\n\r\nab",
        CHUNKED,
        CHUNKED + b"3",
        CHUNKED + b"3\r\nab",
        CHUNKED + b"3\r\nabc",
        CHUNKED + b"3\r\nabc\r",
        CHUNKED + b"3\r\nabc\r\n0\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\nX: y\r\n",
    ],
)
def test_an_answer_that_stops_before_its_end_is_broken_off(octets: bytes) -> None:
    complete, answer = read(octets)

    assert not complete
    with pytest.raises(BrokenOff):
        answer.end()


@pytest.mark.parametrize(
    "octets",
    [
        b"<html>",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        OK + b"No colon\r\n\r\n",
        OK + b" Folded: x\r\n\r\n",
        OK + b"A b: x\r\n\r\n",
        OK + b"A: x\ry\r\n\r\n",
        OK + b"Content-Length: +5\r\n\r\n",
        OK + b"Content-Length: 5, 6\r\n\r\n",
        OK + b"Content-Length: 9999999999999999999999\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
        CHUNKED + b"\r\n",
        CHUNKED + b"-3\r\nabc\r\n",
        CHUNKED + b"0x3\r\nabc\r\n",
        CHUNKED + b"3\r\nabcd\r\n",
        CHUNKED + b"f" * (MAX_HEAD + 1),
        CHUNKED + b"0\r\n" + b"X: y\r\n" * MAX_HEAD,
        OK + b"X: " + b"a" * MAX_HEAD,
        OK + b"X: " + b"a" * MAX_HEAD + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 17,
    ],
    ids=lambda octets: repr(octets[-40:]),
)
def test_what_is_not_sound_is_unreadable(octets: bytes) -> None:
    with pytest.raises(Unreadable):
        read(octets)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"abc", mtime=0)),
        ("GZIP", gzip.compress(b"ab", mtime=0) + gzip.compress(b"c", mtime=0)),
        ("x-gzip", gzip.compress(b"abc", mtime=0)),
        ("deflate", zlib.compress(b"abc")),
        ("deflate", raw_deflate(b"abc")),
        ("identity", b"abc"),
    ],
)
def test_a_packed_body_is_unpacked(coding: str, packed: bytes) -> None:
    _, answer = read(OK + f"Content-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed)

    assert b"abc" == answer.body()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress(b"abc", mtime=0)[:-1]), ("gzip", b"abc"), ("br", b"abc"), ("gzip, gzip", b"abc")],
)
def test_a_body_that_cannot_be_unpacked_is_broken_off(coding: str, packed: bytes) -> None:
    _, answer = read(OK + f"Content-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed)

    with pytest.raises(BrokenOff):
        answer.body()


def test_an_empty_body_needs_no_unpacking() -> None:
    _, answer = read(OK + b"Content-Encoding: br\r\nContent-Length: 0\r\n\r\n")

    assert b"" == answer.body()
