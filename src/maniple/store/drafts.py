"""Text that was typed and not saved, kept in the home so that it outlives the terminal."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from maniple.errors import OperatorError
from maniple.store.files import PRIVATE, replace_file
from maniple.store.home import Home


@dataclass(frozen=True)
class Kept:
    """Unsaved text of one file."""

    text: str
    base: str
    """What the file held when the text was typed upon it."""
    at: float
    """When it was typed, in seconds since the Unix epoch."""


class Drafts:
    """One file for each file with unsaved text, readable by its owner only."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def keep(self, path: Path, kept: Kept) -> None:
        """Keep `kept` for the file at `path`, in place of what was kept for it. Raises OperatorError."""
        content = json.dumps({"path": _place(path), **asdict(kept)}).encode()
        self._home.make(self._home.drafts)
        # A killed process loses nothing with this; to wait for the disk at each pause in typing would be felt.
        replace_file(self._file(path), content, mode=PRIVATE, durable=False)

    def find(self, path: Path) -> Kept | None:
        """What is kept for the file at `path`; None too when it cannot be made sense of. Raises OperatorError."""
        try:
            content = self._file(path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise OperatorError(f"`{self._file(path)}` cannot be read: {cause.strerror}") from cause
        try:
            found = json.loads(content)
            return Kept(str(found["text"]), str(found["base"]), float(found["at"]))
        except (ValueError, KeyError, TypeError):
            return None

    def has(self, path: Path) -> bool:
        """Whether something is kept for the file at `path`; it is not read."""
        return self._file(path).exists()

    def drop(self, path: Path) -> None:
        """Forget what is kept for the file at `path`, if anything. Raises OperatorError."""
        try:
            self._file(path).unlink(missing_ok=True)
        except OSError as cause:
            raise OperatorError(f"`{self._file(path)}` cannot be removed: {cause.strerror}") from cause

    def _file(self, path: Path) -> Path:
        name = sha256(_place(path).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return self._home.drafts / f"{name}.json"


def _place(path: Path) -> str:
    """One name for a file, by whatever way it is reached."""
    return os.path.realpath(path)
