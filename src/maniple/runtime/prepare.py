"""From a batch of users to the exact requests for it. Preview, tests, the simulator and real runs all come here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from maniple.auth import Additions
from maniple.body import json as json_body
from maniple.cohort.member import INVALID_FORMAT
from maniple.runtime.outcome import Verdict
from maniple.runtime.program import CallProgram, Operation, PairProgram, RunContext, Scope
from maniple.template.operations import ABSENT, HeaderInjection, MissingValue
from maniple.template.text import text_of
from maniple.wire import Headers, Request

USER_AGENT = "maniple/0.1"
UNRESOLVED = "unresolved mapping"
TOO_LARGE = "too large for one request"
MOST_BYTES = 32_000_000
"""Bytes of a body when the manifest allows more or says nothing: what makes more of its users is split."""
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that end a header, or mean something else than themselves in one."""
OWN_HEADERS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection"),
        *("expect", "te", "trailer", "upgrade"),
    }
)

Columns = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Users of one operation, as columns: `amplitude_id`, the mappings, `user`. `index` counts per operation."""

    operation: Operation
    index: int
    columns: Columns = field(repr=False)
    size: int
    text: frozenset[str] = frozenset()
    """Columns that are known to hold only text."""

    def rows(self, start: int, stop: int) -> Batch:
        """The users from `start` to `stop` of this batch."""
        return Batch(
            self.operation,
            self.index,
            {name: column[start:stop] for name, column in self.columns.items()},
            stop - start,
            self.text,
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


def prepare(call: CallProgram, context: RunContext, batch: Batch) -> Iterator[Prepared]:
    """The requests for a batch, in order, each made when it is asked for. The same batch always gives the same bytes.

    Raises SettingsError when a constant that a URL or header needs has no value or cannot stand there.
    """
    batch = _with_values(batch, context.mapped) if call.positional else batch
    limit = min(call.max_bytes or MOST_BYTES, MOST_BYTES)
    part = 0
    waiting = [(0, batch.size)]
    while waiting:
        start, stop = waiting.pop()
        rows = batch if (start, stop) == (0, batch.size) else batch.rows(start, stop)
        halves = [(start + rows.size // 2, stop), (start, start + rows.size // 2)]
        if _would_fill_memory(call, context, rows):
            waiting += halves
            continue
        prepared = _prepare_one(call, context, rows, part, start)
        body = prepared.request.body if prepared.request else None
        if body is not None and len(body) > limit:
            if prepared.size > 1 and rows.size > 1:
                waiting += halves
                continue
            prepared = _too_large(prepared, limit, len(body))
        yield prepared
        part += 1


def _with_values(batch: Batch, mapped: Sequence[str]) -> Batch:
    """The batch with the column of `$values`: for each user the mapped values, `""` where there is none."""
    columns = [["" if value is None else value for value in batch.columns[name]] for name in mapped]
    return replace(batch, columns={**batch.columns, "values": [list(row) for row in zip(*columns, strict=True)]})


def _would_fill_memory(call: CallProgram, context: RunContext, rows: Batch) -> bool:
    """Users make more than a body may have, so that not even their items are to be held at once.

    Most templates cannot make so much of a user; of one that can, as many users are tried at once as surely fit.
    """
    if call.item is None or rows.size < 2 or call.weight * rows.size <= MOST_BYTES:
        return False
    scope = batch_scope(context, rows)
    at_once = max(1, MOST_BYTES // call.weight)
    octets = 0
    for first in range(0, rows.size, at_once):
        some = rows.rows(first, min(first + at_once, rows.size))
        items = call.item.render(some.columns, scope, some.size)
        octets += call.copies * len(json_body.encode([None if item is ABSENT else item for item in items]))
        if octets > MOST_BYTES:
            return True
    return False


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
    columns = _sent_columns(call, batch, start, kept)
    size = batch.size if kept is None else len(kept)
    if not size:
        return Prepared(identity, part, start, batch.size, None, kept, verdicts, scope, columns, 0)
    # The items are in no scope that outlives this: while a request is under way only its bytes are held. A body that
    # gets its token later is an exception.
    whole = {**scope, "items": items if call.join is None else call.join.join(map(text_of, items))}
    request = build_request(call, whole)
    if call.body is not None and call.body.names & call.auth.variables:
        scope = whole
    return Prepared(identity, part, start, batch.size, request, kept, verdicts, scope, columns, size)


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
    except HeaderInjection as refused:
        if not any(isinstance(value, str) and CONTROL.search(value) for value in user.values()):
            raise
        skipped = (Verdict(start, "skipped", INVALID_FORMAT, refused.message),)
    size = 1 if request else 0
    return Prepared(
        scope["batch_id"], part, start, 1, request, None if request else (), skipped, scope, batch.columns, size
    )


def _sent_columns(call: CallProgram, batch: Batch, start: int, kept: tuple[int, ...] | None) -> Columns:
    """The columns by which a reply may name users; none when it names none."""
    if call.rejects is None:
        return {}
    if kept is None:
        return batch.columns
    return {name: [column[row - start] for row in kept] for name, column in batch.columns.items()}


def _items(
    call: CallProgram, scope: Scope, batch: Batch, start: int
) -> tuple[list[Any], tuple[int, ...] | None, tuple[Verdict, ...]]:
    """`$items`, the rows that are in it (None: all), and the users who have nothing to send."""
    if call.item is None:
        return [], None, ()
    items, complete = call.item.render_checked(batch.columns, scope, batch.size, batch.text)
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
        encoded = "&".join(
            f"{quote(name, safe='', errors='replace')}={quote(value, safe='', errors='replace')}"
            for name, value in query
        )
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
    if CONTROL.search(value):
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
