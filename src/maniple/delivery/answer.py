"""Reading one HTTP/1 answer from the bytes of a connection: strictly, and in bounded memory (RFC 9110, 9112)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple, assert_never

from maniple.delivery.failure import MAX_REPLY
from maniple.wire import Headers

MAX_HEAD = 1 << 17
"""Bytes of a head, of a chunk's first line, and of the trailers."""
MAX_INTERIM = 16

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_LINE_BREAK = re.compile(rb"\r?\n")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00\r]*)?")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00\r]*?)[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00\r]*)?\r?\n")
_INFORMS, _SWITCHES = range(100, 200), 101
_WITHOUT_BODY = frozenset({204, 304})


class Unreadable(Exception):
    """What came is no HTTP/1 answer."""


class BrokenOff(Exception):
    """The answer ended before its end, or its compression does not hold together."""


class _Reading(Enum):
    """What comes next."""

    HEAD = auto()
    LENGTH = auto()
    END_OF_CONNECTION = auto()
    CHUNK_SIZE = auto()
    CHUNK = auto()
    CHUNK_END = auto()
    TRAILERS = auto()


class Head(NamedTuple):
    """The head of an answer; `is_last`: it says that its connection cannot carry another request."""

    status: int
    headers: Headers
    is_last: bool
    lengths: frozenset[str]
    codings: tuple[str, ...]


@lru_cache(maxsize=16)
def read_head(head: bytes) -> Head:
    """A head without the empty line at its end. Raises Unreadable. A partner's answers to one call often begin alike."""
    first, *lines = _LINE_BREAK.split(head)
    status = _STATUS.fullmatch(first)
    if status is None or len(head) > MAX_HEAD:
        raise Unreadable
    headers = []
    framing: dict[str, list[str]] = {"connection": [], "content-length": [], "transfer-encoding": []}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            raise Unreadable
        name, value = header[1].decode(), header[2].decode("utf-8", "replace")
        headers.append((name, value))
        if (members := framing.get(name.lower())) is not None:
            members += [member.strip().lower() for member in value.split(",")]
    options = framing["connection"]
    is_last = "close" in options or (status[1] == b"0" and "keep-alive" not in options)
    lengths, codings = frozenset(framing["content-length"]), tuple(framing["transfer-encoding"])
    return Head(int(status[2]), tuple(headers), is_last, lengths, codings)


