"""A cohort file: what kind it is, which columns it has, and which of them is the id."""

from __future__ import annotations

import csv
import gzip
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias, assert_never, cast

from maniple.diagnostics.suggest import listed
from maniple.errors import CohortError, OperatorError
from maniple.sources import delimited, jsonl
from maniple.sources.copies import renamed
from maniple.sources.header import Header, twins_of

Format: TypeAlias = Literal["csv", "tsv", "jsonl", "parquet"]
Compression: TypeAlias = Literal["none", "gzip"]

MAX_COLUMNS = 5_000

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_REFUSED = {
    b"PK\x03\x04": "is a spreadsheet or a zip archive",
    b"\xd0\xcf\x11\xe0": "is a spreadsheet",
    b"\x28\xb5\x2f\xfd": "is compressed with Zstandard",
    b"BZh": "is compressed with bzip2",
    b"\xfd7zXZ": "is compressed with xz",
    b"\xff\xfe": "is UTF-16 text",
    b"\xfe\xff": "is UTF-16 text",
}
_DATABASES = {"sqlite": (0, b"SQLite format 3"), "duckdb": (8, b"DUCK")}
"""Where what stands in the beginning of a database, by how its URL begins."""
_ACCEPTED = "give a CSV, TSV, JSON Lines or Parquet file in UTF-8, plain or (but for Parquet) compressed with gzip"


