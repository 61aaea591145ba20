"""Work on one integration: form and text on the left, trying and quality on the right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Footer, Static, Tab, Tabs

from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.editor.code.editor import CodeEditor
from maniple.portal.editor.file import FileScreen
from maniple.portal.editor.findings import Findings
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.view import FormView
from maniple.portal.editor.history import History
from maniple.portal.editor.present import heading
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft
from maniple.usecases.integrations import State, states
from maniple.usecases.workshop import OUTSIDE_SECONDS, Opened, read

WIDE = 110
"""Columns from which on both halves are seen at once."""
CHECK_SECONDS = 0.12
"""The pause in typing after which a draft is checked."""
_PANES = {"form": "Form", "text": "YAML", "testing": "Testing", "quality": "Quality"}
_LEFT = ("form", "text")


class EditorScreen(FileScreen):
    """The manifest as a form and as a text, always in step, with all that is known of it."""

    TITLE = "Editor"
    HELP = (
        "The manifest of one integration. Form and YAML are two views of the same text: what is changed in one stands "
        "in the other, comments and all. What you type is kept at once; ctrl+s writes the file in canonical form. "
        "On the right the requests are tried, and you see what keeps the integration from the next tier."
    )
    CSS_PATH = "../styles/editor.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", tooltip="Write the file in canonical form"),
        Binding("f2", "switch_view", "Form/YAML", tooltip="The other view of the manifest, at the same place"),
        Binding("ctrl+g", "sections", "Sections", tooltip="Jump to a section of the form"),
        Binding("f5", "pane('testing')", "Testing", tooltip="Try the requests"),
        Binding("f7", "pane('quality')", "Quality", tooltip="What the next tier needs"),
        Binding("f6", "other_half", "Other half", tooltip="Go to the other half of the screen"),
        Binding("ctrl+z", "undo", "Undo", show=False, tooltip="Take the last change back"),
        Binding("ctrl+y", "redo", "Redo", show=False, tooltip="Make the change again that was taken back"),
        Binding("ctrl+o,ctrl+e", "elsewhere", "$EDITOR", tooltip="Open the file in your own editor"),
        Binding("ctrl+r", "submit", "Submit", tooltip="See what would be submitted, and submit it"),
        Binding("escape", "leave", "Back", tooltip="Back to the integrations; what was typed is kept"),
    ]

    @dataclass
    class Checked(Message):
        """A draft was checked."""

        draft: Draft
        findings: Findings

    @dataclass
    class Standing(Message):
        """It is known where the integration stands."""

        state: State

    def __init__(self, desk: Desk, opened: Opened) -> None:
        super().__init__(desk, opened)
        self.findings: Findings | None = None
        self.state: State = "draft"
        self.form: FormView | None = None
        """The form, once it was shown."""
        self.editor: CodeEditor | None = None
        """The text, once it was shown."""
        self.history = History()
        self.heading = Static("", id="editor-heading", markup=False)
        self._named = self.draft
        self.pane = "form"
        self.half = "testing"
        self._checking: Timer | None = None

    @classmethod
    def at(cls, desk: Desk, path: Path) -> EditorScreen:
        """The screen for the manifest at `path`. Raises OperatorError when it cannot be read."""
        return cls(desk, read(desk.home, path))

    def compose(self) -> ComposeResult:
        """Heading, tabs, panes."""
        yield self.heading
        with Horizontal(id="editor-tabs"):
            yield Tabs(*(Tab(_PANES[name], id=name) for name in _LEFT), id="left-tabs")
            yield Tabs(*(Tab(_PANES[name], id=name) for name in _PANES if name not in _LEFT), id="right-tabs")
            yield Tabs(*(Tab(title, id=name) for name, title in _PANES.items()), id="all-tabs")
        with Horizontal(id="editor-panes"):
            for name in _PANES:
                yield Container(id=f"pane-{name}", classes="pane left" if name in _LEFT else "pane right")
        yield Footer()

    async def on_mount(self) -> None:
        """Show the form, check the draft, ask about what was not saved."""
        self.set_interval(OUTSIDE_SECONDS, self.look_outside)
        await self._arrange()
        self._check()
        self._ask_state()
        if self.opened.unsaved is not None:
            self.ask_about_unsaved()
        else:
            self.call_after_refresh(self._focus_first)

    def _focus_first(self) -> None:
        form = self.form
        if form is not None and form.folds:
            form.folds["connection"].heading.focus()

    # --- panes

    @property
    def is_wide(self) -> bool:
        """Both halves are seen."""
        return self.app.size.width >= WIDE

    async def on_resize(self) -> None:
        """Both halves, or one."""
        if self.is_mounted:
            await self._arrange()

    async def _arrange(self) -> None:
        wide = self.is_wide
        shown = {self.pane, self.half} if wide else {self.pane}
        if wide and self.pane not in _LEFT:
            self.half, self.pane = self.pane, "form"
            shown = {self.pane, self.half}
        for name in _PANES:
            pane = self.query_one(f"#pane-{name}", Container)
            pane.display = name in shown
            if name in shown and not pane.children:
                if name == self.pane:
                    await self._fill(name)
                else:
                    # The half that is worked in is seen first.
                    self.call_after_refresh(self._fill, name)
        for tabs, visible, active in (
            ("#left-tabs", wide, self.pane),
            ("#right-tabs", wide, self.half),
            ("#all-tabs", not wide, self.pane),
        ):
            widget_tabs = self.query_one(tabs, Tabs)
            widget_tabs.display = visible
            with widget_tabs.prevent(Tabs.TabActivated):
                if widget_tabs.active != active and visible:
                    widget_tabs.active = active
        self._tell()

    async def _fill(self, name: str) -> None:
        """Make what stands in a pane, once."""
        pane = self.query_one(f"#pane-{name}", Container)
        if not pane.children:
            await pane.mount(self._made(name))

    @property
    def _language(self) -> Literal["yaml", "json"]:
        return "json" if self.draft.path.suffix == ".json" else "yaml"

    def _made(self, name: str) -> Widget:
        match name:
            case "form":
                self.form = FormView()
                return self.form
            case "text":
                self.editor = CodeEditor(self.draft.text, self._language, id="manifest-text")
                return self.editor
            case "testing":
                from maniple.portal.testing.panel import TestingPanel

                return TestingPanel(self.desk)
            case _:
                from maniple.portal.quality.panel import QualityPanel

                return QualityPanel(self.desk)

    async def show_pane(self, name: str, *, focus: bool = True) -> None:
        """Bring a pane to view."""
        if self.is_wide and name not in _LEFT:
            self.half = name
        else:
            self.pane = name
        await self._arrange()
        if focus:
            await self._fill(name)
            self._focus_pane(name)

    def _focus_pane(self, name: str) -> None:
        if name == "text" and self.editor is not None:
            self.editor.focus()
            return
        pane = self.query_one(f"#pane-{name}", Container)
        # In the quality panel there is nothing to do on the strip of tabs: 1, 2 and 3 are its keys.
        strip = (Tabs,) if name == "quality" else ()
        widget = next(
            (each for each in pane.query("*") if each.focusable and each.display and not isinstance(each, strip)), None
        )
        if widget is not None:
            widget.focus()

    @on(Tabs.TabActivated)
    async def tab_chosen(self, event: Tabs.TabActivated) -> None:
        """Show what was chosen."""
        # Bars that are not shown tell of their first tab too; and panels have tabs of their own.
        if event.tabs.parent is not self.query_one("#editor-tabs") or not event.tabs.display:
            return
        name = event.tab.id or "form"
        if name not in (self.pane, self.half) or (not self.is_wide and name != self.pane):
            await self.show_pane(name, focus=False)

    async def action_pane(self, name: str) -> None:
        """Show a pane and go there."""
        await self.show_pane(name)

    async def action_switch_view(self) -> None:
        """Form or text, at the place where the cursor is."""
        place = self._place()
        target = "text" if self.pane == "form" else "form"
        await self.show_pane(target)
        if place:
            await self._go(place, key=True)

    async def action_sections(self) -> None:
        """Choose a section of the form and go there."""
        await self.show_pane("form", focus=False)
        if self.form is not None:
            self.form.choose_section()

    async def action_other_half(self) -> None:
        """Focus the other half; where one pane is seen at a time, show the next."""
        if not self.is_wide:
            names = list(_PANES)
            await self.show_pane(names[(names.index(self.pane) + 1) % len(names)])
            return
        focused = self.focused
        on_right = focused is not None and any("right" in each.classes for each in focused.ancestors_with_self)
        self._focus_pane(self.pane if on_right else self.half)

    # --- the draft

    def change(self, draft: Draft, place: object = None) -> None:
        """Make `draft` the one that is worked on; edits at one place in a row are taken back as one."""
        if draft.text == self.draft.text:
            return
        self.history.record(self.draft, place)
        self.draft = draft

    def watch_draft(self, draft: Draft) -> None:
        """Keep what was typed, check it, show it in the text."""
        self.findings = None
        if self.editor is not None and self.editor.text != draft.text:
            self.editor.load(draft.text)
        if self._checking is not None:
            self._checking.stop()
        self._checking = self.set_timer(CHECK_SECONDS, self._check)
        self.keep_soon()
        self._head()

    @on(Control.Edited)
    def edited(self, event: Control.Edited) -> None:
        """A control of the form was worked on."""
        event.stop()
        event.control_edited.writing = True
        try:
            self.change(event.change(self.draft), event.place)
        except ManipleError as error:
            self.notify(str(error), severity="error", markup=False)
        finally:
            event.control_edited.writing = False

    @on(CodeEditor.Changed, "#manifest-text")
    def text_changed(self, event: CodeEditor.Changed) -> None:
        """The text was worked on."""
        event.stop()
        self.change(self.draft.changed(event.text), "text")

    def action_undo(self) -> None:
        """Back to the draft before."""
        draft = self.history.back(self.draft)
        if draft is not None:
            self.draft = draft

    def action_redo(self) -> None:
        """Forth again."""
        draft = self.history.forth(self.draft)
        if draft is not None:
            self.draft = draft

    # --- what is wrong

    @work(thread=True, exclusive=True, group="check")
    def _check(self) -> None:
        draft = self.draft
        self.post_message(self.Checked(draft, Findings.of(draft.findings, draft.document)))

    @work(thread=True, exclusive=True, group="state")
    def _ask_state(self) -> None:
        """Find out where the integration stands. A control plane that was never used knows of no submission."""
        if not self.desk.has_workspace():
            return
        with self.desk.workspace() as workspace:
            state = states(workspace.store).get(self.opened.path.parent.name, "draft")
        self.post_message(self.Standing(state))

    @on(Standing)
    def standing(self, event: Standing) -> None:
        """Say where it stands."""
        self.state = event.state
        self._head()

    def on_screen_resume(self) -> None:
        """It may have been submitted meanwhile."""
        if self.form is not None:
            self._ask_state()
            if self.focused is None:
                self._focus_first()

    @on(Checked)
    def checked(self, event: Checked) -> None:
        """Show what is wrong, unless it is about a draft that is past."""
        if event.draft.text == self.draft.text:
            self.findings = event.findings
            self._tell()

    def _tell(self) -> None:
        self._head()
        if self.findings is None:
            return
        if self.form is not None:
            self.form.tell(self.findings)
        if self.editor is not None and self.editor.text == self.draft.text:
            self.editor.show_findings(list(self.findings))

    def show_file(self) -> None:
        """The heading says whether the draft is saved."""
        self._head()

    def show_text(self) -> None:
        """The YAML view."""
        self.run_worker(self.show_pane("text"))

    def _head(self) -> None:
        if self.draft.data:
            # While the text cannot be read, what was read last says what it is called.
            self._named = self.draft
        self.heading.update(heading(self._named, self.state, saved=self.is_saved, findings=self.findings), layout=False)

    # --- places

    def jump(self, place: Place, *, key: bool = False) -> None:
        """Bring a place to view and put the cursor there, in the view that is shown."""
        self.run_worker(self._go(place, key=key), exclusive=True, group="jump")

    async def _go(self, place: Place, *, key: bool = False) -> None:
        if self.pane not in _LEFT:
            await self.show_pane("form")
        if self.pane == "form" and self.form is not None:
            if self.draft.document is not None and await self.form.reveal(place):
                return
            await self.show_pane("text")
        document = self.draft.document
        if self.editor is not None and document is not None:
            self.editor.go_to_offset(document.span(place, key=key).start)

    def _place(self) -> Place:
        """Where the cursor is, as a place of the manifest."""
        if self.pane == "form" and self.focused is not None:
            return next((each.place for each in self.focused.ancestors_with_self if isinstance(each, Control)), ())
        document = self.draft.document
        if self.pane != "text" or self.editor is None or document is None:
            return ()
        return document.place_at(self.editor.offset_of_cursor)

    def action_submit(self) -> None:
        """See what would be submitted."""
        from maniple.portal.app import Portal

        if self.save_file() and isinstance(self.app, Portal):
            self.app.open_submission(self.opened.path)

    def action_leave(self) -> None:
        """Back; what was typed is kept."""
        self.keep()
        self.app.pop_screen()
