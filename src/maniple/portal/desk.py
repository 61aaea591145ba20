"""What a portal works with, and who sits at it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from maniple.ports import Clock
from maniple.store.home import Home
from maniple.wiring import DATABASE_URL, Workspace, integration_folders, open_clock, person


@dataclass(frozen=True)
class Desk:
    """The author's folder, the home, the clock, the author's name. Screens get all that is not theirs from here."""

    folder: Path
    """Holds the author's integrations, one folder each."""
    home: Home
    clock: Clock
    author: str
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    reviewer: bool = False
    """The portal begins at the review desk."""

    @classmethod
    def open(cls, folder: Path, environ: Mapping[str, str] = os.environ, *, reviewer: bool = False) -> Desk:
        """A desk on this machine. Raises OperatorError when there is no home."""
        return cls(folder, Home.locate(environ), open_clock(), person(environ), dict(environ), reviewer)

    def has_workspace(self) -> bool:
        """There is a control plane already."""
        return bool(self.environ.get(DATABASE_URL)) or self.home.database.exists()

    def workspace_stamp(self) -> tuple[int, ...] | None:
        """Something that changes whenever the control plane does; None where that cannot be told without asking it."""
        if self.environ.get(DATABASE_URL):
            return None
        files = (self.home.database, self.home.database.with_name(f"{self.home.database.name}-wal"))
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)

    def workspace(self) -> Workspace:
        """The home with its control plane open; a context manager. Raises OperatorError."""
        return Workspace.open(self.environ)

    def catalogue_folders(self) -> list[Path]:
        """The folders that hold destinations of the catalogue."""
        return integration_folders(self.home, self.environ)