@dataclass(frozen=True, slots=True)
class CohortFile:
    """A file that was looked into: its kind and its columns.

    `names` are the columns in file order (JSON Lines: sorted); a CSV column may have an empty name. `blank_lines`
    stand before the header of a CSV or TSV file. `parts` are the files that this one was joined from.
    """

    path: Path
    format: Format
    compression: Compression
    names: tuple[str, ...]
    blank_lines: int = 0
    parts: tuple[Part, ...] = ()

    def columns(self) -> list[str]:
        """The names of the columns that have one."""
        return self.header.columns()

    def id_column(self, given: str | None = None) -> str:
        """The column of the member ids, as `Header.id_column`. Raises CohortError."""
        return self.header.id_column(given)

    def missing(self, column: str) -> CohortError:
        """The error for a `column` that this file does not have."""
        return self.header.missing(column)

    @property
    def header(self) -> Header:
        """The columns of the file."""
        return Header(str(self.path), self.names, written=self.format in ("csv", "tsv"))

    def fault(self) -> CohortError | None:
        """Read the whole file and say what is first wrong with it, or None; slow, for a file that did not load."""
        if self.parts:
            return next((fault for part in self.parts if (fault := part.fault()) is not None), None)
        try:
            return self._fault()
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return CohortError(f"`{self.path}` ends too early or is damaged", hint="copy or export the file again")

    def tidied(self, out: Path) -> CohortFile:
        """Write the rows of this sound CSV or TSV file to `out` in plain RFC 4180 form, and open that."""
        with open_bytes(self.path, self.compression) as stream, out.open("wb") as target:
            delimited.write_tidy(stream, target, self.path, self.delimiter)
        return replace(self, path=out, compression="none", blank_lines=0, parts=())

    @property
    def delimiter(self) -> str:
        """What stands between two fields of a CSV or TSV file."""
        return "\t" if self.format == "tsv" else ","

    def _fault(self) -> CohortError | None:
        match self.format:
            case "csv" | "tsv":
                with open_bytes(self.path, self.compression) as stream:
                    return delimited.first_fault(stream, self.path, len(self.names), self.delimiter)
            case "jsonl":
                with open_bytes(self.path, self.compression) as stream:
                    return jsonl.first_fault(stream, self.path)
            case "parquet":
                return None
            case _:
                assert_never(self.format)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a cohort that is kept in several, under the name that a person knows it by."""

    name: str
    file: CohortFile

    def fault(self) -> CohortError | None:
        """As `CohortFile.fault`."""
        fault = self.file.fault()
        return renamed(fault, self.file.path, self.name) if fault else None


def open_cohort(path: Path) -> CohortFile:
    """Look into the file at `path`: kind, compression and columns.

    The kind is told by what the file begins with, then by its suffix. Raises CohortError for a file that is missing,
    empty, of another kind, without a header or with a column named twice, and for a JSON Lines file with a bad line;
    OperatorError for a file that may not be read.
    """
    cohort = _opened(path)
    if len(cohort.names) > MAX_COLUMNS:
        message = f"`{path}` has {len(cohort.names):,} columns; {MAX_COLUMNS:,} are the most"
        raise CohortError(message, hint="leave only the columns that are mapped or sent")
    return cohort


def _opened(path: Path) -> CohortFile:
    head, compression = _peek(path)
    if not head:
        raise CohortError(f"`{path}` is empty", hint="the first line names the columns, such as `user_id,email`")
    format_ = _format_of(path, head, compression)
    match format_:
        case "csv" | "tsv":
            return _open_delimited(path, format_, compression)
        case "jsonl":
            return _open_jsonl(path, compression)
        case "parquet":
            return CohortFile(path, "parquet", "none", _parquet_names(path))
        case _:
            assert_never(format_)


@contextmanager
def open_bytes(path: Path, compression: Compression) -> Iterator[IO[bytes]]:
    """The uncompressed bytes of `path`, seekable."""
    with cast("IO[bytes]", gzip.open(path, "rb") if compression == "gzip" else path.open("rb")) as stream:
        yield stream


def _peek(path: Path) -> tuple[bytes, Compression]:
    """The first bytes, uncompressed, and how they were compressed."""
    try:
        str(path).encode()
        # Before it is opened: a pipe that nobody writes into would be waited for, and a device never ends.
        if not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode):
            hint = "write the users to a file first: it is read more than once"
            raise CohortError(f"`{path}` is a pipe or a device, not a file", hint=hint)
        with path.open("rb") as stream:
            head = stream.read(4096)
    except UnicodeEncodeError:
        raise CohortError(f"the name of the file `{path}` is not UTF-8", hint="rename the file") from None
    except FileNotFoundError:
        raise CohortError(f"there is no file `{path}`") from None
    except IsADirectoryError:
        raise CohortError(f"`{path}` is a folder, not a file") from None
    except OSError as cause:
        raise OperatorError(f"`{path}` cannot be read: {cause.strerror}") from cause
    if not head.startswith(b"\x1f\x8b"):
        return head, "none"
    try:
        with gzip.open(path, "rb") as stream:
            return stream.read(4096), "gzip"
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CohortError(f"`{path}` is not a sound gzip file", hint="compress or copy the file again") from None


def _format_of(path: Path, head: bytes, compression: Compression) -> Format:
    for magic, what in _REFUSED.items():
        if head.startswith(magic):
            raise CohortError(f"`{path}` {what}", hint=_ACCEPTED)
    for scheme, (place, magic) in _DATABASES.items():
        if head.startswith(magic, place):
            hint = f'`{scheme}:///{path}` reads users from it, with `--query "SELECT ..."`'
            raise CohortError(f"`{path}` is a database", hint=hint)
    if head.startswith(b"PAR1"):
        if compression == "gzip":
            hint = "unpack it with `gunzip` first: Parquet files are already compressed inside"
            raise CohortError(f"`{path}` is a Parquet file compressed with gzip", hint=hint)
        return "parquet"
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    format_ = _FORMATS.get(suffixes[-1]) if suffixes else None
    if format_ == "parquet":
        raise CohortError(f"`{path}` is called Parquet but is none", hint=_ACCEPTED)
    if format_ is not None:
        return format_
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b"[")):
        return "jsonl"
    first_line = text.split(b"\n", 1)[0]
    return "tsv" if b"\t" in first_line and b"," not in first_line else "csv"


def _open_delimited(path: Path, format_: Literal["csv", "tsv"], compression: Compression) -> CohortFile:
    with open_bytes(path, compression) as stream:
        try:
            names, blank_lines = delimited.read_header(stream, path, "\t" if format_ == "tsv" else ",")
        except UnicodeDecodeError as cause:
            stream.seek(0)
            raise delimited.not_utf8(stream, path) or CohortError(f"`{path}` is not UTF-8") from cause
        except csv.Error as cause:
            raise CohortError(f"the header of `{path}` cannot be read: {cause}") from cause
    if compression == "none":
        with path.open("rb") as stream:
            delimited.refuse_long_end(stream, path)
    return CohortFile(path, format_, compression, names, blank_lines)


def _open_jsonl(path: Path, compression: Compression) -> CohortFile:
    keys = jsonl.read_keys(path, compression)
    cohort = CohortFile(path, "jsonl", compression, keys or ())
    if keys is None:
        raise cohort.fault() or CohortError(f"`{path}` cannot be read as JSON Lines")
    if not keys:
        raise CohortError(f"`{path}` holds no users")
    return cohort


def _parquet_names(path: Path) -> tuple[str, ...]:
    import pyarrow.parquet

    arrow: Any = pyarrow  # it ships no types
    try:
        names = tuple(arrow.parquet.read_schema(path).names)
    except (arrow.ArrowException, OSError) as cause:
        raise CohortError(f"`{path}` cannot be read as Parquet: {cause}", hint=_ACCEPTED) from cause
    twins = twins_of(names)
    if twins:
        raise CohortError(f"`{path}` has the column {listed(twins, last='and')} more than once")
    return names
