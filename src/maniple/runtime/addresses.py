"""Which users of a batch a row of a reply speaks of: by position, by identifier, or by a JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from maniple.runtime.search import Budget, search
from maniple.template.compile import ColumnTemplate
from maniple.template.operations import ABSENT
from maniple.template.text import text_of

LONGEST_POINTER = 200
_NUMBER = re.compile(r"\s*([0-9]{1,9})\s*")


class Addressed(Protocol):
    """How rows name users. Paths are compiled JMESPath expressions, `pattern` a compiled regular expression."""

    @property
    def by(self) -> Literal["index", "value", "pointer"] | None: ...
    @property
    def at(self) -> Any: ...
    @property
    def base(self) -> int: ...
    @property
    def item(self) -> ColumnTemplate | None: ...
    @property
    def pattern(self) -> Any: ...
    @property
    def exact(self) -> bool: ...


def rows_of(found: Any, *, xml: bool = False) -> Sequence[Any]:
    """The rows that a path found: a list as it is, the entries of an object as `{key, value}`, nothing as none.

    In XML an element that is there once looks like any other, so what is no list is one row.
    """
    if xml and found is not None and not isinstance(found, list):
        return [found]
    if isinstance(found, dict):
        return [{"key": key, "value": value} for key, value in found.items()]
    return found if isinstance(found, list) else []


class Addresses:
    """Finds the users that one row of a reply names, by their position among those that were sent.

    An identifier is compared as it was sent; one that nobody was sent as is compared again without regard to case,
    for partners answer with an address as they keep it.
    """

    def __init__(
        self, program: Addressed, columns: Mapping[str, list[Any]], scope: Mapping[str, Any], size: int, budget: Budget
    ) -> None:
        self.program = program
        self.budget = budget
        self.size = size
        self.columns = columns
        self.scope = scope
        self.by_value: dict[str, list[int]] | None = None
        self.by_folded: dict[str, list[int]] = {}

    def find(self, row: Any, position: int) -> list[int]:
        """The positions that `row`, which stands at `position` of the rows, names."""
        match self.program.by:
            case "index":
                return self._by_index(row, position)
            case "value":
                return self._by_value(row)
            case "pointer":
                return self._by_pointer(row)
            case None:
                return []

    def is_empty(self, row: Any) -> bool:
        """The row says with an empty list that it names nobody."""
        return self.program.at is not None and search(self.program.at, row, self.budget) == []

    def is_exact(self, row: Any, index: int) -> bool:
        """The row, which `find` found to name this user, does so letter for letter."""
        if self.program.by != "value" or self.by_value is None:
            return True
        return any(index in self.by_value.get(text_of(value), ()) for value in self._named(row) if value is not None)

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
                    self.by_folded.setdefault(text_of(value).casefold(), []).append(index)
        named = [text_of(value) for value in self._named(row) if value is not None]
        by_value, by_folded = self.by_value, {} if self.program.exact else self.by_folded
        return [index for text in named for index in by_value.get(text) or by_folded.get(text.casefold(), [])]

    def _by_pointer(self, row: Any) -> list[int]:
        found: list[int] = []
        for pointer in self._named(row):
            match = self.program.pattern.search(text_of(pointer)[:LONGEST_POINTER]) if pointer is not None else None
            if match is not None and match.group("index") is not None:
                found += [number - self.program.base for number in _number(match.group("index"))]
        return self._inside(found)

    def _inside(self, indices: list[int]) -> list[int]:
        return [index for index in indices if 0 <= index < self.size]


def _number(text: str) -> list[int]:
    """The number that `text` is, if it is one that can be a position."""
    found = _NUMBER.fullmatch(text)
    return [int(found[1])] if found else []
