"""The floor: each job written by hand, as tightly as Python allows. No manifest, no ledger, no address guard.

Several ways of each, because the fastest one is not known beforehand; the bench keeps the fastest. All of them send the
bodies that the engine sends, byte for byte.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
import pyarrow.parquet as pq
from multidict import CIMultiDict
from yarl import URL

Columns = list[Any]
Parts = Iterable[tuple[str, bytes]]
"""Paths and bodies of requests."""
Render = Callable[[Columns], Parts]
Source = Callable[[Path, list[str], int], Iterator[Columns]]

PARALLEL = 4
sha256 = hashlib.sha256
dumps = orjson.dumps
quoted = partial(quote, safe="")


def from_table(path: Path, columns: list[str], size: int) -> Iterator[Columns]:
    """The whole file at once, decoded by Arrow's threads, then cut."""
    table = pq.read_table(path, columns=columns)
    for start in range(0, table.num_rows, size):
        part = table.slice(start, size)
        yield [part.column(name) for name in columns]


def from_stream(path: Path, columns: list[str], size: int) -> Iterator[Columns]:
    """Batch by batch, in bounded memory."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(size, columns=columns):
            yield [batch.column(name) for name in columns]


def list_values(columns: Columns) -> bytes:
    """A list of ids."""
    return dumps({"userIds": columns[0].to_pylist()})


def object_dicts(columns: Columns) -> bytes:
    """A dict a user, written by orjson."""
    emails, ids = columns
    return dumps(
        {"users": [{"email": e, "userId": u} for e, u in zip(emails.to_pylist(), ids.to_pylist(), strict=True)]}
    )


def object_fragments(columns: Columns) -> bytes:
    """The JSON of each user put together from its values'."""
    emails, ids = columns
    users = [
        b'{"email":%b,"userId":%b}' % (dumps(e), dumps(u))
        for e, u in zip(emails.to_pylist(), ids.to_pylist(), strict=True)
    ]
    return b'{"users":[' + b",".join(users) + b"]}"


def hash_dicts(columns: Columns) -> bytes:
    """Two dicts a user, written by orjson."""
    emails, plans = columns
    return dumps(
        {
            "users": [
                {"email": sha256(e.strip().lower().encode()).hexdigest(), "fields": {"plan": p}}
                for e, p in zip(emails.to_pylist(), plans.to_pylist(), strict=True)
            ]
        }
    )


def hash_fragments(columns: Columns) -> bytes:
    """The JSON of each user put together from its values'."""
    emails, plans = columns
    users = [
        b'{"email":"%b","fields":{"plan":%b}}' % (sha256(e.strip().lower().encode()).hexdigest().encode(), dumps(p))
        for e, p in zip(emails.to_pylist(), plans.to_pylist(), strict=True)
    ]
    return b'{"users":[' + b",".join(users) + b"]}"


def single_dicts(columns: Columns) -> Parts:
    """A request a user, the id in its path."""
    emails, ids = columns
    return [
        (f"/add/{i}", dumps({"email": e}))
        for e, i in zip(emails.to_pylist(), map(quoted, ids.to_pylist()), strict=True)
    ]


def whole(render: Callable[[Columns], bytes]) -> Render:
    """A batch is one request."""
    return lambda columns: (("/add", render(columns)),)


COLUMNS = {
    "list": ["m_user_id"],
    "object": ["m_email", "m_user_id"],
    "hash": ["m_email", "m_plan"],
    "single": ["m_email", "m_user_id"],
}
VARIANTS: dict[str, dict[str, tuple[Source, Render]]] = {
    "list": {"table": (from_table, whole(list_values)), "stream": (from_stream, whole(list_values))},
    "object": {
        "table, dicts": (from_table, whole(object_dicts)),
        "stream, dicts": (from_stream, whole(object_dicts)),
        "table, fragments": (from_table, whole(object_fragments)),
    },
    "hash": {
        "table, dicts": (from_table, whole(hash_dicts)),
        "stream, dicts": (from_stream, whole(hash_dicts)),
        "table, fragments": (from_table, whole(hash_fragments)),
    },
    "single": {"table, dicts": (from_table, single_dicts), "stream, dicts": (from_stream, single_dicts)},
}
DECODED_AT_ONCE = 1024
"""Users that are decoded together where each is a request."""


class Body(aiohttp.Payload):
    """A body written in one go; aiohttp's own form for bytes is slower and warns above 1 MiB."""

    def __init__(self, value: bytes) -> None:
        super().__init__(value)
        self._size = len(value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: Any) -> None:
        await writer.write(self._value)


async def send_all(requests: Iterator[tuple[str, bytes]], port: int) -> int:
    """Send requests as they come, four at a time over kept-alive connections; how many there were.

    Each body is rendered where its place is free: in the loop, which beats a thread by what the cores' caches cost.
    """
    base = f"http://127.0.0.1:{port}"
    url_of = lru_cache(maxsize=1)(lambda path: URL(base + path, encoded=True))
    headers = CIMultiDict({"Content-Type": "application/json", "Api-Key": "bench-key", "User-Agent": "floor"})
    sent = itertools.count()
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=PARALLEL),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        headers=headers,
        skip_auto_headers=("Accept", "Accept-Encoding"),
    ) as session:

        async def work() -> None:
            for path, body in requests:
                async with session.post(url_of(path), data=Body(body), allow_redirects=False) as answer:
                    await answer.read()
                    assert answer.status == 200
                next(sent)

        await asyncio.gather(*(work() for _ in range(PARALLEL)))
    return next(sent)


def deliver(case: str, variant: str, path: Path, size: int, port: int) -> None:
    """Send every user of a plan file."""
    source, render = VARIANTS[case][variant]
    at_once = DECODED_AT_ONCE if size == 1 else size
    gc.disable()
    try:
        batches = map(render, source(path, COLUMNS[case], at_once))
        asyncio.run(send_all(itertools.chain.from_iterable(batches), port))
    finally:
        gc.enable()
