"""What a request says, read back as plain data."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from maniple.body.compression import expand, is_compressed
from maniple.body.form import CONTENT_TYPE as FORM
from maniple.wire import Reply, Request, header_value

MOST_BYTES = 100_000_000
"""Bytes of a body once it is expanded."""


def content_of(request: Request) -> bytes:
    """The body before it was compressed."""
    content = request.body or b""
    return (expand(content, MOST_BYTES) or b"") if is_compressed(content) else content


def read_body(request: Request) -> Any:
    """The body as plain data, None when it is none: a form as a map in which a repeated name has a list of texts, the
    rest as a reply of the same type is read (`Reply.tree`)."""
    content = content_of(request)
    if (header_value(request.headers, "content-type") or "").startswith(FORM):
        pairs = parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True)
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            found.setdefault(name, []).append(value)
        return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
    return Reply(200, request.headers, content).tree
