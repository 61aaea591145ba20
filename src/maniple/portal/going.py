"""The way from a list of things to do to the places where they are done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from maniple.portal.drafting import DraftScreen
from maniple.source.text import Document
from maniple.source.text import Path as Place

if TYPE_CHECKING:
    from textual.app import App

    from maniple.portal.app import Portal


def go_to(app: App[None], path: Path, place: Place) -> None:
    """Show the place of the manifest at `path` in the editor: in the one below, if it is open, else in a new one."""
    wanted = path.resolve()
    stack = app.screen_stack
    for at in range(len(stack) - 1, -1, -1):
        screen = stack[at]
        if isinstance(screen, DraftScreen) and screen.draft.path.resolve() == wanted:
            for _ in stack[at + 1 :]:
                app.pop_screen()
            break
    else:
        cast("Portal", app).open_integration(path)
    found = app.screen
    if place and isinstance(found, DraftScreen):
        found.call_after_refresh(found.jump, place)


def place_on_line(document: Document, line: int) -> Place:
    """The outermost place that begins on a line of the document, else the innermost that the line belongs to."""
    source = document.source
    spans = {**document.values, **document.keys}
    begins = [place for place, span in spans.items() if place and source.position(span.start)[0] == line]
    if begins:
        return min(begins, key=len)
    around = [
        place
        for place, span in document.values.items()
        if source.position(span.start)[0] <= line <= source.position(max(span.start, span.end - 1))[0]
    ]
    return max(around, key=len, default=())
