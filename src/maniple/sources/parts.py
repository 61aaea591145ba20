"""Several files of one kind as one."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from maniple.diagnostics.suggest import listed
from maniple.errors import CohortError
from maniple.sources.copies import renaming
from maniple.sources.file import CohortFile, Part, open_bytes

_CHUNK = 1 << 20
ROWS = 61_440


def join_parts(parts: Sequence[Part], out: Path) -> CohortFile:
    """One cohort file with the rows of all `parts`, in their order; one part is itself. `out` is the new file.

    Raises CohortError when they are not of one kind or do not have the same columns, or one is damaged. Keys of JSON
    lines may differ.
    """
    first = parts[0]
    if len(parts) == 1:
        return first.file
    for part in parts[1:]:
        _refuse_other_kind(first, part)
    match first.file.format:
        case "parquet":
            names = _join_parquet(parts, out)
        case "jsonl":
            names = _join_lines(parts, out)
        case "csv" | "tsv":
            names = _join_delimited(parts, out)
    return CohortFile(out, first.file.format, "none", names, parts=tuple(parts))


def _refuse_other_kind(first: Part, other: Part) -> None:
    one, two = first.file, other.file
    if one.format != two.format:
        message = f"`{first.name}` and `{other.name}` are of two kinds, `{one.format}` and `{two.format}`"
        raise CohortError(message, hint="give files of one kind at a time, such as with `*.csv`")
    if one.format == "jsonl" or sorted(one.names) == sorted(two.names):
        return
    columns = (listed(file.columns(), last="and") for file in (one, two))
    message = f"`{first.name}` has the columns {next(columns)}, and `{other.name}` has {next(columns)}"
    raise CohortError(message, hint="all files of a cohort have the same columns")


def _join_delimited(parts: Sequence[Part], out: Path) -> tuple[str, ...]:
    names = parts[0].file.names
    with out.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, delimiter=parts[0].file.delimiter, lineterminator="\n").writerow(names)
        for part in parts:
            if part.file.names != names:
                message = f"`{part.name}` has its columns in another order than `{parts[0].name}`"
                raise CohortError(message, hint="write them in one order, or use Parquet")
            with renaming(part.file.path, part.name):
                _append_rows(part.file, target)
    return names


def _append_rows(file: CohortFile, target: IO[str]) -> None:
    """Everything behind the header, as it is."""
    try:
        with open_bytes(file.path, file.compression) as stream:
            text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
            # The reader takes a line at a time, so that the text stands behind the header afterwards.
            rows = csv.reader(iter(text.readline, ""), delimiter=file.delimiter)
            next(row for row in rows if row)
            last = ""
            while chunk := text.read(_CHUNK):
                target.write(chunk)
                last = chunk[-1]
            if last not in ("", "\n", "\r"):
                target.write("\n")
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile) as cause:
        raise file.fault() or CohortError(f"`{file.path}` cannot be read: {cause}") from cause


def _join_lines(parts: Sequence[Part], out: Path) -> tuple[str, ...]:
    with out.open("wb") as target:
        for part in parts:
            with open_bytes(part.file.path, part.file.compression) as stream:
                shutil.copyfileobj(stream, target, _CHUNK)
            # A blank line between two of them is none.
            target.write(b"\n")
    return tuple(sorted({name for part in parts for name in part.file.names}))


def _join_parquet(parts: Sequence[Part], out: Path) -> tuple[str, ...]:
    import pyarrow
    from pyarrow import parquet

    arrow: Any = pyarrow  # it ships no types
    names = parts[0].file.names
    try:
        schemas = [parquet.read_schema(part.file.path).remove_metadata() for part in parts]
        ordered = [arrow.schema([schema.field(name) for name in names]) for schema in schemas]
        schema = arrow.unify_schemas(ordered, promote_options="permissive")
        with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
            for part in parts:
                with parquet.ParquetFile(part.file.path) as file:
                    for batch in file.iter_batches(batch_size=ROWS):
                        writer.write_table(arrow.Table.from_batches([batch]).select(names).cast(schema))
    except arrow.ArrowException as cause:
        words = str(cause).splitlines()[0]
        message = f"`{parts[0].name}` and the files after it cannot be joined: {words}"
        raise CohortError(message, hint="a column must have one type in all files") from cause
    return names
