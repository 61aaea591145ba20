"""A private DuckDB for one step, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.errors import OperatorError
from maniple.store.data.columns import quote_text
from maniple.store.data.values import MEMORY

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW_GROUP = 61_440
"""Rows of a Parquet row group: what one look at a batch has to decode."""

_PARQUET = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, USE_TMP_FILE false)"


@contextmanager
def open_engine(directory: Path, memory: str = MEMORY, *, keep_order: bool = True) -> Iterator[DuckDBPyConnection]:
    """An in-memory DuckDB on two threads that spills into a folder of its own below `directory`.

    `memory` is DuckDB's limit (`512MB`). `keep_order`: rows that are only filtered keep the order of their file.
    Raises OperatorError when memory or disk do not suffice.
    """
    import duckdb

    with _operator_errors(directory):
        directory.mkdir(parents=True, exist_ok=True)
        spill = tempfile.mkdtemp(prefix=".spill-", dir=directory)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": 2,
        "temp_directory": spill,
        "preserve_insertion_order": keep_order,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    try:
        with _operator_errors(directory), duckdb.connect(config=settings) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
    except duckdb.OutOfMemoryException as cause:
        raise OperatorError(
            f"{memory} of memory is not enough for this cohort", hint="raise the memory limit"
        ) from cause
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException) as cause:
        if os.strerror(errno.ENOSPC) in str(cause):
            raise OperatorError(
                f"there is no space left in `{directory}`", hint="make space on that disk and try again"
            ) from cause
        # Cohort files are not opened here without `capture` telling what is wrong with them: these are our own.
        hint = "a file of maniple is missing or damaged there, or the disk is full; put a copy of the folder back"
        raise OperatorError(f"`{directory}` cannot be worked in: {first_line(cause)}", hint=hint) from cause
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def widen(connection: DuckDBPyConnection, most: int) -> int:
    """Let an engine hold up to `most` MB, though never more than half of what DuckDB would take on this machine or in
    this container, nor less than it may already; how many MB that is."""
    before = _limit(connection)
    connection.execute("RESET memory_limit")
    after = max(before, min(most, _limit(connection) // 2))
    connection.execute(f"SET memory_limit = '{after}MB'")
    return after


def _limit(connection: DuckDBPyConnection) -> int:
    """The memory limit in MB; DuckDB says it in words, `18.8 GiB`."""
    row = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    amount, unit = str(row[0]).split() if row else ("512", "MB")
    return round(float(amount) * (1 << 10 * ["bytes", "KiB", "MiB", "GiB", "TiB"].index(unit)) / 1e6)


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A path beside `out`: what is written there becomes `out`, safely on disk, when the block ends well.

    Only its owner can read it: it holds users.
    """
    draft = out.with_name(f"{out.name}.tmp")
    draft.unlink(missing_ok=True)
    try:
        yield draft
        draft.chmod(0o600)
        _sync(draft)
        draft.replace(out)
        _sync(out.parent)
    finally:
        draft.unlink(missing_ok=True)


def write_parquet(connection: DuckDBPyConnection, select: str, out: Path) -> int:
    """Write the rows of `select` to the Parquet file `out`, whole or not at all; how many there are."""
    with replacing(out) as draft:
        return copy_rows(connection, select, draft)


def copy_rows(connection: DuckDBPyConnection, select: str, out: Path) -> int:
    """Write the rows of `select` to the Parquet file `out` as it goes; how many there are."""
    row = connection.execute(f"COPY ({select}) TO {quote_text(str(out))} {_PARQUET}").fetchone()
    return int(row[0]) if row else 0


def take_over(source: Path, out: Path) -> None:
    """Make `out` the same file as `source` without copying where the disk can, else a copy.

    Safe because no file of the data plane is ever changed in place.
    """
    with replacing(out) as draft:
        try:
            os.link(source, draft)
        except OSError:
            shutil.copyfile(source, draft)


def fetch_count(connection: DuckDBPyConnection, query: str) -> int:
    """The single number `query` answers."""
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def first_line(error: Exception) -> str:
    """The first line of what DuckDB says, without its category."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return line.partition(" Error: ")[2] or line


@contextmanager
def _operator_errors(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        where = cause.filename or directory
        raise OperatorError(f"`{where}` cannot be read or written: {cause.strerror or cause}") from cause


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
