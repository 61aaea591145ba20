"""What the database cannot do, in words for whoever runs maniple."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from maniple.errors import Bug, OperatorError

_STORY = {
    "SQLITE_BUSY": (
        "the database `{path}` is locked by another process",
        "wait until the other maniple process is done, or see with `fuser {path}` which one it is",
    ),
    "SQLITE_FULL": ("there is no space left for the database `{path}`", "make space on that disk and try again"),
    "SQLITE_READONLY": (
        "the database `{path}` cannot be written to",
        "make the file and its directory writable, or name another directory in `MANIPLE_HOME`",
    ),
    "SQLITE_CANTOPEN": (
        "the database `{path}` cannot be opened",
        "make the file and its directory readable and writable, or name another directory in `MANIPLE_HOME`",
    ),
    "SQLITE_NOTADB": (
        "`{path}` is not a maniple database, or it is damaged",
        "put a copy of it back, or name another directory in `MANIPLE_HOME`",
    ),
    "SQLITE_CORRUPT": (
        "the database `{path}` is damaged",
        "put a copy back, or save what can be read with `sqlite3 {path} .recover`",
    ),
    "SQLITE_IOERR": (
        "the disk failed under the database `{path}`",
        "make space if that disk is full, else look into the system's log; MANIPLE_HOME must not lie on a network share",
    ),
}
_SAME = {"SQLITE_LOCKED": "SQLITE_BUSY", "SQLITE_PERM": "SQLITE_CANTOPEN", "SQLITE_PROTOCOL": "SQLITE_BUSY"}


@contextmanager
def in_plain_words(path: Path | str) -> Iterator[None]:
    """Turns errors of the database at `path`, or of a server, into OperatorError, or Bug when the statement was to blame."""
    try:
        yield
    except DBAPIError as cause:
        # From the driver's error, not from SQLAlchemy's: that one quotes the statement and its values.
        driver_error = cause.orig or cause
        refused = Bug(f"the database refused a statement: {driver_error}")
        raise operator_error(driver_error, path) or refused from driver_error
    except Exception as cause:
        # While connecting, the driver's errors arrive as they are.
        fault = operator_error(cause, path)
        if fault is None:
            raise
        raise fault from cause


def operator_error(cause: BaseException, path: Path | str) -> OperatorError | None:
    """The OperatorError that tells of a driver's error, or None when it tells of a fault of ours."""
    name = getattr(cause, "sqlite_errorname", None)
    if not isinstance(name, str):
        return _server_error(cause)
    # Extended names carry the primary one: SQLITE_READONLY_DIRECTORY, SQLITE_IOERR_WRITE.
    primary = "_".join(name.split("_")[:2])
    story = _STORY.get(_SAME.get(primary, primary))
    if story is None:
        return None
    message, hint = story
    return OperatorError(message.format(path=path), hint=hint.format(path=path))


def _server_error(cause: BaseException) -> OperatorError | None:
    """As `operator_error`, for PostgreSQL's driver."""
    # Whoever has an error of the driver has loaded it; whoever works with a file must not need it.
    driver = sys.modules.get("psycopg")
    if driver is None:
        return None
    refusals = (driver.OperationalError, driver.errors.ReadOnlySqlTransaction, driver.errors.InsufficientPrivilege)
    if not isinstance(cause, refusals):
        return None
    words = cause.diag.message_primary or " ".join(str(cause).split())
    return OperatorError(
        f"the database of `MANIPLE_DATABASE_URL` cannot be used: {words}",
        hint="look at the URL, at the server, and at what its user may do; a password may stand in `PGPASSWORD`",
    )
