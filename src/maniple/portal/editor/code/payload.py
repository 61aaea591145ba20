"""The body or item of one call, in a field of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from maniple.portal.editor.code.area import grammar_of
from maniple.portal.editor.code.editor import CodeEditor
from maniple.portal.editor.code.present import preview_line
from maniple.source.text import Path as Place
from maniple.usecases.completion import Completion
from maniple.usecases.completion.payload import (
    Form,
    Payload,
    explain_payload,
    findings_of,
    findings_within,
    form_of,
    formatted,
    in_form,
    payload_completions,
    payload_text,
    preview_of,
    read_payload,
)
from maniple.usecases.draft import Draft

JUDGE_AFTER = 0.15
"""Seconds of a pause in typing after which a payload is judged."""


class PayloadText(CodeEditor):
    """The text of a payload: what can be typed in it depends on where in the manifest it stands."""

    def __init__(self, text: str, form: Form, draft: Draft, place: Place) -> None:
        super().__init__(text, form)
        self.draft = draft
        self.place = place

    def offers(self, offset: int) -> Sequence[Completion]:
        """What can be typed at an offset of the payload."""
        return payload_completions(self.draft, self.place, self.text, offset)

    def explanation(self, offset: int) -> str:
        """What stands at an offset of the payload."""
        return explain_payload(self.draft, self.place, self.text, offset, self.sample)


class PayloadEditor(Vertical):
    """The value at `place` of a draft as a text. It posts `Changed` with what goes into the manifest there.

    JSON text stays text (`json: |`), YAML becomes a tree. While YAML cannot be read nothing is posted.
    """

    HELP = "A body or item: JSON in which a hole may stand bare, as `$items`, or YAML. Below it is what it becomes."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "format", "Tidy", tooltip="Lay the text out anew; its holes stay as they are"),
        Binding("ctrl+t", "turn", "JSON/YAML", tooltip="Write the same as JSON text with holes, or as YAML"),
    ]
    DEFAULT_CSS = """
    PayloadEditor {
        height: 1fr;
        min-height: 8;
        & #payload-preview { height: 2; padding: 0 1; background: $boost; color: $text-muted; }
    }
    """

    @dataclass
    class Changed(Message):
        """Somebody changed the payload."""

        editor: PayloadEditor

        @property
        def value(self) -> Any:
            """What goes into the manifest, as it is by now: a text or a tree, None when it is empty."""
            return self.editor.value

        @property
        def control(self) -> PayloadEditor:
            """The editor, for `@on(PayloadEditor.Changed, "#id")`."""
            return self.editor

    def __init__(
        self,
        value: Any,
        *,
        draft: Draft,
        place: Place,
        sample: Mapping[str, Any] | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.draft = draft
        self.place = place
        self.preview = Static("", id="payload-preview", markup=False)
        self._pause: Timer | None = None
        form = form_of(value, place)
        self.payload: Payload = read_payload(payload_text(value, form), form)
        self.editor = PayloadText(self.payload.text, form, draft, place)
        self.editor.sample = sample

    def compose(self) -> ComposeResult:
        """The text, and what it becomes."""
        yield self.editor
        yield self.preview

    def on_mount(self) -> None:
        """Say what is wrong with it, and what it becomes."""
        self._judge()

    def focus(self, scroll_visible: bool = True) -> PayloadEditor:
        """Put the cursor into the text."""
        self.editor.focus(scroll_visible)
        return self

    @property
    def value(self) -> Any:
        """What goes into the manifest; of YAML that cannot be read, None."""
        return self.payload.value

    def show_value(self, value: Any) -> None:
        """Show another value, unless it is the one that is shown. No `Changed` is posted."""
        if self.payload.readable and value == self.payload.value:
            return
        form = form_of(value, self.place)
        self._read(payload_text(value, form), form)
        self.editor.load(self.payload.text)
        self._judge()

    def show_draft(self, draft: Draft) -> None:
        """Take another draft of the manifest: its variables, and its findings about this value."""
        if draft is not self.draft:
            self.draft = self.editor.draft = draft
            self._judge_soon()

    def action_format(self) -> None:
        """Lay the text out anew."""
        if not self.payload.readable:
            self.app.notify("only what can be read can be laid out", severity="warning", timeout=3)
            return
        self._replace(formatted(self.payload), self.payload.form)

    def action_turn(self) -> None:
        """Write the payload in the other form."""
        form: Form = "yaml" if self.payload.form == "json" else "json"
        text = in_form(self.payload, form) if self.payload.form != "text" else None
        if text is None:
            reason = "it has comments, or cannot be read" if self.payload.form != "text" else "it is plain text"
            self.app.notify(f"this cannot be written as {form.upper()}: {reason}", severity="warning", timeout=3)
            return
        self._replace(text, form)

    def _replace(self, text: str, form: Form) -> None:
        """Put another text into the field, as if it was typed."""
        if text == self.payload.text and form == self.payload.form:
            return
        self._read(text, form)
        self.editor.load(text)
        self._judge()
        self.post_message(self.Changed(self))

    def _read(self, text: str, form: Form) -> None:
        self.payload = read_payload(text, form)
        grammar = grammar_of(form)
        if self.editor.area.language != grammar:
            self.editor.area.language = grammar

    @on(CodeEditor.Changed)
    def _typed(self, event: CodeEditor.Changed) -> None:
        event.stop()
        self._read(event.text, self.payload.form)
        self._judge_soon()
        if self.payload.readable or self.payload.form == "json":
            self.post_message(self.Changed(self))

    def _judge_soon(self) -> None:
        """Judge once nothing more is typed: every key changes the draft of all payloads of a manifest."""
        if not self.is_attached:
            return
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(JUDGE_AFTER, self._judge)

    def _judge(self) -> None:
        """Mark what is wrong, and show what the payload becomes for a sample user."""
        if not self.preview.is_attached:
            return
        own = findings_of(self.payload, self.draft)
        seen = {(one.code, one.span) for one in own}
        of_draft = findings_within(self.draft, self.place, self.payload) if self._is_of_draft() else ()
        self.editor.show_findings([*own, *(one for one in of_draft if (one.code, one.span) not in seen)])
        made = preview_of(self.payload, self.draft, self.place, self.editor.sample)
        self.preview.update(preview_line(made, wrong=bool(own)))

    def _is_of_draft(self) -> bool:
        """The draft has this very value, so that its findings are about it."""
        return bool(self.payload.value == self.draft.value(self.place))
