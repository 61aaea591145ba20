"""A manifest's text and places in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way from a document's root to a value: keys and list positions."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets in a source text."""

    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """The text of one file and the name it is shown under."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of every line."""
        return (0, *(i + 1 for i, char in enumerate(self.text) if char == "\n"))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`, both counted from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its line break."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]


@dataclass(frozen=True)
class Document:
    """Plain data read from a source, with the span of every key and of every value.

    `data` holds only dict (str keys), list, str, int, float, bool and None.
    `keys[path]` is the span of the key that `path` ends with; `values[path]` that of the value.
    """

    source: Source
    data: Any
    keys: Mapping[Path, Span] = field(repr=False)
    values: Mapping[Path, Span] = field(repr=False)

    def span(self, path: Path, *, key: bool = False) -> Span:
        """The span of the value (or key) at `path`, or of its nearest known ancestor."""
        table, other = (self.keys, self.values) if key else (self.values, self.keys)
        while path:
            if path in table:
                return table[path]
            if path in other:
                return other[path]
            path = path[:-1]
        return self.values.get((), Span(0, 0))

    def span_within(self, path: Path, start: int, end: int) -> Span:
        """The span of characters `start:end` of the string value at `path`.

        Exact for plain, quoted and block scalars; quoted escapes and folded lines are followed as
        well as possible and never fall outside the scalar.
        """
        from maniple.source.locate import locate

        return locate(self.source.text, self.span(path), start, end)

    def place_at(self, offset: int) -> Path:
        """The innermost place whose key or value is written around an offset; the document itself where there is none."""
        tables = (self.keys, self.values)
        held = [place for table in tables for place, span in table.items() if span.start <= offset <= span.end]
        return max(held, key=len, default=())
