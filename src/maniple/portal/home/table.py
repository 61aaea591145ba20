"""The author's integrations as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.widgets import DataTable

from maniple.portal.home.present import TIERS, checks, edited, name_of, state_words
from maniple.portal.states import STATES
from maniple.usecases.integrations import Details, Integration, State

NARROW = (("Name", 22), ("State", 21), ("Tier", 6), ("Edited", 12), ("Version", 7))
WIDE = (
    ("Name", 30),
    ("State", 21),
    ("Tier", 10),
    ("Checks", 14),
    ("Edited", 12),
    ("Version", 9),
    ("Category", 22),
    ("Kind", 9),
)
ROOM_FOR_WIDE = 148


@dataclass(frozen=True)
class Row:
    """An integration and what is known of it so far."""

    integration: Integration
    details: Details | None
    state: State

    @property
    def path(self) -> Path:
        """Its manifest."""
        return self.integration.path


class IntegrationTable(DataTable[Text]):
    """One row an integration."""

    HELP = "Your integrations, the one edited last first. Enter opens the one with the cursor."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open", tooltip="Work on this integration"),
        Binding("home", "scroll_top", "First", show=False),
        Binding("end", "scroll_bottom", "Last", show=False),
    ]
    DEFAULT_CSS = """
    IntegrationTable { height: 1fr; background: $background; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)
        self._shown: tuple[Row, ...] = ()

    @property
    def row(self) -> Row | None:
        """The row with the cursor."""
        return self._shown[self.cursor_row] if 0 <= self.cursor_row < len(self._shown) else None

    def show_rows(self, rows: Sequence[Row], now: float, *, cursor: Path | None = None) -> None:
        """Show these rows; the cursor goes to the one with the manifest `cursor`, else it stays with its own."""
        paths = [row.path for row in rows]
        own = self.row.path if self.row is not None else None
        at = next((paths.index(path) for path in (cursor, own) if path in paths), None)
        place = at if at is not None else min(self.cursor_row, len(rows) - 1)
        self._shown = tuple(rows)
        wide = self.app.size.width >= ROOM_FOR_WIDE
        self.clear(columns=True)
        for label, width in WIDE if wide else NARROW:
            self.add_column(label, width=width, key=label)
        for row in rows:
            self.add_row(*self._cells(row, now, wide), key=str(row.path))
        self.move_cursor(row=max(0, place))

    def _cells(self, row: Row, now: float, wide: bool) -> list[Text]:
        details = row.details
        words, colour = checks(details)
        cells = {
            "Name": Text(name_of(row.integration, details), Style(bold=True)),
            "State": Text(state_words(row.state), self._colour(STATES[row.state][2])),
            "Tier": Text(TIERS.get(details.tier if details else "", "–") if details else "…"),
            "Checks": Text(words, self._colour(colour)),
            "Edited": Text(
                edited(row.integration, now), self._colour("text-warning" if row.integration.unsaved else "")
            ),
            "Version": Text(details.version if details else "…"),
            "Category": Text(details.category.replace("-", " ") if details else ""),
            "Kind": Text(details.kind if details else ""),
        }
        if not wide:
            cells["Tier"] = Text((details.tier or "–") if details else "…")
        return [_shortened(cells[label], width) for label, width in (WIDE if wide else NARROW)]

    def _colour(self, name: str) -> Style:
        """A colour of the theme; none where the theme leaves it to the terminal."""
        value = self.app.theme_variables.get(name, "")
        if not value or value.startswith(("auto", "ansi")):
            return Style()
        return Style(color=Color.parse(value).rich_color)


def _shortened(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text
