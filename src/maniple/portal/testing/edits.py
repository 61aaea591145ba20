"""The one way in which testing changes the manifest."""

from __future__ import annotations

from typing import Any

from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft


def with_value(draft: Draft, place: Place, value: Any) -> Draft:
    """The draft with a value at a place; comments and the order of keys stay."""
    changed: Draft = draft.with_value(place, value)  # type: ignore[attr-defined]
    return changed
