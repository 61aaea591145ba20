"""XML bodies: values stand in elements and attributes that the manifest's author wrote, and add none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from maniple.body.format import Encoded
from maniple.body.outline import Outline
from maniple.template.ast import Array, Case, Const, Entry, Name, Node, Object, Value
from maniple.template.text import text_of

CONTENT_TYPE = "application/xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
ITEMS = Value(Name("items"))
TEXT = "#text"
_LEAF = Const(None)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 text has, not even as an escape."""
_TEXT_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_TEXT = str.maketrans(_TEXT_ESCAPES)
_IN_ATTRIBUTE = str.maketrans({**_TEXT_ESCAPES, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


@dataclass(frozen=True)
class XmlTreeFormat:
    """A tree with one outermost element, `name`, made from `node`; `$items` in it are made from `item`."""

    name: str
    node: Node
    item: Node | None
    empty: ClassVar[dict[str, Any]] = {}

    def encode(self, tree: Any) -> Encoded:
        value = tree.get(self.name)
        # There is one outermost element, whatever its value is.
        value = text_of(value) if isinstance(value, list) else value
        writing = _Writing(self.item)
        writing.elements(self.name, self.node, value)
        return writing.encoded()

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:  # noqa: ARG002  elements have an order
        return tree


@dataclass(frozen=True)
class XmlTextFormat:
    """XML text with holes, as an outline; the tree is the list of the holes' values."""

    root: Outline
    item: Node | None
    empty: ClassVar[list[Any]] = []

    def encode(self, tree: Any) -> Encoded:
        writing = _Writing(self.item)
        writing.outline(self.root, tree)
        return writing.encoded()

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:  # noqa: ARG002  elements have an order
        return tree


def opened(node: Node) -> Node:
    """The same tree with its constant maps and lists as nodes."""
    match node:
        case Const(dict(tree)):
            return Object(tuple(Entry(Const(key), opened(Const(value))) for key, value in tree.items()))
        case Const(list(values)):
            return Array(tuple(opened(Const(value)) for value in values))
        case Object(entries):
            return Object(tuple(Entry(entry.key, opened(entry.value), entry.optional) for entry in entries))
        case Array(elements):
            return Array(tuple(map(opened, elements)))
        case Case(selector, branches, otherwise):
            shaped = tuple((name, opened(branch)) for name, branch in branches)
            return Case(selector, shaped, opened(otherwise) if otherwise is not None else None)
        case _:
            return node


def in_text(value: Any) -> str:
    """A value as the text of an element; what XML has no character for is U+FFFD."""
    return _NOT_XML.sub("\ufffd", text_of(value)).translate(_IN_TEXT)


def in_attribute(value: Any) -> str:
    """A value inside the quotes of an attribute."""
    return _NOT_XML.sub("\ufffd", text_of(value)).translate(_IN_ATTRIBUTE)


class _Writing:
    """Writes one document. Only what the author wrote as a map becomes elements: a map at a hole is JSON text."""

    def __init__(self, item: Node | None) -> None:
        self.item = item
        self.out: list[str] = [DECLARATION]

    def encoded(self) -> Encoded:
        return Encoded("".join(self.out).encode("utf-8"), CONTENT_TYPE)

    def elements(self, name: str, node: Node, value: Any, given: Mapping[str, str] | None = None) -> None:
        """The element `name`, or several where `value` is a list. `given` are attributes that it has in any case."""
        match node:
            case Value() if node == ITEMS and self.item is not None:
                for one in value if isinstance(value, list) else ():
                    self.elements(name, self.item, one, given)
            case Array(elements) if isinstance(value, list):
                left = list(elements)
                for one in value:
                    at = next((place for place, each in enumerate(left) if _fits(each, one)), None)
                    self.elements(name, left.pop(at) if at is not None else _LEAF, one, given)
            case Case(_, branches, otherwise):
                choices = [branch for _, branch in branches] + ([otherwise] if otherwise is not None else [])
                chosen = next((branch for branch in choices if _fits(branch, value)), _LEAF)
                self.elements(name, chosen, value, given)
            case Object(entries) if isinstance(value, dict):
                self._element(name, entries, value, given or {})
            case _:
                for one in value if isinstance(value, list) else [value]:
                    self._tagged(name, _attributes(given or {}), [in_text(one)])

    def _element(self, name: str, entries: tuple[Entry, ...], value: dict[str, Any], given: Mapping[str, str]) -> None:
        outer, self.out = self.out, []
        attributes = dict(given)
        for entry in entries:
            key = text_of(entry.key.value) if isinstance(entry.key, Const) else ""
            if key not in value:
                continue
            if key.startswith("@"):
                attributes[key[1:]] = in_attribute(value[key])
            elif key == TEXT:
                self.out.append(in_text(value[key]))
            else:
                self.elements(key, entry.value, value[key])
        inner, self.out = self.out, outer
        self._tagged(name, _attributes(attributes), inner)

    def outline(self, outline: Outline, values: list[Any]) -> None:
        """An element of XML text with holes."""
        attributes = {
            name: "".join(in_attribute(_piece(piece, values)) for piece in pieces)
            for name, pieces in outline.attributes
        }
        if outline.repeats is not None:
            self.elements(outline.name, ITEMS, values[outline.repeats], attributes)
            return
        outer, self.out = self.out, []
        for piece in outline.content:
            if isinstance(piece, Outline):
                self.outline(piece, values)
            else:
                self.out.append(in_text(_piece(piece, values)))
        inner, self.out = self.out, outer
        self._tagged(outline.name, _attributes(attributes), inner)

    def _tagged(self, name: str, attributes: str, inner: list[str]) -> None:
        if any(inner):
            self.out += [f"<{name}{attributes}>", *inner, f"</{name}>"]
        else:
            self.out.append(f"<{name}{attributes}/>")


def _attributes(escaped: Mapping[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in escaped.items())


def _piece(piece: str | int, values: list[Any]) -> Any:
    return piece if isinstance(piece, str) else values[piece]


def _fits(node: Node, value: Any) -> bool:
    """`value` can be what `node` gave."""
    match node:
        case Object(entries):
            keys = {text_of(entry.key.value) for entry in entries if isinstance(entry.key, Const)}
            return isinstance(value, dict) and value.keys() <= keys
        case Array():
            return isinstance(value, list)
        case Case(_, branches, otherwise):
            choices = [branch for _, branch in branches] + ([otherwise] if otherwise is not None else [])
            return any(_fits(branch, value) for branch in choices)
        case _:
            return not isinstance(value, dict)
