"""The text itself: a text field that knows indentation, holes, and marks of findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.document._document import Document, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from maniple.diagnostics.model import Severity
from maniple.portal.editor.code.colors import FINDING, HOLE, NAME, code_theme
from maniple.portal.editor.code.holes import holes_in, json_texts
from maniple.portal.editor.code.indent import STEP, commented, dedented, indent_after, indented
from maniple.portal.editor.code.marks import LETTERS, Lines, Location, Mark, change_between, underlined, worst_by_line

Language = Literal["yaml", "json", "text"]
LinesChange = Callable[[list[str]], list[str]]
_GUTTER_MARK = 2
"""Cells left of the line numbers: a letter and a blank."""
_HALF = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile(r"\r\n|\n|\r")
_PICTURES = {
    **{code: 0x2400 + code for code in range(32) if code != 9},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}
"""One visible character for each that a terminal would obey."""
_KEYS_OF_SCREENS = frozenset({"f6", "f7"})
"""Keys that a text field would take from the screen around it."""


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def grammar_of(language: Language) -> str | None:
    """What a text field calls the language; plain text has none."""
    return None if language == "text" else language


class CodeArea(TextArea, inherit_bindings=False):
    """A text field for code. `marks` are painted; it neither makes nor explains them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(one for one in TextArea.BINDINGS if not (isinstance(one, Binding) and one.key in _KEYS_OF_SCREENS)),
        Binding("shift+tab", "dedent", "Indent less", show=False, tooltip="Move the lines two blanks to the left"),
        Binding("ctrl+home", "go_to_end(False)", "Start", show=False, tooltip="To the start of the text"),
        Binding("ctrl+end", "go_to_end(True)", "End", show=False, tooltip="To the end of the text"),
        Binding("ctrl+underscore", "comment", "Comment", show=False, tooltip="Make the lines comments, or text again"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"code-area--error", "code-area--warning", "code-area--note"}
    DEFAULT_CSS = """
    CodeArea {
        border: none;
        padding: 0;
        &:focus { border: none; }
        & .code-area--error { color: $text-error; text-style: bold; }
        & .code-area--warning { color: $text-warning; text-style: bold; }
        & .code-area--note { color: $text-primary; text-style: bold; }
    }
    """

    @dataclass
    class Hovered(Message):
        """The mouse is over a place of the text; None when it has left."""

        location: Location | None

    def __init__(self, text: str, language: Language, *, id: str | None = None) -> None:
        self.marks: tuple[Mark, ...] = ()
        self.take_key: Callable[[str], bool] = lambda key: False  # noqa: ARG005
        """Asked first for every key; when it says true the key was for something else than the text."""
        self.typed: str | None = None
        """The character that the last change typed; None after any other change. Whoever has seen it takes it away."""
        self._gutter_letters: dict[int, Severity] = {}
        self._before = text
        super().__init__(
            text,
            language=grammar_of(language),
            theme="css",
            soft_wrap=False,
            tab_behavior="indent",
            show_line_numbers=True,
            id=id,
        )
        self.indent_width = STEP

    def on_mount(self) -> None:
        """Take the colours of the application's theme, now and whenever it changes."""
        self.watch(self.app, "theme", self._take_colors)

    def _take_colors(self) -> None:
        self.register_theme(code_theme(self.app.get_css_variables()))
        if self.theme == NAME:
            self._set_theme(NAME)
        self.theme = NAME
        self._line_cache.clear()
        self.refresh()

    # What stands where

    @property
    def rows(self) -> Lines:
        """The lines, for going between offsets and locations."""
        return Lines(self.document.lines, len(self.document.newline))

    @property
    def offset_of_cursor(self) -> int:
        """The cursor as an offset into the text."""
        return self.rows.offset(self.cursor_location)

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor at a line and column, both from 1, and bring it to view."""
        if not self.size:
            # A text field without a size would scroll its text out of itself.
            self.call_after_refresh(self.go_to, line, column)
            return
        self.move_cursor(self.clamp_visitable((line - 1, column - 1)))
        self.show_row()

    def show_row(self) -> None:
        """Bring the line with the cursor to the middle, unless it is well in sight."""
        _, top = self.scroll_offset
        _, place = self._cursor_offset
        height = self.scrollable_content_region.height
        if not top + 2 <= place < top + height - 2:
            self.scroll_to(y=max(0, place - height // 2), animate=False)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Paint these marks from now on."""
        self.marks = tuple(marks)
        self._build_highlight_map()
        self.refresh()

    def _set_document(self, text: str, language: str | None) -> None:
        """Keep characters that are no line break in YAML or JSON, but are one to `str.splitlines`."""
        lines = _BREAKS.split(text)
        odd = lines != Document(text).lines
        # The grammars read UTF-8, which halves of characters have no place in.
        super()._set_document(text, None if odd or _HALF.search(text) else language)
        if odd and isinstance(self.document, Document):
            self.document._lines = lines
            self.wrapped_document = WrappedDocument(self.document, tab_width=self.indent_width)
            self.navigator = DocumentNavigator(self.wrapped_document)
            self._rewrap_and_refresh_virtual_size()

    def _build_highlight_map(self) -> None:
        super()._build_highlight_map()
        after = self.text
        if after != self._before:
            change = change_between(self._before, after)
            self.marks = tuple(mark.shifted(change) for mark in self.marks)
            self._before = after
        lines = self.rows
        for row, line in enumerate(lines.lines):
            if self.language == "json":
                for start, end, name in json_texts(line):
                    self._highlight(row, line, start, end, name)
            for start, end in holes_in(line):
                self._highlight(row, line, start, end, HOLE)
        for mark in reversed(self.marks):
            for row, start, end in underlined(mark, lines):
                self._highlight(row, lines.lines[row], start, end, FINDING[mark.finding.severity])
        self._gutter_letters = worst_by_line(self.marks, lines)

    def _highlight(self, row: int, line: str, start: int, end: int, name: str) -> None:
        """Highlights count in octets of UTF-8."""
        if not line.isascii():
            start, end = _octets(line[:start]), _octets(line[:end])
        self._highlights[row].append((start, end, name))

    def get_line(self, line_index: int) -> Text:
        """A line as it is shown: nothing in it is obeyed by a terminal."""
        return Text(self.document.get_line(line_index).translate(_PICTURES), end="", no_wrap=True)

    @property
    def gutter_width(self) -> int:
        """Cells left of the text."""
        return super().gutter_width + _GUTTER_MARK

    def _render_line(self, y: int) -> Strip:
        strip = super()._render_line(y)
        place = y + self.scroll_offset.y
        if place >= self.wrapped_document.height:
            return strip
        row, section = self.wrapped_document._offset_to_line_info[place]
        severity = self._gutter_letters.get(row) if section == 0 else None
        if severity is None:
            return strip
        style = self.get_component_rich_style(f"code-area--{severity}")
        return Strip.join([Strip([Segment(LETTERS[severity], style)], 1), strip.crop(1)])

    # Mouse and keys

    async def _on_mouse_move(self, event: events.MouseMove) -> None:
        place = self.get_target_document_location(event)
        inside = event.x >= self.gutter_width and place[1] < len(self.document.get_line(place[0]))
        self.post_message(self.Hovered(place if inside else None))

    def _on_leave(self, event: events.Leave) -> None:
        if event.node is self:
            self.post_message(self.Hovered(None))

    async def _on_key(self, event: events.Key) -> None:
        """Enter keeps the indentation, Tab indents what is selected, Backspace takes a whole step of indentation."""
        if self.take_key(event.key):
            self._swallow(event)
            return
        if self.read_only:
            return
        self.typed = event.character if event.is_printable else "\b" if event.key == "backspace" else None
        start, end = sorted(self.selection)
        line = self.document.get_line(start[0])
        if event.key == "enter":
            self._type(event, "\n" + indent_after(line[: start[1]], json=self.language == "json"), start, end)
        elif event.key == "tab" and start[0] != end[0]:
            self._swallow(event)
            self._change_lines(indented)
        elif event.key == "backspace" and start == end and start[1] > 1 and not line[: start[1]].strip(" "):
            self._type(event, "", (start[0], (start[1] - 1) // STEP * STEP), end)

    def _type(self, event: events.Key, text: str, start: Location, end: Location) -> None:
        self._swallow(event)
        self._replace_via_keyboard(text, start, end)

    @staticmethod
    def _swallow(event: events.Key) -> None:
        event.stop()
        event.prevent_default()

    def action_go_to_end(self, last: bool) -> None:
        """Put the cursor at the start or the end of the text."""
        self.move_cursor(self.document.end if last else (0, 0))

    def action_dedent(self) -> None:
        """Move the lines of the selection two blanks to the left."""
        self._change_lines(dedented)

    def action_comment(self) -> None:
        """Make the lines of the selection comments, or text again."""
        if self.language != "yaml":
            return
        self._change_lines(commented)

    def _change_lines(self, change: LinesChange) -> None:
        """Change whole lines, and keep them selected."""
        if self.read_only:
            return
        (top, _), (bottom, column) = sorted(self.selection)
        if bottom > top and column == 0:
            bottom -= 1
        before = [self.document.get_line(row) for row in range(top, bottom + 1)]
        after = change(before)
        if after == before:
            return
        anchor, cursor = self.selection
        self.replace("\n".join(after), (top, 0), (bottom, len(before[-1])), maintain_selection_offset=False)

        def moved(place: Location) -> Location:
            row = place[0]
            if not top <= row <= bottom:
                return place
            return row, max(0, place[1] + len(after[row - top]) - len(before[row - top]))

        self.selection = Selection(moved(anchor), moved(cursor))
