"""From a batch of users to the exact requests for it. Preview, tests, the simulator and real runs all come here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maniple.body import json as json_body
from maniple.cohort.member import INVALID_FORMAT
from maniple.runtime.marks import largest_body
from maniple.runtime.outcome import Verdict
from maniple.runtime.program import CallProgram, Operation, RunContext, Scope
from maniple.runtime.request import CONTROL, encoded, joined
from maniple.template.operations import ABSENT, ClimbingValue, HeaderInjection, MissingValue
from maniple.wire import Request

UNRESOLVED = "unresolved mapping"
CLIMBING = "leads out of the URL"
"""The user has a value, and it is or holds a part `.` or `..`, which a server takes for a step up the path."""
TOO_LARGE = "too large for one request"
MOST_BYTES = 32_000_000
"""Bytes of a body when the manifest allows more or says nothing: what makes more of its users is split."""
MOST_BYTES_OF_ALL = 1_000_000_000
"""The same where the partner wants everybody in one request."""

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
    octets: int = 0
    """Bytes of the request's body before compression."""
    stepped: bool = False
    """The call has steps: its requests are made one after another while it is delivered."""
    twins: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    """Rows of the batch whose item is in the request for another row, by that row."""


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
        "property_name": context.scope.get("property_name") or context.scope.get("amp_cohort_name"),
    }