class Answer:
    """One answer that is fed with what a connection brings.

    `status` is 0 until its head is there. `is_last` says that its connection cannot carry another request.
    """

    __slots__ = (
        "_codings",
        "_headless",
        "_held",
        "_interim",
        "_left",
        "_lengths",
        "_parts",
        "_reading",
        "_size",
        "headers",
        "is_last",
        "status",
    )

    def __init__(self, method: str) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.is_last = False
        self._headless = method == "HEAD"
        self._held = bytearray()
        """What is not understood yet: the beginning of a head or of a chunk."""
        self._interim = 0
        self._reading = _Reading.HEAD
        self._left = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._lengths: frozenset[str] = frozenset()
        self._codings: tuple[str, ...] = ()
        """The members of the headers that say where the answer ends."""

    def feed(self, octets: bytes) -> bool:
        """Take what has come; whether the answer is complete now. Raises Unreadable."""
        if self._reading is _Reading.LENGTH:
            return self._read_length(octets)
        if self._reading is _Reading.END_OF_CONNECTION:
            return self._keep(octets)
        held = self._held
        held += octets
        while True:
            before = self._reading, len(held)
            if self._step():
                return True
            if self._reading in (_Reading.LENGTH, _Reading.END_OF_CONNECTION):
                return self.feed(self._rest())
            if (self._reading, len(held)) == before:
                if len(held) > MAX_HEAD:
                    raise Unreadable
                return False

    def end(self) -> None:
        """The connection has ended. Raises BrokenOff when the answer has not."""
        if self._reading is not _Reading.END_OF_CONNECTION:
            raise BrokenOff

    @property
    def is_begun(self) -> bool:
        """A byte of it is there."""
        return bool(self._held or self.status or self._interim)

    def body(self) -> bytes | None:
        """The body, unpacked; an error's is cut at 10 MB, None stands for a 2xx's that is longer. Raises BrokenOff."""
        body = b"".join(self._parts)
        coding = next((value.lower() for name, value in self.headers if name.lower() == "content-encoding"), "identity")
        if coding != "identity" and body:
            body = unpacked(body, coding, cut=self._size > MAX_REPLY)
        if len(body) <= MAX_REPLY:
            return body
        return None if self.status < 300 else body[:MAX_REPLY]

    def _step(self) -> bool:
        """Understand what can be understood of what is held; whether the answer is complete."""
        match self._reading:
            case _Reading.HEAD:
                return self._read_head()
            case _Reading.CHUNK_SIZE:
                self._read_chunk_size()
            case _Reading.CHUNK:
                return self._read_chunk()
            case _Reading.CHUNK_END:
                self._read_chunk_end()
            case _Reading.TRAILERS:
                return self._read_trailers()
            case _Reading.LENGTH | _Reading.END_OF_CONNECTION:
                pass
            case _:
                assert_never(self._reading)
        return False

    def _rest(self) -> bytes:
        rest = bytes(self._held)
        self._held.clear()
        return rest

    def _read_head(self) -> bool:
        end = _END_OF_HEAD.search(self._held)
        if end is None:
            if not b"HTTP/1.".startswith(self._held[:7]):
                raise Unreadable
            return False
        head = bytes(self._held[: end.start()])
        del self._held[: end.end()]
        read = read_head(head)
        self.status, self.headers, self.is_last, self._lengths, self._codings = read
        if self.status not in _INFORMS or self.status == _SWITCHES:
            return self._begin_body()
        self.status = 0
        self._interim += 1
        if self._interim > MAX_INTERIM:
            raise Unreadable
        return False

    def _begin_body(self) -> bool:
        lengths, codings = self._lengths, self._codings
        if len(lengths) > 1 or (lengths and codings) or codings not in ((), ("chunked",)):
            raise Unreadable
        length = next(iter(lengths), None)
        if length is not None and _LENGTH.fullmatch(length) is None:
            raise Unreadable
        if self._headless or self.status in _WITHOUT_BODY or self.status == _SWITCHES:
            self.is_last = self.is_last or bool(self._held) or self.status == _SWITCHES
            return True
        if codings:
            self._reading = _Reading.CHUNK_SIZE
        elif length is not None:
            self._reading, self._left = _Reading.LENGTH, int(length)
        else:
            self._reading, self.is_last = _Reading.END_OF_CONNECTION, True
        return False

    def _read_length(self, octets: bytes) -> bool:
        # What comes after the end was not asked for: nothing more is to be believed of this connection.
        self.is_last = self.is_last or len(octets) > self._left
        part = octets[: self._left]
        self._left -= len(part)
        return self._keep(part) or not self._left

    def _read_chunk_size(self) -> None:
        chunk = _CHUNK.match(self._held)
        if chunk is None:
            if b"\n" in self._held:
                raise Unreadable
            return
        self._left = int(chunk[1], 16)
        self._reading = _Reading.CHUNK if self._left else _Reading.TRAILERS
        del self._held[: chunk.end()]

    def _read_chunk(self) -> bool:
        part = bytes(self._held[: self._left])
        del self._held[: len(part)]
        self._left -= len(part)
        if not self._left:
            self._reading = _Reading.CHUNK_END
        return self._keep(part)

    def _read_chunk_end(self) -> None:
        end = next((len(line) for line in (b"\r\n", b"\n") if self._held.startswith(line)), 0)
        if not end and not b"\r".startswith(self._held):
            raise Unreadable
        if end:
            del self._held[:end]
            self._reading = _Reading.CHUNK_SIZE

    def _read_trailers(self) -> bool:
        """Trailers end with an empty line, and nobody reads them."""
        held = self._held
        end = next((len(line) for line in (b"\r\n", b"\n") if held.startswith(line)), 0)
        if not end and (found := _END_OF_HEAD.search(held)) is not None:
            end = found.end()
        if not end:
            return False
        self.is_last = self.is_last or len(held) > end
        return True

    def _keep(self, part: bytes) -> bool:
        """Keep a part of the body; whether it is enough."""
        if part:
            self._parts.append(part)
            self._size += len(part)
            if self._size > MAX_REPLY:
                self.is_last = True
                return True
        return False


def unpacked(octets: bytes, coding: str, *, cut: bool) -> bytes:
    """A compressed body, at most a little more than is ever kept of one. `cut`: its end is missing, and is not missed.

    Raises BrokenOff.
    """
    makes = {"gzip": [31], "x-gzip": [31], "deflate": [15, -15]}.get(coding, [])
    for window in makes:
        try:
            return _inflated(octets, lambda window=window: zlib.decompressobj(window), cut=cut)  # type: ignore[misc]
        except zlib.error:
            continue
    raise BrokenOff


def _inflated(octets: bytes, make: Callable[[], zlib._Decompress], *, cut: bool) -> bytes:
    parts: list[bytes] = []
    room = MAX_REPLY + 1
    while octets and room > 0:
        unpacker = make()
        part = unpacker.decompress(octets, room)
        if not unpacker.eof and len(part) < room and not cut:
            raise zlib.error("the end is missing")
        parts.append(part)
        room -= len(part)
        octets = unpacker.unused_data
    return b"".join(parts)
