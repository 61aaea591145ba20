"""Bodies read back: from bytes to the tree that a call made them from, as far as its format keeps it.

JSON keeps everything. The other formats keep texts alone, so what is read is matched against a tree of texts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from maniple.body.compression import expand, is_compressed
from maniple.body.csv import CsvFormat
from maniple.body.form import FormFormat
from maniple.body.json import JsonFormat
from maniple.body.ndjson import NdjsonFormat
from maniple.body.text import TextFormat
from maniple.body.xml import ITEMS, XmlTextFormat, XmlTreeFormat, opened
from maniple.runtime.program import StepProgram
from maniple.template.ast import Array, Case, Const, Entry, Node, Object, Text, Value
from maniple.template.text import text_of
from maniple.testing.simulator.bodies_xml import outlined, read_tree_of, with_local_names
from maniple.testing.simulator.fold import fold

MOST_BYTES = 100_000_000
"""Bytes of a body once it is expanded."""


class UnreadableBody(ValueError):
    """A body is not what its format is."""


class NoSuchReader(Exception):
    """Bodies of a call cannot be read back. The text is its reason."""


@dataclass(frozen=True)
class BodyShape:
    """What a body and its items are when they are read; `parse` raises ValueError for other bytes."""

    node: Node | None
    item: Node | None
    parse: Callable[[bytes], Any]


def body_shape(step: StepProgram, known: Mapping[str, Any]) -> BodyShape:
    """The shape of a call's bodies when the variables `known` have these values. Raises NoSuchReader."""
    item = fold(step.item.node, known) if step.item is not None else None
    if step.body is None:
        return BodyShape(None, item, _parse_json)
    shape = _shape(step, fold(step.body.node, known), item, known)
    return BodyShape(shape.node, shape.item, lambda content: shape.parse(_expanded(content)))


def _shape(step: StepProgram, node: Node, item: Node | None, known: Mapping[str, Any]) -> BodyShape:
    body = step.body
    match body.format if body is not None else None:
        case JsonFormat():
            return BodyShape(node, item, _parse_json)
        case FormFormat():
            return _form(opened(node), item, joined=step.join is not None)
        case NdjsonFormat():
            return _lines(opened(node), item)
        case CsvFormat(header, delimiter):
            return _rows(opened(node), item, header, delimiter)
        case TextFormat():
            return BodyShape(in_texts(node), _texts(item), lambda content: content.decode())
        case XmlTreeFormat(name, root):
            shaped = with_local_names(Object((Entry(Const(name), opened(fold(root, known))),)))
            return _xml(shaped, with_local_names(opened(item)) if item is not None else None)
        case XmlTextFormat(root) if body is not None and isinstance(body.node, Array):
            shaped, item = outlined(root, body.node.elements, opened(item) if item is not None else None)
            return _xml(fold(shaped, known), item)
        case _:
            raise NoSuchReader("its multipart body cannot be read back")


def in_texts(node: Node) -> Node:
    """The same tree with a text at every leaf; `$items` stay what they are."""
    match node:
        case Const(value):
            return Const(text_of(value))
        case Value(expression):
            return node if node == ITEMS else Text((expression,))
        case Array(elements):
            return Array(tuple(map(in_texts, elements)))
        case Object(entries):
            return Object(tuple(Entry(entry.key, in_texts(entry.value), entry.optional) for entry in entries))
        case Case(selector, branches, otherwise):
            shaped = tuple((name, in_texts(branch)) for name, branch in branches)
            return Case(selector, shaped, in_texts(otherwise) if otherwise is not None else None)
        case _:
            return node


def _texts(item: Node | None) -> Node | None:
    return in_texts(opened(item)) if item is not None else None


def _expanded(content: bytes) -> bytes:
    expanded = expand(content, MOST_BYTES) if is_compressed(content) else content
    if expanded is None:
        raise UnreadableBody
    return expanded


def _parse_json(content: bytes) -> Any:
    return orjson.loads(content) if content else None


def _form(node: Node, item: Node | None, *, joined: bool) -> BodyShape:
    entries = {str(entry.key.value): entry.value for entry in _entries(node) if isinstance(entry.key, Const)}
    structured = isinstance(item, Object | Array) and not joined

    def parse(content: bytes) -> Any:
        pairs = parse_qsl(content.decode("ascii"), keep_blank_values=True, strict_parsing=bool(content))
        tree: dict[str, Any] = {}
        for name, value in pairs:
            tree.setdefault(name, []).append(value)
        return {name: _value(entries.get(name), values) for name, values in tree.items()}

    def _value(node: Node | None, values: list[str]) -> Any:
        if isinstance(node, Object):
            return orjson.loads(values[0])
        if node == ITEMS and not joined:
            return [orjson.loads(value) for value in values] if structured else values
        return values if isinstance(node, Array) or len(values) > 1 else values[0]

    shaped = Object(
        tuple(
            entry if isinstance(entry.value, Object) else Entry(entry.key, in_texts(entry.value), entry.optional)
            for entry in _entries(node)
        )
    )
    return BodyShape(shaped, item if structured else _texts(item), parse)


def _entries(node: Node) -> tuple[Entry, ...]:
    if not isinstance(node, Object):
        raise NoSuchReader("its body has no fixed members and cannot be read back")
    return node.entries


def _lines(node: Node, item: Node | None) -> BodyShape:
    if node == ITEMS and isinstance(item, Array):
        size = len(item.elements)
        return BodyShape(node, item, lambda content: _in_groups(_parse_lines(content), size))
    groups = node.elements if isinstance(node, Array) else ()
    places = [place for place, group in enumerate(groups) if group == ITEMS]
    if len(places) > 1 or not groups:
        raise NoSuchReader("its lines cannot be told apart")
    before, after = (places[0], len(groups) - 1 - places[0]) if places else (len(groups), 0)

    def parse(content: bytes) -> Any:
        lines = _parse_lines(content)
        end = len(lines) - after
        middle = [lines[before:end]] if places else []
        return [*([line] for line in lines[:before]), *middle, *([line] for line in lines[end:] if places)]

    return BodyShape(node, item, parse)


def _parse_lines(content: bytes) -> list[Any]:
    return [orjson.loads(line) for line in content.split(b"\n") if line]


def _in_groups(lines: list[Any], size: int) -> list[list[Any]]:
    return [lines[start : start + size] for start in range(0, len(lines), size)]


def _rows(node: Node, item: Node | None, header: bool, delimiter: str) -> BodyShape:
    columns = _entries(node)[0].value
    names = (
        [text_of(each.value) for each in columns.elements if isinstance(each, Const)]
        if isinstance(columns, Array)
        else []
    )
    if not header and (not isinstance(columns, Array) or len(names) != len(columns.elements)):
        raise NoSuchReader("the columns of its rows have no fixed names")

    def parse(content: bytes) -> Any:
        file = io.StringIO(content.decode(), newline="")
        rows = list(csv.reader(file, delimiter=delimiter, strict=True))
        first = rows.pop(0) if header and rows else names
        return {"columns": first, "rows": [dict(zip(first, row, strict=True)) for row in rows]}

    return BodyShape(in_texts(node), _texts(item), parse)


def _xml(node: Node, item: Node | None) -> BodyShape:
    return BodyShape(in_texts(node), _texts(item), lambda content: _parse_xml(content, node, item))


def _parse_xml(content: bytes, node: Node, item: Node | None) -> Any:
    tree = read_tree_of(content, node, item)
    if tree is None:
        raise UnreadableBody
    return tree
