"""What the portal remembers of how its user likes it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from maniple.store.files import PRIVATE, replace_file
from maniple.store.home import Home


@dataclass(frozen=True)
class Tastes:
    """Choices that outlive the portal."""

    theme: str = ""
    """The name of a theme; empty when none was chosen."""


def read_tastes(home: Home) -> Tastes:
    """What was chosen before; nothing when it cannot be read, which is no reason to stop."""
    try:
        kept = json.loads(home.tastes.read_bytes())
        return Tastes(str(kept["theme"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Tastes()


def keep_tastes(home: Home, tastes: Tastes) -> None:
    """Remember `tastes`. Raises OperatorError."""
    home.make(home.path)
    replace_file(home.tastes, json.dumps(asdict(tastes)).encode(), mode=PRIVATE, durable=False)
