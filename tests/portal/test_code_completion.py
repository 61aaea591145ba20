"""Completion in the code field, with the keyboard and the mouse."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import OptionList

from maniple.portal.editor.code.completion_list import CompletionList
from support.code_stage import ACME, CodeStage


async def test_a_dollar_and_enter_type_a_variable() -> None:
    app = CodeStage(ACME + "  query: {who: }\n")
    async with app.run_test() as pilot:
        app.editor.go_to(21, 16)
        await pilot.press("$", "u", "s")
        await pilot.pause()
        assert "$user_email" in app.offered
        await pilot.press("e", "r", "_", "enter")
        await pilot.pause()
        assert "  query: {who: $user_email}" == app.line
        assert [] == app.offered


async def test_tab_takes_an_offer_too() -> None:
    app = CodeStage("kin")
    async with app.run_test() as pilot:
        await pilot.press("end", "d", "tab")
        await pilot.pause()
        assert "kind: " == app.line


async def test_a_key_that_is_taken_offers_its_words_next() -> None:
    app = CodeStage("kin")
    async with app.run_test() as pilot:
        await pilot.press("end", "d", "enter")
        await pilot.pause()
        assert ["list", "property", "snapshot"] == app.offered
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "kind: property" == app.line


async def test_a_bar_in_an_expression_offers_filters() -> None:
    app = CodeStage('define:\n  a: "{{ now  }}"\n')
    async with app.run_test() as pilot:
        app.editor.go_to(2, 14)
        await pilot.press("|", "s", "h", "a", "2")
        await pilot.pause()
        assert "sha256" == app.offered[0]
        await pilot.press("enter")
        await pilot.pause()
        assert '  a: "{{ now |sha256 }}"' == app.line


async def test_a_filter_that_needs_a_value_has_the_cursor_between_its_quotes() -> None:
    app = CodeStage('define:\n  a: "{{ now | def }}"\n')
    async with app.run_test() as pilot:
        app.editor.go_to(2, 19)
        await pilot.press("ctrl+@", "enter", "x")
        await pilot.pause()
        assert "  a: \"{{ now | default('x') }}\"" == app.line


async def test_escape_closes_the_list_and_leaves_the_text_and_the_focus() -> None:
    app = CodeStage("a: $")
    async with app.run_test() as pilot:
        await pilot.press("end", "n", "escape")
        await pilot.pause()
        assert [] == app.offered
        assert "a: $n" == app.line
        assert app.focused is app.editor.area


async def test_typing_narrows_and_backspace_widens() -> None:
    app = CodeStage(ACME + "  query: {who: }\n")
    async with app.run_test() as pilot:
        app.editor.go_to(21, 16)
        await pilot.press("$", "r", "u")
        await pilot.pause()
        assert "$run_id" == app.offered[0]
        assert "$region" not in app.offered
        await pilot.press("backspace")
        await pilot.pause()
        assert "$region" == app.offered[0]


async def test_arrows_choose_and_go_around() -> None:
    app = CodeStage("kind: ")
    async with app.run_test() as pilot:
        await pilot.press("end", "ctrl+@", "up")
        await pilot.pause()
        chosen = app.query_one(CompletionList).chosen
        assert chosen is not None
        assert "snapshot" == chosen.text
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert "kind: property" == app.line


async def test_words_of_a_list_are_offered_after_the_blank_behind_a_key() -> None:
    app = CodeStage("kind:")
    async with app.run_test() as pilot:
        await pilot.press("end", "space")
        await pilot.pause()
        assert ["list", "property", "snapshot"] == app.offered


async def test_enter_on_an_empty_line_is_a_new_line() -> None:
    app = CodeStage("add_users:\n  method: POST\n")
    async with app.run_test() as pilot:
        app.editor.go_to(2, 15)
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert "add_users:\n  method: POST\n  \n  \n" == app.editor.text


async def test_a_complete_name_leaves_enter_a_new_line() -> None:
    app = CodeStage("define:\n  a: ")
    async with app.run_test() as pilot:
        app.editor.go_to(2, 6)
        await pilot.press(*"$now", "enter")
        await pilot.pause()
        assert "define:\n  a: $now\n  " == app.editor.text


async def test_moving_the_cursor_away_closes_the_list() -> None:
    app = CodeStage("kind: ")
    async with app.run_test() as pilot:
        await pilot.press("end", "ctrl+@", "left")
        await pilot.pause()
        assert [] == app.offered


async def test_a_click_takes_an_offer() -> None:
    app = CodeStage("kind: ")
    async with app.run_test() as pilot:
        await pilot.press("end", "ctrl+@")
        await pilot.pause()
        assert await pilot.click(OptionList, offset=(3, 1))
        await pilot.pause()
        assert "kind: property" == app.line
        assert app.focused is app.editor.area


async def test_one_undo_takes_an_offer_back() -> None:
    app = CodeStage("kind: ")
    async with app.run_test() as pilot:
        await pilot.press("end", "p", "enter", "ctrl+z")
        await pilot.pause()
        assert "kind: p" == app.line


async def test_the_list_says_what_is_known_of_the_chosen_offer() -> None:
    app = CodeStage("define:\n  a: $")
    async with app.run_test() as pilot:
        app.editor.go_to(2, 7)
        await pilot.press("n", "o")
        await pilot.pause()
        docs = str(app.query_one("CompletionList Static").render())
        assert docs.startswith("the run's start, ISO 8601 in UTC")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_the_list_stays_on_the_screen(size: tuple[int, int]) -> None:
    app = CodeStage("\n" * 8 + "long_key_so_that_the_cursor_is_far: $")
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+end", "ctrl+@")
        await pilot.pause()
        region = app.query_one(CompletionList).region
        assert app.screen.region.contains_region(region)


async def test_pasted_text_offers_nothing() -> None:
    app = CodeStage("a: ")
    async with app.run_test() as pilot:
        await pilot.press("end")
        app.copy_to_clipboard("$")
        await pilot.press("ctrl+v")
        await pilot.pause()
        assert "a: $" == app.line
        assert [] == app.offered


async def test_fast_fingers_take_what_fits_what_they_typed() -> None:
    app = CodeStage(ACME + "  query: {who: }\n")
    async with app.run_test() as pilot:
        app.editor.go_to(21, 16)
        await pilot.pause()
        for key, character in (("dollar_sign", "$"), ("r", "r"), ("u", "u"), ("enter", None)):
            app.editor.area.post_message(events.Key(key, character))
        await pilot.pause()
        assert "  query: {who: $run_id}" == app.line
