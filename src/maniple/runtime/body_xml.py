"""Compiling XML bodies: a YAML tree, or XML text with holes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from maniple.body.format import Format
from maniple.body.outline import Outline, OutlineFault, check_names, marked, read_outline
from maniple.body.xml import ITEMS, TEXT, XmlTextFormat, XmlTreeFormat, opened
from maniple.manifest.call import Exchange
from maniple.runtime.reading import Available, TemplateReader
from maniple.runtime.url import parts_of
from maniple.runtime.weight import weight_of_node
from maniple.source.text import Path
from maniple.template.ast import Array, Case, Const, Entry, Node, Object, Text, Value
from maniple.template.compile import ScalarTemplate

_PART = r"[^\W\d][\w.\-\u00b7]*"
_NAME = re.compile(rf"{_PART}(:{_PART})?")
MOST_WEIGHT = 5_000_000
"""About how many bytes an example may have that is made while a manifest is checked."""
_NOTHING = (Const({}), XmlTreeFormat("x", Const(None), None))
"""What stands for a body that cannot be read; the finding about it blocks."""


def compile_xml(
    reader: TemplateReader, exchange: Exchange, path: Path, available: Available, section: str, item: Node | None
) -> tuple[Node, Format]:
    """The tree and the format of an `xml` body; `item` is what `$items` is made from, if they are not joined."""
    item = opened(item) if item is not None and exchange.join is None else None
    before = len(reader.findings)
    for name in _names_in(item) if item is not None else ():
        _report_name(reader, name, (*path[:-1], "item"))
    if len(reader.findings) > before:
        item = Const(None)
    if isinstance(exchange.xml, str):
        return _from_text(reader, exchange.xml, path, available, section, item)
    return _from_tree(reader, exchange.xml, path, available, section, item)


def _from_text(
    reader: TemplateReader, text: str, path: Path, available: Available, section: str, item: Node | None
) -> tuple[Node, Format]:
    joined, reader.items_are_text = reader.items_are_text, True
    try:
        read = reader.text(text, path, available, section)
    finally:
        reader.items_are_text = joined
    if section in reader.unread:
        return _NOTHING
    parts = parts_of(read)
    holes = [part for part in parts if not isinstance(part, str)]
    repeating = frozenset(at for at, hole in enumerate(holes) if item is not None and hole == ITEMS.expression)
    reader.unread.add(section)
    try:
        root = read_outline(marked(list(parts)), repeating)
    except OutlineFault as fault:
        reader.report("MAN109", fault.message, path, within=_line(text, fault.line))
        return _NOTHING
    if root.repeats is not None:
        reader.report("MAN109", "the outermost element would be repeated for each of `$items`", path)
        return _NOTHING
    if repeating - set(_repeated(root)):
        at = text.find("$items")
        reader.report(
            "MAN210",
            "`$items` is a list, and would have to become part of a text",
            path,
            within=(at, at + len("$items")) if at >= 0 else None,
            hint="let it be all that an element holds: the element is repeated for each of them",
        )
        return _NOTHING
    reader.unread.discard(section)
    node = Array(tuple(map(Value, holes)))
    return _checked(reader, path, node, XmlTextFormat(root, item), item)


def _from_tree(
    reader: TemplateReader, tree: Any, path: Path, available: Available, section: str, item: Node | None
) -> tuple[Node, Format]:
    node = reader.tree(tree, path, available, section)
    if section in reader.unread:
        return _NOTHING
    before = len(reader.findings)
    _check_tree(reader, tree, path)
    shape = opened(node)
    entries = shape.entries if isinstance(shape, Object) else ()
    if len(entries) != 1 or not isinstance(entries[0].key, Const) or str(entries[0].key.value)[:1] in ("@", "#"):
        reader.report(
            "MAN109",
            "an XML body has one outermost element",
            path,
            key=True,
            hint="write one key, the name of that element, with everything else below it",
        )
    elif isinstance(entries[0].value, Array) or (entries[0].value == ITEMS and item is not None):
        reader.report("MAN109", "the outermost element would be repeated", path, key=True)
    if len(reader.findings) > before:
        reader.unread.add(section)
        return _NOTHING
    return _checked(reader, path, node, XmlTreeFormat(str(entries[0].key.value), entries[0].value, item), item)  # type: ignore[union-attr]


def _checked(
    reader: TemplateReader, path: Path, node: Node, format_: XmlTreeFormat | XmlTextFormat, item: Node | None
) -> tuple[Node, Format]:
    """Encode an example and read it, so that what is wrong with prefixes and names is found before anything is sent."""
    if weight_of_node(node) + (weight_of_node(item) if item is not None else 0) > MOST_WEIGHT:
        return node, format_
    template = ScalarTemplate(node)
    one = ScalarTemplate(item).render(dict.fromkeys(ScalarTemplate(item).names, "x")) if item is not None else "x"
    example = template.render({**dict.fromkeys(template.names, "x"), "items": [one]})
    if example is not None and isinstance(example, dict | list):
        try:
            check_names(format_.encode(example).content.decode())
        except expat.ExpatError as cause:
            unbound = expat.ErrorString(cause.code) == "unbound prefix"
            message = (
                "a prefix is used that nothing declares"
                if unbound
                else "an element or attribute has a name that XML does not have"
            )
            hint = 'declare it in an element around it, such as `"@xmlns:p": https://...`' if unbound else None
            reader.report("MAN109", message, path, key=True, hint=hint)
    return node, format_


def _check_tree(reader: TemplateReader, tree: Any, path: Path) -> None:
    """Findings about the names in a written tree, at their places."""
    if isinstance(tree, list):
        for position, element in enumerate(tree):
            _check_tree(reader, element, (*path, position))
        return
    if not isinstance(tree, dict):
        return
    for key, value in tree.items():
        if "$case" not in tree:
            name = key.removesuffix("~")
            _report_name(reader, name, (*path, key), key=True)
            if (name.startswith("@") or name == TEXT) and isinstance(value, dict | list) and "$case" not in value:
                what = "an attribute" if name.startswith("@") else "text"
                reader.report("MAN109", f"`{name}` is {what}, and can hold no elements", (*path, key), key=True)
        if key != "$case":
            _check_tree(reader, value, (*path, key))


def _report_name(reader: TemplateReader, name: str, path: Path, *, key: bool = False) -> None:
    if name == TEXT or _NAME.fullmatch(name.removeprefix("@")):
        return
    if "$" in name or "{{" in name:
        message = "the name of an element or attribute cannot come from a value"
    else:
        message = f"`{name}` cannot be the name of an element or attribute"
    reader.report("MAN109", message, path, key=key)


def _names_in(node: Node) -> Iterator[str]:
    match node:
        case Object(entries):
            for entry in entries:
                yield _written(entry)
                yield from _names_in(entry.value)
        case Array(elements):
            for element in elements:
                yield from _names_in(element)
        case Case(_, branches, otherwise):
            for _, branch in branches:
                yield from _names_in(branch)
            if otherwise is not None:
                yield from _names_in(otherwise)
        case Const() | Value() | Text():
            return


def _written(entry: Entry) -> str:
    """The key's text; a key with a hole has one that is no name."""
    return str(entry.key.value) if isinstance(entry.key, Const) else "$"


def _repeated(outline: Outline) -> Iterator[int]:
    if outline.repeats is not None:
        yield outline.repeats
    for piece in outline.content:
        if isinstance(piece, Outline):
            yield from _repeated(piece)


def _line(text: str, line: int) -> tuple[int, int] | None:
    """The characters of a line, without the white space around it."""
    lines = text.split("\n")
    number = min(line, len(lines) - 1)
    while number > 0 and not lines[number].strip():
        number -= 1
    start = sum(len(each) + 1 for each in lines[:number])
    written = lines[number]
    begin = start + len(written) - len(written.lstrip())
    return (begin, start + len(written.rstrip())) if written.strip() else None
