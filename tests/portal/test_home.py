"""Home: what an author sees first, and what can be done from there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static

from maniple.portal.app import Portal
from maniple.portal.confirm import Confirm
from maniple.portal.desk import Desk
from maniple.portal.help import HelpScreen
from maniple.portal.home.catalogue import EntryScreen
from maniple.portal.home.clone import CloneScreen
from maniple.portal.home.screen import HomeScreen
from maniple.portal.home.table import IntegrationTable
from maniple.portal.home.tiles import TileGrid
from maniple.usecases.draft import Draft
from maniple.usecases.scaffold import scaffold
from support.desks import fill, open_desk


class HomeOnly(Portal):
    """A portal that notes where one would go from home."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.went: list[str] = []

    def open_wizard(self) -> None:
        self.went.append("wizard")

    def open_integration(self, path: Path) -> None:
        self.went.append(f"open {path.parent.name}")

    def open_submission(self, path: Path) -> None:
        self.went.append(f"submit {path.parent.name}")

    def open_review_desk(self) -> None:
        self.went.append("review desk")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = open_desk(tmp_path, monkeypatch)
    fill(desk)
    return desk


@asynccontextmanager
async def at_home(desk: Desk, size: tuple[int, int] = (100, 30)) -> AsyncIterator[tuple[HomeOnly, Pilot[None]]]:
    """The portal with everything at home read."""
    app = HomeOnly(desk)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        yield app, pilot


