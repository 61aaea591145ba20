"""A YAML document seen as lines: where keys, values and their comments begin and end."""

from __future__ import annotations

from typing import Any

from maniple.source.characters import BOM
from maniple.source.locate import follow
from maniple.source.text import Document, Path, Span


class Lines:
    """The text of one YAML document with the places of its values. All offsets count characters of the text."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.source.text
        self.newline = "\r\n" if "\r\n" in self.text else "\n"

    def header_end(self, first_line: int) -> int:
        """Where the lines end that stay on top: up to the last blank line, `---` or editor directive."""
        at = end = len(BOM) if self.text.startswith(BOM) else 0
        while at < first_line:
            after = self.line_end(at)
            line = self.text[at:after].strip()
            if not line or line.startswith(("---", "# yaml-language-server", "#!")):
                end = after
            at = after
        return end

    def region_start(self, path: Path, after: int) -> int:
        """Where the value at `path` starts, with the comment lines above it when it starts a line of its own."""
        start = self.document.values[path].start
        if not self.is_block(path) or not self.at(path):
            return max(start, after)
        opening = self.line_end(after)
        owns_line = self.line_start(start) >= opening and not self.text[self.line_start(start) : start].strip()
        if path and isinstance(path[-1], int):
            # Between two items the dash comes first: only what stands below the dash's line belongs to the item.
            return self.below_dash(start, after) if owns_line else start
        return opening if owns_line else start

    def below_dash(self, start: int, after: int) -> int:
        """The start of the line below the dash whose item starts at `start`."""
        at = self.line_start(start)
        while at > after:
            above = self.line_start(at - 1)
            line = self.text[above:at].strip()
            if line and not line.startswith("#"):
                return at
            at = above
        return self.line_start(start)

    def content_end(self, path: Path, column: int) -> int:
        """The end of the last line of the value at `path`, with the comments below it that are indented deeper."""
        end = at = self.last_line_end(path)
        while at < len(self.text):
            after = self.line_end(at)
            line = self.text[at:after]
            if line.strip():
                if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
                    break
                end = after
            at = after
        return end

    def last_line_end(self, path: Path) -> int:
        """The end of the last line that the value at `path` has text in."""
        value = self.at(path)
        span = self.document.values[path]
        if value and self.is_block(path) and isinstance(value, dict | list):
            last = list(value)[-1] if isinstance(value, dict) else len(value) - 1
            return self.last_line_end((*path, last))
        if not self.is_block_text(span):
            key = self.document.keys.get(path)
            return self.line_end(max(span.end, key.end if key else 0))
        header_end = self.line_end(span.start)
        if self.keeps(span):
            return max(span.end, header_end)
        trace = follow(self.text, span)
        shown = [end for char, end in zip(trace.chars, trace.ends, strict=True) if char != "\n"]
        return self.line_end(shown[-1]) if shown else header_end

    def is_block(self, path: Path) -> bool:
        return self.text[self.document.values[path].start] not in "{["

    def is_block_text(self, span: Span) -> bool:
        return self.text[span.start : span.start + 1] in ("|", ">") and span.end > span.start

    def keeps(self, span: Span) -> bool:
        return self.is_block_text(span) and "+" in self.text[span.start : span.start + 3]

    def starts_line(self, at: int, column: int) -> bool:
        return self.column(at) == column and not self.text[self.line_start(at) : at].strip(" " + BOM)

    def at(self, path: Path) -> Any:
        value = self.document.data
        for step in path:
            value = value[step]
        return value

    def indent(self, column: int) -> str:
        return " " * column

    def column(self, at: int) -> int:
        return at - self.line_start(at)

    def line_start(self, at: int) -> int:
        start = self.text.rfind("\n", 0, at) + 1
        return len(BOM) if start == 0 and self.text.startswith(BOM) else start

    def line_end(self, at: int) -> int:
        """The offset after the line break of the line that holds `at`."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1
