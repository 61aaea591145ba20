"""Edits of a document's text that keep its comments: keys in a canonical order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from maniple.source.lines import Lines
from maniple.source.read import is_json, read_document
from maniple.source.text import Document, Path, Source
from maniple.source.yaml_write import KeyOrder, key_rank, printable


def reorder(document: Document, order_for: KeyOrder) -> str:
    """The document's text with the keys of its block maps in canonical order and without stray white space.

    A key moves with the comment and blank lines above it and the comment behind it; unknown keys follow in their
    own order; a comment at the top of the file stays there. Maps in flow style stay as they are. JSON is written
    anew, indented by 2. The data stay equal, and a second application changes nothing.
    """
    if is_json(document.source):
        return write_json(document.data, order_for)
    tidy = _tidied(Source(document.source.name, _Layout(closed(document), order_for).text_in_order()))
    again, _ = read_document(Source(document.source.name, tidy))
    # A text that cannot be laid out anew without changing its meaning is left alone.
    return tidy if again is not None and again.data == document.data else document.source.text


def write_json(data: Any, order_for: KeyOrder) -> str:
    """Data as the text of a JSON document in canonical form."""
    return printable(json.dumps(_ordered(data, (), order_for), indent=2, ensure_ascii=False)) + "\n"


def _ordered(data: Any, path: Path, order_for: KeyOrder) -> Any:
    if isinstance(data, list):
        return [_ordered(item, (*path, index), order_for) for index, item in enumerate(data)]
    if not isinstance(data, dict):
        return data
    order = order_for(path)
    keys = list(data) if order is None else key_rank(order, list(data))
    return {key: _ordered(data[key], (*path, key), order_for) for key in keys}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One key of a block map: the lines above it, and its text from the key to the end of its last line.

    `keeps`: the body ends with a `|+` text, to which blank lines below would be added.
    """

    key: str
    leading: str
    body: str
    keeps: bool


@dataclass(frozen=True, slots=True)
class _Laid:
    """The new text of a value, and comments that must go above the line it starts in."""

    text: str
    above: tuple[str, ...] = ()
    keeps: bool = False


def _below(keeps: bool, lines: str) -> str:
    """Comment and blank lines as they may follow a text that keeps or does not keep the blank lines below it."""
    if not keeps:
        return lines
    return "".join(dropwhile(lambda line: not line.strip(), lines.splitlines(keepends=True)))


