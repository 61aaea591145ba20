"""Tables in plain text: aligned by spaces, without frames, and readable in a narrow terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from maniple.diagnostics.cells import cell_count, visible

GAP = 2
NARROWEST = 12
"""Cells that a column keeps when it is cut."""
Cell: TypeAlias = str | tuple[str, str]
"""A text, or a text and its style."""
Paint: TypeAlias = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `right` aligns numbers; `cut` allows that its texts are cut when room is short."""

    title: str
    right: bool = False
    cut: bool = False


def table_lines(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, width: int | None = None, paint: Paint | None = None
) -> list[str]:
    """The lines of a table, the titles first.

    With `width` (cells of the terminal) columns are cut if they may be, and where that is not enough each row becomes
    a record of several lines. Without it nothing is ever cut.
    """
    colored = paint or (lambda text, _: text)
    texts = [[visible(_text(cell)) for cell in row] for row in rows]
    sizes = [
        max(cell_count(column.title), *(cell_count(row[place]) for row in texts), 0)
        for place, column in enumerate(columns)
    ]
    if width is not None and _whole(sizes) > width:
        sizes = _narrowed(columns, sizes, width)
        if _whole(sizes) > width:
            return _records(columns, rows, texts, width, colored)
    lines = [colored(_line(columns, [column.title for column in columns], sizes, None, colored), "bold")]
    return lines + [_line(columns, row_texts, sizes, row, colored) for row_texts, row in zip(texts, rows, strict=True)]


def cut_to(text: str, room: int) -> str:
    """`text` in at most `room` cells; what is left out is marked by `…`."""
    if cell_count(text) <= room:
        return text
    kept = ""
    for char in text:
        if cell_count(kept + char) > room - 1:
            break
        kept += char
    return kept.rstrip() + "…"


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _whole(sizes: Sequence[int]) -> int:
    return sum(sizes) + GAP * (len(sizes) - 1)


def _narrowed(columns: Sequence[Column], sizes: list[int], width: int) -> list[int]:
    narrow = list(sizes)
    while _whole(narrow) > width:
        places = [place for place, column in enumerate(columns) if column.cut and narrow[place] > NARROWEST]
        if not places:
            return narrow
        narrow[max(places, key=lambda place: narrow[place])] -= 1
    return narrow


def _line(
    columns: Sequence[Column], texts: Sequence[str], sizes: Sequence[int], row: Sequence[Cell] | None, paint: Paint
) -> str:
    parts: list[str] = []
    for place, (column, text, size) in enumerate(zip(columns, texts, sizes, strict=True)):
        short = cut_to(text, size)
        padding = " " * (size - cell_count(short))
        cell = row[place] if row is not None else text
        shown = short if isinstance(cell, str) else paint(short, cell[1])
        last = place == len(columns) - 1
        parts.append(padding + shown if column.right else shown if last else shown + padding)
    return (" " * GAP).join(parts).rstrip()


def _records(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], texts: Sequence[Sequence[str]], width: int, paint: Paint
) -> list[str]:
    """Each row as its first cell in a line of its own, and the rest with their titles below it."""
    lines: list[str] = []
    for row, row_texts in zip(rows, texts, strict=True):
        first = row[0]
        lines.append(row_texts[0] if isinstance(first, str) else paint(row_texts[0], first[1]))
        line = ""
        for column, text in zip(columns[1:], row_texts[1:], strict=True):
            if not text:
                continue
            piece = f"{column.title.lower()} {text}"
            if line and cell_count(line) + cell_count(piece) + 5 > width:
                lines.append(f"  {line}")
                line = ""
            line = f"{line} · {piece}" if line else piece
        if line:
            lines.append(f"  {line}")
    return lines