async def settle(app: Portal, pilot: Pilot[None]) -> None:
    """Wait until nothing is under way."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def slugs(app: Portal) -> list[str]:
    return [row.integration.slug for row in app.screen.query_one(IntegrationTable)._shown]


def said(app: Portal, name: str) -> str:
    return str(app.screen.query_one(name, Static).content)


async def test_the_integration_edited_last_comes_first_and_has_the_cursor(desk: Desk) -> None:
    async with at_home(desk) as (app, _):
        assert ["acme-engage", "bolt", "crest"] == slugs(app)
        assert "Acme Engage" in said(app, "#about-row")


async def test_an_integration_that_cannot_be_used_says_how_many_errors_it_has(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("end")
        await pilot.pause()

        assert "✗ 1 error keeps it from being used" in said(app, "#about-row")


async def test_enter_opens_and_s_shows_the_submission(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("enter", "down", "s", "r", "n")
        await pilot.pause()

        assert ["open acme-engage", "submit bolt", "review desk", "wizard"] == app.went


async def test_a_search_finds_by_any_word_and_escape_clears_it(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("slash", *"property")
        await settle(app, pilot)
        assert ["bolt"] == slugs(app)

        await pilot.press("enter", "enter")
        await pilot.pause()
        assert ["open bolt"] == app.went

        await pilot.press("escape")
        await settle(app, pilot)
        assert 3 == len(slugs(app))


async def test_letters_typed_into_the_search_do_nothing_else(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("slash", *"ncdsur12")
        await settle(app, pilot)

        assert "ncdsur12" == app.screen.query_one("#find-mine", Input).value
        assert [] == app.went
        assert app.screen.has_class("-nothing-found")


async def test_a_deletion_is_asked_about_and_enter_keeps_everything(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)

        await pilot.press("enter")
        await settle(app, pilot)
        assert ["acme-engage", "bolt", "crest"] == slugs(app)


async def test_what_was_deleted_is_put_back_with_u(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("d", "y")
        await settle(app, pilot)
        assert ["bolt", "crest"] == slugs(app)
        assert not (desk.folder / "acme-engage").exists()

        await pilot.press("u")
        await settle(app, pilot)
        assert ["acme-engage", "bolt", "crest"] == slugs(app)


async def test_a_clone_gets_a_name_and_the_slug_follows_it(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, CloneScreen)
        app.screen.query_one("#name", Input).value = "Acme Europe"
        await pilot.pause()
        assert "acme-europe" == app.screen.query_one("#slug", Input).value

        await pilot.press("enter", "enter")
        await settle(app, pilot)
        await settle(app, pilot)
        assert isinstance(app.screen, HomeScreen)
        assert (desk.folder / "acme-europe" / "manifest.yaml").is_file()
        row = app.screen.query_one(IntegrationTable).row
        assert row is not None
        assert "acme-europe" == row.integration.slug


async def test_a_clone_with_a_slug_that_is_taken_says_so_and_stays_open(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("c")
        await pilot.pause()
        app.screen.query_one("#slug", Input).value = "bolt"
        await pilot.press("ctrl+s")
        await pilot.pause()

        assert isinstance(app.screen, CloneScreen)
        assert "✗ `bolt` is taken" in said(app, "#problem")


async def test_an_integration_made_by_something_else_appears(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        (desk.folder / "acme-engage").rename(desk.folder / "apex")
        assert isinstance(app.screen, HomeScreen)
        app.screen.look()
        await settle(app, pilot)

        assert ["apex", "bolt", "crest"] == slugs(app)


async def test_the_catalogue_is_read_when_it_is_first_shown(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        grid = app.screen.query_one(TileGrid)
        assert () == grid.entries

        await pilot.press("2")
        await settle(app, pilot)
        assert "Braze" in [entry.name for entry in grid.entries]
        assert str(app.screen.query_one("#how-many", Static).content) == f"{len(grid.entries)} destinations"


async def test_the_catalogue_is_filtered_by_category_and_words(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("2")
        await settle(app, pilot)
        app.screen.query_one("#category", Select).value = "storage"
        await settle(app, pilot)
        grid = app.screen.query_one(TileGrid)
        assert {"storage"} == {entry.category for entry in grid.entries}

        await pilot.press("slash", *"nowhere")
        await settle(app, pilot)
        assert () == grid.entries
        assert "Nothing here matches nowhere" in said(app, "#nothing")


async def test_the_cursor_walks_over_the_tiles(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("2")
        await settle(app, pilot)
        grid = app.screen.query_one(TileGrid)
        columns = grid.columns
        await pilot.press("right", "down", "left", "down")
        assert 2 * columns == grid.cursor

        await pilot.press("end", "right")
        assert len(grid.entries) - 1 == grid.cursor
        await pilot.press("home", "left", "up")
        assert 0 == grid.cursor


async def test_a_destination_of_the_catalogue_begins_ones_own(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("2")
        await settle(app, pilot)
        name = app.screen.query_one(TileGrid).entries[0].name
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, EntryScreen)

        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, CloneScreen)
        assert f"{name} copy" == app.screen.query_one("#name", Input).value


async def test_a_click_on_a_tile_puts_the_cursor_there(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("2")
        await settle(app, pilot)
        grid = app.screen.query_one(TileGrid)
        await pilot.click(TileGrid, offset=(grid._tile_width() + 5, 8))
        await pilot.pause()

        assert grid.columns + 1 == grid.cursor


async def test_an_empty_folder_teaches_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_home(open_desk(tmp_path, monkeypatch)) as (app, pilot):
        assert "Nothing here yet" in said(app, "#nothing-yet")

        await pilot.press("n")
        await pilot.pause()
        assert ["wizard"] == app.went


async def test_keys_for_an_integration_are_not_offered_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(open_desk(tmp_path, monkeypatch)) as (app, pilot):
        await pilot.press("d", "s", "c", "u")
        await pilot.pause()

        assert {"delete", "submit", "clone", "undo"}.isdisjoint(
            active.binding.action for active in app.screen.active_bindings.values()
        )
        assert [] == app.went


async def test_names_from_a_manifest_are_shown_as_they_are(desk: Desk) -> None:
    path = desk.folder / "acme-engage" / "manifest.yaml"
    path.write_text(path.read_text().replace("name: Acme Engage", 'name: "[red]Acme[/red] \\x1b[31m"'))
    async with at_home(desk) as (app, _):
        assert "[red]Acme[/red] ␛[31m" in said(app, "#about-row")


async def test_f1_says_what_the_screen_is_for_and_every_key(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        keys = said(app, "#keys")
        assert "d  Delete: move this one to the trash; u puts it back" in keys
        assert "Where each" not in keys
        assert "Your integrations" in said(app, "#what")

        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_f1_helps_with_a_question_too(desk: Desk) -> None:
    async with at_home(desk) as (app, pilot):
        await pilot.press("d", "f1")
        await pilot.pause()

        assert isinstance(app.screen, HelpScreen)
        assert "y  Yes: go on" in said(app, "#keys")


async def test_the_first_integration_has_the_cursor_as_soon_as_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(tmp_path, monkeypatch)
    async with at_home(desk) as (app, pilot):
        await pilot.press("tab")
        scaffold("bolt", "property", None, desk.folder)
        app.screen.look()
        await settle(app, pilot)
        await pilot.press("enter")
        await pilot.pause()

        assert ["open bolt"] == app.went


async def test_notes_are_not_counted_as_warnings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = open_desk(tmp_path, monkeypatch)
    (manifest,) = (path for path in scaffold("bolt", "property", None, desk.folder) if path.name == "manifest.yaml")
    draft = Draft(manifest, manifest.read_text())
    severities = [finding.severity for finding in draft.findings]
    async with at_home(desk) as (app, _):
        assert severities.count("note") > 0
        assert f"▲ {severities.count('warning')} warnings" in said(app, "#about-row")
