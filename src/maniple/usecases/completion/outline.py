"""What a manifest says as far as can be seen while it is being typed, and where in it the cursor stands.

The text is usually no YAML at that moment, so nothing is refused here: lines are put below each other by their
indentation, and what is between brackets is read token by token. Where the text can be read, the answer is what the
reader of manifests finds too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from maniple.source.text import Path
from maniple.usecases.completion.flow import FlowScan, Role, Scalar, Style, TypingPlace

_KEY = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"\[\]{},&*!|>%@`-][^#\n]*?|-[^\s#][^#\n]*?)[ \t]*:(?=[ \t\r\n]|$)"""
)
_DASH = re.compile(r"-(?=[ \t\r\n]|$)[ \t]*")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")


@dataclass(frozen=True)
class Outline:
    """`scalars` in the order of the text; `place` is where the cursor stands, None in a comment."""

    scalars: tuple[Scalar, ...]
    place: TypingPlace | None

    def tree(self) -> dict[str, Any]:
        """The texts that stand in it, as maps and lists."""
        return tree_of(self.scalars)

    def siblings(self, path: Path) -> dict[str, str]:
        """The keys that stand directly below `path`, with their texts."""
        depth = len(path)
        return {
            str(one.path[depth]): one.text if len(one.path) == depth + 1 else ""
            for one in self.scalars
            if len(one.path) > depth and one.path[:depth] == path and isinstance(one.path[depth], str)
        }

    def elements(self, path: Path) -> list[tuple[str | int, str]]:
        """The texts that stand directly below `path`, with their keys or positions."""
        depth = len(path)
        return [(one.path[depth], one.text) for one in self.scalars if one.path[:-1] == path and len(one.path) > depth]


@dataclass(slots=True)
class _Frame:
    """A key or a list position that lines below belong to, and the column at which it begins."""

    column: int
    part: str | int


