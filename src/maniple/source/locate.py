"""Where the characters of a decoded scalar stand in the source text.

Each style is decoded again, keeping for every character the source range it came from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from maniple.source.text import Span

_BREAK = re.compile(r"\r\n|\r|\n")
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_BLOCK_HEADER = re.compile(r"[|>]([-+]?[0-9]?[-+]?)[^\r\n]*")
_BEFORE_BLOCK = re.compile(r"(?P<indent> *)(?P<dashes>(?:-[ \t]+)*)(?P<key>.*?)[ \t]*")


def locate(text: str, span: Span, start: int, end: int) -> Span:
    """The source span of characters `start:end` of the decoded scalar that stands at `span` of `text`.

    Never falls outside `span`. An empty range (`start == end`) gives the empty span before that character.
    """
    trace = follow(text, span)
    count = len(trace.chars)
    if count == 0:
        return Span(span.start, span.start)
    start, end = max(0, min(start, count)), max(0, min(end, count))
    if start >= end:
        at = trace.starts[start] if start < count else trace.ends[-1]
        return Span(at, at)
    return Span(trace.starts[start], trace.ends[end - 1])


@dataclass(slots=True)
class Trace:
    """The characters of a decoded scalar; character i came from `starts[i]:ends[i]` of the source."""

    chars: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    @property
    def value(self) -> str:
        """The decoded scalar."""
        return "".join(self.chars)

    def add(self, char: str, start: int, end: int) -> None:
        """One more character and where it came from."""
        self.chars.append(char)
        self.starts.append(start)
        self.ends.append(end)

    def add_run(self, text: str, start: int, end: int) -> None:
        """The characters `start:end` of `text` as they stand."""
        self.chars.extend(text[start:end])
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))


@lru_cache(maxsize=4)
def follow(text: str, span: Span) -> Trace:
    """Decode the YAML or JSON scalar at `span` of `text`, keeping where each character came from.

    Many findings may be about one long scalar, so the last answers are kept: they are not to be changed.
    """
    first = text[span.start : span.end][:1]
    if first == '"':
        return _double_quoted(text, span)
    if first == "'":
        return _single_quoted(text, span)
    if first in ("|", ">"):
        return _block(text, span)
    trace = Trace()
    if first == "{":
        trace.add_run(text, span.start, span.end)
    else:
        _flow_lines(trace, text, span.start, span.end)
    return trace


def _flow_lines(trace: Trace, text: str, start: int, end: int) -> None:
    """A text without escapes that may go over several lines, which fold into one."""
    at = start
    while at < end:
        found = _BREAK.search(text, at, end)
        if found is None:
            trace.add_run(text, at, end)
            return
        trace.add_run(text, at, _without_blanks(text, at, found.start()))
        at = _fold(trace, text, found.start(), end)


def _without_blanks(text: str, start: int, end: int) -> int:
    """The end of `start:end` when blanks at its end are left out."""
    while end > start and text[end - 1] in " \t":
        end -= 1
    return end


def _fold(trace: Trace, text: str, at: int, end: int, *, first_is_escaped: bool = False) -> int:
    """One line break becomes a space, each further one a line break; blanks around them go. Returns where text goes on."""
    breaks: list[tuple[int, int]] = []
    while at < end:
        found = _BREAK.match(text, at, end)
        if found is not None:
            breaks.append(found.span())
            at = found.end()
        elif text[at] in " \t":
            at += 1
        else:
            break
    if len(breaks) == 1 and not first_is_escaped:
        trace.add(" ", *breaks[0])
    for place in breaks[1:]:
        trace.add("\n", *place)
    return at


def _closing(text: str, span: Span, quote: str) -> int:
    closed = span.end - span.start > 1 and text[span.end - 1] == quote
    return span.end - 1 if closed else span.end


def _single_quoted(text: str, span: Span) -> Trace:
    trace, at, end = Trace(), span.start + 1, _closing(text, span, "'")
    while at < end:
        if text.startswith("''", at):
            trace.add("'", at, at + 2)
            at += 2
        elif text[at] in " \t\r\n":
            at = _blanks(trace, text, at, end)
        else:
            trace.add(text[at], at, at + 1)
            at += 1
    return trace


def _blanks(trace: Trace, text: str, at: int, end: int) -> int:
    """Blanks inside quotes: kept within a line, folded around a line break. Returns where text goes on."""
    after = at
    while after < end and text[after] in " \t":
        after += 1
    if after < end and text[after] in "\r\n":
        return _fold(trace, text, after, end)
    trace.add_run(text, at, after)
    return after


def _double_quoted(text: str, span: Span) -> Trace:
    trace, at, end = Trace(), span.start + 1, _closing(text, span, '"')
    while at < end:
        if text[at] == "\\" and at + 1 < end:
            at = _escape(trace, text, at, end)
        elif text[at] in " \t\r\n":
            at = _blanks(trace, text, at, end)
        else:
            trace.add(text[at], at, at + 1)
            at += 1
    return trace


def _escape(trace: Trace, text: str, at: int, end: int) -> int:
    letter = text[at + 1]
    if letter in "\r\n":
        return _fold(trace, text, at + 1, end, first_is_escaped=True)
    if letter not in _HEX_ESCAPES:
        trace.add(_ESCAPES.get(letter, letter), at, at + 2)
        return at + 2
    after = at + 2 + _HEX_ESCAPES[letter]
    number = _hex(text, at + 2, after)
    if 0xD800 <= number < 0xDC00 and text.startswith("\\u", after):
        low = _hex(text, after + 2, after + 6)
        if 0xDC00 <= low < 0xE000:
            trace.add(chr(0x10000 + ((number - 0xD800) << 10) + (low - 0xDC00)), at, after + 6)
            return after + 6
    trace.add(chr(number) if 0 <= number < 0x110000 else "\ufffd", at, min(after, end))
    return after


def _hex(text: str, start: int, end: int) -> int:
    try:
        return int(text[start:end], 16)
    except ValueError:
        return -1


def _block(text: str, span: Span) -> Trace:
    """A literal (`|`) or folded (`>`) text."""
    header = _BLOCK_HEADER.match(text, span.start, span.end)
    assert header is not None
    keep, strip = "+" in header[1], "-" in header[1]
    lines = _lines(text, header.end(), span.end)
    indent = _block_indent(text, span, header[1], lines)
    trace = Trace()
    folded = text[span.start] == ">"
    pending: list[tuple[int, int]] = []
    was_blank: bool | None = None
    for start, stop, break_end in lines:
        spaces = _leading_spaces(text, start, stop)
        if spaces == stop - start <= indent:
            if break_end > stop:
                pending.append((stop, break_end))
            continue
        if spaces < indent:
            break
        content = start + indent
        is_blank = text[content : content + 1] in (" ", "\t")
        joins = folded and was_blank is False and not is_blank and bool(pending)
        if joins and len(pending) == 1:
            trace.add(" ", *pending[0])
        for place in pending[1:] if joins else pending:
            trace.add("\n", *place)
        trace.add_run(text, content, stop)
        pending = [(stop, break_end)] if break_end > stop else []
        was_blank = is_blank
    if not strip:
        for place in pending if keep else pending[: 0 if was_blank is None else 1]:
            trace.add("\n", *place)
    return trace


def _lines(text: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """Start, end and end with its break of each line after the header's."""
    found = _BREAK.match(text, start, end)
    lines, at = [], found.end() if found else end
    while at < end:
        found = _BREAK.search(text, at, end)
        stop, after = found.span() if found else (end, end)
        lines.append((at, stop, after))
        at = after
    return lines


def _block_indent(text: str, span: Span, header: str, lines: list[tuple[int, int, int]]) -> int:
    """How many blanks at the start of each line are not part of the text."""
    digit = header.strip("+-")
    if digit:
        return _parent_indent(text, span.start) + int(digit)
    deepest = 1
    for start, stop, _ in lines:
        spaces = _leading_spaces(text, start, stop)
        if spaces < stop - start:
            return spaces
        deepest = max(deepest, spaces)
    return deepest


def _leading_spaces(text: str, start: int, stop: int) -> int:
    return stop - start - len(text[start:stop].lstrip(" "))


def _parent_indent(text: str, at: int) -> int:
    """The column of the key or dash that a block text at `at` belongs to, 0 at the root."""
    line_start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    before = _BEFORE_BLOCK.fullmatch(text, line_start, at)
    if before is None or not (before["key"] or before["dashes"]):
        return 0
    if before["key"]:
        return before.end("dashes") - line_start
    return len(before["indent"]) + len(before["dashes"].rstrip()) - 1
