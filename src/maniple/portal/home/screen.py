"""Home: the author's integrations with their state, and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Input, Static, TabbedContent, TabPane
from textual.worker import get_current_worker

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal.confirm import Confirm
from maniple.portal.desk import Desk
from maniple.portal.home.catalogue import CataloguePane, EntryScreen
from maniple.portal.home.clone import CloneScreen
from maniple.portal.home.messages import MessagesScreen
from maniple.portal.home.present import count, masthead, name_of, nothing_found, nothing_yet, row_details, shown_path
from maniple.portal.home.table import IntegrationTable, Row
from maniple.portal.home.tiles import TileGrid
from maniple.usecases.integrations import (
    Details,
    Integration,
    State,
    delete,
    details_of,
    last_deleted,
    list_integrations,
    matches,
    put_back,
    states,
    unread,
)

if TYPE_CHECKING:
    from maniple.portal.app import Portal
    from maniple.store.trash import Deleted

LOOK_AGAIN = 2.0
"""Seconds between looks at the folder, for what others do to it."""
TELL_EVERY = 0.15
"""Seconds between what is shown of manifests that are being read."""
MINE, CATALOGUE = "mine", "catalogue"


@dataclass(frozen=True)
class Shelf:
    """What a look at the folder showed."""

    integrations: tuple[Integration, ...] = ()
    states: Mapping[str, State] = field(default_factory=dict)
    unread: int = 0
    """Messages of reviewers."""
    deleted: Deleted | None = None


class HomeScreen(Screen[None]):
    """The author's integrations and the catalogue, each on a tab."""

    TITLE = "Home"
    HELP = (
        "Your integrations, with where each of them stands, and the catalogue of all there are. Begin a new one with n, "
        "or start from one that works: look it up in the catalogue, or clone one of yours."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", tooltip="Begin an integration"),
        Binding("c", "clone", "Clone", tooltip="Copy this one under another name"),
        Binding("d", "delete", "Delete", tooltip="Move this one to the trash; u puts it back"),
        Binding("u", "undo", "Undo delete", tooltip="Put back what was deleted last"),
        Binding("s", "submit", "Submit", tooltip="See what would be sent to review, and what was said"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Find by any word of name, category or state"),
        Binding("f", "filter", "Filter", tooltip="Show one category of the catalogue"),
        Binding("r", "review", "Review", tooltip="The review desk: what waits for a decision"),
        Binding("m", "messages", "Messages", tooltip="What reviewers said"),
        Binding("1", "tab('mine')", "My integrations", show=False, tooltip="The tab with your integrations"),
        Binding("2", "tab('catalogue')", "Catalogue", show=False, tooltip="The tab with the catalogue"),
        Binding("escape", "back", "Clear search", show=False, tooltip="Clear the search, and back to what it searched"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.shelf: Shelf | None = None
        self._known: dict[Path, tuple[float, Details]] = {}
        self._stamp: tuple[int, ...] | None = None
        """Of the control plane when it was read last."""
        self._wanted: Path | None = None
        """Where the cursor is to go as soon as it is listed."""

    @property
    def portal(self) -> Portal:
        """The application, which knows the way to other screens."""
        return cast("Portal", self.app)

    class FolderRead(Message):
        """The folder was looked at."""

        def __init__(self, shelf: Shelf) -> None:
            super().__init__()
            self.shelf = shelf

    class ManifestsRead(Message):
        """Some manifests were read."""

        def __init__(self, details: Mapping[Path, tuple[float, Details]]) -> None:
            super().__init__()
            self.details = details

    def compose(self) -> ComposeResult:
        yield Static(self._masthead(), id="masthead")
        with TabbedContent(initial=MINE):
            with TabPane("1 My integrations", id=MINE):
                yield Input(placeholder="Search my integrations  /", compact=True, id="find-mine")
                yield IntegrationTable(id="integrations")
                yield Static("", id="about-row")
                yield Static(nothing_yet(shown_path(self.desk.folder, self.desk.environ)), id="nothing-yet")
                yield Static("", id="nothing-found")
            with TabPane("2 Catalogue", id=CATALOGUE), Vertical():
                yield CataloguePane(self.desk, id="catalogue-pane")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Look at the folder now, and again and again."""
        self.query_one(IntegrationTable).focus()
        self.look()
        self.set_interval(LOOK_AGAIN, self.look)
        self.watch(self.app, "theme", self.show_rows, init=False)

    def on_screen_resume(self) -> None:
        """Whatever was done on another screen shows at once."""
        if self.is_mounted:
            self.look()

    def on_resize(self) -> None:
        """A wider table has more columns."""
        self.call_after_refresh(self.show_rows)

    # What is there

    @work(thread=True, exclusive=True, group="look")
    def look(self) -> None:
        """Read the folder, then each manifest that is not known as it is now."""
        worker = get_current_worker()
        desk = self.desk
        integrations = tuple(list_integrations(desk.home, desk.folder))
        shelf = Shelf(integrations, *self._read_states(), last_deleted(desk.home, desk.folder))
        if shelf != self.shelf:
            self.post_message(self.FolderRead(shelf))
        found: dict[Path, tuple[float, Details]] = {}
        told = desk.clock.monotonic()
        for integration in integrations:
            if worker.is_cancelled:
                return
            known = self._known.get(integration.path)
            if known is None or known[0] != integration.edited:
                found[integration.path] = (integration.edited, self._details(integration))
            if found and desk.clock.monotonic() - told > TELL_EVERY:
                self.post_message(self.ManifestsRead(found))
                found, told = {}, desk.clock.monotonic()
        if found:
            self.post_message(self.ManifestsRead(found))

    def _details(self, integration: Integration) -> Details:
        try:
            return details_of(self.desk.home, integration.path)
        except ManipleError:
            # It went away between two looks, or may not be read: to open it says which.
            return Details(errors=1)

    def _read_states(self) -> tuple[Mapping[str, State], int]:
        """Where everything stands, and how many messages were not read."""
        # A control plane that was never used knows of no submission, and takes long to make.
        if not self.desk.has_workspace():
            return {}, 0
        stamp = self.desk.workspace_stamp()
        if self.shelf is not None and stamp is not None and stamp == self._stamp:
            return self.shelf.states, self.shelf.unread
        with self.desk.workspace() as workspace:
            told = states(workspace.store), unread(workspace.store, self.desk.author)
        self._stamp = self.desk.workspace_stamp()
        return told

    def on_home_screen_folder_read(self, event: FolderRead) -> None:
        """Show the folder."""
        self.shelf = event.shelf
        self.query_one("#masthead", Static).update(self._masthead())
        self.show_rows()

    def on_home_screen_manifests_read(self, event: ManifestsRead) -> None:
        """Show what the manifests say."""
        self._known.update(event.details)
        self.show_rows()

    def rows(self) -> list[Row]:
        """The rows that the search leaves."""
        if self.shelf is None:
            return []
        known = {path: details for path, (_, details) in self._known.items()}
        standing = self.shelf.states
        words = self.query_one("#find-mine", Input).value
        rows = [
            Row(found, known.get(found.path), standing.get(found.slug, "draft")) for found in self.shelf.integrations
        ]
        return [row for row in rows if _matches(words, row)]

    @on(Input.Changed, "#find-mine")
    def show_rows(self) -> None:
        """Bring the table up to date."""
        try:
            table = self.query_one(IntegrationTable)
        except NoMatches:
            return
        rows = self.rows()
        table.show_rows(rows, self.desk.clock.now(), cursor=self._wanted)
        if any(row.path == self._wanted for row in rows):
            self._wanted = None
        empty = self.shelf is not None and not self.shelf.integrations
        if self.has_class("-empty") and not empty and self.tab == MINE:
            # Until now there was no table to put the cursor into.
            self.call_after_refresh(table.focus)
        self.set_class(empty, "-empty")
        self.set_class(not empty and self.shelf is not None and not rows, "-nothing-found")
        self.query_one("#nothing-found", Static).update(nothing_found(self.query_one("#find-mine", Input).value))
        if self.shelf is not None:
            tab = self.query_one(TabbedContent).get_tab(MINE)
            tab.label = Content(f"1 My integrations ({len(self.shelf.integrations)})")
        self.show_row()
        self.refresh_bindings()

    @on(IntegrationTable.RowHighlighted)
    def show_row(self) -> None:
        """Say more about the row with the cursor."""
        row = self.query_one(IntegrationTable).row
        about = row_details(row.integration, row.details, row.state) if row is not None else Content("")
        self.query_one("#about-row", Static).update(about)

    # What can be done

    @property
    def chosen(self) -> Row | None:
        """The integration with the cursor, while the tab with the integrations is shown."""
        return self.query_one(IntegrationTable).row if self.tab == MINE else None

    @property
    def tab(self) -> str:
        """The tab that is shown."""
        return self.query_one(TabbedContent).active

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Keys for an integration are there when there is one."""
        if not self.is_mounted:
            return True
        if action in ("delete", "submit"):
            return self.chosen is not None
        if action == "clone":
            return self.chosen is not None or (self.tab == CATALOGUE and self.query_one(TileGrid).entry is not None)
        if action == "undo":
            return self.shelf is not None and self.shelf.deleted is not None and self.tab == MINE
        if action == "messages":
            return self.shelf is not None and self.shelf.unread > 0
        if action == "filter":
            return self.tab == CATALOGUE
        return True

    @on(IntegrationTable.RowSelected)
    def action_open(self) -> None:
        """Work on the integration with the cursor."""
        if self.chosen is not None:
            self.portal.open_integration(self.chosen.path)

    def action_new(self) -> None:
        """Begin an integration."""
        self.portal.open_wizard()

    def action_review(self) -> None:
        """To the review desk."""
        self.portal.open_review_desk()

    def action_submit(self) -> None:
        """See what would be sent to review."""
        if self.chosen is not None:
            self.portal.open_submission(self.chosen.path)

    def action_messages(self) -> None:
        """Read what reviewers said."""
        self.app.push_screen(MessagesScreen(self.desk))

    def action_search(self) -> None:
        """Find by words."""
        self.query_one("#find-mine" if self.tab == MINE else "#find-catalogue", Input).focus()

    def action_filter(self) -> None:
        """Choose a category."""
        self.query_one("#category").focus()

    def action_back(self) -> None:
        """Clear the search, and back to what it searched."""
        self.query_one("#find-mine" if self.tab == MINE else "#find-catalogue", Input).value = ""
        self._focus_content()

    def action_tab(self, tab: str) -> None:
        """Show a tab."""
        self.query_one(TabbedContent).active = tab
        self._focus_content()

    @on(Input.Submitted, "#find-mine")
    def _focus_content(self) -> None:
        self.query_one(IntegrationTable if self.tab == MINE else TileGrid).focus()

    @on(TabbedContent.TabActivated)
    def tab_shown(self) -> None:
        """The catalogue is read when it is first looked at."""
        if self.tab == CATALOGUE:
            self.query_one(CataloguePane).begin()
        self.refresh_bindings()

    @on(TileGrid.Chosen)
    def show_entry(self, event: TileGrid.Chosen) -> None:
        """All that a destination says of itself."""

        def go_on(answer: str | None) -> None:
            if answer == "clone":
                self._clone(event.entry.path, event.entry.name)

        self.app.push_screen(EntryScreen(event.entry), go_on)

    def action_clone(self) -> None:
        """Copy the integration, or the catalogue's destination, with the cursor."""
        if self.tab == CATALOGUE:
            entry = self.query_one(TileGrid).entry
            if entry is not None:
                self._clone(entry.path, entry.name)
        elif self.chosen is not None:
            self._clone(self.chosen.path, name_of(self.chosen.integration, self.chosen.details))

    def _clone(self, source: Path, name: str) -> None:
        def go_on(path: Path | None) -> None:
            if path is None:
                return
            self.action_tab(MINE)
            self.notify(f"{visible(path.parent.name)} was made; enter opens it", markup=False)
            self._wanted = path
            self.look()

        self.app.push_screen(CloneScreen(source, name, self.desk.folder), go_on)

    def action_delete(self) -> None:
        """Ask, then move the integration with the cursor to the trash."""
        row = self.chosen
        if row is None:
            return

        def go_on(yes: bool | None) -> None:
            if yes:
                self.move_to_trash(row.integration)

        files = count(sum(1 for _ in row.path.parent.iterdir()), "file")
        text = f"Its folder with {files} goes to the trash of the home, and stays there for 30 days.\nu puts it back."
        self.app.push_screen(
            Confirm(f"Delete {name_of(row.integration, row.details)}?", text, yes="Delete it", risky=True), go_on
        )

    @work(thread=True, group="folder")
    def move_to_trash(self, integration: Integration) -> None:
        """Delete an integration."""
        delete(self.desk.home, integration, self.desk.clock.now())
        self.app.call_from_thread(self._done, f"{visible(integration.slug)} was deleted; u puts it back")

    @work(thread=True, group="folder")
    def action_undo(self) -> None:
        """Put back what was deleted last."""
        deleted = self.shelf.deleted if self.shelf is not None else None
        if deleted is not None:
            put_back(self.desk.home, deleted)
            self.app.call_from_thread(self._done, f"{visible(deleted.folder.name)} was put back")

    def _done(self, words: str) -> None:
        self.notify(words, markup=False)
        self.look()

    def _masthead(self) -> Content:
        where = shown_path(self.desk.folder, self.desk.environ)
        return masthead(where, self.desk.author, self.shelf.unread if self.shelf is not None else 0)


def _matches(words: str, row: Row) -> bool:
    details = row.details or Details()
    state = row.state.replace("_", " ").replace("approved", "live")
    texts = (details.name, details.category, details.kind, details.summary, details.tier)
    return matches(words, row.integration.slug, state, *texts)
