"""The body of a call, compiled: what it is made of, and how it is encoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maniple.auth import Additions
from maniple.body.compression import ENCODING, compress
from maniple.body.csv import CsvFormat
from maniple.body.form import FormFormat
from maniple.body.format import Format
from maniple.body.json import JsonFormat
from maniple.body.multipart import MultipartFormat, PartFormat
from maniple.body.ndjson import NdjsonFormat
from maniple.body.text import TextFormat
from maniple.manifest.call import CsvBody, Exchange, MultipartPart
from maniple.runtime.body_xml import compile_xml
from maniple.runtime.reading import Available, TemplateReader
from maniple.source.hole_json import read_hole_json
from maniple.source.text import Path
from maniple.template.ast import Array, Const, Entry, Name, Node, Object, Value, names
from maniple.template.compile import ScalarTemplate
from maniple.template.operations import ABSENT
from maniple.template.parse import Reading

ITEMS = "items"
_ITEMS = Value(Name(ITEMS))


@dataclass(frozen=True, slots=True)
class Payload:
    """An encoded body and what a request says about it. `headers` are those that its encoding asks for, `size` is its
    bytes before compression: what byte limits count."""

    content: bytes
    headers: tuple[tuple[str, str], ...]
    size: int


@dataclass(frozen=True)
class BodyProgram:
    """A body with its templates compiled. `gzip`: it travels compressed."""

    template: ScalarTemplate
    format: Format
    gzip: bool = False

    @property
    def node(self) -> Node:
        """The tree that it is made from."""
        return self.template.node

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return self.template.names

    def encode(self, scope: Mapping[str, Any], additions: Additions) -> Payload:
        """The body for `scope`, with the members that the auth kind adds."""
        tree = self.template.render(scope)
        if tree is ABSENT:
            tree = self.format.empty
        if additions.json:
            tree = self.format.with_members(tree, additions.json)
        return _payload(self.format, tree, gzip=self.gzip)


def added_body(additions: Additions) -> Payload | None:
    """The body of a call that has none of its own: what the auth kind adds, if anything."""
    return _payload(JsonFormat(), dict(additions.json)) if additions.json else None


def _payload(format_: Format, tree: Any, *, gzip: bool = False) -> Payload:
    encoded = format_.encode(tree)
    content_type = ("Content-Type", encoded.content_type)
    if not gzip:
        return Payload(encoded.content, (content_type,), len(encoded.content))
    headers = (content_type, ("Content-Encoding", ENCODING))
    return Payload(compress(encoded.content), headers, len(encoded.content))


def compile_body(
    reader: TemplateReader,
    exchange: Exchange,
    path: Path,
    available: Available,
    section: str,
    item: Node | None = None,
) -> BodyProgram | None:
    """The body of a call or step at `path`; None without one. `item` is what `$items` is made from."""
    if not exchange.bodies:
        return None
    name = exchange.bodies[0]
    path, section = (*path, name), f"{section}.{name}"
    node: Node
    format_: Format
    match name:
        case "json":
            node, format_ = reader.tree(exchange.json_, path, available, section), JsonFormat()
        case "form":
            node, format_ = reader.tree(exchange.form or {}, path, available, section), FormFormat()
        case "ndjson":
            node, format_ = _lines(reader, exchange.ndjson, path, available, section), NdjsonFormat()
        case "csv" if exchange.csv is not None:
            node, format_ = _csv(reader, exchange.csv, path, available, section)
        case "multipart":
            node, format_ = _multipart(reader, exchange.multipart or [], path, available, section)
        case "xml":
            node, format_ = compile_xml(reader, exchange, path, available, section, item)
        case _:
            node = reader.text(exchange.text or "", path, available, section, as_text=True)
            format_ = TextFormat()
    return BodyProgram(ScalarTemplate(node), format_, exchange.gzip)


def item_of_body(exchange: Exchange) -> tuple[Any, Path] | None:
    """The `item` that the body itself says, with its place below the call: formats with a row or a line per user."""
    if exchange.csv is not None:
        return exchange.csv.columns, ("csv", "columns")
    if exchange.ndjson is not None and not _reads_items(exchange.ndjson):
        return exchange.ndjson, ("ndjson",)
    for position, part in enumerate(exchange.multipart or ()):
        if part.csv is not None:
            return part.csv.columns, ("multipart", position, "csv", "columns")
    return None


def _reads_items(tree: Any) -> bool:
    """`$items` stands somewhere in the tree, which may also be JSON text."""
    return ITEMS in names(Reading(lambda _name, _key: False).tree(_tree_of(tree), ()))


def _tree_of(written: Any) -> Any:
    """The tree that is written, also as JSON text; None when that cannot be read."""
    if not isinstance(written, str):
        return written
    parsed, _ = read_hole_json(written)
    return parsed.value if parsed is not None else None


def _lines(reader: TemplateReader, tree: Any, path: Path, available: Available, section: str) -> Node:
    """Groups of lines. `$items` alone, or as an element of an array, is a line for each of them; so is each element
    of an array. Without `$items` the tree is what each user's lines are made from."""
    if ITEMS in available and not _reads_items(tree):
        return _ITEMS if isinstance(_tree_of(tree), list) else Array((_ITEMS,))
    node = reader.tree(tree, path, available, section)
    match node:
        case Array(elements):
            return Array(tuple(element if element == _ITEMS else Array((element,)) for element in elements))
        case Const(list(values)):
            return Const([[value] for value in values])
        case _:
            return Array((node if node == _ITEMS else Array((node,)),))


def _csv(
    reader: TemplateReader, csv: CsvBody, path: Path, available: Available, section: str
) -> tuple[Node, CsvFormat]:
    columns = tuple(
        reader.text(column.removesuffix("~"), (*path, "columns", column), available, section, key=True)
        for column in csv.columns
    )
    rows: Node = _ITEMS
    if ITEMS not in available:
        # A call without users has one row of constants.
        rows = Array((reader.tree(csv.columns, (*path, "columns"), available, section),))
    node = Object((Entry(Const("columns"), Array(columns)), Entry(Const("rows"), rows)))
    return node, CsvFormat(csv.header, csv.delimiter)


def _multipart(
    reader: TemplateReader, parts: list[MultipartPart], path: Path, available: Available, section: str
) -> tuple[Node, MultipartFormat]:
    compiled = [_part(reader, part, (*path, position), available, section) for position, part in enumerate(parts)]
    return Array(tuple(node for node, _ in compiled)), MultipartFormat(tuple(format_ for _, format_ in compiled))


def _part(
    reader: TemplateReader, part: MultipartPart, path: Path, available: Available, section: str
) -> tuple[Node, PartFormat]:
    optional = part.name.endswith("~") and part.name != "~"
    name = part.name[:-1] if optional else part.name
    entries = [Entry(Const("name"), reader.text(name, (*path, "name"), available, section, as_text=True))]
    if part.filename is not None:
        filename = reader.text(part.filename, (*path, "filename"), available, section, as_text=True)
        entries.append(Entry(Const("filename"), filename))
    content: Node
    format_: Format | None = None
    if part.csv is not None:
        content, format_ = _csv(reader, part.csv, (*path, "csv"), available, section)
    elif part.text is not None:
        content = reader.text(part.text, (*path, "text"), available, section, as_text=True)
        format_ = TextFormat()
    elif part.value is not None:
        content = reader.text(part.value, (*path, "value"), available, section)
    else:
        content, format_ = reader.tree(part.json_, (*path, "json"), available, section), JsonFormat()
    entries.append(Entry(Const("content"), content, optional))
    return Object(tuple(entries)), PartFormat(format_, part.content_type)
