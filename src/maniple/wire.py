"""What travels between the pure core and the edge: requests, replies and the other effects a delivery asks for.

A delivery is a generator that yields effects and is sent their answers (`Flow`). Nothing here does I/O.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias, TypeVar

from maniple.markup import is_markup, read_markup, values_in_markup

Headers: TypeAlias = tuple[tuple[str, str], ...]
SIGN_IN = "auth"
"""The `call` of requests for tokens."""


def header_value(headers: Headers, name: str) -> str | None:
    """The first value of header `name`, compared without case, or None."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


MAX_VALUES = 500_000
"""Values of a reply that are read: with all that belongs to them they take a hundred megabytes."""
MAX_DEPTH = 100
"""Maps and lists inside each other."""
_LINES = re.compile(r"ndjson|jsonl|json-?lines", re.IGNORECASE)
"""Content types of lines of JSON."""
_HALF_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


def values_in(body: bytes) -> int:
    """How many values JSON text holds, at most."""
    return body.count(b",") + body.count(b"[") + body.count(b"{") + 1


def read_tree(body: bytes) -> Any:
    """JSON text as plain data; None when it is none, holds more than 500,000 values or nests deeper than 100.

    Bytes that are not UTF-8 and escapes of half a character are replaced by U+FFFD, numbers that no JSON has by null:
    what is read can always be written.
    """
    if values_in(body) > MAX_VALUES:
        return None
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        tree = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(tree):
        return None
    return _mended(tree) if _HALF_ESCAPE.search(text) else tree


def begins_as_json(body: bytes) -> bool:
    """The text begins as a map or a list does.

    >>> begins_as_json(b' {"a'), begins_as_json('\ufeff[1'.encode("utf-16")), begins_as_json(b"OK")
    (True, True, False)
    """
    return body[:64].decode(json.detect_encoding(body), "replace").lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def read_lines(body: bytes) -> Any:
    """Lines of JSON as a list, None for a line that is none; None when there are more than 500,000 values.

    >>> read_lines(b'{"a":1}\\r\\n\\n[2]\\n')
    [{'a': 1}, [2]]
    """
    if values_in(body) + body.count(b"\n") > MAX_VALUES:
        return None
    return [read_tree(line) for line in body.splitlines() if line.strip()]


def _finite(written: str) -> float | None:
    number = float(written)
    return number if math.isfinite(number) else None


def _mended(tree: Any) -> Any:
    """The same data without halves of characters."""
    if isinstance(tree, str):
        return _HALF.sub("\ufffd", tree)
    if isinstance(tree, dict):
        return {_HALF.sub("\ufffd", key): _mended(value) for key, value in tree.items()}
    return [_mended(value) for value in tree] if isinstance(tree, list) else tree


def _is_deep(tree: Any) -> bool:
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, complete: what preview shows is what is sent.

    `headers` are in sending order and lack only `Host` and `Content-Length`, which follow from `url` and `body`.
    `timeout` is in seconds, for the whole exchange. `call` names the manifest's call (`add_users`), `step` its step, where
    it has some. `call` is `auth` for the requests of a sign-in, which no rate of the partner's API is about.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None
    timeout: float = 60.0
    call: str = ""
    step: str = ""

    def with_header(self, name: str, value: str) -> Request:
        """This request with header `name` set to `value`, in its place if it was there, else at the end."""
        lowered = name.lower()
        if any(key.lower() == lowered for key, _ in self.headers):
            kept = tuple((key, value if key.lower() == lowered else old) for key, old in self.headers)
            return replace(self, headers=kept)
        return replace(self, headers=(*self.headers, (name, value)))

    def with_query(self, name: str, value: str) -> Request:
        """This request with one more query parameter, both parts percent-encoded already."""
        return replace(self, url=f"{self.url}{'&' if '?' in self.url else '?'}{name}={value}")


