"""Reading what stands between brackets, in YAML or JSON, as far as it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from maniple.source.text import Path

Role: TypeAlias = Literal["key", "value", "item"]
"""A key of a map, a value of a key, or an element of a list: a value, or the first key of a map."""
Style: TypeAlias = Literal["plain", "single", "double", "block"]
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+)
      | (?P<comment>\#[^\n]*)
      | (?P<hole>\{\{(?:[^}\n]|\}(?!\}))*(?:\}\})?~?)
      | (?P<double>"(?:[^"\\\n]|\\.)*"?)
      | (?P<single>'(?:[^'\n]|'')*'?)
      | (?P<mark>[\[\]{},])
      | (?P<colon>:(?=[\s,\[\]{}"'$]|$))
      | (?P<word>(?:[^\s,\[\]{}:\#"'] | :(?![\s,\[\]{}]|$)) (?:[^\n,\[\]{}:] | :(?!\s|$))*)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text at a path of a manifest; it stands at `start:end` of the source."""

    path: Path
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TypingPlace:
    """Where the cursor is. `path` is of the value, or of the map whose key is typed; the text begun is `start:cursor`.

    `column` is that of the key, or of the map's keys; `flow` is true between brackets.
    """

    role: Role
    path: Path
    cursor: int
    start: int
    style: Style = "plain"
    column: int = 0
    flow: bool = False
    json: bool = False
    """Keys have quotes here."""


@dataclass(slots=True)
class _Open:
    """A map or list that is not closed. `awaits` says what comes next in it."""

    bracket: str
    part: str | int | None
    awaits: Literal["key", "colon", "value", "comma"]


@dataclass
class FlowScan:
    """A scan that ends with the bracket that it began with, or at `limit`."""

    text: str
    limit: int
    cursor: int
    base: Path
    scalars: list[Scalar] = field(default_factory=list)
    place: TypingPlace | None = None
    stack: list[_Open] = field(default_factory=list)
    quoted_keys: bool = False

    @property
    def path(self) -> Path:
        return (*self.base, *(one.part for one in self.stack if one.part is not None))

    def run(self, at: int) -> int:
        """Scan from the opening bracket at `at`; where it ended."""
        self.quoted_keys = not self.base
        while at < self.limit:
            found = _TOKEN.match(self.text, at, self.limit)
            end = found.end() if found else at + 1
            kind = found.lastgroup if found else "mark"
            if self.stack and at < self.cursor <= end and kind in ("blank", "colon", "mark"):
                self._between(kind, at)
            mark = self.text[at:end]
            match kind:
                case "mark":
                    self._mark(mark)
                    if not self.stack:
                        return end
                    if self.cursor == end and mark in "{[,":
                        self._between("mark", at)
                case "colon":
                    self._colon()
                    if self.cursor == end:
                        self._between("colon", at)
                case "blank" | "comment":
                    pass
                case _:
                    self._scalar(kind or "word", at, end)
            at = end
        if self.cursor == self.limit and self.place is None and self.stack:
            self._between("blank", at)
        return at

    def _between(self, kind: str, at: int) -> None:
        """The cursor stands where no scalar has begun."""
        top = self.stack[-1]
        role: Role
        if top.bracket == "[":
            if top.awaits == "comma":
                return
            role = "item"
        elif top.awaits == "key":
            role = "key"
        elif top.awaits == "value" and not (kind == "colon" and self.cursor <= at):
            role = "value"
        else:
            return
        path = (*self.path[:-1],) if role == "key" and top.part is not None else self.path
        self._stand(role, path, self.cursor, "plain")

    def _stand(self, role: Role, path: Path, start: int, style: Style) -> None:
        self.place = TypingPlace(role, path, self.cursor, start, style=style, flow=True, json=self.quoted_keys)

    def _mark(self, mark: str) -> None:
        if mark in "{[":
            self.stack.append(_Open(mark, 0 if mark == "[" else None, "value" if mark == "[" else "key"))
            return
        if not self.stack:
            return
        if mark == ",":
            top = self.stack[-1]
            if top.bracket == "[":
                top.part = int(top.part or 0) + 1
                top.awaits = "value"
            else:
                top.part, top.awaits = None, "key"
            return
        self.stack.pop()
        if self.stack:
            self.stack[-1].awaits = "comma"

    def _colon(self) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.bracket == "{" and top.awaits == "colon":
            top.awaits = "value"

    def _scalar(self, kind: str, start: int, end: int) -> None:
        if not self.stack:
            return
        top = self.stack[-1]
        raw = self.text[start:end]
        trimmed = raw.rstrip()
        quote = kind in ("double", "single")
        text = self._inner(raw) if quote else trimmed
        is_key = top.bracket == "{" and top.awaits in ("key", "comma")
        closed = quote and len(raw) > 1 and raw[-1] == raw[0]
        within = (
            start < self.cursor < end or (self.cursor == end and not closed) if quote else start <= self.cursor <= end
        )
        if within:
            style: Style = "double" if kind == "double" else "single" if kind == "single" else "plain"
            role: Role = "key" if is_key else "item" if top.bracket == "[" else "value"
            begun = start + 1 if quote else start
            path = self.path if role != "key" or top.part is None else self.path[:-1]
            self._stand(role, path, begun, style)
        if is_key:
            top.part, top.awaits = text, "colon"
        else:
            self.scalars.append(Scalar(self.path, text, start, start + len(trimmed)))
            top.awaits = "comma"

    @staticmethod
    def _inner(raw: str) -> str:
        body = raw[1:-1] if len(raw) > 1 and raw[-1] == raw[0] else raw[1:]
        return body.replace("''", "'") if raw[0] == "'" else body.replace('\\"', '"')
