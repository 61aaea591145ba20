"""Which users a reply refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from maniple.runtime.addresses import Addresses, rows_of
from maniple.runtime.classify import told
from maniple.runtime.outcome import Verdict
from maniple.runtime.search import MAX_STEPS, Budget, search
from maniple.template.compile import ColumnTemplate
from maniple.template.text import text_of
from maniple.wire import Reply

TOO_MUCH = "The answer says too much"
TOO_MUCH_MESSAGE = (
    "The partner accepted the call and answered with more than can be read, so nobody knows what became of the users. "
    "The next run sends these users again."
)
UNREADABLE = "The answer cannot be read"
UNREADABLE_MESSAGE = (
    "The partner accepted the call, but its answer is cut short or malformed, so nobody knows what became of the users. "
    "The next run sends these users again."
)
DEFAULT_REASON = "refused by the partner"
STEPS_A_USER = 50
"""Steps that reading the refusal of one user may take, beside those that any reply has."""
LONGEST_TEXT = 500
"""Characters of a reason or message that are kept."""


@dataclass(frozen=True)
class RejectsProgram:
    """`rejects`, compiled. Paths are compiled JMESPath expressions, `pattern` a compiled regular expression."""

    rows: Any
    where: Any
    by: Literal["index", "value", "pointer"] | None
    at: Any
    base: int
    item: ColumnTemplate | None
    pattern: Any
    reason: Any
    message: Any
    count: Any
    retry: Any = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Refusals:
    """Refused users by their position among the items sent, and how many more the partner did not name."""

    verdicts: tuple[Verdict, ...] = ()
    uncounted: int = 0
    unmatched: int = 0
    """Rows of the reply that name nobody of this batch."""
    unknown: tuple[str, str] | None = None
    """Reason and message why nobody knows whom else the reply refuses: it cannot be read, or speaks of nobody here."""
    again: frozenset[int] = frozenset()
    """The refused users whom the partner would take later."""


STRAY_MESSAGE = (
    "The partner refused somebody, and none of the users of the call is named like that, so nobody knows who was taken. "
    "The destination's manifest must say how users are named."
)


def read_rejects(
    program: RejectsProgram, reply: Reply, columns: Mapping[str, list[Any]], scope: Mapping[str, Any], size: int
) -> Refusals:
    """The refusals in a reply to a call that carried `size` items made from `columns`.

    An error that names nobody of them fails the batch with its reason, as a reply does that cannot be read to its end.
    """
    tree = reply.tree
    budget = Budget(MAX_STEPS + STEPS_A_USER * size)
    rows = rows_of(search(program.rows, tree, budget), xml=reply.is_xml) if program.rows is not None else []
    found: dict[int, Verdict] = {}
    again: set[int] = set()
    unmatched = 0
    stray: tuple[str, str] | None = None
    addresses = Addresses(program, columns, scope, size, budget)
    for position, row in enumerate(rows):
        if budget.spent or len(found) == size:
            break
        if program.where is not None and not search(program.where, row, budget):
            continue
        named = addresses.find(row, position)
        fresh = [index for index in named if index not in found]
        if fresh:
            verdict = _verdict(program, row, budget)
            found |= {index: Verdict(index, "rejected", *verdict) for index in fresh}
            if program.retry is not None and search(program.retry, row, budget):
                again |= set(fresh)
        elif not named and not addresses.is_empty(row):
            unmatched += 1
            reason, message = _verdict(program, row, budget)
            stray = stray or (reason, message or STRAY_MESSAGE)
    uncounted = _uncounted(program, tree, len(found), size, budget)
    unread = why_unread(reply, budget) if len(found) < size else None
    verdicts = tuple(found[index] for index in sorted(found))
    return Refusals(verdicts, uncounted, unmatched, unread or stray, frozenset(again))


def why_unread(reply: Reply, budget: Budget) -> tuple[str, str] | None:
    """Reason and message for a reply that `budget` did not suffice to read, or that is cut short; None if it was read."""
    if budget.spent or reply.is_beyond_reading:
        return TOO_MUCH, TOO_MUCH_MESSAGE
    return (UNREADABLE, UNREADABLE_MESSAGE) if reply.is_broken else None


def _verdict(program: RejectsProgram, row: Any, budget: Budget) -> tuple[str, str]:
    """The reason and the message of a row."""
    return _text(program.reason, row, budget) or DEFAULT_REASON, _text(program.message, row, budget)


def _uncounted(program: RejectsProgram, tree: Any, named: int, size: int, budget: Budget) -> int:
    count = search(program.count, tree, budget) if program.count is not None else None
    if isinstance(count, str) and count.isascii() and count.isdigit():
        # XML has no numbers but in words.
        count = int(count[:9])
    return max(0, min(count, size) - named) if isinstance(count, int) and not isinstance(count, bool) else 0


def _text(path: Any, row: Any, budget: Budget) -> str:
    value = search(path, row, budget) if path is not None else None
    return told(text_of(value), LONGEST_TEXT) if value is not None else ""