@dataclass(frozen=True)
class Reply:
    """What came back. `status` 0 means that no answer arrived; then `failure` says why in a few words.

    `in_doubt` (only without an answer): the request may have reached the partner before the connection broke.
    `elapsed` is in seconds.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    elapsed: float = 0.0
    failure: str | None = None
    in_doubt: bool = False

    @classmethod
    def unreached(cls, failure: str, *, in_doubt: bool = False, elapsed: float = 0.0) -> Reply:
        """The reply that stands for a transport failure."""
        return cls(0, failure=failure, in_doubt=in_doubt, elapsed=elapsed)

    def header(self, name: str) -> str | None:
        """The first value of a reply header, compared without case, or None."""
        return header_value(self.headers, name)

    @cached_property
    def is_xml(self) -> bool:
        """The body begins as XML begins, and is not called HTML."""
        return is_markup(self.body) and "html" not in (self.header("content-type") or "").lower()

    def unread(self) -> Reply:
        """The reply without what was read from its body, which takes ten times the room."""
        if "tree" not in self.__dict__:
            return self
        return Reply(self.status, self.headers, self.body, self.elapsed, self.failure, self.in_doubt)

    @property
    def is_lines(self) -> bool:
        """The body is said to be lines of JSON."""
        return _LINES.search(self.header("content-type") or "") is not None

    @cached_property
    def tree(self) -> Any:
        """The body as plain data where it can be read in bounded memory, else None.

        JSON is what it says (`read_tree`), lines of JSON are a list, XML is a map (`markup.read_markup`).
        """
        if self.is_xml:
            return read_markup(self.body, MAX_VALUES, MAX_DEPTH)
        if self.is_lines:
            return read_lines(self.body)
        return read_tree(self.body)

    @property
    def is_broken(self) -> bool:
        """The body, or a line of it, begins as JSON or XML does and cannot be read: it was cut short, or is malformed."""
        if self.tree is None:
            return self.is_xml or begins_as_json(self.body)
        if not isinstance(self.tree, list) or not self.is_lines or None not in self.tree:
            return False
        lines = [line for line in self.body.splitlines() if line.strip()]
        return any(read is None and begins_as_json(line) for line, read in zip(lines, self.tree, strict=True))

    @property
    def is_beyond_reading(self) -> bool:
        """The body may be JSON or XML, and holds more values than are read."""
        return (values_in_markup if self.is_xml else values_in)(self.body) > MAX_VALUES

    @property
    def text(self) -> str:
        """The body as text, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Wait:
    """Sleep for `seconds` before going on."""

    seconds: float
    why: Literal["retry", "throttled", "poll"] = "retry"


@dataclass(frozen=True, slots=True)
class Recall:
    """Answered with the value last remembered under `key` for this connection, or None."""

    key: str


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep `value` under `key` for this connection, `seconds` long (None: until replaced)."""

    key: str
    value: Any = field(repr=False)
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Written down durably before the flow goes on: without `outcome`, that `place` is about to be sent; with it, how
    that ended. Whoever drives the flow knows what `place` and `outcome` mean."""

    place: Any
    outcome: Any = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Answered with the time now, in seconds since the Unix epoch."""


@dataclass(frozen=True, slots=True)
class Nonce:
    """Answered with `octets` bytes of chance, in hexadecimal."""

    octets: int = 16


@dataclass(frozen=True, slots=True)
class Hold:
    """Comes back when no other flow of this connection holds `key`. It is released at the latest when the flow ends.

    Answered with the word of whoever released it last while this flow waited, else with None.
    """

    key: str


@dataclass(frozen=True, slots=True)
class Release:
    """Let the next flow have `key`; those who wait for it are told `word`."""

    key: str
    word: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Conceal:
    """From now on `texts` are secrets: they stand in no log, no file and no error."""

    texts: tuple[str, ...] = field(repr=False)


Effect: TypeAlias = Request | Wait | Recall | Remember | Record | Moment | Nonce | Hold | Release | Conceal
T = TypeVar("T")
Flow: TypeAlias = Generator[Effect, Any, T]
"""A generator of effects. A `Request` is answered with a `Reply`, a `Recall` with a value, a `Moment`, a `Nonce` and a
`Hold` with what they say, the rest with None."""
