"""Where the id of a created list comes from."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label, Select

from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.values import ABSENT, shown_text
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft

_SOURCES = {
    "response": "Path in the response",
    "request": "Path in the request instead of the response",
    "header": "A header of the reply",
    "field": "A field of the set-up form",
    "value": "A template",
}


class ListIdControl(Control):
    """The source of the id, and where in it the id stands."""

    def compose(self) -> ComposeResult:
        """Title, source, path."""
        sources = Select(
            [(Content(text), key) for key, text in _SOURCES.items()],
            value="response",
            allow_blank=False,
            compact=True,
            classes="control-select",
        )
        yield self.row(sources)
        path = Input(
            placeholder="such as listId or data.id", compact=True, classes="control-input", select_on_focus=False
        )
        yield Horizontal(Label("", classes="control-title"), path, classes="control-row")

    def _source(self, draft: Draft) -> str:
        value = draft.value(self.place)
        held = value if isinstance(value, dict) else {}
        return next((key for key in _SOURCES if key in held), "")

    def show(self, draft: Draft) -> None:
        """What the draft says."""
        source = self._source(draft)
        select, path = self.query_one(Select), self.query_one(Input)
        if source and select.value != source:
            with select.prevent(Select.Changed):
                select.value = source
        text = shown_text(draft.value((*self.place, source), ABSENT)) if source else ""
        if path.value != text and not self.writing:
            with path.prevent(Input.Changed):
                path.value = text

    async def reveal(self, place: Place) -> bool:
        """Go to the path."""
        if place[: len(self.place)] != self.place:
            return False
        self.query_one(Input).focus()
        return True

    @on(Select.Changed)
    def source_chosen(self, event: Select.Changed) -> None:
        """The id comes from elsewhere."""
        event.stop()
        if event.value != event.select.value:
            # It is about a choice that is past.
            return
        source, place, old = str(event.value), self.place, self._source(self.draft)
        if old and old != source:
            self.edit(lambda draft: draft.with_key((*place, old), source))

    @on(Input.Changed)
    def path_typed(self, event: Input.Changed) -> None:
        """Write the path."""
        event.stop()
        source, place, text = str(self.query_one(Select).value), self.place, event.value
        if text:
            self.edit(lambda draft: draft.with_value((*place, source), text))
        else:
            self.edit(lambda draft: draft.without((*place, source)))
