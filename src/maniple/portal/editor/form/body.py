"""The body of a call, and any other tree: text in an editor of its own."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Label, Select

from maniple.portal.editor.code import PayloadEditor
from maniple.portal.editor.findings import Findings
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.slots import Slot, body_slots, titled
from maniple.portal.editor.form.values import ABSENT
from maniple.source.change import same
from maniple.source.text import Path as Place
from maniple.usecases.authoring import choose_body
from maniple.usecases.draft import Draft


class TreeControl(Control):
    """Any value as a text of its own: JSON with bare holes, or a tree in YAML."""

    wide = True

    def __init__(self, slot: Slot, place: Place, *, titled_above: bool = True) -> None:
        super().__init__(slot, place)
        self.titled_above = titled_above
        self.payload: PayloadEditor | None = None

    def compose(self) -> ComposeResult:
        """The title; the text comes a frame later, so that what surrounds it is seen at once."""
        if self.titled_above:
            yield Label(self.title(), classes="control-title")

    def on_mount(self) -> None:
        """Let the text come."""
        super().on_mount()
        self.call_after_refresh(self.complete)

    async def complete(self) -> None:
        """Make the text, if it is not there."""
        if self.payload is not None or not self.is_attached:
            return
        draft = self.draft
        self.payload = PayloadEditor(draft.value(self.place), draft=draft, place=self.place, classes="tree-editor")
        self._fit()
        await self.mount(self.payload)

    def show(self, draft: Draft) -> None:
        """The value, unless the text says it already."""
        if self.payload is None or not self.payload.is_mounted:
            return
        if self.payload.payload.readable and draft.value(self.place) != self.payload.value:
            self.payload.show_value(draft.value(self.place))
        self._fit()

    def _fit(self) -> None:
        """As high as its lines, within reason."""
        if self.payload is not None:
            self.payload.styles.height = max(8, min(16, self.payload.payload.text.count("\n") + 7))

    def tell(self, findings: Findings) -> None:
        """The text marks what is wrong in it; the draft is compiled by now."""
        self.findings = findings
        if self.payload is not None and self.payload.is_mounted:
            self.payload.show_draft(self.draft)

    @on(PayloadEditor.Changed)
    def text_changed(self, event: PayloadEditor.Changed) -> None:
        """Write what was typed."""
        event.stop()
        value = ABSENT if event.value is None else event.value
        now = self.draft.value(self.place, ABSENT)
        if not (value is now or (ABSENT not in (value, now) and same(value, now))):
            self.put(value)

    async def reveal(self, place: Place) -> bool:
        """Go to the text."""
        if place[: len(self.place)] != self.place:
            return False
        await self.complete()
        return self.take_focus()

    def take_focus(self) -> bool:
        """The text."""
        if self.payload is not None:
            self.payload.focus()
        return self.payload is not None


class BodyControl(Control):
    """The format of a body, and the body."""

    wide = True

    def __init__(self, slot: Slot, place: Place) -> None:
        super().__init__(slot, place)
        self.format = ""
        self.inner: Control | None = None

    def compose(self) -> ComposeResult:
        """The format; the body comes with it."""
        formats = [(Content(titled(name)), name) for name in body_slots()]
        yield Horizontal(
            Label(Content("Body"), classes="control-title"),
            Select(formats, prompt="none", compact=True, classes="control-select body-format"),
            classes="control-row",
        )

    def show(self, draft: Draft) -> None:
        """The body that is written."""
        if not self.ready:
            return
        value = draft.value(self.place)
        written = next((name for name in body_slots() if isinstance(value, dict) and name in value), "")
        if written != self.format:
            self.format = written
            self._change(draft)
        elif self.inner is not None and self.inner.ready:
            self.inner.show(draft)

    def _change(self, draft: Draft) -> None:
        from maniple.portal.editor.form.build import control_for

        if self.inner is not None:
            self.inner.remove()
            self.inner = None
        select = self.query_children(".control-row").first().query_one(Select)
        with select.prevent(Select.Changed):
            if self.format:
                select.value = self.format
            else:
                select.clear()
        if self.format:
            slot, place = body_slots()[self.format], (*self.place, self.format)
            self.inner = control_for(slot, place, draft)
            if isinstance(self.inner, TreeControl):
                self.inner.titled_above = False
            self.inner.findings = self.findings
            self.mount(self.inner)

    def tell(self, findings: Findings) -> None:
        """At the body."""
        self.findings = findings
        if self.inner is not None and self.inner.ready:
            self.inner.tell(findings)

    async def reveal(self, place: Place) -> bool:
        """Go to the body, or to its format."""
        if place[: len(self.place)] != self.place:
            return False
        if self.inner is not None and len(place) > len(self.place):
            return await self.inner.reveal(place)
        return self.take_focus()

    @on(Select.Changed, ".body-format")
    def choose(self, event: Select.Changed) -> None:
        """Another format."""
        event.stop()
        if event.value != event.select.value:
            # It is about a choice that is past.
            return
        body, place = (None if event.value is Select.NULL else str(event.value)), self.place
        if (body or "") != self.format:
            self.edit(lambda draft: choose_body(draft, place, body))
