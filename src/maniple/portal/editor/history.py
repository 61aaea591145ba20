"""Drafts that can be gone back to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from maniple.usecases.draft import Draft

MOST = 200


@dataclass
class History:
    """The texts of a draft in order. Edits of one place in a row count as one."""

    past: list[Draft] = field(default_factory=list)
    future: list[Draft] = field(default_factory=list)
    _place: Any = None

    def record(self, before: Draft, place: Any) -> None:
        """`before` makes way for another draft by an edit at `place`; None is a place of its own."""
        if place is None or place != self._place or not self.past:
            self.past.append(before)
            del self.past[:-MOST]
        self._place = place
        self.future.clear()

    def back(self, now: Draft) -> Draft | None:
        """The draft before `now`."""
        return self._go(self.past, self.future, now)

    def forth(self, now: Draft) -> Draft | None:
        """The draft that `now` was gone back from."""
        return self._go(self.future, self.past, now)

    def _go(self, source: list[Draft], target: list[Draft], now: Draft) -> Draft | None:
        self._place = None
        while source:
            draft = source.pop()
            if draft.text != now.text:
                target.append(now)
                return draft
        return None
