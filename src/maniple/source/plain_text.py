"""YAML or JSON that somebody else wrote, as plain data: bounded in size and depth, and with nothing run or fetched.

Unlike a manifest it may have anchors, merge keys and keys that are numbers. An alias is the same value again, and not
a copy, so that a small file cannot become a large one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml._yaml import CParser

from maniple.source.characters import BOM
from maniple.source.numbers import NumberRefused, plain_value

MAX_CHARACTERS: Final = 16_000_000
"""Characters of one file."""
MAX_NODES: Final = 600_000
"""Keys and values of a YAML file."""
MAX_DEPTH: Final = 200
"""Maps and lists inside each other."""


@dataclass(frozen=True, slots=True)
class TextFault:
    """Why a text could not be read; `line` counts from 1, and is 0 when it is not known."""

    message: str
    line: int = 0


def read_plain(text: str) -> Any | TextFault:
    """The data of a text that begins like JSON, or else is YAML."""
    text = text.removeprefix(BOM)
    if len(text) > MAX_CHARACTERS:
        return TextFault(f"it has {len(text):,} characters; {MAX_CHARACTERS:,} are the most")
    if text.lstrip()[:1] in ("{", "["):
        read = _json(text)
        # A YAML file may begin with a map in braces too.
        return _yaml(text) if isinstance(read, TextFault) and len(text) < 1_000_000 and not _deep(text) else read
    return _yaml(text)


def _deep(text: str) -> bool:
    return re.search(rf"(?:[\[{{]\s*){{{MAX_DEPTH}}}", text) is not None


def _json(text: str) -> Any | TextFault:
    try:
        return json.loads(text)
    except json.JSONDecodeError as cause:
        return TextFault(f"it is not JSON: {cause.msg.lower()}", cause.lineno)
    except (ValueError, RecursionError):
        return TextFault("it is nested too deep, or has a number that is too long")


def _yaml(text: str) -> Any | TextFault:
    reading = _Reading()
    try:
        reading.run(CParser(text))
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line + 1 if cause.problem_mark is not None else 0
        return TextFault(f"it is not YAML: {cause.problem or 'it cannot be read'}", line)
    except yaml.YAMLError:
        return TextFault("it is not YAML: it has a character that cannot be in a text")
    except _Refused as refused:
        return TextFault(str(refused))
    return reading.root


class _Refused(Exception):
    """The text asks for more than it may."""


@dataclass(slots=True)
class _Open:
    """A map or list whose end has not come yet."""

    held: Any
    anchor: str | None
    key: str | None = None


class _Reading:
    """The tree while it grows."""

    def __init__(self) -> None:
        self.root: Any = None
        self.stack: list[_Open] = []
        self.anchors: dict[str, Any] = {}
        self.nodes = 0
        self.documents = 0

    def run(self, events: Any) -> None:
        """Read the first document. Raises MarkedYAMLError for text that is not YAML."""
        while (event := events.get_event()) is not None:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._opened(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                done = self.stack.pop()
                self._place(done.held, done.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self._count()
                self._place(self.anchors.get(event.anchor or ""), None)
            elif isinstance(event, yaml.DocumentEndEvent):
                return

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Refused(f"it has more than {MAX_NODES:,} keys and values")

    def _opened(self, event: Any) -> None:
        self._count()
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(f"maps and lists are nested more than {MAX_DEPTH} deep")
        self.stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))

    def _scalar(self, event: Any) -> None:
        self._count()
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and isinstance(top.held, dict):
            # `200:` and `on:` are texts as keys.
            top.key = event.value
            return
        value: Any = event.value
        if event.implicit[0]:
            try:
                value = plain_value(value)
            except NumberRefused:
                value = event.value
        self._place(value, event.anchor)

    def _place(self, value: Any, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = value
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top.held, list):
            top.held.append(value)
        elif top.key is None:
            # A map or list as a key says nothing here.
            top.key = "?"
        else:
            self._member(top, value)
            top.key = None

    def _member(self, top: _Open, value: Any) -> None:
        key = top.key or ""
        if key != "<<":
            top.held[key] = value
            return
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                for name, inherited in each.items():
                    top.held.setdefault(name, inherited)
