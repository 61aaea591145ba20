"""The control plane on a PostgreSQL server instead of a file."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from maniple.errors import UsageError
from maniple.store.control.database import BUSY_MILLISECONDS, bring_up_to_date, is_writing

DATABASE_URL = "MANIPLE_DATABASE_URL"
CONNECT_SECONDS = 10
_TURN = 7_305_804_385
"""The number of the lock that writers take in turn; any number that no other program on the database uses."""


def open_server(url: str) -> Engine:
    """The engine for the database at `url`, its tables made or brought up to date if need be.

    Raises UsageError when the URL is none of PostgreSQL, OperatorError when the database cannot be used.
    """
    place = _place(url)
    engine = create_engine(
        place,
        # Who reads sees one state of the database; who writes has waited for its turn, and sees the newest.
        isolation_level="REPEATABLE READ",
        connect_args={"connect_timeout": CONNECT_SECONDS, **place.query},
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _wait_for_turn)
    bring_up_to_date(engine, place.render_as_string(hide_password=True), f"name another database in `{DATABASE_URL}`")
    return engine


def _place(url: str) -> URL:
    try:
        place = make_url(url)
    except ArgumentError:
        place = None
    if place is None or place.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise UsageError(
            f"`{DATABASE_URL}` is not the URL of a PostgreSQL database",
            hint="write `postgresql://USER@HOST/DATABASE`; without it the database is a file in `MANIPLE_HOME`",
        ) from None
    return place.set(drivername="postgresql+psycopg")


def _wait_for_turn(connection: Connection) -> None:
    """Writers come one after another, as with a file: what one has read stays true until it has written."""
    if is_writing(connection):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_MILLISECONDS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
