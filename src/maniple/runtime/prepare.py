"""From a batch of users to the exact requests for it. Preview, tests, the simulator and real runs all come here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from maniple.auth import Additions
from maniple.body import json as json_body
from maniple.runtime.outcome import Verdict
from maniple.runtime.program import CallProgram, Operation, PairProgram, RunContext, Scope
from maniple.template.operations import ABSENT, HeaderInjection, MissingValue
from maniple.template.text import text_of
from maniple.wire import Headers, Request

USER_AGENT = "maniple/0.1"
UNRESOLVED = "unresolved mapping"
TOO_LARGE = "too large for one request"
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})

Columns = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Users of one operation, as columns: `amplitude_id`, the mappings, `user`. `index` counts per operation."""

    operation: Operation
    index: int
    columns: Columns = field(repr=False)
    size: int

    def rows(self, start: int, stop: int) -> Batch:
        """The users from `start` to `stop` of this batch."""
        return Batch(
            self.operation,
            self.index,
            {name: column[start:stop] for name, column in self.columns.items()},
            stop - start,
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """One request for `count` users from `start` of the batch; several when a byte limit splits it.

    `request` is None when every user was skipped. `kept` are the batch's rows that are in the request, in order
    (None: all of them). `verdicts` are the skipped, by row of the batch.
    """

    batch_id: str
    part: int
    start: int
    count: int
    request: Request | None
    kept: tuple[int, ...] | None
    verdicts: tuple[Verdict, ...]
    scope: Scope = field(repr=False)
    columns: Columns = field(repr=False)
    """The columns of the users that are in the request."""
    size: int
    """How many users are in the request."""


def batch_id(context: RunContext, operation: Operation, index: int, part: int = 0) -> str:
    """The batch's idempotency key: the same whenever the batch is sent again."""
    plain = f"{context.run_id}.{operation}.{index}"
    return f"{plain}.{part}" if part else plain


def batch_scope(context: RunContext, batch: Batch, part: int = 0) -> dict[str, Any]:
    """The constants of one batch."""
    return {
        **context.scope,
        "operation": batch.operation,
        "membership": batch.operation == "add",
        "batch_id": batch_id(context, batch.operation, batch.index, part),
        "batch_index": batch.index,
    }


def prepare(call: CallProgram, context: RunContext, batch: Batch) -> tuple[Prepared, ...]:
    """The requests for a batch, in order. The same batch always gives the same bytes.

    Raises SettingsError when a constant that a URL or header needs has no value or cannot stand there.
    """
    parts: list[Prepared] = []
    _prepare_range(call, context, batch, 0, batch.size, parts)
    return tuple(parts)


def _prepare_range(
    call: CallProgram, context: RunContext, batch: Batch, start: int, stop: int, parts: list[Prepared]
) -> None:
    whole = start == 0 and stop == batch.size
    rows = batch if whole else batch.rows(start, stop)
    prepared = _prepare_one(call, context, rows, len(parts), start)
    body = prepared.request.body if prepared.request else None
    if call.max_bytes is None or body is None or len(body) <= call.max_bytes:
        parts.append(prepared)
    elif prepared.size > 1 and rows.size > 1:
        middle = start + rows.size // 2
        _prepare_range(call, context, batch, start, middle, parts)
        _prepare_range(call, context, batch, middle, stop, parts)
    else:
        parts.append(_too_large(prepared, call.max_bytes, len(body)))


def _too_large(prepared: Prepared, limit: int, actual: int) -> Prepared:
    message = f"The user's own request is {actual:,} bytes, and the partner takes {limit:,}"
    sent = prepared.kept[0] if prepared.kept else prepared.start
    verdicts = (*prepared.verdicts, Verdict(sent, "skipped", TOO_LARGE, message))
    return Prepared(
        prepared.batch_id, prepared.part, prepared.start, prepared.count, None, (), verdicts, prepared.scope, {}, 0
    )


def _prepare_one(call: CallProgram, context: RunContext, batch: Batch, part: int, start: int) -> Prepared:
    scope = batch_scope(context, batch, part)
    identity = scope["batch_id"]
    if call.single:
        return _prepare_single(call, scope, batch, part, start)
    items, kept, verdicts = _items(call, scope, batch, start)
    columns = (
        batch.columns
        if kept is None
        else {name: [column[row - start] for row in kept] for name, column in batch.columns.items()}
    )
    size = batch.size if kept is None else len(kept)
    if not size:
        return Prepared(identity, part, start, batch.size, None, kept, verdicts, scope, columns, 0)
    scope["items"] = items if call.join is None else call.join.join(map(text_of, items))
    return Prepared(identity, part, start, batch.size, build_request(call, scope), kept, verdicts, scope, columns, size)


def _prepare_single(call: CallProgram, scope: dict[str, Any], batch: Batch, part: int, start: int) -> Prepared:
    """One user: its variables stand in the URL, the headers and the body."""
    user = {name: column[0] for name, column in batch.columns.items()}
    scope = {**scope, **user}
    skipped: tuple[Verdict, ...] = ()
    request: Request | None = None
    try:
        if call.item is not None:
            item = call.item.render(batch.columns, scope, 1)[0]
            scope["items"] = [item] if call.join is None else text_of(item)
            if item is None or item is ABSENT:
                raise MissingValue("items", "request")
        request = build_request(call, scope)
    except MissingValue as missing:
        # A constant without value is the operator's problem; a user without value is that user's.
        if missing.name not in user and missing.name != "items":
            raise
        skipped = (Verdict(start, "skipped", UNRESOLVED, missing.message),)
    size = 1 if request else 0
    return Prepared(
        scope["batch_id"], part, start, 1, request, None if request else (), skipped, scope, batch.columns, size
    )


def _items(
    call: CallProgram, scope: Scope, batch: Batch, start: int
) -> tuple[list[Any], tuple[int, ...] | None, tuple[Verdict, ...]]:
    """`$items`, the rows that are in it (None: all), and the users who have nothing to send."""
    if call.item is None:
        return [], None, ()
    items, complete = call.item.render_checked(batch.columns, scope, batch.size)
    if complete:
        return items, None, ()
    kept = [row for row, item in enumerate(items) if item is not None and item is not ABSENT]
    if len(kept) == len(items):
        return items, None, ()
    present = set(kept)
    verdicts = tuple(Verdict(start + row, "skipped", UNRESOLVED) for row in range(len(items)) if row not in present)
    return [items[row] for row in kept], tuple(start + row for row in kept), verdicts


def build_request(call: CallProgram, scope: Scope) -> Request:
    """The request of a call for a scope in which everything has its value.

    Raises MissingValue and HeaderInjection (SettingsError).
    """
    additions = call.auth.additions(scope)
    url = call.url.render(scope)
    query = [*_pairs(call.query, scope), *additions.query]
    if query:
        encoded = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
        url = f"{url}{'&' if '?' in url else '?'}{encoded}"
    body = _body(call, scope, additions)
    return Request(
        call.method, url, _headers(call, scope, additions, has_body=body is not None), body, call.timeout, call.name
    )


def _body(call: CallProgram, scope: Scope, additions: Additions) -> bytes | None:
    if call.body is None:
        return json_body.encode(dict(additions.json)) if additions.json else None
    tree = call.body.render(scope)
    if tree is ABSENT:
        tree = {}
    if additions.json and isinstance(tree, dict):
        tree = {**tree, **additions.json}
    return json_body.encode(tree)


def _headers(call: CallProgram, scope: Scope, additions: Additions, *, has_body: bool) -> Headers:
    given = [*additions.headers, *_pairs(call.headers, scope)]
    names = {name.lower() for name, _ in given}
    headers: list[tuple[str, str]] = []
    if has_body and "content-type" not in names:
        headers.append(("Content-Type", json_body.CONTENT_TYPE))
    for name, value in given:
        headers = [pair for pair in headers if pair[0].lower() != name.lower()]
        headers.append((_header_name(name), _header_value(name, value)))
    if "user-agent" not in names:
        headers.append(("User-Agent", USER_AGENT))
    return tuple(headers)


def _header_name(name: str) -> str:
    if not TOKEN.fullmatch(name) or name.lower() in OWN_HEADERS:
        raise HeaderInjection(f"`{name[:60]!r}` cannot be the name of a header")
    return name


def _header_value(name: str, value: str) -> str:
    if any((char < " " and char != "\t") or char == "\x7f" for char in value):
        raise HeaderInjection(f"the header `{name}` would contain a line break or another control character")
    return value.strip(" \t")


def _pairs(programs: tuple[PairProgram, ...], scope: Scope) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for program in programs:
        if program.optional and any(template.render(scope) in (None, ABSENT) for template in program.when_present):
            continue
        name = program.name.render(scope)
        if program.value is not None:
            pairs.append((name, program.value.render(scope)))
            continue
        for template in program.values:
            value = template.render(scope)
            repeated = value if isinstance(value, list) else [value]
            pairs.extend((name, text_of(one)) for one in repeated if one is not ABSENT)
    return pairs
