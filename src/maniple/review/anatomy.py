"""A request taken apart into what its structure is and the values that stand in it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote
from xml.parsers import expat

from maniple.body.csv import CsvFormat
from maniple.body.form import FormFormat
from maniple.body.format import Format
from maniple.body.json import JsonFormat
from maniple.body.multipart import MultipartFormat
from maniple.body.ndjson import NdjsonFormat
from maniple.body.reading import content_of
from maniple.body.text import TextFormat
from maniple.body.xml import XmlTextFormat, XmlTreeFormat
from maniple.runtime.program import StepProgram
from maniple.wire import Request, header_value

Writing: TypeAlias = Literal["typed", "text", "xml"]
"""How values stand in a body: with their types, as text, as text of XML."""
_NAME = re.compile(r'; (?:file)?name="([^"]*)"')
# A URL may begin with the mark of one that comes with a token.
_URL = re.compile(r"(?P<origin>\w+_from_auth|[^:/]+://[^/?]*)(?P<path>[^?]*)(?:\?(?P<query>.*))?", re.DOTALL)


@dataclass(frozen=True)
class Anatomy:
    """A request's parts, decoded. `body` is lists, maps and leaves; texts of pairs are lists of two."""

    method: str
    origin: str
    segments: list[str]
    query: list[list[str]]
    headers: list[list[str]]
    body: Any
    writing: Writing


class Unreadable(Exception):
    """The body is not what its format says."""


def dissect(step: StepProgram, request: Request) -> Anatomy:
    """The parts of a request of `step`. Raises Unreadable."""
    found = _URL.fullmatch(request.url)
    if found is None:
        raise Unreadable
    query = [pair.partition("=") for pair in (found["query"] or "").split("&") if pair]
    format_ = step.body.format if step.body is not None else JsonFormat()
    try:
        body = _body(format_, request) if request.body is not None else None
    except (ValueError, expat.ExpatError, csv.Error) as cause:
        raise Unreadable from cause
    return Anatomy(
        request.method,
        found["origin"],
        [unquote(segment) for segment in found["path"].split("/")],
        [[unquote(name), unquote(value)] for name, _, value in query],
        [[name, value] for name, value in request.headers if name.lower() != "content-type"],
        body,
        _writing(format_),
    )


def _writing(format_: Format) -> Writing:
    if isinstance(format_, JsonFormat | NdjsonFormat):
        return "typed"
    return "xml" if isinstance(format_, XmlTextFormat | XmlTreeFormat) else "text"


def _body(format_: Format, request: Request) -> Any:
    content = content_of(request)
    match format_:
        case MultipartFormat(parts):
            boundary = (header_value(request.headers, "content-type") or "").partition("boundary=")[2]
            inner = [part.format for part in parts]
            return _parts(
                content, boundary.encode(), next((each for each in inner if isinstance(each, CsvFormat)), None)
            )
        case _:
            return _plain(format_, content)


def _plain(format_: Format, content: bytes) -> Any:
    text = content.decode()
    match format_:
        case JsonFormat():
            return json.loads(text)
        case NdjsonFormat():
            return [json.loads(line) for line in text.split("\n") if line]
        case FormFormat():
            return [list(pair) for pair in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))]
        case CsvFormat(_, delimiter):
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        case XmlTextFormat() | XmlTreeFormat():
            return _Elements().read(content)
        case TextFormat():
            return text
        case _:
            raise Unreadable


def _parts(content: bytes, boundary: bytes, rows: CsvFormat | None) -> list[Any]:
    """Names, head and content of each part; a file of rows as its rows."""
    found: list[Any] = []
    pieces = (b"\r\n" + content).split(b"\r\n--" + boundary)
    for piece in pieces[1:-1]:
        head, _, inside = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        is_rows = rows is not None and b"text/csv" in head
        found.append(
            [
                _NAME.findall(head.decode()),
                _NAME.sub("", head.decode()),
                _plain(rows, inside) if is_rows and rows else inside.decode(),
            ]
        )
    return found


class _Elements:
    """XML as nested lists: name, attributes, contents."""

    def __init__(self) -> None:
        self.open: list[list[Any]] = [["", [], []]]

    def read(self, content: bytes) -> list[Any]:
        """The outermost element."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(content, True)
        root: list[Any] = self.open[0][2]
        return root

    def _start(self, name: str, attributes: list[str]) -> None:
        element = [name, [list(pair) for pair in zip(attributes[::2], attributes[1::2], strict=True)], []]
        self.open[-1][2].append(element)
        self.open.append(element)

    def _end(self, _: str) -> None:
        # Nothing between its tags is an empty text.
        inside = self.open.pop()[2]
        inside += [] if inside else [""]

    def _text(self, text: str) -> None:
        inside = self.open[-1][2]
        if inside and isinstance(inside[-1], str):
            inside[-1] += text
        else:
            inside.append(text)
