"""Small applications that hold a code field, for its tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from maniple.portal.editor.code import CodeEditor, PayloadEditor
from maniple.portal.editor.code.completion_list import CompletionList
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft

ACME = """\
manifest: 1
slug: acme
version: 1.0.0
name: Acme
kind: list
fields:
  - {name: region, type: select, label: Region, options: [{label: EU, value: eu, host: eu.test}]}
mappings:
  - {name: user_email, label: E-mail, format: email}
list_id: $amp_cohort_id
add_users:
  method: POST
  url: https://$region.host/lists/$list_id
  item: {email: $user_email}
  json: {users: $items, note: $itms}
remove_users:
  method: POST
  url: https://$region.host/lists/$list_id/remove
  item: {email: $user_email}
  json: {users: $items}
"""
"""`$itms` is a mistake."""


class CodeStage(App[None]):
    """A code field alone; `heard` are the texts that it told of."""

    def __init__(self, text: str = ACME, *, findings: bool = False, theme: str = "textual-dark") -> None:
        super().__init__()
        self.theme = theme
        self.draft = Draft(Path("acme/manifest.yaml"), text)
        self.with_findings = findings
        self.heard: list[str] = []
        self.editor_to_be = CodeEditor(text, id="code")

    def compose(self) -> ComposeResult:
        yield self.editor_to_be

    @property
    def editor(self) -> CodeEditor:
        return self.query_one(CodeEditor)

    @property
    def offered(self) -> list[str]:
        return [one.text for one in self.query_one(CompletionList).offers]

    @property
    def line(self) -> str:
        """The line with the cursor."""
        return self.editor.area.document.get_line(self.editor.area.cursor_location[0])

    @property
    def note(self) -> str:
        return str(self.query_one("#code-note").render())

    def on_mount(self) -> None:
        self.editor.area.cursor_blink = False
        self.editor.focus()
        if self.with_findings:
            self.editor.show_findings(self.draft.findings)

    def on_code_editor_changed(self, event: CodeEditor.Changed) -> None:
        self.heard.append(event.text)


class PayloadStage(App[None]):
    """A payload field alone; `heard` are the values that it told of."""

    def __init__(self, value: Any, place: Place, manifest: str = ACME, theme: str = "textual-dark") -> None:
        super().__init__()
        self.theme = theme
        self.value = value
        self.place = place
        self.draft = Draft(Path("acme/manifest.yaml"), manifest)
        self.heard: list[Any] = []

    def compose(self) -> ComposeResult:
        yield PayloadEditor(self.value, draft=self.draft, place=self.place)

    @property
    def payload(self) -> PayloadEditor:
        return self.query_one(PayloadEditor)

    @property
    def preview(self) -> str:
        return str(self.query_one("#payload-preview").render())

    def on_mount(self) -> None:
        self.payload.editor.area.cursor_blink = False
        self.payload.focus()

    def on_payload_editor_changed(self, event: PayloadEditor.Changed) -> None:
        self.heard.append(event.value)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the cursor has stood still long enough to be explained, and a payload to be judged."""
    await pilot.pause(0.2)
    await pilot.pause()
