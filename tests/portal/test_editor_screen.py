"""The editor screen: two views of one draft, its findings, its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button, Input, Static

from maniple.portal.editor.ask import Ask
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.screen import EditorScreen
from maniple.portal.quality.lines import Lines
from maniple.usecases.workshop import autosave, read
from support.editing import SMALL, Bench, desk_with, desk_with_copy, editing, settled


def heading(screen: EditorScreen) -> str:
    return str(screen.heading.content)


async def test_the_heading_says_name_version_state_and_that_it_is_saved(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, _):
        assert heading(screen).startswith("Acme 1.0.0  ○ draft  ·  saved  ·  ")


async def test_typing_in_the_text_changes_the_form(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await pilot.press("f2")
        await settled(screen, pilot)
        screen.editor.area.replace("Bcme", (3, 6), (3, 10))
        await settled(screen, pilot)
        assert SMALL.replace("name: Acme\n", "name: Bcme\n") == screen.draft.text
        field = next(each for each in screen.query(Control) if each.place == ("name",))
        assert "Bcme" == field.query_one(Input).value
        assert "● unsaved" in heading(screen)


async def test_typing_in_the_form_changes_the_text_that_is_shown(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await pilot.press("f2")
        await settled(screen, pilot)
        await pilot.press("f2")
        field = next(each for each in screen.query(Control) if each.place == ("name",))
        field.query_one(Input).value = "Acme Two"
        await settled(screen, pilot)
        assert screen.draft.text == screen.editor.text
        assert "name: Acme Two\n" in screen.editor.text


async def test_an_error_is_shown_at_its_field_in_its_section_and_in_the_heading(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        field = next(each for each in screen.query(Control) if each.place == ("version",))
        field.query_one(Input).value = "one"
        await settled(screen, pilot)
        assert "version" in str(field.query_one(".control-problem", Static).content)
        assert "✖ 1" in screen.form.folds["connection"].marks
        assert "✖ 1 error" in heading(screen)


async def test_a_text_that_cannot_be_read_rests_the_form_and_says_where(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await pilot.press("f2")
        await settled(screen, pilot)
        screen.editor.area.replace("[", (3, 0), (3, 0))
        await settled(screen, pilot)
        assert screen.form.query_one(".form-columns").disabled
        assert "line 4" in str(screen.form.query_one(".form-banner", Static).content)
        assert heading(screen).startswith("Acme 1.0.0")
        await pilot.press("ctrl+z")
        await settled(screen, pilot)
        assert not screen.form.query_one(".form-columns").disabled


async def test_the_other_view_opens_at_the_same_place(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.reveal(("add_users", "url"))
        await settled(screen, pilot)
        await pilot.press("f2")
        await settled(screen, pilot)
        assert SMALL.index("url: https://acme.test/lists/$list_id/add") == screen.editor.offset_of_cursor
        await pilot.press("f2")
        await settled(screen, pilot)
        assert ("add_users", "url") == screen.focused.parent.parent.place


async def test_jumping_to_a_place_focuses_its_field(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        screen.jump(("mappings", 0, "label"))
        await settled(screen, pilot)
        await pilot.pause(0.1)
        assert ("mappings", 0, "label") == screen.focused.parent.parent.place


async def test_the_sections_are_jumped_to_by_name(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await pilot.press("ctrl+g", *"remove", "enter")
        await settled(screen, pilot)
        await pilot.pause(0.1)
        assert screen.form.folds["remove_users"].opened


async def test_saving_writes_the_file_in_canonical_form(tmp_path: Path) -> None:
    loose = SMALL.replace("slug: acme\nversion: 1.0.0\n", "version: 1.0.0   \nslug: acme\n")
    async with editing(tmp_path, loose) as (screen, pilot):
        await pilot.press("ctrl+s")
        await settled(screen, pilot)
        assert SMALL == screen.opened.path.read_text(encoding="utf-8")
        assert SMALL == screen.draft.text
        assert "saved" in heading(screen)


async def test_what_was_typed_is_kept_when_the_screen_is_left_and_offered_again(tmp_path: Path) -> None:
    desk, path = desk_with(tmp_path)
    app = Bench()
    async with app.run_test() as pilot:
        screen = EditorScreen.at(desk, path)
        await app.push_screen(screen)
        await settled(screen, pilot)
        screen.change(screen.draft.with_value(("name",), "Kept"))
        await pilot.press("escape")
        await pilot.pause()
        assert SMALL == path.read_text(encoding="utf-8")
        again = EditorScreen.at(desk, path)
        await app.push_screen(again)
        await pilot.pause(0.2)
        assert isinstance(app.screen, Ask)
        app.screen.query(Button).first().press()
        await pilot.pause(0.2)
        assert "Kept" == again.draft.value(("name",))


async def test_an_edit_made_elsewhere_in_another_line_is_taken_in(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        screen.change(screen.draft.with_value(("name",), "Mine"))
        screen.opened.path.write_text(SMALL.replace("label: Region", "label: Place"), encoding="utf-8")
        screen.look_outside()
        await settled(screen, pilot)
        assert "Mine" == screen.draft.value(("name",))
        assert "Place" == screen.draft.value(("fields", 0, "label"))


async def test_an_edit_made_elsewhere_in_the_same_line_is_asked_about(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        screen.change(screen.draft.with_value(("name",), "Mine"))
        screen.opened.path.write_text(SMALL.replace("name: Acme", "name: Theirs"), encoding="utf-8")
        screen.look_outside()
        await pilot.pause(0.1)
        assert isinstance(screen.app.screen, Ask)
        next(button for button in screen.app.screen.query(Button) if button.name == "theirs").press()
        await settled(screen, pilot)
        assert "Theirs" == screen.draft.value(("name",))


async def test_an_edit_made_elsewhere_that_is_put_off_is_asked_about_once(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        screen.change(screen.draft.with_value(("name",), "Mine"))
        screen.opened.path.write_text(SMALL.replace("name: Acme", "name: Theirs"), encoding="utf-8")
        screen.look_outside()
        await pilot.pause(0.1)
        await pilot.press("escape")
        await settled(screen, pilot)
        screen.look_outside()
        await settled(screen, pilot)
        assert screen.app.screen is screen
        assert "Mine" == screen.draft.value(("name",))


async def test_what_was_kept_stays_kept_when_nobody_decides_about_it(tmp_path: Path) -> None:
    desk, path = desk_with(tmp_path)
    autosave(desk.home, read(desk.home, path), SMALL + "# more\n", 1.0)
    app = Bench()
    async with app.run_test() as pilot:
        screen = EditorScreen.at(desk, path)
        await app.push_screen(screen)
        await pilot.pause(0.2)
        await pilot.press("escape")
        await settled(screen, pilot)
        await pilot.press("escape")
        await pilot.pause()
    assert SMALL + "# more\n" == read(desk.home, path).unsaved.text


async def test_typing_is_kept_without_saving(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        screen.change(screen.draft.with_value(("name",), "Typed"))
        await pilot.pause(0.7)
        kept = read(screen.desk.home, screen.opened.path).unsaved
        assert kept is not None
        assert "name: Typed" in kept.text


async def test_both_halves_are_seen_when_there_is_room_and_one_when_there_is_not(tmp_path: Path) -> None:
    async with editing(tmp_path, size=(130, 30)) as (screen, pilot):
        assert [True, False, True, False] == [pane.display for pane in screen.query(".pane")]
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.1)
        assert [True, False, False, False] == [pane.display for pane in screen.query(".pane")]


@pytest.mark.parametrize("slug", ["infobip", "onesignal"])
async def test_looking_at_every_section_changes_nothing(tmp_path: Path, slug: str) -> None:
    desk, path = desk_with_copy(tmp_path, slug)
    app = Bench()
    async with app.run_test(size=(100, 40)) as pilot:
        screen = EditorScreen.at(desk, path)
        await app.push_screen(screen)
        await settled(screen, pilot)
        for name in screen.form.folds:
            await screen.form.open_section(name)
        await settled(screen, pilot)
        assert path.read_text(encoding="utf-8") == screen.draft.text


async def test_f7_goes_to_the_list_of_what_is_missing(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await pilot.press("f7")
        await settled(screen, pilot)
        assert isinstance(screen.focused, Lines)
