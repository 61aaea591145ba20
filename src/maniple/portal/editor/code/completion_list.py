"""The list of what can be typed, at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from maniple.portal.editor.code.present import offer_docs, offer_row
from maniple.usecases.completion import Completion

MOST_ROWS = 8
_AROUND = 6
"""Lines that the border and the docs take."""
WIDTH = 64
"""Cells of the whole list; a narrower terminal has less."""


class CompletionList(Vertical):
    """Shows offers and which of them is chosen. It never has the focus: the keys are the text's."""

    DEFAULT_CSS = """
    CompletionList {
        display: none;
        overlay: screen;
        constrain: inside inside;
        width: 64;
        max-width: 100%;
        height: 14;
        border: round $border;
        background: $panel;
        &.-open { display: block; }
        & OptionList {
            height: 8;
            border: none;
            padding: 0;
            background: $panel;
            &:focus { border: none; }
        }
        & OptionList > .option-list--option { padding: 0 1; }
        & OptionList > .option-list--option-highlighted {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & Static { height: 4; padding: 0 1; border-top: solid $border-blurred; }
    }
    """

    @dataclass
    class Taken(Message):
        """One of the offers was clicked."""

        offer: Completion

    def __init__(self) -> None:
        super().__init__()
        self.offers: Sequence[Completion] = ()
        self._room: tuple[int, Offset] | None = None

    def compose(self) -> ComposeResult:
        """The offers, and what is known of the chosen one."""
        options = OptionList(compact=True, markup=False)
        options.can_focus = False
        yield options
        yield Static("", markup=False)

    @property
    def is_open(self) -> bool:
        """Something is offered."""
        return self.has_class("-open")

    @property
    def is_under_mouse(self) -> bool:
        """The mouse is over it, so that a click may be on its way."""
        return self.region.contains_point(self.app.mouse_position)

    @property
    def chosen(self) -> Completion | None:
        """The offer that Enter would take."""
        at = self.query_one(OptionList).highlighted
        return self.offers[at] if self.is_open and at is not None and at < len(self.offers) else None

    def show(self, offers: Sequence[Completion], place: Offset) -> None:
        """Offer these below a place of the screen, where what is typed begins, or above it where there is more room.

        Nothing to offer closes the list.
        """
        if not offers:
            self.close()
            return
        self.offers = offers
        options = self.query_one(OptionList)
        self._fit(min(len(offers), max(2, min(MOST_ROWS, self.screen.size.height - _AROUND - 2))), place)
        width = min(WIDTH, self.screen.size.width) - 4
        options.set_options(Option(offer_row(one, width)) for one in offers)
        options.highlighted = 0
        self.add_class("-open")
        self._describe()

    def _fit(self, rows: int, place: Offset) -> None:
        """Take the room for so many offers. Only what is different is set: every change lays out the whole screen."""
        whole = rows + _AROUND
        above = place.y + 1 + whole > self.screen.size.height and place.y >= whole
        offset = Offset(place.x - 3, place.y - whole if above else place.y + 1)
        if (rows, offset) != self._room:
            self._room = rows, offset
            self.query_one(OptionList).styles.height = rows
            self.styles.height = whole
            self.absolute_offset = offset

    def close(self) -> None:
        """Offer nothing."""
        self.remove_class("-open")
        self.offers = ()

    def move(self, step: int) -> None:
        """Choose another offer; beyond the last comes the first."""
        options = self.query_one(OptionList)
        options.highlighted = ((options.highlighted or 0) + step) % max(1, len(self.offers))

    def move_page(self, step: int) -> None:
        """Choose an offer a page away."""
        options = self.query_one(OptionList)
        options.highlighted = max(0, min(len(self.offers) - 1, (options.highlighted or 0) + step * MOST_ROWS))

    def _describe(self) -> None:
        chosen = self.chosen
        self.query_one(Static).update(offer_docs(chosen) if chosen is not None else Content(""), layout=False)

    @on(OptionList.OptionHighlighted)
    def _another(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._describe()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self.offers):
            self.post_message(self.Taken(self.offers[event.option_index]))
