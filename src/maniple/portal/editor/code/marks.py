"""Findings on a text that is being changed: where each of them stands now, line by line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from maniple.diagnostics.model import Diagnostic, Severity

Location: TypeAlias = tuple[int, int]
"""Line and column, both from 0."""
LETTERS: dict[Severity, str] = {"error": "E", "warning": "W", "note": "N"}
_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding and the characters `start:end` of the text that it is about. Without a place it is of the whole text."""

    finding: Diagnostic
    start: int
    end: int
    placed: bool = True

    def shifted(self, change: Change) -> Mark:
        """The mark after a change of the text."""
        return replace(self, start=change.moved(self.start), end=change.moved(self.end))


@dataclass(frozen=True, slots=True)
class Change:
    """`removed` characters at `start` made way for `added`."""

    start: int
    removed: int
    added: int

    def moved(self, offset: int) -> int:
        """Where the character at `offset` stands afterwards."""
        if offset <= self.start:
            return offset
        if offset >= self.start + self.removed:
            return offset + self.added - self.removed
        return min(offset, self.start + self.added)


def change_between(before: str, after: str) -> Change:
    """The smallest single change that makes `after` of `before`."""
    start = _common(before, after)
    tail = _common(before[start:][::-1], after[start:][::-1])
    return Change(start, len(before) - start - tail, len(after) - start - tail)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True)
class Lines:
    """A text as the lines of a text field, for going between offsets and locations. `newline` ends every line."""

    lines: Sequence[str]
    newline: int = 1

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line."""
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line) + self.newline
        return starts

    def location(self, offset: int) -> Location:
        """The line and column of an offset, kept inside the text."""
        row = max(0, bisect_right(self.starts, offset) - 1)
        return row, max(0, min(offset - self.starts[row], len(self.lines[row])))

    def offset(self, location: Location) -> int:
        """The offset of a line and column, kept inside the text."""
        row = max(0, min(location[0], len(self.lines) - 1))
        return self.starts[row] + max(0, min(location[1], len(self.lines[row])))


def marks_of(findings: Iterable[Diagnostic]) -> tuple[Mark, ...]:
    """The findings in the order of the text, errors before warnings at one place."""
    made = [
        Mark(found, found.span.start, found.span.end) if found.span is not None else Mark(found, 0, 0, placed=False)
        for found in findings
    ]
    return tuple(sorted(made, key=lambda mark: (mark.start, _RANK[mark.finding.severity], mark.end)))


def mark_at(marks: Sequence[Mark], offset: int, line: tuple[int, int]) -> Mark | None:
    """The mark to speak of when the cursor is at `offset` of the `line` (its start and end offsets).

    The worst of those that begin on the line and hold the cursor, else the first that begins on the line, else the
    worst that holds the cursor.
    """
    holding = [mark for mark in marks if mark.placed and mark.start <= offset <= mark.end]
    here = [mark for mark in marks if mark.placed and line[0] <= mark.start <= line[1]]
    both = [mark for mark in holding if mark in here]
    if here and not both:
        return here[0]
    return min(both or holding, key=lambda mark: (_RANK[mark.finding.severity], mark.end - mark.start), default=None)


def next_mark(marks: Sequence[Mark], offset: int, step: int) -> Mark | None:
    """The mark after (`step` 1) or before (-1) the cursor; beyond the last comes the first."""
    if not marks:
        return None
    if step > 0:
        return next((mark for mark in marks if mark.start > offset), marks[0])
    return next((mark for mark in reversed(marks) if mark.start < offset), marks[-1])


def worst_by_line(marks: Iterable[Mark], lines: Lines) -> dict[int, Severity]:
    """The severity that the gutter shows at each line with a finding."""
    found: dict[int, Severity] = {}
    for mark in marks:
        row, _ = lines.location(mark.start)
        severity = mark.finding.severity
        if row not in found or _RANK[severity] < _RANK[found[row]]:
            found[row] = severity
    return found


def underlined(mark: Mark, lines: Lines) -> list[tuple[int, int, int]]:
    """Line, first and last+1 column of each piece of text to underline; a span over lines only its first line."""
    if not mark.placed:
        return []
    (row, start), (last, end) = lines.location(mark.start), lines.location(mark.end)
    text = lines.lines[row]
    if last > row:
        end = len(text.rstrip())
    if end <= start:
        end = start + 1
    return [(row, start, end)]
