"""Controls of the form: each shows one place of the draft and says how the draft changes when it is worked on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Select, Static, TextArea

from maniple.portal.drafting import DraftScreen
from maniple.portal.editor.findings import Findings
from maniple.portal.editor.form.present import finding_line
from maniple.portal.editor.form.slots import Slot
from maniple.portal.editor.form.values import (
    ABSENT,
    Unreadable,
    read_lines,
    read_number,
    read_value,
    shown_lines,
    shown_text,
    shown_value,
)
from maniple.source.change import same
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft


class Box(Checkbox):
    """A box that is empty when it is off: its colour is not the only sign."""

    def render(self) -> Content:
        """With a cross, or without."""
        self.BUTTON_INNER = "X" if self.value else " "
        return super().render()


class Control(Vertical):
    """What a form shows of one place. `show` brings a draft to the screen, and never posts `Edited`."""

    wide: ClassVar[bool] = False
    """The title stands above what is shown, not beside it."""

    @dataclass
    class Edited(Message):
        """Somebody worked on a control: what becomes of the draft. `place` tells one edit from the next."""

        control_edited: Control
        change: Callable[[Draft], Draft]
        place: Place

    def __init__(self, slot: Slot, place: Place) -> None:
        super().__init__(classes="control")
        self.slot = slot
        self.place = place
        self.set_class(self.wide, "-wide")
        self.ready = False
        """Its parts are there."""
        self.writing = False
        """The draft that is shown comes of what was worked on here, and what was typed since is still on its way."""
        self._problem = ""
        """What keeps the text of the control from being a value."""
        self._told: tuple[str, ...] = ()
        self.findings = Findings()
        """What was last told to be wrong."""

    def on_mount(self) -> None:
        """Show the draft, and what was wrong before this control came."""
        self.ready = True
        self.show(self.draft)
        self.tell(self.findings)

    def show(self, draft: Draft) -> None:
        """Show what the draft has at the place."""

    def tell(self, findings: Findings) -> None:
        """Show what is wrong at the place."""
        lines = tuple(finding_line(each) for each in findings.below(self.place)[:2])
        self._say(lines)

    async def reveal(self, place: Place) -> bool:
        """Bring a place to view and put the cursor there; False when it is not here."""
        return self.take_focus() if place[: len(self.place)] == self.place else False

    def take_focus(self) -> bool:
        """Focus the first thing that can be worked on."""
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus()
                return True
        return False

    def edit(self, change: Callable[[Draft], Draft]) -> None:
        """Say that the draft changes."""
        self.post_message(self.Edited(self, change, self.place))

    def put(self, value: Any) -> None:
        """Say that `value` now stands at the place, or nothing."""
        place = self.place
        if value is ABSENT:
            self.edit(lambda draft: draft.without(place))
        else:
            self.edit(lambda draft: draft.with_value(place, value))

    def _say(self, lines: tuple[str, ...]) -> None:
        lines = (f"✖ {self._problem}", *lines) if self._problem else lines
        if lines == self._told:
            return
        self._told = lines
        self.set_class(bool(lines), "-wrong")
        for old in self.children:
            if old.has_class("control-problem"):
                old.remove()
        if lines:
            self.mount(Static("\n".join(lines), classes="control-problem", markup=False))

    def _refuse(self, problem: str) -> None:
        """Show why the text of the control cannot be written into the draft."""
        if problem != self._problem:
            self._problem = problem
            self._say(tuple(line for line in self._told if not line.startswith("✖ ") or not problem))

    @property
    def draft(self) -> Draft:
        """The draft that is worked on."""
        screen = self.screen
        assert isinstance(screen, DraftScreen)
        return screen.draft

    def title(self) -> Content:
        """The title of the slot, with a star when it must be there."""
        return Content(f"{self.slot.title}{' *' if self.slot.required else ''}")

    def row(self, *widgets: Widget) -> Horizontal:
        """The title and what stands beside it."""
        return Horizontal(Label(self.title(), classes="control-title"), *widgets, classes="control-row")


class TextControl(Control):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Title and field."""
        yield self.row(self._input())

    def _input(self) -> Input:
        placeholder = f"such as {self.slot.example}" if self.slot.example else self._default()
        return Input(placeholder=placeholder, compact=True, classes="control-input", select_on_focus=False)

    def _default(self) -> str:
        return "" if self.slot.default in (None, "") else f"{shown_value(self.slot.default)} when nothing is said"

    def show(self, draft: Draft) -> None:
        """The text, unless the field says the same already."""
        value = draft.value(self.place, ABSENT)
        entry = self.query_one(Input)
        if self.writing or self._says(entry.value, value):
            return
        with entry.prevent(Input.Changed):
            entry.value = self._text(value)
        self._refuse("")

    def _text(self, value: Any) -> str:
        return shown_text(value)

    def _read(self, text: str) -> Any:
        return text

    def _says(self, text: str, value: Any) -> bool:
        if not text:
            return value is ABSENT or value == ""
        try:
            return value is not ABSENT and same(self._read(text), value)
        except Unreadable:
            # What cannot be read yet stays until something else is written at the place.
            return self._problem != "" and same(value, self._kept)

    _kept: Any = None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Write what was typed."""
        event.stop()
        if not event.value:
            self._refuse("")
            self.edit(self._emptied)
            return
        try:
            value = self._read(event.value)
        except Unreadable as cause:
            self._kept = self.draft.value(self.place, None)
            self._refuse(str(cause))
            return
        self._refuse("")
        self.put(value)

    def _emptied(self, draft: Draft) -> Draft:
        # An empty text keeps the key, and its comment, until the field is left.
        return draft if draft.value(self.place, ABSENT) is ABSENT else draft.with_value(self.place, "")

    def on_descendant_blur(self) -> None:
        """An empty field that may be left out is left out."""
        if not self.slot.required and not self.query_one(Input).value:
            place = self.place
            if self.draft.value(place, ABSENT) == "":
                self.edit(lambda draft: draft.without(place) if draft.value(place, ABSENT) == "" else draft)


class NumberControl(TextControl):
    """A number."""

    def _read(self, text: str) -> Any:
        return read_number(text)


class ValueControl(TextControl):
    """A small value in flow style."""

    def _text(self, value: Any) -> str:
        return shown_value(value)

    def _read(self, text: str) -> Any:
        return read_value(text)

    def _default(self) -> str:
        return " | ".join(str(each) for each in self.slot.choices) or super()._default()


class ProseControl(Control):
    """Text of several lines."""

    wide = True

    def compose(self) -> ComposeResult:
        """Title above, text below."""
        yield Label(self.title(), classes="control-title")
        yield TextArea(
            compact=True,
            show_line_numbers=False,
            soft_wrap=True,
            highlight_cursor_line=False,
            tab_behavior="focus",
            classes="control-area",
        )

    def show(self, draft: Draft) -> None:
        """The text, unless it stands there already."""
        value = draft.value(self.place, ABSENT)
        area = self.query_one(TextArea)
        if self.writing or self._says(area.text, value):
            return
        with area.prevent(TextArea.Changed):
            area.load_text(self._text(value))

    def _text(self, value: Any) -> str:
        return shown_text(value)

    def _read(self, text: str) -> Any:
        return text or ABSENT

    def _says(self, text: str, value: Any) -> bool:
        read = self._read(text)
        return read is value or (ABSENT not in (read, value) and same(read, value))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Write what was typed."""
        event.stop()
        if not self._says(event.text_area.text, self.draft.value(self.place, ABSENT)):
            self.put(self._read(event.text_area.text))


