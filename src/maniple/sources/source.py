"""Where a cohort is kept, as a person names it: a path, or the URL of a database with a query."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from maniple.errors import OperatorError, UsageError
from maniple.sources.copies import COPY, drop_copy, renaming
from maniple.sources.duckdb_query import DuckDBQuery
from maniple.sources.file import CohortFile, open_cohort
from maniple.sources.header import Header
from maniple.sources.postgresql_query import PostgreSQLQuery, check_url
from maniple.sources.reading import Reading
from maniple.sources.s3_objects import S3Objects, read_objects
from maniple.sources.sqlite_query import SQLiteQuery

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_KINDS = "a path, `s3://BUCKET/KEY`, `postgresql://USER@HOST/DATABASE`, `sqlite:///PATH`, `duckdb:///PATH` or `duckdb:`"


@dataclass(frozen=True, slots=True)
class FileSource:
    """A cohort in a file of this machine."""

    path: Path

    @property
    def reference(self) -> str:
        """The file, wherever the reader stands."""
        return str(self.path.resolve())

    def look(self) -> CohortFile:
        """The file's kind and columns. Raises CohortError and OperatorError."""
        return open_cohort(self.path)


CohortSource: TypeAlias = FileSource | DuckDBQuery | SQLiteQuery | PostgreSQLQuery | S3Objects
"""Each can `look` at its columns; all but a file `fetch` the users into a folder, as a file."""

UnaskedSource: TypeAlias = FileSource | S3Objects
Looked: TypeAlias = CohortFile | Header | None
"""What a look has shown; None when only reading it would tell."""


def read_source(word: str, query: str | None = None, folder: Path | None = None) -> CohortSource:
    """The source that `word` names, seen from `folder` (the working directory). Nothing is opened.

    Raises UsageError for a kind that there is none of, and for a query that is missing or too much.
    """
    folder = Path.cwd() if folder is None else folder
    scheme = _SCHEME.match(word)
    kind = scheme[1].lower() if scheme else "duckdb" if word == "duckdb:" else None
    match kind:
        case "duckdb":
            path = None if word in ("duckdb:", "duckdb://") else _path(word, folder)
            return DuckDBQuery(path, _asked(word, query), folder)
        case "sqlite":
            return SQLiteQuery(_path(word, folder), _asked(word, query))
        case "postgresql" | "postgres":
            return PostgreSQLQuery(check_url(word), _asked(word, query))
        case "s3":
            return _unasked(read_objects(word), word, query)
        case None:
            return _unasked(FileSource(Path(word)), word, query)
    if (folder / word).exists():
        return _unasked(FileSource(Path(word)), word, query)
    raise UsageError(f"cohorts are not read from `{kind}://`", hint=f"a cohort is {_KINDS}")


def kept_source(source: CohortSource) -> dict[str, Any]:
    """What a run remembers of its source, as plain data; `recall_source` reads it."""
    match source:
        case DuckDBQuery():
            return {"at": source.reference, "query": source.query, "folder": str(source.folder)}
        case SQLiteQuery() | PostgreSQLQuery():
            return {"at": source.reference, "query": source.query}
        case FileSource() | S3Objects():
            return {"at": source.reference}


def recall_source(kept: Mapping[str, Any]) -> CohortSource:
    """The source that `kept_source` described."""
    return read_source(str(kept["at"]), kept.get("query"), Path(str(kept.get("folder", "/"))))


@contextmanager
def fetched(
    source: CohortSource, directory: Path, reading: Reading | None = None, looked: Looked = None
) -> Iterator[CohortFile]:
    """The cohort as a file, for as long as the block runs: itself, or a copy in a folder of its own in `directory`.

    `looked` is what a look at the source has shown, if there was one. Errors inside the block name the source where
    they would name the copy. Raises CohortError and OperatorError.
    """
    copy = directory / COPY
    drop_copy(directory)
    try:
        with renaming(copy, source.reference):
            yield looked if isinstance(looked, CohortFile) else _fetch(source, copy, reading or Reading())
    finally:
        drop_copy(directory)


def _fetch(source: CohortSource, copy: Path, reading: Reading) -> CohortFile:
    if isinstance(source, FileSource):
        return source.look()
    try:
        copy.mkdir(mode=0o700, parents=True)
        return source.fetch(copy, reading)
    except OSError as cause:
        raise OperatorError(f"`{cause.filename or copy}` cannot be written to: {cause.strerror or cause}") from cause


def _unasked(source: UnaskedSource, word: str, query: str | None) -> UnaskedSource:
    if query is None:
        return source
    raise UsageError(
        f"a query goes to a database, and `{word}` is none",
        hint="`duckdb:` with a query such as \"SELECT * FROM 'users.csv'\" reads files; a database file is named"
        " `sqlite:///PATH` or `duckdb:///PATH`",
    )


def _asked(word: str, query: str | None) -> str:
    if query is None or not query.strip():
        raise UsageError(f"`{word}` needs a query", hint='add `--query "SELECT user_id, email FROM ..."`')
    return query


def _path(word: str, folder: Path) -> Path:
    """The path in a URL: three slashes before one from the folder, four before one from the root."""
    kind, _, rest = word.partition("://")
    if not rest.startswith("/") or rest == "/":
        example = rest.strip("/") or "PATH"
        raise UsageError(f"`{word}` does not name a file", hint=f"write `{kind}:///{example}`")
    return Path(os.path.abspath(folder / os.path.expanduser(rest[1:])))
