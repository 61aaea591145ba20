"""Which users a 2xx reply refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from maniple.runtime.classify import told
from maniple.runtime.outcome import Verdict
from maniple.runtime.search import MAX_STEPS, Budget, search
from maniple.template.compile import ColumnTemplate
from maniple.template.operations import ABSENT
from maniple.template.text import text_of
from maniple.wire import Reply

DEFAULT_REASON = "refused by the partner"
STEPS_A_USER = 50
"""Steps that reading the refusal of one user may take, beside those that any reply has."""
LONGEST_TEXT = 500
"""Characters of a reason or message that are kept."""
LONGEST_POINTER = 200
_NUMBER = re.compile(r"\s*([0-9]{1,9})\s*")


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


@dataclass(frozen=True, slots=True)
class Refusals:
    """Refused users by their position among the items sent, and how many more the partner did not name."""

    verdicts: tuple[Verdict, ...] = ()
    uncounted: int = 0
    unmatched: int = 0
    """Rows of the reply that name nobody of this batch."""
    unread: bool = False
    """The reply says too much to be read to its end, so nobody knows whom else it refuses."""


def read_rejects(
    program: RejectsProgram, reply: Reply, columns: Mapping[str, list[Any]], scope: Mapping[str, Any], size: int
) -> Refusals:
    """The refusals in a reply to a call that carried `size` items made from `columns`."""
    tree = reply.tree
    budget = Budget(MAX_STEPS + STEPS_A_USER * size)
    rows = _rows(search(program.rows, tree, budget)) if program.rows is not None else []
    found: dict[int, Verdict] = {}
    unmatched = 0
    index_of = _Addresses(program, columns, scope, size, budget)
    for position, row in enumerate(rows):
        if budget.spent or len(found) == size:
            break
        if program.where is not None and not search(program.where, row, budget):
            continue
        named = [index for index in index_of.find(row, position) if index not in found]
        unmatched += not named
        if named:
            reason = _text(program.reason, row, budget) or DEFAULT_REASON
            message = _text(program.message, row, budget)
            found |= {index: Verdict(index, "rejected", reason, message) for index in named}
    uncounted = _uncounted(program, tree, len(found), size, budget)
    unread = (budget.spent or reply.is_beyond_reading) and len(found) < size
    return Refusals(tuple(found[index] for index in sorted(found)), uncounted, unmatched, unread)


def _uncounted(program: RejectsProgram, tree: Any, named: int, size: int, budget: Budget) -> int:
    count = search(program.count, tree, budget) if program.count is not None else None
    return max(0, min(count, size) - named) if isinstance(count, int) and not isinstance(count, bool) else 0


def _rows(found: Any) -> Sequence[Any]:
    if isinstance(found, dict):
        return [{"key": key, "value": value} for key, value in found.items()]
    return found if isinstance(found, list) else []


def _text(path: Any, row: Any, budget: Budget) -> str:
    value = search(path, row, budget) if path is not None else None
    return told(text_of(value), LONGEST_TEXT) if value is not None else ""


def _number(text: str) -> list[int]:
    """The number that `text` is, if it is one that can be a position."""
    found = _NUMBER.fullmatch(text)
    return [int(found[1])] if found else []


class _Addresses:
    """Finds the items that one row of a reply names."""

    def __init__(
        self,
        program: RejectsProgram,
        columns: Mapping[str, list[Any]],
        scope: Mapping[str, Any],
        size: int,
        budget: Budget,
    ) -> None:
        self.program = program
        self.budget = budget
        self.size = size
        self.columns = columns
        self.scope = scope
        self.by_value: dict[str, list[int]] | None = None

    def find(self, row: Any, position: int) -> list[int]:
        match self.program.by:
            case "index":
                return self._by_index(row, position)
            case "value":
                return self._by_value(row)
            case "pointer":
                return self._by_pointer(row)
            case None:
                return []

    def _named(self, row: Any) -> list[Any]:
        value = search(self.program.at, row, self.budget) if self.program.at is not None else row
        return value if isinstance(value, list) else [value]

    def _by_index(self, row: Any, position: int) -> list[int]:
        if self.program.at is None:
            return self._inside([position])
        numbers = [number for value in self._named(row) for number in _number(text_of(value))]
        return self._inside([number - self.program.base for number in numbers])

    def _by_value(self, row: Any) -> list[int]:
        if self.by_value is None:
            self.by_value = {}
            rendered = self.program.item.render(self.columns, self.scope, self.size) if self.program.item else []
            for index, value in enumerate(rendered):
                if value is not None and value is not ABSENT:
                    self.by_value.setdefault(text_of(value), []).append(index)
        return [
            index for value in self._named(row) if value is not None for index in self.by_value.get(text_of(value), ())
        ]

    def _by_pointer(self, row: Any) -> list[int]:
        found: list[int] = []
        for pointer in self._named(row):
            match = self.program.pattern.search(text_of(pointer)[:LONGEST_POINTER]) if pointer is not None else None
            if match is not None and match.group("index") is not None:
                found += [number - self.program.base for number in _number(match.group("index"))]
        return self._inside(found)

    def _inside(self, indices: list[int]) -> list[int]:
        return [index for index in indices if 0 <= index < self.size]
