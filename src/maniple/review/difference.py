"""One difference between two versions of a manifest."""

from __future__ import annotations

from dataclasses import dataclass

from maniple.source.text import Path


@dataclass(frozen=True)
class Difference:
    """`message` is one sentence. `path` is its place in the new manifest, or with `gone` in the old one.

    Breaking: connections, lists or schedules made with the old version do not go on as they are.
    """

    message: str
    path: Path
    breaking: bool = False
    gone: bool = False