class _Layout(Lines):
    """The text of one YAML document, cut into the entries of its block maps."""

    def __init__(self, document: Document, order_for: KeyOrder) -> None:
        super().__init__(document)
        self.order_for = order_for

    def text_in_order(self) -> str:
        """The whole text with every block map in order."""
        if not isinstance(self.document.data, dict | list):
            return self.text
        span = self.document.values[()]
        start = self.header_end(self.line_start(span.start)) if self.is_block(()) else span.start
        laid = self._value((), start, len(self.text))
        above = "".join(f"{comment}{self.newline}" for comment in laid.above)
        return self.text[:start] + above + laid.text

    def _value(self, path: Path, start: int, end: int) -> _Laid:
        """The new text of `start:end`, which holds the value at `path` and the comments that belong to it."""
        value = self.at(path)
        if isinstance(value, dict) and value and self.is_block(path):
            return self._map(path, value, start, end)
        if isinstance(value, list) and value and self.is_block(path):
            return self._list(path, value, start, end)
        return _Laid(self.text[start:end], keeps=self.keeps(self.document.values[path]))

    def _list(self, path: Path, items: list[Any], start: int, end: int) -> _Laid:
        dash = self.column(self.document.values[path].start)
        parts: list[str] = []
        hoisted: tuple[str, ...] = ()
        cursor, keeps = start, False
        for index in range(len(items)):
            item = (*path, index)
            item_start = self.region_start(item, cursor)
            item_end = max(self.content_end(item, dash), item_start)
            laid = self._value(item, item_start, item_end)
            between = _below(keeps, self.text[cursor:item_start])
            if laid.above and ("\n" in between or cursor == self.line_start(cursor)):
                cut = between.rfind("\n") + 1
                between = between[:cut] + self._comment_lines(laid.above, dash) + between[cut:]
            else:
                hoisted += laid.above
            parts += [between, laid.text]
            cursor, keeps = item_end, laid.keeps
        tail = _below(keeps, self.text[cursor:end])
        return _Laid("".join(parts) + tail, hoisted, keeps and not tail)

    def _map(self, path: Path, value: dict[str, Any], start: int, end: int) -> _Laid:
        keys = list(value)
        first = self.document.keys[(*path, keys[0])].start
        column = self.column(first)
        if not all(self.starts_line(self.document.keys[(*path, key)].start, column) for key in keys[1:]):
            return _Laid(self.text[start:end])
        entries, above, rest = self._entries(path, keys, column, start)
        order = self.order_for(path)
        wanted = keys if order is None else key_rank(order, keys)
        inline = self.line_start(first) < start
        if wanted == keys:
            laid = self._in_place(entries, column, inline=inline)
        else:
            by_key = {entry.key: entry for entry in entries}
            laid = self._in_order([by_key[key] for key in wanted], column, inline=inline)
        tail = _below(laid.keeps, self.text[rest:end])
        return _Laid(laid.text + tail, above + laid.above, laid.keeps and not tail)

    def _in_place(self, entries: list[_Entry], column: int, *, inline: bool) -> _Laid:
        """Entries where they are."""
        parts: list[str] = []
        keeps = False
        for index, entry in enumerate(entries):
            indent = "" if inline and index == 0 else self.indent(column)
            parts += [_below(keeps, entry.leading), indent, entry.body]
            keeps = entry.keeps
        return _Laid("".join(parts), keeps=keeps)

    def _entries(
        self, path: Path, keys: list[str], column: int, start: int
    ) -> tuple[list[_Entry], tuple[str, ...], int]:
        """The entries in the order of the text, comments hoisted out of them, and the offset after the last."""
        entries = []
        above: tuple[str, ...] = ()
        cursor = start
        for key in keys:
            child = (*path, key)
            key_span = self.document.keys[child]
            leading = self.text[cursor : max(cursor, self.line_start(key_span.start))]
            body_end = self.content_end(child, column)
            value_start = self.region_start(child, key_span.end)
            laid = self._value(child, value_start, body_end)
            above += laid.above
            entries.append(_Entry(key, leading, self.text[key_span.start : value_start] + laid.text, laid.keeps))
            cursor = body_end
        return entries, above, cursor

    def _in_order(self, entries: list[_Entry], column: int, *, inline: bool) -> _Laid:
        """Moved entries as text. Inline, the first key follows a dash, so that its comments go above that line."""
        parts: list[str] = []
        above: tuple[str, ...] = ()
        keeps = False
        for index, entry in enumerate(entries):
            lines = [line.strip() for line in _below(keeps, entry.leading).splitlines()]
            if index == 0 and inline:
                above = tuple(line for line in lines if line)
            elif index == 0:
                parts += [self._comment_lines(tuple(line for line in lines if line), column), self.indent(column)]
            else:
                parts += [self._comment_lines(tuple(lines), column), self.indent(column)]
            parts.append(entry.body if entry.body.endswith("\n") else entry.body + self.newline)
            keeps = entry.keeps
        return _Laid("".join(parts), above, keeps)

    def _comment_lines(self, comments: tuple[str, ...], column: int) -> str:
        return "".join(f"{self.indent(column) if line else ''}{line}{self.newline}" for line in comments)


def _tidied(source: Source) -> str:
    """The text without white space at the ends of lines and of the file, outside of texts that go over lines."""
    document, _ = read_document(source)
    if document is None:
        return source.text
    text = source.text
    newline = "\r\n" if "\r\n" in text else "\n"
    kept: list[tuple[int, int]] = sorted(
        (span.start, span.end)
        for table in (document.values, document.keys)
        for path, span in table.items()
        if "\n" in text[span.start : span.end] and (table is document.keys or _is_text(document, path))
    )
    lines: list[str] = []
    at = 0
    inside = 0
    for line in text.splitlines(keepends=True) if "\r" not in text.replace("\r\n", "") else [text]:
        end = at + len(line)
        while inside < len(kept) and kept[inside][1] < end:
            inside += 1
        protected = inside < len(kept) and kept[inside][0] < end <= kept[inside][1]
        content = line.rstrip("\r\n")
        lines.append(line if protected else content.rstrip(" \t") + line[len(content) :])
        at = end
    joined = "".join(lines)
    if kept and kept[-1][1] >= len(text):
        keeps = "+" in text[kept[-1][0] : kept[-1][0] + 3]
        return joined if keeps else joined.rstrip("\r\n") + newline
    return joined.rstrip(" \t\r\n") + newline if joined.strip() else joined


def _is_text(document: Document, path: Path) -> bool:
    value = document.data
    for step in path:
        value = value[step]
    return isinstance(value, str)


def closed(document: Document) -> Document:
    """The document with a line break at its end, which a block text there does not take for its own."""
    text = document.source.text
    if text.endswith("\n") or not text.strip():
        return document
    newline = "\r\n" if "\r\n" in text else "\n"
    last = max(
        (span for span in document.values.values() if span.end > span.start), key=lambda span: (span.end, span.start)
    )
    if last.end >= len(text) and text[last.start] in "|>":
        header_end = text.index("\n", last.start)
        header = text[last.start : header_end].replace("+", "", 1)
        chomped = header if "-" in header.split("#")[0] else header[0] + "-" + header[1:]
        text = text[: last.start] + chomped + text[header_end:]
    ended, _ = read_document(Source(document.source.name, text + newline))
    return ended if ended is not None else document
