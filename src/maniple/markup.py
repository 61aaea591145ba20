"""XML text as plain data, in bounded time and memory."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

TEXT = "#text"
_BLANK = b" \t\r\n\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")


class _Refused(Exception):
    """The text has a document type, nests too deeply or holds too many values."""


def is_markup(body: bytes) -> bool:
    """The text begins as XML begins, and as JSON cannot."""
    return body[:64].lstrip(_BLANK).startswith(b"<") or body.startswith(_UTF_16)


def values_in_markup(body: bytes) -> int:
    """How many values XML text holds, at most: elements, attributes and texts. An attribute takes the room of two."""
    return body.count(b"<") + 2 * body.count(b"=")


def read_markup(body: bytes, most_values: int, most_depth: int) -> Any:
    """XML text as plain data; None when it is none, holds more values or nests deeper than allowed, or has a DOCTYPE.

    An element with neither attributes nor elements in it is its text; any other is a map: each element by its name,
    a list where the name is repeated, each attribute as `@name`, and text beside them as `#text`. Names are local:
    `soap:Body` is `Body`, and declarations of namespaces are left out. The answer is a map of the outermost element.

    >>> read_markup(b'<a:r xmlns:a="u" n="1"><id>5</id><e/><e>x</e></a:r>', 100, 10)
    {'r': {'@n': '1', 'id': '5', 'e': ['', 'x']}}
    """
    if values_in_markup(body) > most_values:
        return None
    parser = expat.ParserCreate()
    parser.buffer_text = True
    builder = _Builder(most_depth)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    # Without a document type there are no entities but the five of XML itself, so nothing expands or is fetched.
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _Refused, ValueError, LookupError):
        return None
    return builder.root


def _refuse(*_: Any) -> None:
    raise _Refused


class _Builder:
    """Builds the data element by element; `open` are the elements around the place that is read."""

    def __init__(self, most_depth: int) -> None:
        self.most_depth = most_depth
        self.root: dict[str, Any] = {}
        self.open: list[tuple[str, dict[str, Any], list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= self.most_depth:
            raise _Refused
        members = {
            f"@{_local(key)}": value
            for key, value in attributes.items()
            if key != "xmlns" and not key.startswith("xmlns:")
        }
        self.open.append((_local(name), members, []))

    def text(self, text: str) -> None:
        self.open[-1][2].append(text)

    def end(self, _: str) -> None:
        name, members, pieces = self.open.pop()
        text = "".join(pieces)
        if members and text.strip():
            members[TEXT] = text.strip()
        _add(self.open[-1][1] if self.open else self.root, name, members or text)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _add(members: dict[str, Any], name: str, value: Any) -> None:
    if name not in members:
        members[name] = value
    elif isinstance(members[name], list):
        members[name].append(value)
    else:
        members[name] = [members[name], value]