def prepare(call: CallProgram, context: RunContext, batch: Batch, part: int = 0) -> Iterator[Prepared]:
    """The requests for a batch, in order, each made when it is asked for. The same batch always gives the same bytes.

    Parts are counted from `part`.

    Raises SettingsError when a constant that a URL or header needs has no value or cannot stand there.
    """
    batch = _with_columns(call, context, batch)
    most = MOST_BYTES_OF_ALL if call.takes_all else MOST_BYTES
    limit = min(call.max_bytes or most, most)
    waiting = _stretches(call, context, batch) if call.by is not None or call.one_target else [(0, batch.size)]
    while waiting:
        start, stop = waiting.pop()
        rows = batch if (start, stop) == (0, batch.size) else batch.rows(start, stop)
        halves = [(start + rows.size // 2, stop), (start, start + rows.size // 2)]
        if not call.takes_all and _would_fill_memory(call, context, rows):
            waiting += halves
            continue
        prepared = _prepare_one(call, context, rows, part, start)
        octets = (
            largest_body(call, prepared.scope, prepared.columns, prepared.size) if prepared.stepped else prepared.octets
        )
        if octets > limit:
            if prepared.size > 1 and rows.size > 1:
                waiting += halves
                continue
            prepared = _too_large(prepared, limit, octets)
        yield prepared
        part += 1


def prepare_nobody(call: CallProgram, context: RunContext) -> Iterator[Prepared]:
    """The request of a call for nobody at all: it tells the partner that the list is empty."""
    batch = Batch("add", 0, {}, 0)
    scope = {**batch_scope(context, batch), "items": joined(call.first, [])}
    request, octets = encoded(call.first, scope)
    yield Prepared(scope["batch_id"], 0, 0, 0, request, None, (), scope, {}, 0, octets)


def _with_columns(call: CallProgram, context: RunContext, batch: Batch) -> Batch:
    """The batch with the columns that are made of others.

    `$values` are for each user the mapped values, `""` where there is none. `$property_value` is whether the user is a
    member, unless the cohort has a value for it.
    """
    columns = dict(batch.columns)
    if call.positional:
        mapped = [["" if value is None else value for value in batch.columns[name]] for name in context.mapped]
        columns["values"] = [list(row) for row in zip(*mapped, strict=True)] if mapped else [[]] * batch.size
    for name in call.targets:
        # What was not sent as anything yet, or is not sent now, is what the connection says.
        current = context.scope.get(name)
        told = columns.get(name, [None] * batch.size)
        columns[name] = [current if target is None else target for target in told] if None in told else told
    if "property_value" in call.rows and "property_value" not in columns:
        columns["property_value"] = [batch.operation == "add"] * batch.size
    return replace(batch, columns=columns) if call.targets or len(columns) != len(batch.columns) else batch


def _stretches(call: CallProgram, context: RunContext, batch: Batch) -> list[tuple[int, int]]:
    """The stretches of users for whom `batch.by` is the same, and the targets that all users of a request share; the
    last first."""
    apart = [batch.columns[name] for name in sorted(call.one_target)]
    if call.by is not None:
        apart.append(call.by.render(batch.columns, batch_scope(context, batch), batch.size))
    values = list(zip(*apart, strict=True))
    starts = [row for row in range(batch.size) if row == 0 or values[row] != values[row - 1]]
    return list(zip(starts, [*starts[1:], batch.size], strict=True))[::-1]


def _would_fill_memory(call: CallProgram, context: RunContext, rows: Batch) -> bool:
    """Users make more than a body may have, so that not even their items are to be held at once.

    Most templates cannot make so much of a user; of one that can, as many users are tried at once as surely fit.
    """
    item = call.first.item
    if item is None or rows.size < 2 or call.weight * rows.size <= MOST_BYTES:
        return False
    scope = batch_scope(context, rows)
    at_once = max(1, MOST_BYTES // call.weight)
    octets = 0
    for first in range(0, rows.size, at_once):
        some = rows.rows(first, min(first + at_once, rows.size))
        items = item.render(some.columns, scope, some.size)
        octets += call.copies * len(json_body.encode([None if item is ABSENT else item for item in items]))
        if octets > MOST_BYTES:
            return True
    return False


def _too_large(prepared: Prepared, limit: int, actual: int) -> Prepared:
    message = f"The user's own request is {actual:,} bytes, and the partner takes {limit:,}"
    sent = prepared.kept[0] if prepared.kept else prepared.start
    verdicts = (*prepared.verdicts, Verdict(sent, "skipped", TOO_LARGE, message))
    return replace(prepared, request=None, stepped=False, kept=(), verdicts=verdicts, columns={}, size=0, octets=0)


def _prepare_one(call: CallProgram, context: RunContext, batch: Batch, part: int, start: int) -> Prepared:
    scope = batch_scope(context, batch, part)
    if call.by_name is not None:
        scope[call.by_name] = batch.columns[call.by_name][0] if batch.size else None
    if call.one_target and batch.size:
        _share_targets(call, context, batch, scope)
    if not call.is_plain:
        users = {name: column[0] for name, column in batch.columns.items()} if call.single else {}
        size = batch.size
        whole = {**scope, **users}
        return Prepared(scope["batch_id"], part, start, size, None, None, (), whole, batch.columns, size, stepped=True)
    if call.single:
        return _prepare_single(call, scope, batch, part, start)
    return _prepare_items(call, scope, batch, part, start)


def _share_targets(call: CallProgram, context: RunContext, batch: Batch, scope: dict[str, Any]) -> None:
    """Put the targets of these users into the scope: those of a user that leaves may be others than the connection's."""
    scope.update((name, batch.columns[name][0]) for name in call.one_target)
    keys = [f"{name}.target" for name in context.mapped]
    if "targets" in scope:
        scope["targets"] = [scope.get(key) or target for key, target in zip(keys, scope["targets"], strict=True)]


def _prepare_items(call: CallProgram, scope: dict[str, Any], batch: Batch, part: int, start: int) -> Prepared:
    items, kept, verdicts = _items(call, scope, batch, start)
    twins: Mapping[int, tuple[int, ...]] = {}
    if call.dedupe:
        items, kept, twins = _without_twins(items, kept, start)
    columns = _sent_columns(call, batch, start, kept)
    size = batch.size if kept is None else len(kept)
    prepared = Prepared(
        scope["batch_id"], part, start, batch.size, None, kept, verdicts, scope, columns, size, twins=twins
    )
    if not size:
        return prepared
    # The items are in no scope that outlives this: while a request is under way only its bytes are held. A body that
    # gets its token later is an exception.
    step = call.first
    whole = {**scope, "items": joined(step, items)}
    request, octets = encoded(step, whole)
    late = step.body is not None and bool(step.body.names & step.auth.variables)
    return replace(prepared, request=request, octets=octets, scope=whole if late else scope)


def _without_twins(
    items: list[Any], kept: tuple[int, ...] | None, start: int
) -> tuple[list[Any], tuple[int, ...], dict[int, tuple[int, ...]]]:
    """Each item once, the rows they are from, and the rows of the others by the row that is sent for them."""
    rows = kept if kept is not None else tuple(range(start, start + len(items)))
    first: dict[bytes, int] = {}
    unique: list[Any] = []
    twins: dict[int, tuple[int, ...]] = {}
    for row, item in zip(rows, items, strict=True):
        key = json_body.encode(item)
        if key in first:
            twins[first[key]] = (*twins.get(first[key], ()), row)
        else:
            first[key] = row
            unique.append(item)
    return unique, tuple(first.values()), twins


def _prepare_single(call: CallProgram, scope: dict[str, Any], batch: Batch, part: int, start: int) -> Prepared:
    """One user: its variables stand in the URL, the headers and the body."""
    user = {name: column[0] for name, column in batch.columns.items()}
    scope = {**scope, **user}
    step = call.first
    skipped: tuple[Verdict, ...] = ()
    request: Request | None = None
    octets = 0
    try:
        if step.item is not None:
            item = step.item.render(batch.columns, scope, 1)[0]
            if item is None or item is ABSENT:
                raise MissingValue("items", "request")
            scope["items"] = joined(step, [item])
        request, octets = encoded(step, scope)
    except (MissingValue, HeaderInjection) as refused:
        skipped = (Verdict(start, "skipped", *why_unsendable(refused, user)),)
    size = 1 if request else 0
    kept = None if request else ()
    identity = str(scope["batch_id"])
    return Prepared(identity, part, start, 1, request, kept, skipped, scope, batch.columns, size, octets=octets)


def why_unsendable(refused: MissingValue | HeaderInjection, user: Mapping[str, Any]) -> tuple[str, str]:
    """Reason and message when it is this user's values that cannot be sent.

    A constant without value is the operator's problem: then `refused` is raised again.
    """
    if isinstance(refused, MissingValue):
        if refused.name not in user and refused.name != "items":
            raise refused
        return CLIMBING if isinstance(refused, ClimbingValue) else UNRESOLVED, refused.message
    if not any(isinstance(value, str) and CONTROL.search(value) for value in user.values()):
        raise refused
    return INVALID_FORMAT, refused.message


def _sent_columns(call: CallProgram, batch: Batch, start: int, kept: tuple[int, ...] | None) -> Columns:
    """The columns by which a reply may name users; none when it names none."""
    if not call.mends:
        return {}
    if kept is None:
        return batch.columns
    return {name: [column[row - start] for row in kept] for name, column in batch.columns.items()}


def _items(
    call: CallProgram, scope: Scope, batch: Batch, start: int
) -> tuple[list[Any], tuple[int, ...] | None, tuple[Verdict, ...]]:
    """The items of those who have one, their rows (None: all), and the others' verdicts."""
    item = call.first.item
    if item is None:
        return [], None, ()
    items, complete = item.render_checked(batch.columns, scope, batch.size, batch.text)
    if complete:
        return items, None, ()
    kept = [row for row, item in enumerate(items) if item is not None and item is not ABSENT]
    if len(kept) == len(items):
        return items, None, ()
    present = set(kept)
    verdicts = tuple(Verdict(start + row, "skipped", UNRESOLVED) for row in range(len(items)) if row not in present)
    return [items[row] for row in kept], tuple(start + row for row in kept), verdicts


def narrowed(call: CallProgram, prepared: Prepared, positions: list[int], again: str) -> Prepared:
    """The request for some of the users of another, given by their positions in it. Nobody is skipped in it any more.

    `again` makes its batch id.
    """
    rows = tuple(prepared.start + place if prepared.kept is None else prepared.kept[place] for place in positions)
    if call.single or len(positions) == prepared.size:
        return replace(prepared, verdicts=())
    columns = {name: [column[place] for place in positions] for name, column in prepared.columns.items()}
    scope = {**prepared.scope, "batch_id": f"{prepared.scope['batch_id']}.{again}"}
    part = replace(prepared, kept=rows, columns=columns, scope=scope, size=len(rows), verdicts=())
    if prepared.stepped or call.first.item is None:
        return part
    items = call.first.item.render(columns, scope, len(rows))
    request, octets = encoded(call.first, {**scope, "items": joined(call.first, items)})
    return replace(part, request=request, octets=octets)
