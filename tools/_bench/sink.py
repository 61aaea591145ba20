"""A partner that takes every body and says `{}`: a process of its own, so that it runs on the other core.

python -m _bench.sink            prints its port, then serves until its standard input is closed
POST anything                    counted; answered 200 `{}` after the delay
GET /counts                      what came since the last look, as JSON: requests, bytes, cpu_s
PUT /delay/SECONDS               how long answers are held back from now on
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time

_BUFFER = memoryview(bytearray(1 << 20))
"""One buffer for all connections: what is received is looked at before anything else runs."""


class Counts:
    """What all connections have taken."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.requests = 0
        self.bytes = 0
        self.cpu = time.process_time()

    def take(self) -> bytes:
        """The counts since the last look."""
        now = time.process_time()
        taken = {"requests": self.requests, "bytes": self.bytes, "cpu_s": round(now - self.cpu, 4)}
        self.requests, self.bytes, self.cpu = 0, 0, now
        return json.dumps(taken).encode()


class Exchange(asyncio.BufferedProtocol):
    """One kept-alive connection, without pipelining. A body needs a `Content-Length`."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._head = b""
        self._request = b""
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        return _BUFFER

    def buffer_updated(self, count: int) -> None:
        if self._missing:
            self._missing -= count
        else:
            self._head += bytes(_BUFFER[:count])
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            self._request = self._head[:end]
            length = content_length(self._request)
            self._counts.bytes += length
            self._missing = length - (len(self._head) - end - 4)
            self._head = b""
        if self._missing <= 0:
            self._answer()

    def _answer(self) -> None:
        method, target, _ = self._request.split(b" ", 2)
        if method == b"GET":
            self._write(self._counts.take())
        elif method == b"PUT":
            self._counts.delay = float(target.rpartition(b"/")[2])
            self._write(b"{}")
        else:
            self._counts.requests += 1
            if self._counts.delay:
                asyncio.get_running_loop().call_later(self._counts.delay, self._write, b"{}")
            else:
                self._write(b"{}")

    def _write(self, body: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )


def content_length(head: bytes) -> int:
    """The length of the body that follows `head`."""
    lowered = head.lower()
    at = lowered.find(b"\r\ncontent-length:")
    return int(lowered[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def serve() -> None:
    """Serve on a free port of the loopback until standard input ends."""
    loop = asyncio.get_running_loop()
    counts = Counts()
    server = await loop.create_server(lambda: Exchange(counts), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    gc.disable()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
