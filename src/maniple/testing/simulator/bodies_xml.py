"""XML bodies as the trees that replies in XML are read as."""

from __future__ import annotations

from typing import Any

from maniple.body.outline import Outline, Pieces
from maniple.body.xml import ITEMS, TEXT
from maniple.markup import read_markup
from maniple.template.ast import Array, Const, Entry, Node, Object, Text, Value
from maniple.wire import MAX_DEPTH, MAX_VALUES


def with_local_names(node: Node) -> Node:
    """The tree as it is read back: names without prefixes, no declarations of them, lone text as a leaf."""
    match node:
        case Object(entries):
            kept = tuple(
                Entry(Const(_local(str(entry.key.value))), with_local_names(entry.value), entry.optional)
                for entry in entries
                if isinstance(entry.key, Const) and not str(entry.key.value).startswith("@xmlns")
            )
            return kept[0].value if len(kept) == 1 and kept[0].key == Const(TEXT) else Object(kept)
        case Array(elements):
            return Array(tuple(map(with_local_names, elements)))
        case _:
            return node


def outlined(root: Outline, holes: tuple[Node, ...], item: Node | None) -> tuple[Node, Node | None]:
    """XML text with holes as such a tree, and the item with the attributes of the element that is repeated."""
    shape = Object((Entry(Const(_local(root.name)), _outlined(root, holes)),))
    repeated = next(_repeating(root), None)
    item = with_local_names(item) if item is not None else None
    if repeated is None or item is None:
        return shape, item
    given = _attributes(repeated, holes)
    if not given:
        return shape, item
    own = item.entries if isinstance(item, Object) else (Entry(Const(TEXT), item),)
    return shape, Object((*given, *own))


def read_tree_of(content: bytes, node: Node, item: Node | None) -> Any:
    """The tree of a document, with a list where `node` has one; None when it cannot be read."""
    tree = read_markup(content, MAX_VALUES, MAX_DEPTH)
    return _aligned(node, tree, item) if tree is not None else None


def _aligned(node: Node, value: Any, item: Node | None) -> Any:
    match node:
        case Object(entries) if isinstance(value, dict):
            below = {str(entry.key.value): entry.value for entry in entries if isinstance(entry.key, Const)}
            return {name: _aligned(below[name], one, item) if name in below else one for name, one in value.items()}
        case Object(entries) if isinstance(value, str):
            has_text = any(entry.key == Const(TEXT) for entry in entries)
            return {TEXT: value} if has_text else {} if not value.strip() else value
        case Array(elements):
            values = value if isinstance(value, list) else [value]
            if len(values) != len(elements):
                return values
            return [_aligned(element, one, item) for element, one in zip(elements, values, strict=True)]
        case Value() if node == ITEMS and item is not None:
            return [_aligned(item, one, None) for one in (value if isinstance(value, list) else [value])]
        case _:
            return value


def _outlined(outline: Outline, holes: tuple[Node, ...]) -> Node:
    if outline.repeats is not None:
        return ITEMS
    elements = [piece for piece in outline.content if isinstance(piece, Outline)]
    pieces = tuple(piece for piece in outline.content if not isinstance(piece, Outline))
    entries = list(_attributes(outline, holes))
    for name in dict.fromkeys(_local(element.name) for element in elements):
        same = [_outlined(element, holes) for element in elements if _local(element.name) == name]
        entries.append(Entry(Const(name), same[0] if len(same) == 1 else Array(tuple(same))))
    if not entries:
        return _text(pieces, holes)
    if pieces:
        entries.append(Entry(Const(TEXT), _text(pieces, holes)))
    return Object(tuple(entries))


def _attributes(outline: Outline, holes: tuple[Node, ...]) -> tuple[Entry, ...]:
    return tuple(
        Entry(Const(_local(f"@{name}")), _text(pieces, holes))
        for name, pieces in outline.attributes
        if not name.startswith("xmlns")
    )


def _text(pieces: Pieces, holes: tuple[Node, ...]) -> Node:
    parts = [piece if isinstance(piece, str) else holes[piece] for piece in pieces]
    if not any(isinstance(part, Value) for part in parts):
        return Const("".join(part for part in parts if isinstance(part, str)))
    return Text(tuple(part.expression if isinstance(part, Value) else str(part) for part in parts))


def _repeating(outline: Outline) -> Any:
    if outline.repeats is not None:
        yield outline
    for piece in outline.content:
        if isinstance(piece, Outline):
            yield from _repeating(piece)


def _local(name: str) -> str:
    mark = "@" if name.startswith("@") else ""
    return mark + name.removeprefix("@").rpartition(":")[2]
