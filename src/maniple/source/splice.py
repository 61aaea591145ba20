"""One place of a YAML text replaced, added or cut out, and every other character left alone.

Where a place cannot be told apart from its surroundings the answer is None; the caller writes the value around it anew.
"""

from __future__ import annotations

import re
from typing import Any

from maniple.source.lines import Lines
from maniple.source.text import Document, Path, Span
from maniple.source.yaml_write import (
    Style,
    beside_dash,
    entry_lines,
    flow_text,
    item_lines,
    key_rank,
    scalar_text,
    write_value,
)

_NOWHERE = Span(0, 0)
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")


class Splice(Lines):
    """Edits of the text of one YAML document that ends with a line break."""

    def __init__(self, document: Document, style: Style) -> None:
        super().__init__(document)
        self.style = style

    # --- a value in the place of another

    def replace(self, path: Path, value: Any, *, opened: bool = False) -> str | None:
        """The text with another value at `path`, which exists; `opened` writes a map or list over several lines."""
        if not path:
            return self._whole(value)
        if not self.is_block(path[:-1]):
            span = self.document.values[path]
            text = flow_text(value, path, self.style, self._first(span))
            return None if span.start == span.end else self._cut(span.start, span.end, text)
        head = self._head(path)
        if head is None:
            return None
        column, at = head
        end, comment = self._extent(path, at)
        written = write_value(
            value,
            path,
            self.style,
            column=column,
            used=at - self.line_start(at),
            old=self._first(self.document.values[path]),
            flow=False if opened else self._flow_of(path, value),
        )
        if isinstance(path[-1], int):
            written = beside_dash(written)
        first = (f" {written.inline}" if written.inline else "") + comment
        return self._cut(at, end, self._joined([first, *written.below]))

    def _whole(self, value: Any) -> str:
        """The document with another root; the comments on top stay."""
        if self.document.data is None and self.document.values.get((), _NOWHERE) in (
            _NOWHERE,
            Span(len(self.text), len(self.text)),
        ):
            start = len(self.text)
        else:
            start = self.header_end(self.line_start(self.document.values[()].start)) if self.is_block(()) else 0
        if not isinstance(value, dict | list) or not value:
            return self.text[:start] + scalar_text(value) + self.newline
        written = write_value(value, (), self.style, column=-2, used=0, flow=False)
        return self.text[:start] + self._joined(list(written.below))

    def _head(self, path: Path) -> tuple[int, int] | None:
        """The column of the key or dash of `path` in block context, and the offset behind its `:` or `-`."""
        if isinstance(path[-1], int):
            dash = self._dash(path)
            return None if dash is None else (self.column(dash), dash + 1)
        key = self.document.keys[path]
        colon = self.text.find(":", key.end)
        if colon < 0 or self.text[key.end : colon].strip():
            return None
        return self.column(key.start), colon + 1

    def _extent(self, path: Path, at: int) -> tuple[int, str]:
        """Where the lines of the value end whose key or dash ends at `at`, and the comment behind it with its blanks."""
        span = self.document.values[path]
        if span.start == span.end:
            end = self.line_end(at)
            return end, self._comment(at, end)
        value = self.at(path)
        if value and isinstance(value, dict | list) and self.is_block(path):
            own_line = self.line_start(span.start) >= self.line_end(at)
            return self.last_line_end(path), self._comment(at, self.line_end(at)) if own_line else ""
        if self.is_block_text(span):
            header = _BLOCK_HEADER.match(self.text, span.start)
            assert header is not None
            return self.last_line_end(path), self._comment(header.end(), self.line_end(span.start))
        end = self.line_end(max(span.end, at))
        return end, self._comment(max(span.end, at), end)

    def _comment(self, start: int, end: int) -> str:
        raw = self.text[start:end].rstrip()
        return raw if raw.lstrip().startswith("#") and raw[:1] in (" ", "\t") else ""

    def _flow_of(self, path: Path, value: Any) -> bool | None:
        """A map stays in the style in which it stands; that of a new one is open."""
        old = self.at(path)
        if not old or type(old) is not type(value) or not isinstance(old, dict | list):
            return None
        return not self.is_block(path)

    # --- a key that is not there yet

    def add_key(self, path: Path, value: Any) -> str | None:
        """The text with a further key; its map exists."""
        owner, key = path[:-1], str(path[-1])
        keys = self.at(owner)
        if not keys:
            return self.replace(owner, {key: value})
        before = self._before(owner, key, list(keys))
        if not self.is_block(owner):
            return self._add_flow_key(path, value, before)
        column = self.column(self.document.keys[(*owner, next(iter(keys)))].start)
        lines = entry_lines(key, value, path, self.style, column)
        if before is None:
            return self._add_first_key(owner, lines, column)
        above = (*owner, before)
        at = self.content_end(above, column)
        spaced = not owner and len(lines) > 1 and self._has_blank_lines() and not self._ends_with_kept_text(above)
        return self._cut(at, at, self._joined(["", *lines] if spaced else lines))

    def _before(self, owner: Path, key: str, keys: list[str]) -> str | None:
        """The key below which a new one belongs; None at the top of the map."""
        order = self.style.order_for(owner)
        if order is None or key not in order:
            return keys[-1]
        ranked = key_rank(order, [*keys, key])
        place = ranked.index(key)
        return ranked[place - 1] if place else None

    def _add_first_key(self, owner: Path, lines: list[str], column: int) -> str | None:
        first = self.document.keys[(*owner, next(iter(self.at(owner))))].start
        if not self.starts_line(first, column):
            text = self._joined(lines).lstrip(" ") + self.indent(column)
            return self._cut(first, first, text)
        start = self._region(owner)
        return None if start is None else self._cut(start, start, self._joined(lines))

    def _add_flow_key(self, path: Path, value: Any, before: str | None) -> str | None:
        owner = path[:-1]
        text = f"{scalar_text(path[-1], flow=True)}: {flow_text(value, path, self.style)}"
        if before is None:
            at = self.document.keys[(*owner, next(iter(self.at(owner))))].start
            return self._cut(at, at, f"{text}, ")
        span = self.document.values[(*owner, before)]
        return None if span.start == span.end else self._cut(span.end, span.end, f", {text}")

    # --- a key or an item taken out

    def remove(self, path: Path) -> str | None:
        """The text without the key or item at `path`, and without the comment that stands with it."""
        owner = path[:-1]
        held = self.at(owner)
        if len(held) == 1:
            return self.replace(owner, {} if isinstance(held, dict) else [])
        steps = list(held) if isinstance(held, dict) else list(range(len(held)))
        place = steps.index(path[-1])
        after = (*owner, steps[place + 1]) if place + 1 < len(steps) else None
        prior = (*owner, steps[place - 1]) if place else None
        if not self.is_block(owner):
            return self._remove_in_flow(path, prior, after)
        starts = [self._start(each) if each is not None else None for each in (path, after)]
        start, following = starts
        if start is None or (after is not None and following is None):
            return None
        column = self.column(start)
        end = self.content_end(path, column)
        if not self.starts_line(start, column):
            return self._remove_beside_dash(start, end, following)
        top = self._region(owner) if prior is None else self.content_end(prior, column)
        if top is None:
            return None
        leading = self.text[top : self.line_start(start)]
        next_leading = "" if following is None else self.text[end : self.line_start(following)]
        return self._cut(top, end, self._left_above(leading, next_leading, last=following is None))

    def _left_above(self, leading: str, next_leading: str, *, last: bool) -> str:
        """What stays of the lines above something that is taken out: all but its comment and needless blank lines."""
        lines = leading.splitlines(keepends=True)
        while lines and lines[-1].strip():
            lines.pop()
        if any(line.strip() for line in lines):
            return "".join(lines)
        apart = next_leading.lstrip(" \t")[:1] in ("\n", "\r")
        return "" if apart or last else "".join(lines)

    def _remove_beside_dash(self, start: int, end: int, following: int | None) -> str | None:
        """Take out the first key of a map that begins beside a dash."""
        if following is None:
            return None
        line = self.line_start(start)
        pad = self.indent(len(self.text[line:start]) - len(self.text[line:start].lstrip(" ")))
        comments = [
            pad + each.strip() for each in self.text[end : self.line_start(following)].splitlines() if each.strip()
        ]
        above = self._joined(comments) if comments else ""
        return self.text[:line] + above + self.text[line:start] + self.text[following:]

    def _remove_in_flow(self, path: Path, prior: Path | None, after: Path | None) -> str | None:
        spans = self.document.values
        if after is not None:
            return self._cut(self._flow_start(path), self._flow_start(after), "")
        if prior is None or spans[prior].start == spans[prior].end:
            return None
        return self._cut(spans[prior].end, spans[path].end, "")

    # --- items

    def insert(self, owner: Path, index: int, value: Any) -> str | None:
        """The text with a further item at `index` of the list at `owner`."""
        items = self.at(owner)
        if not items:
            return self.replace(owner, [value])
        path = (*owner, index)
        if not self.is_block(owner):
            text = flow_text(value, path, self.style)
            if index < len(items):
                at = self.document.values[path].start
                return self._cut(at, at, f"{text}, ")
            at = self.document.values[(*owner, index - 1)].end
            return self._cut(at, at, f", {text}")
        column = self.column(self.document.values[owner].start)
        at_or_none = self._region(owner) if index == 0 else self.content_end((*owner, index - 1), column)
        if at_or_none is None:
            return None
        like = items[min(index, len(items) - 1)]
        same = isinstance(like, dict | list) and like and type(like) is type(value)
        flow = not self.is_block((*owner, min(index, len(items) - 1))) if same else None
        return self._cut(at_or_none, at_or_none, self._joined(item_lines(value, path, self.style, column, flow)))

    def move(self, owner: Path, index: int, to: int) -> str | None:
        """The text with item `index` of the list at `owner` moved so that it becomes item `to`."""
        count = len(self.at(owner))
        order = [place for place in range(count) if place != index]
        order.insert(to, index)
        if not self.is_block(owner):
            spans = [self.document.values[(*owner, place)] for place in range(count)]
            texts = [self.text[spans[place].start : spans[place].end] for place in order]
            return self._reset(spans, texts)
        start = self._region(owner)
        if start is None:
            return None
        column = self.column(self.document.values[owner].start)
        spans = []
        for place in range(count):
            end = self.content_end((*owner, place), column)
            # Blank lines keep their place; what is moved begins below them.
            while start < end and not self.text[start : self.line_end(start)].strip():
                start = self.line_end(start)
            spans.append(Span(start, end))
            start = end
        return self._reset(spans, [self.text[spans[place].start : spans[place].end] for place in order])

    def rename(self, path: Path, name: str) -> str:
        """The text with another key at `path`."""
        span = self.document.keys[path]
        flow = not self.is_block(path[:-1])
        return self._cut(span.start, span.end, scalar_text(name, flow=flow, old=self._first(span)))

    # --- places

    def _dash(self, path: Path) -> int | None:
        """The offset of the dash of an item of a block list."""
        first = self.document.values[path[:-1]].start
        if path[-1] == 0:
            return first if self.text.startswith("-", first) else None
        column = self.column(first)
        start = self.document.values[path].start
        line = self.line_start(start)
        while line > first:
            at = line + column
            if at < start and self.text.startswith("-", at) and not self.text[line:at].strip():
                return at
            line = self.line_start(line - 1)
        return None

    def _start(self, path: Path) -> int | None:
        """Where a key or the dash of an item stands."""
        return self._dash(path) if isinstance(path[-1], int) else self.document.keys[path].start

    def _region(self, owner: Path) -> int | None:
        """Where the lines begin that belong to the first key or item of a block map or list; None beside a dash."""
        start = self.document.values[owner].start
        if not owner:
            return self.header_end(self.line_start(start))
        head = self._head(owner)
        if head is None or self.line_start(start) < self.line_end(head[1]):
            return None
        return self.line_end(head[1])

    def _flow_start(self, path: Path) -> int:
        return self.document.keys[path].start if path in self.document.keys else self.document.values[path].start

    def _first(self, span: Span) -> str:
        return self.text[span.start : span.end][:1]

    def _has_blank_lines(self) -> bool:
        return any(not line.strip() for line in self.text.splitlines())

    def _ends_with_kept_text(self, path: Path) -> bool:
        """Whether the value at `path` ends with a `|+` text, which would take a line below it for its own."""
        value = self.at(path)
        if value and isinstance(value, dict | list) and self.is_block(path):
            return self._ends_with_kept_text((*path, list(value)[-1] if isinstance(value, dict) else len(value) - 1))
        return self.keeps(self.document.values[path])

    def _joined(self, lines: list[str]) -> str:
        return "".join(line + self.newline for line in lines)

    def _cut(self, start: int, end: int, text: str) -> str:
        return self.text[:start] + text + self.text[end:]

    def _reset(self, spans: list[Span], texts: list[str]) -> str:
        """The text with other texts at `spans`, which stand in order."""
        parts: list[str] = []
        at = 0
        for span, text in zip(spans, texts, strict=True):
            parts += [self.text[at : span.start], text]
            at = span.end
        return "".join(parts) + self.text[at:]
