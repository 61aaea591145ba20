"""XML text with holes, read once: its elements and attributes, and where the holes stand in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from xml.parsers import expat

MAX_DEPTH = 64
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand around the number of a hole while the text is read. XML allows them in text and values only, not in names."""
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")

Pieces: TypeAlias = tuple[str | int, ...]
"""Text and the numbers of holes."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One element. `repeats` is the hole of which it is repeated for every value; then it has no content of its own."""

    name: str
    attributes: tuple[tuple[str, Pieces], ...]
    content: tuple[str | int | Outline, ...]
    repeats: int | None = None


class OutlineFault(Exception):
    """What is wrong with the text, at a line counted from 0."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


_WORDS = {
    "mismatched tag": "this closes another element than the one that is open",
    "no element found": "the XML ends before every element is closed",
    "unclosed token": "the XML ends before every element is closed",
    "undefined entity": "this entity is not one of XML's five: `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;`",
    "duplicate attribute": "an attribute is given twice",
    "unbound prefix": "a prefix is used that no `xmlns:` declares",
    "junk after document element": "something stands after the outermost element",
}
NOT_XML = "this is not XML; a hole can stand in the text of an element and in the value of an attribute"


def marked(parts: list[Any]) -> str:
    """The text in which every part that is not text is a mark of its number among those."""
    written: list[str] = []
    holes = 0
    for part in parts:
        if isinstance(part, str):
            written.append(part.replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd"))
        else:
            written.append(f"{_OPEN}{holes}{_CLOSE}")
            holes += 1
    return "".join(written)


def read_outline(text: str, repeating: frozenset[int] = frozenset()) -> Outline:
    """The outermost element of marked text. An element whose only content is one of the holes `repeating` repeats.

    Raises OutlineFault for what is not XML, has a document type or a processing instruction, or nests too deeply.
    """
    lead = len(text) - len(text.lstrip())
    skipped = text[:lead].count("\n")
    reading = _Reading(repeating)
    try:
        reading.parser.Parse(text[lead:], True)
        # Only now, for a text with a document type may grow without end while it is read.
        check_names(text[lead:])
    except expat.ExpatError as cause:
        known = _WORDS.get(expat.ErrorString(cause.code), NOT_XML)
        raise OutlineFault(known, cause.lineno - 1 + skipped) from None
    except OutlineFault as fault:
        raise OutlineFault(fault.message, fault.line + skipped) from None
    return reading.root[0]


def check_names(text: str) -> None:
    """Raises ExpatError when the text, which has no document type, is not XML whose prefixes are all declared."""
    expat.ParserCreate(namespace_separator=" ").Parse(text, True)


@dataclass
class _Open:
    name: str
    attributes: tuple[tuple[str, Pieces], ...]
    content: list[str | int | Outline] = field(default_factory=list)


class _Reading:
    def __init__(self, repeating: frozenset[int]) -> None:
        self.repeating = repeating
        self.open: list[_Open] = []
        self.root: list[Outline] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_type
        self.parser.ProcessingInstructionHandler = self._refuse_instruction

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise OutlineFault("this is nested too deeply", self.parser.CurrentLineNumber - 1)
        self.open.append(_Open(name, tuple((key, _pieces(value)) for key, value in attributes.items())))

    def _text(self, text: str) -> None:
        self.open[-1].content += _pieces(text)

    def _end(self, _: str) -> None:
        element = self.open.pop()
        content = tuple(element.content)
        if any(not isinstance(piece, str) for piece in content):
            # White space between elements lays the text out and says nothing.
            content = tuple(piece for piece in content if not isinstance(piece, str) or piece.strip())
        only = content[0] if len(content) == 1 else None
        repeats = only if isinstance(only, int) and only in self.repeating else None
        outline = Outline(element.name, element.attributes, () if repeats is not None else content, repeats)
        (self.open[-1].content if self.open else self.root).append(outline)

    def _refuse_type(self, *_: Any) -> None:
        raise OutlineFault("a document type (`<!DOCTYPE`) cannot stand in a body", self.parser.CurrentLineNumber - 1)

    def _refuse_instruction(self, *_: Any) -> None:
        raise OutlineFault("a processing instruction (`<?`) cannot stand in a body", self.parser.CurrentLineNumber - 1)


def _pieces(text: str) -> Pieces:
    return tuple(
        int(piece) if place % 2 else piece for place, piece in enumerate(_MARK.split(text)) if place % 2 or piece
    )
