"""A text field for code with what belongs around it: findings, finding, what is under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.document._document import Selection
from textual.geometry import Offset
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TextArea

from maniple.diagnostics.model import Diagnostic
from maniple.portal.editor.code.area import CodeArea, Language
from maniple.portal.editor.code.completion_list import CompletionList
from maniple.portal.editor.code.find_bar import FindBar
from maniple.portal.editor.code.marks import Mark, change_between, mark_at, marks_of, next_mark
from maniple.portal.editor.code.present import (
    explanation_note,
    finding_note,
    offered_unasked,
    position_note,
)
from maniple.usecases.completion import Completion, completions, explain, readable, warm
from maniple.usecases.draft import Draft

HOVER_AFTER = 0.2
"""Seconds for which the mouse stands still before what is under it is explained."""
_KEYS_OF_LIST = frozenset({"down", "up", "pagedown", "pageup", "enter", "tab", "escape"})
EXPLAIN_AFTER = 0.06
"""Seconds for which the cursor stands still before what is under it is explained."""


class CodeEditor(Vertical):
    """A text of YAML or JSON that is worked on. It posts `Changed` for what is typed, never for what is loaded."""

    HELP = (
        "In the text, `$` offers the variables, `|` inside `{{ }}` the filters, a letter the keys that may stand there. "
        "Enter or Tab takes an offer, Escape closes the list; Escape again leaves the text."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "find", "Find", tooltip="Find a text; `f3` and `shift+f3` go on"),
        Binding("f3", "find_again(1)", "Find next", show=False, tooltip="The next place with the text"),
        Binding("shift+f3", "find_again(-1)", "Find previous", show=False, tooltip="The place before with the text"),
        Binding("ctrl+g", "ask_line", "Go to line", show=False, tooltip="Go to a line, or `line:column`"),
        Binding("f8", "finding(1)", "Next finding", tooltip="Go to the next thing that is wrong"),
        Binding("shift+f8", "finding(-1)", "Previous finding", show=False, tooltip="Go to the thing wrong before"),
        Binding("ctrl+@,ctrl+space", "offer", "Complete", key_display="^space", tooltip="What can be typed here"),
        Binding("f9", "wrap", "Wrap lines", show=False, tooltip="Show long lines whole, or in one line"),
    ]
    DEFAULT_CSS = """
    CodeEditor {
        height: 1fr;
        & CodeArea { height: 1fr; min-height: 3; }
        & #code-foot { height: 3; background: $panel; }
        & #code-note { width: 1fr; height: 3; padding: 0 1; }
        & #code-position { width: 13; height: 3; padding: 0 1; text-align: right; color: $text-muted; }
    }
    """

    @dataclass
    class Changed(Message):
        """Somebody changed the text by hand."""

        editor: CodeEditor

        @property
        def text(self) -> str:
            """The text, as it is by now: whoever is behind with the messages must not go back to an older one."""
            return self.editor.text

        @property
        def control(self) -> CodeEditor:
            """The editor, for `@on(CodeEditor.Changed, "#id")`."""
            return self.editor

    @dataclass
    class CursorMoved(Message):
        """The cursor stands at another offset of the text."""

        editor: CodeEditor
        offset: int

        @property
        def control(self) -> CodeEditor:
            """The editor, for `@on(CodeEditor.CursorMoved, "#id")`."""
            return self.editor

    def __init__(
        self,
        text: str = "",
        language: Language = "yaml",
        *,
        path: Path | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.path = path if path is not None else Path("manifest.json" if language == "json" else "manifest.yaml")
        """The file that the text is of."""
        self.area = CodeArea(text, language)
        self.area.take_key = self._take_key
        self.finder = FindBar(self.area)
        self.list = CompletionList()
        self.note = Static("", id="code-note", markup=False)
        self.position = Static("", id="code-position", markup=False)
        self._told = text
        self.sample: Mapping[str, Any] | None = None
        """Values of variables that explanations show; made up without."""
        self._last_good: Draft | None = None
        self._pause: Timer | None = None
        """Runs from a move of the cursor until what is under it is explained."""
        self._asked_at: int | None = None
        """Where the cursor was when the offers were made."""

    def compose(self) -> ComposeResult:
        """The text, the line for finding, the note below."""
        yield self.area
        yield self.finder
        yield self.list
        with Horizontal(id="code-foot"):
            yield self.note
            yield self.position

    def on_mount(self) -> None:
        """Say where the cursor is."""
        self._remember_good()
        self._describe()
        self._prepare()

    @work(thread=True)
    def _prepare(self) -> None:
        """Make what the first explanation and completion would wait for."""
        warm()

    # What a kind of text knows of itself

    def offers(self, offset: int) -> Sequence[Completion]:
        """What can be typed at an offset."""
        return completions(Draft(self.path, self.text), offset, last_good=self._last_good)

    def explanation(self, offset: int) -> str:
        """What stands at an offset: a line or more, empty when there is nothing to say."""
        return explain(Draft(self.path, self.text), offset, self.sample)

    def _remember_good(self) -> None:
        draft = Draft(self.path, self.text)
        if readable(draft) is not None:
            self._last_good = draft

    # For those who use it

    @property
    def text(self) -> str:
        """The text as it stands now."""
        return self.area.text

    @property
    def offset_of_cursor(self) -> int:
        """The cursor as an offset into the text."""
        return self.area.offset_of_cursor

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The findings that are shown, at their present places."""
        return self.area.marks

    def focus(self, scroll_visible: bool = True) -> CodeEditor:
        """Put the cursor into the text."""
        self.area.focus(scroll_visible)
        return self

    def load(self, text: str) -> None:
        """Show another text. The cursor stays where it was in what stays; it can be undone; no `Changed` is posted."""
        before = self.area.text
        self._told = text
        self.list.close()
        if text == before:
            return
        change = change_between(before, text)
        rows = self.area.rows
        inside = change.start < self.area.offset_of_cursor < change.start + change.removed
        place = self.area.cursor_location
        self.area.history.checkpoint()
        self.area.replace(
            text[change.start : change.start + change.added],
            rows.location(change.start),
            rows.location(change.start + change.removed),
        )
        self.area.history.checkpoint()
        if self.area.text != text:
            self.area.load_text(text)
        self._told = self.area.text
        if inside:
            self.area.selection = Selection.cursor(self.area.clamp_visitable(place))
        self._remember_good()

    def go_to(self, line: int, column: int = 1, *, focus: bool = True) -> None:
        """Put the cursor at a line and column, both from 1, and bring it to view."""
        self.area.go_to(line, column)
        if focus and self.area.is_attached:
            self.area.focus()
        elif focus:
            self.call_after_refresh(self.area.focus)

    def go_to_offset(self, offset: int, *, focus: bool = True) -> None:
        """Put the cursor at an offset of the text, and bring it to view."""
        row, column = self.area.rows.location(offset)
        self.go_to(row + 1, column + 1, focus=focus)

    def show_findings(self, findings: Sequence[Diagnostic]) -> None:
        """Mark what is wrong; the findings' spans are offsets of the present text. Typing moves the marks along."""
        self.area.show_marks(marks_of(findings))
        self._describe()

    # What is done with keys

    def action_find(self) -> None:
        """Ask for a text to find; a selected word is taken."""
        chosen = self.area.selected_text
        self.finder.open("text", chosen if chosen and "\n" not in chosen else "")

    def action_ask_line(self) -> None:
        """Ask for a line to go to."""
        self.finder.open("line")

    def action_find_again(self, step: int) -> None:
        """The next place with the text that was looked for."""
        bar = self.finder
        if bar.wanted == "text" and bar.typed:
            bar.find(step)
        else:
            self.action_find()

    def action_finding(self, step: int) -> None:
        """Go to the next thing that is wrong."""
        found = next_mark(self.marks, self.offset_of_cursor, step)
        if found is None:
            self.app.notify("nothing is wrong here", timeout=2)
            return
        self.go_to_offset(found.start)

    def action_wrap(self) -> None:
        """Show long lines whole, or in one line."""
        self.area.soft_wrap = not self.area.soft_wrap
        self._describe()

    # Completion

    def action_offer(self) -> None:
        """Offer what can be typed here."""
        self._offer(None)

    def _offer(self, typed: str | None) -> None:
        """Offer what can be typed; `typed` is the character after which it is done unasked."""
        offset = self.offset_of_cursor
        offers = () if self.area.read_only or not self.area.selection.is_empty else self.offers(offset)
        if typed is not None and not offered_unasked(typed, offers, is_open=self.list.is_open):
            offers = ()
        self._asked_at = offset
        typed_cells = offset - offers[0].replace_from if offers else 0
        self.list.show(offers, self.area.cursor_screen_offset - Offset(typed_cells, 0))

    def _offer_after_typing(self) -> None:
        """Offer what follows from the last key, unless that is done: fast fingers are ahead of the messages."""
        typed, self.area.typed = self.area.typed, None
        if typed is not None:
            self._offer(typed)

    def _take_key(self, key: str) -> bool:
        """Keys that are for the list of offers while it is open."""
        if key in _KEYS_OF_LIST:
            self._offer_after_typing()
        if not self.list.is_open:
            return False
        match key:
            case "down" | "up":
                self.list.move(1 if key == "down" else -1)
            case "pagedown" | "pageup":
                self.list.move_page(1 if key == "pagedown" else -1)
            case "enter" | "tab":
                if self.list.chosen is not None:
                    self._take(self.list.chosen)
            case "escape":
                self.list.close()
            case _:
                return False
        return True

    def _take(self, offer: Completion) -> None:
        """Put an offer into the text."""
        self.list.close()
        rows = self.area.rows
        self.area.history.checkpoint()
        self.area.replace(
            offer.text, rows.location(offer.replace_from), self.area.cursor_location, maintain_selection_offset=False
        )
        self.area.history.checkpoint()
        if offer.back:
            self.area.move_cursor_relative(columns=-offer.back)
        self.area.typed = offer.text[-1] if offer.text.endswith((" ", "$")) else None

    @on(CompletionList.Taken)
    def _clicked(self, event: CompletionList.Taken) -> None:
        event.stop()
        self._take(event.offer)
        self.area.focus()

    @on(events.DescendantBlur)
    def _left(self) -> None:
        if self.list.is_open and not self.list.is_under_mouse:
            self.list.close()

    # What follows from a change

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        text = self.text
        if text != self._told:
            self._told = text
            self._remember_good()
            self.post_message(self.Changed(self))
        self._offer_after_typing()
        self._describe()

    @on(TextArea.SelectionChanged)
    def _cursor_moved(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        offset = self.offset_of_cursor
        if self.list.is_open and self.text == self._told and offset != self._asked_at:
            self.list.close()
        self.post_message(self.CursorMoved(self, offset))
        self._describe()

    def _describe(self) -> None:
        """The note of what is under the cursor, and where that is."""
        if not self.note.is_attached:
            return
        row, column = self.area.cursor_location
        position = position_note(row, column, self.marks, wrapped=self.area.soft_wrap)
        self.position.update(position, layout=False)
        mark = self._mark_here()
        if self._pause is not None:
            self._pause.stop()
        if mark is not None:
            self._note(finding_note(mark.finding))
        else:
            self._pause = self.set_timer(EXPLAIN_AFTER, self._explain)

    def _mark_here(self) -> Mark | None:
        rows = self.area.rows
        row, column = self.area.cursor_location
        start = rows.starts[row]
        return mark_at(self.marks, start + column, (start, start + len(rows.lines[row])))

    @on(CodeArea.Hovered)
    def _hovered(self, event: CodeArea.Hovered) -> None:
        """Explain what is under the mouse when it stands still; when it leaves, what is under the cursor again."""
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        if event.location is None:
            self._describe()
            return
        offset = self.area.rows.offset(event.location)
        self._pause = self.set_timer(HOVER_AFTER, lambda: self._explain_hovered(offset))

    def _explain_hovered(self, offset: int) -> None:
        mark = next((one for one in self.marks if one.placed and one.start <= offset < one.end), None)
        said = (
            explanation_note(self.explanation(min(offset, len(self.text))))
            if mark is None
            else finding_note(mark.finding)
        )
        if said.plain:
            self._note(said)

    def _explain(self) -> None:
        """Say what is under the cursor, now that it stands still; a word that is being typed is not there yet."""
        if self._mark_here() is not None:
            return  # it came while the timer ran out
        if self.list.is_open:
            self._note(Content(""))
            return
        self._note(explanation_note(self.explanation(self.offset_of_cursor)))

    def _note(self, note: Content) -> None:
        self.note.update(note, layout=False)
        self.note.tooltip = note if note.plain else None
