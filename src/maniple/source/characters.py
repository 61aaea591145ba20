"""From bytes to text: UTF-8, without characters that nobody can see."""

from __future__ import annotations

import re

from maniple.diagnostics.model import Diagnostic
from maniple.source.limits import MAX_CHARACTERS
from maniple.source.text import Source, Span

BOM = "\ufeff"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
MAX_BYTES = 4 * MAX_CHARACTERS + 3


def read_bytes(name: str, data: bytes) -> tuple[Source | None, list[Diagnostic]]:
    """The source that the bytes of file `name` hold as UTF-8; a byte order mark is dropped.

    Without a source, the findings say why: too large (MAN104) or not UTF-8 (MAN106).
    """
    if len(data) > MAX_BYTES:
        return None, [too_large(Source(name, ""), len(data), "bytes")]
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return Source(name, data.decode("utf-8")), []
    except UnicodeDecodeError as fault:
        return None, [_undecodable(name, data, fault)]


def _undecodable(name: str, data: bytes, fault: UnicodeDecodeError) -> Diagnostic:
    shown = Source(name, data.decode("utf-8", "replace"))
    offset = len(data[: fault.start].decode("utf-8"))
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return Diagnostic(
        "MAN106",
        "the file is UTF-16, not UTF-8" if utf16 else f"byte `0x{data[fault.start]:02x}` is not UTF-8",
        source=shown,
        span=Span(offset, offset + 1),
        hint="save the file with the encoding UTF-8",
    )


def refused_text(source: Source) -> list[Diagnostic]:
    """The findings that forbid reading this text at all: its size, or the first invisible character in it."""
    if len(source.text) > MAX_CHARACTERS:
        return [too_large(source, len(source.text), "characters")]
    found = _FORBIDDEN.search(source.text)
    if found is None:
        return []
    char, offset = found.group(), found.start()
    return [
        Diagnostic(
            "MAN106",
            f"the character U+{ord(char):04X} cannot stand in a manifest",
            source=source,
            span=Span(offset, offset + 1),
            label="invisible character",
            hint=_instead_of(char),
        )
    ]


def _instead_of(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return "this is half a character: delete it"
    return f'delete it, or write it inside double quotes as `"\\u{ord(char):04x}"`'


def too_large(source: Source, size: int, unit: str) -> Diagnostic:
    """The finding that a file of `size` `unit` is above the limit."""
    return Diagnostic(
        "MAN104",
        f"the file has {size:,} {unit}; {MAX_CHARACTERS:,} characters are the most",
        source=source,
        span=Span(0, 0),
    )
