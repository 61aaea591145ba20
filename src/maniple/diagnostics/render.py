"""A diagnostic for a terminal, for one line of a log, for programs and for GitHub."""

from __future__ import annotations

from typing import Any, Final

from maniple.diagnostics.cells import cell_count, shown, visible
from maniple.diagnostics.model import Diagnostic, Severity
from maniple.source.text import Source, Span

_RESET: Final = "\x1b[0m"
_SEVERITY_COLORS: Final[dict[Severity, str]] = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
}
_FRAME_COLOR: Final = "\x1b[34m"
_BOLD: Final = "\x1b[1m"
_CUT: Final = "…"
_LEAST_WIDTH: Final = 20
_CHARACTERS_A_CELL: Final = 4
"""More characters than that seldom share a cell: marks above and below letters."""


def render_text(diagnostic: Diagnostic, *, color: bool = False, width: int = 100) -> str:
    """The diagnostic with the line it is about and carets under the place, as several lines without a last break.

    `width` is the terminal's in cells: a longer source line is cut around the place.
    """
    paint = _SEVERITY_COLORS[diagnostic.severity]
    head = _painted(f"{diagnostic.severity}[{diagnostic.code}]", paint, color)
    lines = [f"{head}{_painted(': ' + visible(diagnostic.message), _BOLD, color)}"]
    gutter = 1
    if diagnostic.source is not None:
        gutter = len(str(diagnostic.position[0]))
        lines.append(f"{' ' * gutter}{_painted('-->', _FRAME_COLOR, color)} {_place(diagnostic)}")
        if diagnostic.span is not None and diagnostic.source.text:
            lines.extend(_excerpt(diagnostic, diagnostic.source, diagnostic.span, color, width))
    for word, facts in (("note", diagnostic.notes), ("hint", (diagnostic.hint,) if diagnostic.hint else ())):
        for fact in facts:
            first, *more = fact.split("\n")
            lines.append(f"{' ' * gutter} {_painted('=', _FRAME_COLOR, color)} {word}: {visible(first)}")
            lines.extend(f"{' ' * gutter}         {visible(line)}" for line in more)
    return "\n".join(lines)


def render_line(diagnostic: Diagnostic) -> str:
    """The diagnostic in one line: `file:line:column: error[MAN201]: message`."""
    place = f"{_place(diagnostic)}: " if diagnostic.source is not None else ""
    return f"{place}{diagnostic.severity}[{diagnostic.code}]: {visible(diagnostic.message)}"


def render_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """The diagnostic as plain data. Lines and columns count from 1; the end is exclusive; None without a place."""
    source, span = diagnostic.source, diagnostic.span
    start = end = (None, None) if source is None or span is None else source.position(span.start)
    if source is not None and span is not None:
        end = source.position(span.end)
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "file": source.name if source is not None else None,
        "line": start[0],
        "column": start[1],
        "end_line": end[0],
        "end_column": end[1],
        "label": diagnostic.label,
        "notes": list(diagnostic.notes),
        "hint": diagnostic.hint,
        "path": list(diagnostic.path),
    }


def render_github(diagnostic: Diagnostic) -> str:
    """The diagnostic as a workflow command that GitHub shows beside the line of a pull request."""
    command = "notice" if diagnostic.severity == "note" else diagnostic.severity
    facts = {}
    if diagnostic.source is not None:
        facts["file"] = diagnostic.source.name
        line, column = diagnostic.position
        facts |= {"line": str(line), "col": str(column)}
        if diagnostic.span is not None:
            end_line, end_column = diagnostic.source.position(diagnostic.span.end)
            facts |= {"endColumn": str(end_column)} if end_line == line else {"endLine": str(end_line)}
    facts["title"] = diagnostic.code
    shown_facts = ",".join(f"{name}={_github_property(value)}" for name, value in facts.items())
    text = diagnostic.message if diagnostic.hint is None else f"{diagnostic.message}\n{diagnostic.hint}"
    shown_text = "".join(char if char in "\r\n" else shown(char) for char in text)
    return f"::{command} {shown_facts}::{_github_text(shown_text)}"


def _place(diagnostic: Diagnostic) -> str:
    assert diagnostic.source is not None
    name = visible(diagnostic.source.name)
    if diagnostic.span is None:
        return name
    line, column = diagnostic.position
    return f"{name}:{line}:{column}"


def _excerpt(diagnostic: Diagnostic, source: Source, span: Span, color: bool, width: int) -> list[str]:
    """The source line of the place between two frame lines, with carets."""
    number, column = source.position(span.start)
    line = source.line(number).removesuffix("\r")
    start = min(column - 1, len(line))
    end = min(max(span.end - span.start + start, start), len(line))
    text, before, carets = _window(line, start, end, max(width - len(str(number)) - 3, _LEAST_WIDTH))
    margin = " " * len(str(number))
    frame = _painted("|", _FRAME_COLOR, color)
    label = f" {visible(diagnostic.label)}" if diagnostic.label else ""
    marks = _painted("^" * carets + label, _SEVERITY_COLORS[diagnostic.severity], color)
    return [
        f"{margin} {frame}",
        f"{_painted(str(number), _FRAME_COLOR, color)} {frame} {text}".rstrip(),
        f"{margin} {frame} {' ' * before}{marks}",
    ]


def _window(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of `line` around `start:end` that fits into `room` cells, the cells before the carets, and the carets."""
    # Of a very long line only what may be shown is looked at.
    passed = max(0, start - _CHARACTERS_A_CELL * room)
    near = line[passed : start + _CHARACTERS_A_CELL * room]
    pictures = [shown(char) for char in near]
    sizes = [cell_count(picture) for picture in pictures]
    start, end = start - passed, min(end - passed, len(near))
    first, last = 0, len(near)
    if sum(sizes) > room or len(near) < len(line):
        first, last = _around(sizes, start, end, room - 2)
    text = "".join(pictures[first:last])
    opening = _CUT if passed + first > 0 else ""
    closing = _CUT if passed + last < len(line) else ""
    before = len(opening) + sum(sizes[first:start])
    return opening + text + closing, before, max(1, sum(sizes[start : min(end, last)]))


def _around(sizes: list[int], start: int, end: int, room: int) -> tuple[int, int]:
    """The widest range that fits into `room` cells, holds `start`, and shows what stands before and after it."""
    first = last = start
    used = 0
    while last < end and used + sizes[last] <= room:
        used += sizes[last]
        last += 1
    grown = True
    while grown:
        grown = False
        if first > 0 and used + sizes[first - 1] <= room:
            first -= 1
            used += sizes[first]
            grown = True
        if last < len(sizes) and used + sizes[last] <= room:
            used += sizes[last]
            last += 1
            grown = True
    return first, last


def _painted(text: str, paint: str, color: bool) -> str:
    return f"{paint}{text}{_RESET}" if color else text


def _github_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_text(text).replace(":", "%3A").replace(",", "%2C")
