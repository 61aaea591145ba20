"""A maniple home of one round: its processes, and what its database says of them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _crash.process import Command

UNFINISHED = ("running", "interrupted", "paused")


@dataclass(frozen=True)
class LatestRun:
    """The newest run of the home, as the database has it."""

    attempt: tuple[int, int]
    """The run's number, and how often it was resumed."""
    status: str
    phase: str
    cohort_file: str

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED


class RoundHome:
    """A home in `folder`, whose commands run there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = folder / "home" / "maniple.db"

    def start(self, *words: str) -> Command:
        """Start a maniple command."""
        return Command(self.folder, words, {"MANIPLE_HOME": str(self.folder / "home")})

    def connect(self, manifest: Path, url: str) -> None:
        """Make the connection `acme`. Raises RuntimeError."""
        (self.folder / "settings.json").write_text(json.dumps({"bearer_token": "token-1"}))
        settings = ("--name", "acme", "--settings", "settings.json", "--map", "user_key=user_id")
        command = self.start("connect", str(manifest), *settings, "--via", url, "--allow-private-hosts")
        if command.wait() != 0:
            raise RuntimeError(command.errors)

    def latest_run(self) -> LatestRun | None:
        """The newest run; None when there is none, or no database yet."""
        rows = self._select("SELECT number, resumed, status, phase, batch_items FROM runs ORDER BY number DESC LIMIT 1")
        if not rows:
            return None
        number, resumed, status, phase, kept = rows[0]
        return LatestRun((number, resumed), status, phase, Path(json.loads(kept)["source"]["at"]).name)

    def list_id(self) -> str | None:
        """The id of the list that the sync keeps."""
        rows = self._select("SELECT list FROM syncs")
        kept = json.loads(rows[0][0]).get("list_id") if rows else None
        return None if kept is None else str(kept)

    def _select(self, query: str) -> list[Any]:
        try:
            with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=1)) as database:
                return database.execute(query).fetchall()
        except sqlite3.OperationalError:
            # Not there yet, or being made.
            return []