class LinesControl(ProseControl):
    """A list of texts, one a line."""

    def title(self) -> Content:
        """The title says how it is written."""
        return Content(f"{self.slot.title} (one a line)")

    def _text(self, value: Any) -> str:
        return shown_lines(value)

    def _read(self, text: str) -> Any:
        return read_lines(text) or ABSENT


class ChoiceControl(Control):
    """One of several values."""

    def compose(self) -> ComposeResult:
        """Title and list of choices."""
        yield self.row(self._select(()))

    def _select(self, more: tuple[Any, ...]) -> Select[Any]:
        choices = [(Content(shown_text(value)), value) for value in (*self.slot.choices, *more)]
        default = self.slot.default
        prompt = f"{shown_text(default)} when nothing is said" if default is not None else "choose"
        return Select(choices, prompt=prompt, allow_blank=True, compact=True, classes="control-select")

    def show(self, draft: Draft) -> None:
        """The choice; one that the language does not know is shown too."""
        value = draft.value(self.place, ABSENT)
        select = self.query_one(Select)
        wanted = Select.NULL if value is ABSENT else value
        if select.value == wanted:
            return
        with select.prevent(Select.Changed):
            if value is not ABSENT and not any(same(value, each) for each in self.slot.choices):
                shown = value if isinstance(value, str | int | float | bool) else shown_value(value)
                select.set_options([(Content(shown_text(each)), each) for each in (*self.slot.choices, shown)])
                wanted = shown
            select.value = wanted

    def on_select_changed(self, event: Select.Changed) -> None:
        """Write the choice."""
        event.stop()
        if event.value != event.select.value:
            # It is about a choice that is past.
            return
        value = ABSENT if event.value is Select.NULL else event.value
        now = self.draft.value(self.place, ABSENT)
        if value is not now and not (ABSENT not in (value, now) and same(value, now)):
            self.put(value)


class SwitchControl(Control):
    """Yes or no."""

    def compose(self) -> ComposeResult:
        """A box with the title beside it."""
        yield Horizontal(
            Label("", classes="control-title"),
            Box(self.title(), compact=True, classes="control-box"),
            classes="control-row",
        )

    def show(self, draft: Draft) -> None:
        """Whether it is on."""
        value = draft.value(self.place, bool(self.slot.default))
        box = self.query_one(Checkbox)
        if box.value != (value is True):
            with box.prevent(Checkbox.Changed):
                box.value = value is True

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """Write it, or leave out what holds anyway."""
        event.stop()
        self.put(ABSENT if event.value == bool(self.slot.default) else event.value)


class ChoicesControl(Control):
    """Some of several values."""

    wide = True

    def compose(self) -> ComposeResult:
        """A box for each."""
        yield Label(self.title(), classes="control-title")
        with Horizontal(classes="control-boxes"):
            for choice in self.slot.choices:
                yield Box(Content(str(choice)), compact=True, name=str(choice), classes="control-box")

    def show(self, draft: Draft) -> None:
        """Which are chosen."""
        held = draft.value(self.place, self.slot.default)
        chosen = held if isinstance(held, list) else []
        for box in self.query(Checkbox):
            if box.value != (box.name in chosen):
                with box.prevent(Checkbox.Changed):
                    box.value = box.name in chosen

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """Write those that are chosen, in the order of the language."""
        event.stop()
        chosen = [box.name for box in self.query(Checkbox) if box.value]
        self.put(chosen if chosen and chosen != self.slot.default else ABSENT)
