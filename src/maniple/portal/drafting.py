"""What every screen has on which a manifest is worked on: one draft, seen by all its panels."""

from __future__ import annotations

from textual.reactive import reactive
from textual.screen import Screen

from maniple.portal.desk import Desk
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft


class DraftScreen(Screen[None]):
    """A screen with a draft.

    A panel reads `self.screen.draft`, hears of changes through `self.watch(self.screen, "draft", ...)`, and makes a
    change by handing a new draft to `change`.
    """

    draft: reactive[Draft] = reactive[Draft](None, init=False)  # type: ignore[arg-type]

    def __init__(self, desk: Desk, draft: Draft) -> None:
        super().__init__()
        self.desk = desk
        self.set_reactive(DraftScreen.draft, draft)

    def change(self, draft: Draft) -> None:
        """Make `draft` the one that is worked on."""
        self.draft = draft

    def jump(self, place: Place, *, key: bool = False) -> None:
        """Bring the place of the document to view, in whatever panel shows it."""
