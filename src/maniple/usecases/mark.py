"""The mark that publishing leaves beside a manifest: how it came into the catalogue, and whether it may still be used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

MARK = "publication.json"
"""Beside a published manifest: a catalogue is read from its folders alone."""


@dataclass(frozen=True)
class Mark:
    """How an integration came into the catalogue. `at` is in seconds since the Unix epoch."""

    version: str
    internal: bool
    by: str
    at: float
    submission: str
    deprecated: str | None = None
    """Why it should not be used any more; None when it may."""


def mark_in(folder: Path) -> Mark | None:
    """The mark of a published folder; None for one that was put there by hand."""
    try:
        found = json.loads((folder / MARK).read_bytes())
        return Mark(**{name: found[name] for name in Mark.__dataclass_fields__ if name in found})
    except (OSError, ValueError, TypeError):
        return None
