"""The catalogue as tiles: one widget that draws them all, so that seven hundred are as quick as seven."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from maniple.portal.home.present import tile_lines
from maniple.usecases.destinations import CatalogueEntry

LINES, GAP, LEAST = 6, 1, 36
"""Lines of a tile with its frame, columns between tiles, and the least columns of a tile."""


class TileGrid(ScrollView, can_focus=True):
    """Destinations as tiles, with one that has the cursor."""

    HELP = "Move between the tiles with the arrow keys; enter shows all that a destination says of itself."
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Look", tooltip="Show all that this destination says of itself"),
        Binding("left", "move(-1)", "Left", show=False),
        Binding("right", "move(1)", "Right", show=False),
        Binding("up", "move_row(-1)", "Up", show=False),
        Binding("down", "move_row(1)", "Down", show=False),
        Binding("pageup", "move_page(-1)", "A page up", show=False),
        Binding("pagedown", "move_page(1)", "A page down", show=False),
        Binding("home", "go(0)", "First", show=False),
        Binding("end", "go(-1)", "Last", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tile", "tile--cursor", "tile--frame", "tile--muted", "tile--name"}
    DEFAULT_CSS = """
    TileGrid {
        height: 1fr;
        padding: 0 1;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        background: $background;
        & > .tile { background: $surface; color: $text; }
        & > .tile--name { color: $text; text-style: bold; }
        & > .tile--muted { color: $text-muted; }
        & > .tile--frame { color: $surface-lighten-2; }
        & > .tile--cursor { color: $text-muted; text-style: bold; }
        &:focus > .tile--cursor { color: $primary; text-style: bold; }
    }
    """

    cursor: reactive[int] = reactive(0)

    class Chosen(Message):
        """A tile was entered."""

        def __init__(self, entry: CatalogueEntry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: tuple[CatalogueEntry, ...] = ()

    @property
    def entry(self) -> CatalogueEntry | None:
        """The destination with the cursor."""
        return self.entries[self.cursor] if self.entries else None

    @property
    def columns(self) -> int:
        """How many tiles stand in a row."""
        return max(1, (self.size.width + GAP) // (LEAST + GAP))

    def show_entries(self, entries: Sequence[CatalogueEntry]) -> None:
        """Show these destinations; the cursor stays with its own if that is among them."""
        kept = self.entry.slug if self.entry is not None else None
        self.entries = tuple(entries)
        self.cursor = next((at for at, entry in enumerate(entries) if entry.slug == kept), 0)
        self._lay_out()
        self.refresh()
        self.screen.refresh_bindings()

    def on_resize(self) -> None:
        """More or fewer tiles fit a row."""
        self._lay_out()

    def validate_cursor(self, cursor: int) -> int:
        """The cursor is always on a tile."""
        return max(0, min(cursor, len(self.entries) - 1))

    def watch_cursor(self) -> None:
        """The tile with the cursor is in view."""
        self.scroll_to_region(Region(0, self.cursor // self.columns * LINES, 1, LINES), animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen: a slice through a row of tiles."""
        row, line = divmod(y + self.scroll_offset.y, LINES)
        first = row * self.columns
        width = self._tile_width()
        segments: list[Segment] = []
        ground = self.rich_style
        for at, entry in enumerate(self.entries[first : first + self.columns], first):
            segments += [*self._slice(entry, line, width, at == self.cursor), Segment(" " * GAP, ground)]
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def _slice(self, entry: CatalogueEntry, line: int, width: int, here: bool) -> list[Segment]:
        tile = self.get_component_rich_style("tile")
        edge = tile + self._foreground("tile--cursor" if here else "tile--frame")
        left, right = ("┃", "┃") if here else ("│", "│")
        if line in (0, LINES - 1):
            corners = ("┏━┓" if here else "╭─╮") if line == 0 else ("┗━┛" if here else "╰─╯")
            return [Segment(corners[0] + corners[1] * (width - 2) + corners[2], edge)]
        inside = width - 4
        text = tile_lines(entry, inside)[line - 1]
        style = tile + self._foreground(("tile--name", "tile--muted", "tile", "tile")[line - 1])
        return [
            Segment(f"{left} ", edge),
            Segment(set_cell_size(text, inside), style),
            Segment(f" {right}", edge),
        ]

    def _foreground(self, name: str) -> Style:
        style = self.get_component_rich_style(name)
        return Style(color=style.color, bold=style.bold)

    def _tile_width(self) -> int:
        return (self.size.width + GAP) // self.columns - GAP

    def _lay_out(self) -> None:
        rows = -(-len(self.entries) // self.columns)
        self.virtual_size = Size(self.size.width, rows * LINES)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a tile, a second one enters it."""
        at = event.get_content_offset(self)
        if at is None:
            return
        column = at.x // (self._tile_width() + GAP)
        place = (at.y + self.scroll_offset.y) // LINES * self.columns + column
        if column >= self.columns or place >= len(self.entries):
            return
        if place == self.cursor and event.chain > 1:
            self.action_choose()
        self.cursor = place

    def action_choose(self) -> None:
        """Enter the tile with the cursor."""
        if self.entry is not None:
            self.post_message(self.Chosen(self.entry))

    def action_move(self, by: int) -> None:
        """To the next tile or the one before."""
        self.cursor += by

    def action_move_row(self, by: int) -> None:
        """A row up or down; at the end of the tiles to the last one."""
        to = self.cursor + by * self.columns
        if to >= 0 and (
            to < len(self.entries) or self.cursor // self.columns < (len(self.entries) - 1) // self.columns
        ):
            self.cursor = to

    def action_move_page(self, by: int) -> None:
        """As many rows as are seen."""
        self.cursor += by * self.columns * max(1, self.size.height // LINES)

    def action_go(self, to: int) -> None:
        """To the first tile, or with -1 to the last."""
        self.cursor = to if to >= 0 else len(self.entries) - 1
