"""Folders that were deleted and can be put back, in the home."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from maniple.errors import OperatorError, UsageError
from maniple.store.drafts import Drafts, Kept
from maniple.store.files import PRIVATE, replace_file
from maniple.store.home import Home

KEPT_DAYS = 30
"""So long a folder stays in the trash."""
_NOTE, _CONTENT = "deleted.json", "content"


@dataclass(frozen=True)
class Deleted:
    """A folder in the trash."""

    bin: Path
    """Where it lies now."""
    folder: Path
    """Where it was."""
    at: float
    """When it was deleted, in seconds since the Unix epoch."""


class Trash:
    """Deleted folders, each with what was typed for its files and not saved."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._drafts = Drafts(home)

    def take(self, folder: Path, now: float) -> Deleted:
        """Move `folder` here. Raises OperatorError."""
        self._empty_before(now - KEPT_DAYS * 86_400)
        folder = folder.absolute()
        try:
            place = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=self._home.make(self._home.trash)))
            unsaved = {file.name: asdict(kept) for file in folder.iterdir() if (kept := self._drafts.find(file))}
            note = {"folder": str(folder), "at": now, "unsaved": unsaved}
            replace_file(place / _NOTE, json.dumps(note).encode(), mode=PRIVATE)
            shutil.move(folder, place / _CONTENT)
            for name in unsaved:
                self._drafts.drop(folder / name)
        except OSError as cause:
            raise OperatorError(f"`{folder}` cannot be deleted: {cause.strerror}") from cause
        return Deleted(place, folder, now)

    def put_back(self, deleted: Deleted) -> None:
        """Move a folder back to where it was. Raises UsageError when something is there, OperatorError."""
        if deleted.folder.exists():
            raise UsageError(f"`{deleted.folder}` exists already", hint="rename that folder, then undo again")
        note = _note_of(deleted.bin)
        try:
            deleted.folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(deleted.bin / _CONTENT, deleted.folder)
            for name, kept in note.get("unsaved", {}).items():
                self._drafts.keep(deleted.folder / name, Kept(**kept))
            shutil.rmtree(deleted.bin)
        except OSError as cause:
            raise OperatorError(f"`{deleted.folder}` cannot be put back: {cause.strerror}") from cause

    def list_deleted(self, parent: Path) -> list[Deleted]:
        """What was deleted from the folder `parent`, the latest first."""
        found = [deleted for deleted in self._all() if deleted.folder.parent == parent.absolute()]
        return sorted(found, key=lambda deleted: deleted.at, reverse=True)

    def _all(self) -> list[Deleted]:
        if not self._home.trash.is_dir():
            return []
        notes = [(place, _note_of(place)) for place in self._home.trash.iterdir()]
        return [Deleted(place, Path(note["folder"]), note["at"]) for place, note in notes if note]

    def _empty_before(self, moment: float) -> None:
        for deleted in self._all():
            if deleted.at < moment:
                shutil.rmtree(deleted.bin, ignore_errors=True)


def _note_of(place: Path) -> dict[str, Any]:
    try:
        note = json.loads((place / _NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) and (place / _CONTENT).is_dir() else {}
