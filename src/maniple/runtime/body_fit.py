"""What is written beside a body and does not fit it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maniple.body import MERGING_FORMATS
from maniple.manifest.call import Call, Exchange
from maniple.manifest.model import Manifest
from maniple.runtime.body import item_of_body
from maniple.source.text import Path

Finding = tuple[str, str, Path, dict[str, Any]]
"""Code, message, path, further arguments of `finding`."""


def unfit_bodies(manifest: Manifest) -> Iterator[Finding]:
    """Headers, items and credentials that the body of a call or step has no place for."""
    for name, call in manifest.calls.items():
        for exchange, path in exchanges_of(name, call):
            if not exchange.bodies:
                if exchange.gzip:
                    message = "`gzip` compresses a body, and there is none"
                    yield "MAN403", message, (*path, "gzip"), {"key": True, "hint": "add a body, or leave it out"}
                continue
            yield from _items(exchange, path)
            yield from _content_type(manifest, exchange, path)
            yield from _members(manifest, call, exchange, path)


def exchanges_of(name: str, call: Call) -> Iterator[tuple[Exchange, Path]]:
    """The requests of a call with their places: the call itself, or its steps."""
    if call.steps is None:
        yield call, (name,)
    for position, step in enumerate(call.steps or ()):
        yield step, (name, "steps", position)


def _items(exchange: Exchange, path: Path) -> Iterator[Finding]:
    implied = item_of_body(exchange)
    if implied is not None and "item" in exchange.model_fields_set:
        where = ".".join(str(part) for part in implied[1] if isinstance(part, str))
        message = f"`{where}` says what is sent of each user, and `item` says it too"
        hint = "leave `item` out" + (", or write `ndjson: $items`" if where == "ndjson" else "")
        yield "MAN406", message, (*path, "item"), {"key": True, "hint": hint}
    rows = [position for position, part in enumerate(exchange.multipart or ()) if part.csv is not None]
    for position in rows[1:]:
        message = "only one part can have a row for each user"
        yield "MAN406", message, (*path, "multipart", position, "csv"), {"key": True}


def _content_type(manifest: Manifest, exchange: Exchange, path: Path) -> Iterator[Finding]:
    """A multipart body says itself where its parts end."""
    if exchange.multipart is None:
        return
    for headers, place in ((manifest.headers, ()), (exchange.headers, path)):
        for header in headers:
            if header.removesuffix("~").lower() == "content-type":
                message = "a multipart body brings its own `Content-Type`, which says where its parts end"
                yield "MAN303", message, (*place, "headers", header), {"key": True, "hint": "leave it out"}


def _members(manifest: Manifest, call: Call, exchange: Exchange, path: Path) -> Iterator[Finding]:
    """Credentials that an auth kind puts into the body need a body of named members."""
    own = exchange.auth if exchange.auth is not None else call.auth
    auth = own if own is not None else manifest.auth
    if not any(getattr(kind, "json_", None) for kind in (auth if isinstance(auth, list) else [auth])):
        return
    name = exchange.bodies[0]
    if name not in MERGING_FORMATS:
        message = f"the credentials under `auth` go into the body as members, and a `{name}` body has none"
        yield "MAN406", message, (*path, name), {"key": True, "hint": "send them in `headers` or `query`"}
    elif name == "json" and _is_array(exchange.json_):
        message = "the credentials under `auth` go into the body as members, and an array has none"
        yield "MAN406", message, (*path, name), {"key": True, "hint": "send them in `headers` or `query`"}


def _is_array(tree: Any) -> bool:
    return isinstance(tree, list) or (isinstance(tree, str) and tree.lstrip().startswith(("[", "$items")))
