"""Which users a 2xx reply refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from maniple.runtime.classify import search
from maniple.runtime.outcome import Verdict
from maniple.template.compile import ColumnTemplate
from maniple.template.operations import ABSENT
from maniple.template.text import text_of
from maniple.wire import Reply

DEFAULT_REASON = "refused by the partner"


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


def read_rejects(
    program: RejectsProgram, reply: Reply, columns: Mapping[str, list[Any]], scope: Mapping[str, Any], size: int
) -> Refusals:
    """The refusals in a reply to a call that carried `size` items made from `columns`."""
    tree = reply.tree
    rows = _rows(search(program.rows, tree)) if program.rows is not None else []
    found: dict[int, Verdict] = {}
    unmatched = 0
    index_of = _Addresses(program, columns, scope, size)
    for position, row in enumerate(rows):
        if program.where is not None and not search(program.where, row):
            continue
        named = index_of.find(row, position)
        unmatched += not named
        for index in named:
            found.setdefault(
                index,
                Verdict(index, "rejected", _text(program.reason, row) or DEFAULT_REASON, _text(program.message, row)),
            )
    return Refusals(tuple(found[index] for index in sorted(found)), _uncounted(program, tree, len(found)), unmatched)


def _uncounted(program: RejectsProgram, tree: Any, named: int) -> int:
    count = search(program.count, tree) if program.count is not None else None
    return max(0, count - named) if isinstance(count, int) and not isinstance(count, bool) else 0


def _rows(found: Any) -> Sequence[Any]:
    if isinstance(found, dict):
        return [{"key": key, "value": value} for key, value in found.items()]
    return found if isinstance(found, list) else []


def _text(path: Any, row: Any) -> str:
    value = search(path, row) if path is not None else None
    return text_of(value)[:500] if value is not None else ""


class _Addresses:
    """Finds the items that one row of a reply names."""

    def __init__(
        self, program: RejectsProgram, columns: Mapping[str, list[Any]], scope: Mapping[str, Any], size: int
    ) -> None:
        self.program = program
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
        value = search(self.program.at, row) if self.program.at is not None else row
        return value if isinstance(value, list) else [value]

    def _by_index(self, row: Any, position: int) -> list[int]:
        if self.program.at is None:
            return self._inside([position])
        numbers = [int(value) for value in self._named(row) if str(value).strip().isdigit()]
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
            match = self.program.pattern.search(text_of(pointer)) if pointer is not None else None
            if match is not None and str(match.group("index")).isdigit():
                found.append(int(match.group("index")) - self.program.base)
        return self._inside(found)

    def _inside(self, indices: list[int]) -> list[int]:
        return [index for index in indices if 0 <= index < self.size]
