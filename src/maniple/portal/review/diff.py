"""How files differ, line by line, as rows: one column when narrow, two side by side when wide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal, TypeAlias

from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.portal.quality.present import DIM
from maniple.store.control.submission_rows import EntryRow
from maniple.usecases.reviewing import FileDifference
from maniple.usecases.words import plural

Kind: TypeAlias = Literal["file", "gap", "same", "gone", "new", "changed", "comment"]
STYLES: Final[Mapping[Kind, str]] = {
    "gone": "$text-error on $error-muted",
    "new": "$text-success on $success-muted",
}
_HUNK: Final = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
NUMBER: Final = 4
"""Cells of a line's number."""


@dataclass(frozen=True)
class Row:
    """One row. Numbers count lines from 1; `changed` has an old line and a new one beside it."""

    file: str
    kind: Kind
    old: str | None = None
    old_number: int | None = None
    new: str | None = None
    new_number: int | None = None
    entry: EntryRow | None = None

    @property
    def place(self) -> tuple[str, int | None]:
        """What a comment on this row is about: a line of the submitted file, or the file."""
        return self.file, self.new_number

    @property
    def text(self) -> str:
        """The line as it is, the submitted one first."""
        return self.new if self.new is not None else self.old or ""


def rows_of(
    differences: Sequence[FileDifference], entries: Iterable[EntryRow] = (), *, beside: bool = False
) -> list[Row]:
    """The rows of all files, what was said about a line below it. `beside`: the old line next to the new one."""
    said: dict[tuple[str | None, int | None], list[EntryRow]] = {}
    for entry in entries:
        if entry.file is not None:
            said.setdefault((entry.file, entry.line), []).append(entry)
    rows: list[Row] = []
    for difference in differences:
        for row in _file_rows(difference, beside=beside):
            rows.append(row)
            if row.kind == "file" or row.new_number is not None:
                rows += [Row(row.file, "comment", entry=each) for each in said.get(row.place, ())]
    return rows


def _file_rows(difference: FileDifference, *, beside: bool) -> Iterator[Row]:
    name = difference.name
    yield Row(name, "file", new=_title(difference))
    if difference.old is None and difference.new is None:
        return
    gone: list[tuple[int, str]] = []
    new: list[tuple[int, str]] = []
    old_at = new_at = 1
    for line in difference.lines[2:]:
        hunk = _HUNK.match(line)
        if hunk is not None and not line.startswith(("+", "-", " ")):
            yield from _pairs(name, gone, new, beside=beside)
            gone, new = [], []
            old_at, new_at = max(1, int(hunk[1])), max(1, int(hunk[2]))
            yield Row(name, "gap", new=line)
        elif line.startswith("-"):
            gone.append((old_at, line[1:]))
            old_at += 1
        elif line.startswith("+"):
            new.append((new_at, line[1:]))
            new_at += 1
        else:
            yield from _pairs(name, gone, new, beside=beside)
            gone, new = [], []
            yield Row(name, "same", line[1:], old_at, line[1:], new_at)
            old_at, new_at = old_at + 1, new_at + 1
    yield from _pairs(name, gone, new, beside=beside)


def _pairs(name: str, gone: list[tuple[int, str]], new: list[tuple[int, str]], *, beside: bool) -> Iterator[Row]:
    if not beside:
        yield from (Row(name, "gone", text, number) for number, text in gone)
        yield from (Row(name, "new", new=text, new_number=number) for number, text in new)
        return
    for left, right in zip_longest(gone, new):
        if left is None:
            yield Row(name, "new", new=right[1], new_number=right[0])
        elif right is None:
            yield Row(name, "gone", left[1], left[0])
        else:
            yield Row(name, "changed", left[1], left[0], right[1], right[0])


def _title(difference: FileDifference) -> str:
    if difference.old is None and difference.new is None:
        return difference.lines[0] if difference.lines else difference.name
    if difference.old is None:
        return f"{difference.name}: new, {plural(len((difference.new or '').splitlines()), 'line')}"
    if difference.new is None:
        return f"{difference.name}: deleted"
    added = sum(line.startswith("+") for line in difference.lines[2:])
    gone = sum(line.startswith("-") for line in difference.lines[2:])
    return f"{difference.name}: {added} added, {gone} deleted"


def row_content(row: Row, width: int, *, beside: bool) -> Content:
    """A row as it is drawn in `width` cells; long lines go on below."""
    match row.kind:
        case "file":
            return Content.styled(f"── {visible(row.text)} ".ljust(width, "─")[: max(width, 8)], "bold $text-primary")
        case "gap":
            return Content.styled(visible(row.text), "$text-accent")
        case "comment":
            return _comment(row)
        case _ if beside:
            return _beside(row, width)
        case _:
            return _below(row, width)


def _comment(row: Row) -> Content:
    entry = row.entry
    if entry is None:
        return Content("")
    lines = entry.text.splitlines() or [""]
    head = f"  ┃ {visible(entry.who)}, round {entry.round}: "
    parts: list[str | tuple[str, str]] = [(head, "bold $text-warning"), visible(lines[0])]
    for line in lines[1:]:
        parts += [("\n  ┃ ", "$text-warning"), visible(line)]
    return Content.assemble(*parts)


def _below(row: Row, width: int) -> Content:
    sign = {"gone": "-", "new": "+"}.get(row.kind, " ")
    numbers = f"{_number(row.old_number)} {_number(row.new_number)} "
    cells = _wrapped(row.text, max(8, width - len(numbers) - 2), STYLES.get(row.kind, ""), sign)
    lines = [Content.assemble((numbers if not at else " " * len(numbers), DIM), cell) for at, cell in enumerate(cells)]
    return Content("\n").join(lines)


def _beside(row: Row, width: int) -> Content:
    half = max(12, (width - 1) // 2)
    room = half - NUMBER - 3
    left_kind: Kind = "gone" if row.kind in ("gone", "changed") else "same"
    right_kind: Kind = "new" if row.kind in ("new", "changed") else "same"
    left = _wrapped(row.old, room, STYLES.get(left_kind, ""), "-" if left_kind == "gone" else " ")
    right = _wrapped(row.new, room, STYLES.get(right_kind, ""), "+" if right_kind == "new" else " ")
    blank = Content(" " * (room + 2))
    lines = []
    for at, (one, other) in enumerate(zip_longest(left, right, fillvalue=blank)):
        numbers = [_number(number) if not at else " " * NUMBER for number in (row.old_number, row.new_number)]
        lines.append(Content.assemble((f"{numbers[0]} ", DIM), one, ("│", DIM), (f"{numbers[1]} ", DIM), other))
    return Content("\n").join(lines)


def _wrapped(text: str | None, room: int, style: str, sign: str) -> list[Content]:
    """A line in pieces of `room` cells, each with its sign and filled up so that the colour reaches the end."""
    if text is None:
        return [Content(" " * (room + 2))]
    pieces = Content(visible(text)).fold(room) or [Content("")]
    filled = [Content.assemble(f"{sign} ", piece, " " * max(0, room - piece.cell_length)) for piece in pieces]
    return [piece.stylize(style) if style else piece for piece in filled]


def _number(number: int | None) -> str:
    return f"{number:>{NUMBER}}" if number is not None else " " * NUMBER