@dataclass
class _Reading:
    text: str
    cursor: int
    stack: list[_Frame] = field(default_factory=list)
    scalars: list[Scalar] = field(default_factory=list)
    place: TypingPlace | None = None
    open_text: tuple[int, int, Path, Literal["block", "plain"]] | None = None
    """A text that may go on in deeper lines: the column of its key, where it begins, its path, its style."""

    @property
    def path(self) -> Path:
        return tuple(frame.part for frame in self.stack)

    def run(self) -> Outline:
        at = 0
        while at <= len(self.text):
            at = self._line(at)
        return Outline(tuple(self.scalars), self.place)

    def _line(self, start: int) -> int:
        """Read the line at `start`; where the next one begins."""
        end = self.text.find("\n", start)
        end = len(self.text) if end < 0 else end
        line = self.text[start:end]
        here = start <= self.cursor <= end
        bare = line.strip()
        column = len(line) - len(line.lstrip(" ")) if bare else max(0, self.cursor - start) if here else 0
        if self.open_text is not None:
            if (not bare and not here) or column > self.open_text[0]:
                if here:
                    _, begun, path, style = self.open_text
                    self.place = TypingPlace("value", path, self.cursor, begun, style=style)
                return end + 1
            self.open_text = None
        if not bare or bare.startswith("#") or bare in ("---", "..."):
            if here and not bare:
                self._nothing_typed(column)
            return end + 1
        return self._content(start, start + column, end)

    def _nothing_typed(self, column: int) -> None:
        """The cursor stands in an empty line: a key may be typed at its column."""
        self._leave(column)
        self.place = TypingPlace("key", self.path, self.cursor, self.cursor, column=column)

    def _leave(self, column: int, *, dash: bool = False) -> int:
        """End what does not hold this column; the next position of a list whose dash stands in it."""
        position = 0
        while self.stack and self.stack[-1].column >= column:
            frame = self.stack[-1]
            if dash and frame.column == column and isinstance(frame.part, str):
                break
            self.stack.pop()
            if dash and frame.column == column and isinstance(frame.part, int):
                position = frame.part + 1
                break
        return position

    def _content(self, start: int, at: int, end: int) -> int:
        """Read dashes, a key and a value."""
        dashed = False
        while (found := _DASH.match(self.text, at, end)) is not None:
            column = at - start
            position = self._leave(column, dash=True)
            self.stack.append(_Frame(column, position))
            if start <= self.cursor and found.end() >= self.cursor > at:
                self.place = TypingPlace(
                    "item", self.path, self.cursor, self.cursor, column=column + max(2, self.cursor - at)
                )
            at, dashed = found.end(), True
        if at >= end:
            return end + 1
        column = at - start
        key = _KEY.match(self.text, at, end)
        if key is None:
            return self._value(at, end, column, self._parent_column(), item=dashed)
        self._leave(column)
        if at <= self.cursor <= key.end("key"):
            self.place = TypingPlace("item" if dashed else "key", self.path, self.cursor, at, column=column)
        self.stack.append(_Frame(column, unquoted(key["key"])))
        at = key.end() + len(self.text[key.end() : end]) - len(self.text[key.end() : end].lstrip(" \t"))
        if key.end() < self.cursor <= at:
            self.place = TypingPlace("value", self.path, self.cursor, self.cursor, column=column)
        return self._value(at, end, column, column, keyed=True)

    def _parent_column(self) -> int:
        return self.stack[-1].column if self.stack else -1

    def _value(self, at: int, end: int, column: int, parent: int, *, keyed: bool = False, item: bool = False) -> int:
        """Read what stands after a key or a dash, or alone in a line."""
        first = self.text[at : at + 1]
        if not first.strip() or first == "#":
            if keyed:
                self.scalars.append(Scalar(self.path, "", at, at))
            return end + 1
        if first in ("{", "[") and not self.text.startswith("{{", at):
            return self._flow(at, parent)
        if keyed and _BLOCK.match(self.text, at, end):
            self.open_text = (column, end + 1, self.path, "block")
            self.scalars.append(Scalar(self.path, self._below(end + 1, column), at, end))
            return end + 1
        quoted = first in "\"'"
        stop = self._closing(at, first, parent) if quoted else self._without_comment(at, end)
        text = self.text[at:stop].rstrip()
        if not (keyed or item):
            self._leave(column)
        closed = quoted and stop - at > 1 and self.text[stop - 1] == first
        if at + quoted <= self.cursor <= stop - closed:
            role: Role = "value" if keyed else "item" if item else "key"
            style: Style = "plain" if not quoted else "single" if first == "'" else "double"
            self.place = TypingPlace(role, self.path, self.cursor, at + quoted, style=style, column=column)
        if keyed or item:
            self.scalars.append(Scalar(self.path, unquoted(text), at, at + len(text)))
            if not quoted:
                self.open_text = (parent, at, self.path, "plain")
        following = self.text.find("\n", max(stop, at))
        return len(self.text) + 1 if following < 0 else following + 1

    def _below(self, start: int, column: int) -> str:
        """The deeper lines of a block text."""
        lines = []
        for line in self.text[start:].split("\n"):
            if line.strip() and len(line) - len(line.lstrip(" ")) <= column:
                break
            lines.append(line.strip())
        return "\n".join(lines).strip()

    def _without_comment(self, at: int, end: int) -> int:
        found = _COMMENT.search(self.text, at, end)
        return found.start() if found else end

    def _closing(self, at: int, quote: str, parent: int) -> int:
        """The end of a quoted text; the end of its line when it is not closed before lines that are not below it."""
        pattern = r"'(?:[^']|'')*'" if quote == "'" else r'"(?:[^"\\]|\\.)*"'
        limit = self._limit(at, parent)
        found = re.compile(pattern, re.DOTALL).match(self.text, at, limit)
        if found:
            return found.end()
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def _limit(self, at: int, parent: int) -> int:
        """Where the lines end that are deeper than `parent`."""
        line = self.text.find("\n", at)
        while line >= 0:
            end = self.text.find("\n", line + 1)
            content = self.text[line + 1 : end if end >= 0 else len(self.text)]
            bare = content.strip()
            if bare and bare[0] not in "]}" and len(content) - len(content.lstrip(" ")) <= parent:
                return line
            line = end
        return len(self.text)

    def _flow(self, at: int, parent: int) -> int:
        """Read what stands between brackets; what follows them in the line is passed over."""
        scan = FlowScan(self.text, self._limit(at, parent), self.cursor, self.path)
        end = scan.run(at)
        self.scalars.extend(scan.scalars)
        if scan.place is not None:
            self.place = scan.place
        following = self.text.find("\n", end)
        return len(self.text) + 1 if following < 0 else following + 1


@lru_cache(maxsize=4)
def outline_of(text: str, cursor: int) -> Outline:
    """What can be seen of a text, and where the offset `cursor` is in it."""
    stripped = text.lstrip()
    if stripped.startswith(("{", "[")) and not stripped.startswith("{{"):
        scan = FlowScan(text, len(text), cursor, ())
        scan.run(len(text) - len(stripped))
        return Outline(tuple(scan.scalars), scan.place)
    return _Reading(text, cursor).run()


def tree_of(scalars: tuple[Scalar, ...]) -> dict[str, Any]:
    """Maps and lists of texts. Where two do not fit together the later one is left out."""
    root: dict[str, Any] = {}
    for scalar in scalars:
        _put(root, scalar.path, scalar.text)
    return root


def _put(root: dict[str, Any], path: Path, text: str) -> None:
    held: Any = root
    for part, below in zip(path, (*path[1:], None), strict=True):
        empty: Any = text if below is None else [] if isinstance(below, int) else {}
        if isinstance(held, dict) and isinstance(part, str):
            if held.get(part) in (None, "") and below is not None:
                held[part] = empty
            held = held.setdefault(part, empty)
        elif isinstance(held, list) and isinstance(part, int):
            while len(held) < part:
                held.append(None)
            if len(held) == part:
                held.append(empty)
            elif held[part] in (None, "") and below is not None:
                held[part] = empty
            held = held[part]
        else:
            return


def unquoted(text: str) -> str:
    """A scalar without its quotes; escapes are left as they are."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1].replace('\\"', '"')
    return text.lstrip("\"'")
