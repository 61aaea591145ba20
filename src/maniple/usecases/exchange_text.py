"""Requests and replies as HTTP messages in text, and as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from maniple.body.compression import expand, is_compressed
from maniple.diagnostics.cells import visible
from maniple.usecases.words import count, octets
from maniple.wire import read_tree

if TYPE_CHECKING:
    from maniple.usecases.preview import Preview
    from maniple.wire import Headers, Reply, Request

MOST_LINES = 40
LONGEST_LINE = 2_000
MOST_EXPANDED = 32_000_000
"""Bytes of a compressed body that are shown as they were."""


def preview_lines(
    previewed: Preview, *, most: int | None = None, everything: bool = False
) -> Iterator[tuple[str, bool]]:
    """The lines of a preview, and of each whether it is the heading of a request; `most` requests if it is given."""
    shown = previewed.requests[:most]
    for number, request in enumerate(shown, 1):
        step = f".{request.step}" if request.step else ""
        condition = previewed.conditions[number - 1]
        depends = f"  (only when {visible(condition)})" if condition else ""
        yield f"# {number} {request.call}{step}{depends}", True
        for line in request_lines(request, everything=everything):
            yield line, False
        yield "", False
    if len(shown) < len(previewed.requests):
        yield f"… {len(previewed.requests) - len(shown):,} more requests; `--full` shows all", False
        yield "", False


def request_lines(request: Request, *, everything: bool = False) -> list[str]:
    """A request: method and URL, headers, an empty line, the body."""
    lines = [visible(f"{request.method} {request.url}"), *_header_lines(request.headers)]
    return [*lines, "", *body_lines(request.body or b"", everything=everything)] if request.body else lines


def reply_lines(reply: Reply, *, everything: bool = False) -> list[str]:
    """A reply: status, time and size, headers, an empty line, the body."""
    milliseconds = f"{reply.elapsed * 1000:,.0f} ms"
    if reply.status == 0:
        doubt = "; the partner may have got the request" if reply.in_doubt else ""
        return [f"no answer after {milliseconds}: {visible(reply.failure or 'the connection failed')}{doubt}"]
    lines = [
        f"{reply.status}  ({milliseconds}, {octets(len(reply.body))})",
        *_header_lines(reply.headers),
    ]
    return [*lines, "", *body_lines(reply.body, everything=everything)] if reply.body else lines


def body_lines(body: bytes, *, everything: bool = False) -> list[str]:
    """A body, JSON laid out; a long one is cut unless `everything` is wanted, and says so.

    What is compressed is shown as it was before, and says how many bytes travel.
    """
    if is_compressed(body) and (expanded := expand(body, MOST_EXPANDED)) is not None:
        travels = f"… compressed with gzip: {octets(len(body))} travel for these {octets(len(expanded))}"
        return [*body_lines(expanded, everything=everything), travels]
    lines = [visible(line) for line in _laid_out(body).split("\n")]
    if everything:
        return lines
    kept = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        kept.append(f"… {count(len(lines) - MOST_LINES)} more lines, {octets(len(body))} in all; `--full` shows all")
    elif kept != lines:
        kept.append(f"… cut: {octets(len(body))} in all; `--full` shows all")
    return kept


def reply_json(reply: Reply) -> dict[str, Any]:
    """A reply as plain data: `{status, headers, body, ms, bytes, failure}`, the body a JSON value where it is JSON."""
    from maniple.usecases.preview import body_value

    headers: dict[str, str] = {}
    for name, value in reply.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return {
        "status": reply.status,
        "headers": headers,
        "body": body_value(reply.body),
        "ms": round(reply.elapsed * 1000, 1),
        "bytes": len(reply.body),
        "failure": reply.failure,
    }


def _header_lines(headers: Headers) -> list[str]:
    return [visible(f"{name}: {value}") for name, value in headers]


def _laid_out(body: bytes) -> str:
    tree = read_tree(body)
    text = body.decode("utf-8", "replace")
    return text.rstrip("\n") if tree is None else json.dumps(tree, ensure_ascii=False, indent=2)
