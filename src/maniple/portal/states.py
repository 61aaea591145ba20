"""How the portal shows where an integration stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from maniple.usecases.integrations import State

STATES: Final[Mapping[State, tuple[str, str, str]]] = {
    "draft": ("○", "draft", "foreground-muted"),
    "released": ("◈", "released internally", "text-accent"),
    "under_review": ("◔", "under review", "text-primary"),
    "changes_requested": ("✎", "changes requested", "text-warning"),
    "approved": ("●", "live", "text-success"),
    "rejected": ("✗", "rejected", "text-error"),
    "withdrawn": ("↩", "withdrawn", "foreground-muted"),
    "deprecated": ("⊘", "deprecated", "text-warning"),
}
"""For each state its sign, its word, and the theme's colour that goes with them."""
