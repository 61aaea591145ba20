"""The catalogue: every destination there is, by category, as tiles."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Label, Select, Static
from textual.worker import get_current_worker

from maniple.diagnostics.cells import visible
from maniple.portal.desk import Desk
from maniple.portal.home.present import categories, count, entry_text, nothing_found
from maniple.portal.home.tiles import TileGrid
from maniple.usecases.destinations import CatalogueEntry, catalogue, load_file
from maniple.usecases.integrations import matches

AT_ONCE = 12
"""So many destinations are read before those are shown."""


class CataloguePane(Vertical):
    """Tiles, a search and a filter. The catalogue is read when the pane is first shown."""

    DEFAULT_CSS = """
    CataloguePane {
        & > Horizontal { height: 1; margin: 0 1 1 1; }
        & Input { width: 1fr; }
        & Select { width: 36; }
        & #how-many { width: auto; margin-left: 2; color: $text-muted; }
        & #nothing { margin: 1 2; display: none; color: $text-muted; }
        &.-empty #nothing { display: block; }
        &.-empty TileGrid { display: none; }
    }
    """

    class Read(Message):
        """Some of the catalogue, or all of it, was read."""

        def __init__(self, entries: tuple[CatalogueEntry, ...], complete: bool) -> None:
            super().__init__()
            self.entries, self.complete = entries, complete

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.entries: tuple[CatalogueEntry, ...] = ()
        self.complete = False
        self.begun = False

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Input(placeholder="Search the catalogue  /", compact=True, id="find-catalogue")
            yield Select(categories(()), allow_blank=False, value="", compact=True, id="category")
            yield Label("", id="how-many")
        yield TileGrid(id="tiles")
        yield Static("", id="nothing")

    def begin(self) -> None:
        """Read the catalogue, once."""
        if not self.begun:
            self.begun = True
            self._say_how_many()
            self.read_catalogue()

    def read_again(self) -> None:
        """Read the catalogue anew, if it was read: a destination may have come or gone."""
        if self.begun:
            self.read_catalogue()

    @work(thread=True, exclusive=True, group="catalogue")
    def read_catalogue(self) -> None:
        """Read every destination; the first ones are shown before the last are read."""
        worker = get_current_worker()
        found: list[CatalogueEntry] = []
        for entry in catalogue(self.desk.catalogue_folders()):
            if worker.is_cancelled:
                return
            found.append(entry)
            if len(found) == AT_ONCE and not self.entries:
                self.post_message(self.Read(tuple(found), False))
        self.post_message(self.Read(tuple(found), True))

    def on_catalogue_pane_read(self, event: Read) -> None:
        """Show what is there so far."""
        self.entries = tuple(sorted(event.entries, key=lambda entry: entry.name.casefold()))
        self.complete = event.complete
        select = self.query_one("#category", Select)
        kept = select.value
        choices = categories(self.entries)
        with self.prevent(Select.Changed):
            select.set_options(choices)
            select.value = kept if any(kept == value for _, value in choices) else ""
        self.show_matching()

    @on(Input.Changed, "#find-catalogue")
    @on(Select.Changed, "#category")
    def show_matching(self) -> None:
        """Show what the search and the filter leave."""
        words = self.query_one("#find-catalogue", Input).value
        category = self.query_one("#category", Select).value
        shown = [
            entry
            for entry in self.entries
            if category in ("", entry.category)
            and matches(words, entry.name, entry.slug, entry.category, entry.kind, entry.summary)
        ]
        self.query_one(TileGrid).show_entries(shown)
        self.set_class(bool(words and not shown and self.complete), "-empty")
        self.query_one("#nothing", Static).update(nothing_found(words))
        self._say_how_many(len(shown))

    def _say_how_many(self, shown: int = 0) -> None:
        words = count(shown, "destination") if self.complete else f"{shown} so far …" if shown else "reading …"
        self.query_one("#how-many", Label).update(words)

    @on(Input.Submitted, "#find-catalogue")
    def search_entered(self) -> None:
        """On to what was found."""
        self.query_one(TileGrid).focus()


class EntryScreen(ModalScreen[str | None]):
    """All that a destination says of itself; answers `clone` when one's own is to begin from it."""

    TITLE = "Catalogue entry"
    HELP = "What a destination of the catalogue does and asks for. Start your own from it with c."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Back to the catalogue"),
        Binding("c", "clone", "Start mine from it", tooltip="Copy it to your folder under another name"),
    ]
    DEFAULT_CSS = """
    EntryScreen {
        align: center middle;
        & > VerticalScroll {
            width: 92; max-width: 96%; height: auto; max-height: 92%;
            padding: 1 2; background: $surface; border: tall $primary; border-title-color: $text;
        }
    }
    """

    def __init__(self, entry: CatalogueEntry) -> None:
        super().__init__()
        self.entry = entry

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = visible(self.entry.name).replace("[", "\\[")
            manifest = load_file(self.entry.path).manifest
            if manifest is None:
                yield Static(f"✗ its manifest cannot be read: see `maniple check {self.entry.slug}`", markup=False)
            else:
                yield Static(entry_text(manifest, self.entry))
        yield Footer(show_command_palette=False)

    def action_leave(self) -> None:
        """Back to the catalogue."""
        self.dismiss(None)

    def action_clone(self) -> None:
        """Begin one's own from it."""
        self.dismiss("clone")
