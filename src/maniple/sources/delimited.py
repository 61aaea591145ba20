"""CSV and TSV text: the header, the first fault, and a tidy copy of a file that is sound but unusual."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from maniple.diagnostics.suggest import listed
from maniple.errors import CohortError
from maniple.sources.header import looks_like_values, twins_of

_CHUNK = 1 << 20
_LONGEST_FIELD = 2_000_000
LONGEST_LINE = 2_097_152
"""Bytes of one line that are read, as DuckDB's reader of CSV has it."""


def read_header(stream: IO[bytes], path: Path, delimiter: str) -> tuple[tuple[str, ...], int]:
    """The column names of the first line that is not blank, and how many blank lines stand before it.

    Spaces around a name do not count; a name may be empty (a trailing comma), a second time the same may not.
    Raises CohortError when there is no header, a name stands twice, or another delimiter was used.
    """
    rows = csv.reader(_lines(io.TextIOWrapper(stream, "utf-8-sig", newline=""), path), delimiter=delimiter)
    before = 0
    for row in rows:
        if row:
            break
        before = rows.line_num
    else:
        raise CohortError(f"`{path}` has no header line", hint="the first line must name the columns")
    names = tuple(name.strip() for name in row)
    if not any(names):
        raise CohortError(f"`{path}` has no header line", hint="the first line must name the columns")
    _refuse_other_delimiter(path, names, delimiter)
    _refuse_twins(path, names)
    return names, before


def refuse_long_end(stream: IO[bytes], path: Path) -> None:
    """Raise CohortError when the last line is too long: what reads the file would pass over it in silence."""
    size = stream.seek(0, io.SEEK_END)
    if size <= LONGEST_LINE:
        return
    stream.seek(size - LONGEST_LINE)
    tail = stream.read(LONGEST_LINE)
    if b"\n" not in tail and b"\r" not in tail:
        raise _too_long(path, "the last line")


def _lines(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    """The lines of `text`, none of them held when it is too long. Raises CohortError for such a line."""
    number = 1
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise _too_long(path, f"line {number}")
        yield line
        number += 1


def _too_long(path: Path, which: str) -> CohortError:
    return CohortError(f"{which} of `{path}` has more than 2 MB", hint="is the file whole, and a CSV file?")


def first_fault(stream: IO[bytes], path: Path, width: int, delimiter: str) -> CohortError | None:
    """The first row that is not `width` fields wide, not UTF-8 or badly quoted; None when every row is sound."""
    fault = not_utf8(stream, path)
    if fault is not None:
        return fault
    stream.seek(0)
    try:
        return _first_bad_row(stream, path, width, delimiter)
    except CohortError as too_long:
        return too_long


def not_utf8(stream: IO[bytes], path: Path) -> CohortError | None:
    """The place of the first byte that is not UTF-8, counted from 0 in the uncompressed text; None when all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = 0
    while True:
        chunk = stream.read(_CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as cause:
            offset = start - pending + cause.start
            return CohortError(f"`{path}` is not UTF-8 at byte {offset}", hint="save the file with UTF-8 encoding")
        if not chunk:
            return None
        start += len(chunk)


def write_tidy(stream: IO[bytes], out: IO[bytes], path: Path, delimiter: str) -> None:
    """Write the same rows with one kind of line end, no byte order mark and no blank lines."""
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows(row for _, row in _rows(stream, path, delimiter))
    text.flush()
    text.detach()


def _first_bad_row(stream: IO[bytes], path: Path, width: int, delimiter: str) -> CohortError | None:
    line = 1
    try:
        for line, row in _rows(stream, path, delimiter):
            if len(row) != width:
                message = f"line {line} of `{path}` has {_fields(len(row))}, the header has {width}"
                hint = "put quotes around a value that contains the delimiter" if len(row) > width else None
                return CohortError(message, hint=hint)
    except csv.Error as cause:
        message = f"the row after line {line} of `{path}` cannot be read: {cause}"
        return CohortError(message, hint='a quote inside a quoted value is written twice: `""`')
    return None


def _rows(stream: IO[bytes], path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the number of its first line."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    rows = csv.reader(_lines(text, path), delimiter=delimiter, strict=True)
    first = 1
    for row in rows:
        if row:
            yield first, row
        first = rows.line_num + 1
    text.detach()


def _fields(count: int) -> str:
    return f"{count} field" if count == 1 else f"{count} fields"


def _refuse_other_delimiter(path: Path, names: tuple[str, ...], delimiter: str) -> None:
    if len(names) > 1:
        return
    for other, called in ((";", "semicolons"), ("\t", "tabs"), (",", "commas"), ("|", "bars")):
        if other != delimiter and other in names[0]:
            wanted = "commas; a file with tabs must be called `.tsv`" if delimiter == "," else "tabs"
            raise CohortError(f"the columns of `{path}` are separated by {called}", hint=f"save the file with {wanted}")


def _refuse_twins(path: Path, names: tuple[str, ...]) -> None:
    twins = twins_of(names)
    if not twins:
        return
    hint = "the first line must name the columns" if looks_like_values(names) else "rename one of the columns"
    raise CohortError(f"the header of `{path}` names {listed(twins, last='and')} more than once", hint=hint)
