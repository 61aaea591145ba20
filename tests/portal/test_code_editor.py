"""The code field: what typing, loading, finding and findings do."""

from __future__ import annotations

import pytest
from textual import events

from maniple.diagnostics.model import Diagnostic
from maniple.portal.editor.code.find_bar import FindBar
from maniple.source.text import Source, Span
from support.code_stage import ACME, CodeStage, settle


def finding_at(text: str, word: str, code: str = "MAN201") -> Diagnostic:
    start = text.index(word)
    return Diagnostic(code, f"`{word}` is wrong", Source("x", text), Span(start, start + len(word)), hint="write more")


async def test_what_is_typed_is_told() -> None:
    app = CodeStage("a: 1\n")
    async with app.run_test() as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert ["xa: 1\n"] == app.heard


async def test_what_is_loaded_is_not_told_and_can_be_undone() -> None:
    app = CodeStage("a: 1\nb: 2\n")
    async with app.run_test() as pilot:
        app.editor.load("a: 1\nbb: 2\n")
        await pilot.pause()
        assert [] == app.heard
        assert "a: 1\nbb: 2\n" == app.editor.text
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert ["a: 1\nb: 2\n"] == app.heard


async def test_the_cursor_stays_at_its_text_when_a_text_is_loaded() -> None:
    app = CodeStage("a: 1\nb: 2\nc: 3\n")
    async with app.run_test() as pilot:
        app.editor.go_to(3, 2)
        app.editor.load("new: 0\na: 1\nb: 2\nc: 3\n")
        await pilot.pause()
        assert (3, 1) == app.editor.area.cursor_location


async def test_a_quite_different_text_is_loaded_whole() -> None:
    app = CodeStage("a: 1\nb: 2\n")
    async with app.run_test() as pilot:
        app.editor.load("\u2028 x\r\ny\r\n")
        await pilot.pause()
        assert "\u2028 x\r\ny\r\n" == app.editor.text


async def test_windows_line_ends_stay() -> None:
    app = CodeStage("a: 1\r\nb: 2\r\n")
    async with app.run_test() as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert ["xa: 1\r\nb: 2\r\n"] == app.heard


async def test_a_finding_under_the_cursor_is_read_out_with_its_hint() -> None:
    app = CodeStage(findings=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f8")
        await settle(pilot)
        assert app.note.startswith("E error MAN201 `$itms` is not declared (no variable has this name)\n")
        assert "hint: did you mean `$items`?" in app.note


async def test_f8_goes_from_finding_to_finding_and_around() -> None:
    text = "a: 1\nb: 2\nc: 3\n"
    app = CodeStage(text)
    async with app.run_test() as pilot:
        app.editor.show_findings([finding_at(text, "c"), finding_at(text, "b")])
        places = []
        for key in ("f8", "f8", "f8", "shift+f8"):
            await pilot.press(key)
            places.append(app.editor.area.cursor_location)
        assert [(1, 0), (2, 0), (1, 0), (2, 0)] == places


async def test_marks_move_with_the_text_that_they_are_about() -> None:
    text = "a: 1\nb: 2\n"
    app = CodeStage(text)
    async with app.run_test() as pilot:
        app.editor.show_findings([finding_at(text, "b")])
        await pilot.press("enter", "enter", "z")
        await pilot.pause()
        (mark,) = app.editor.marks
        assert "b" == app.editor.text[mark.start : mark.end]


async def test_the_gutter_has_a_letter_for_the_worst_finding_of_a_line() -> None:
    app = CodeStage(findings=True)
    async with app.run_test(size=(80, 24)):
        letters = "".join(app.editor.area.render_line(row).text[:1] for row in range(18))
        assert "E" == letters[14]
        assert 1 == letters.count("E")


async def test_typing_in_the_field_for_finding_selects_the_next_place() -> None:
    app = CodeStage(ACME)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+f", "m", "a", "i", "l")
        await pilot.pause()
        assert "mail" == app.editor.area.selected_text.lower()
        assert "1 of 7" == str(app.query_one("#find-count").render())
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert "3 of 7" == str(app.query_one("#find-count").render())


async def test_escape_closes_the_field_for_finding_and_goes_back_to_the_text() -> None:
    app = CodeStage(ACME)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+f", "x", "escape")
        await pilot.pause()
        assert not app.query_one(FindBar).is_open
        assert app.focused is app.editor.area


async def test_what_is_not_there_is_not_found() -> None:
    app = CodeStage("a: 1\n")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+f", "q")
        await pilot.pause()
        assert "not found" == str(app.query_one("#find-count").render())


async def test_a_line_and_column_can_be_gone_to() -> None:
    app = CodeStage(ACME)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+g", *"12:3", "enter")
        await pilot.pause()
        assert (11, 2) == app.editor.area.cursor_location
        assert app.focused is app.editor.area


async def test_the_field_for_a_line_takes_no_other_text() -> None:
    app = CodeStage(ACME)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+g", "x", "enter")
        await pilot.pause()
        assert (0, 0) == app.editor.area.cursor_location
        assert not app.query_one(FindBar).is_open


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("add_users:", "add_users:\n  "),
        ("  - name: a", "  - name: a\n    "),
        ("  a: {", "  a: {\n    "),
        ("  a: 1", "  a: 1\n  "),
        ("a: |", "a: |\n  "),
        ("# note:", "# note:\n"),
    ],
)
async def test_enter_indents_as_the_line_asks_for(before: str, after: str) -> None:
    app = CodeStage(before)
    async with app.run_test() as pilot:
        await pilot.press("end", "enter")
        await pilot.pause()
        assert after == app.editor.text


async def test_tab_and_shift_tab_move_selected_lines() -> None:
    app = CodeStage("a: 1\nb: 2\nc: 3\n")
    async with app.run_test() as pilot:
        await pilot.press("shift+down", "shift+down", "tab")
        await pilot.pause()
        assert "  a: 1\n  b: 2\nc: 3\n" == app.editor.text
        await pilot.press("shift+tab")
        await pilot.pause()
        assert "a: 1\nb: 2\nc: 3\n" == app.editor.text


async def test_backspace_takes_a_step_of_indentation() -> None:
    app = CodeStage("    a: 1\n")
    async with app.run_test() as pilot:
        app.editor.go_to(1, 5)
        await pilot.press("backspace")
        await pilot.pause()
        assert "  a: 1\n" == app.editor.text


async def test_lines_become_comments_and_text_again() -> None:
    app = CodeStage("a:\n  b: 2\n")
    async with app.run_test() as pilot:
        await pilot.press("shift+down", "shift+down", "ctrl+underscore")
        await pilot.pause()
        assert "# a:\n#   b: 2\n" == app.editor.text
        await pilot.press("ctrl+underscore")
        await pilot.pause()
        assert "a:\n  b: 2\n" == app.editor.text


async def test_long_lines_wrap_when_asked_to() -> None:
    app = CodeStage("a: " + "word " * 60 + "\n")
    async with app.run_test(size=(60, 20)) as pilot:
        assert 2 == app.editor.area.wrapped_document.height
        await pilot.press("f9")
        await pilot.pause()
        assert 7 == app.editor.area.wrapped_document.height


async def test_characters_that_a_terminal_would_obey_are_shown_as_pictures() -> None:
    app = CodeStage("a: \x1b[31mred\x07\n")
    async with app.run_test():
        shown = app.editor.area.render_line(0).text
        assert "a: ␛[31mred␇" in shown
        assert "a: \x1b[31mred\x07\n" == app.editor.text


async def test_what_is_under_the_cursor_is_explained() -> None:
    app = CodeStage(ACME)
    async with app.run_test(size=(100, 30)) as pilot:
        app.editor.go_to(13, 18)
        await settle(pilot)
        assert app.note.startswith("$region: choice, declared in fields[0]\n")


async def test_markup_in_a_finding_is_text() -> None:
    text = "a: [bold]x[/bold]\n"
    app = CodeStage(text)
    async with app.run_test(size=(100, 20)) as pilot:
        app.editor.show_findings([finding_at(text, "[bold]x[/bold]")])
        await settle(pilot)
        assert "`[bold]x[/bold]` is wrong" in app.note


async def test_what_is_under_the_mouse_is_explained() -> None:
    app = CodeStage(ACME)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.hover(app.editor.area, offset=(6 + 18, 12))
        await pilot.pause(0.3)
        assert app.note.startswith("$region: choice, declared in fields[0]\n")


async def test_a_text_can_be_loaded_and_marked_before_it_is_on_the_screen() -> None:
    app = CodeStage("a: 1\n")
    app.editor_to_be.load("a: 1\nb: 2\n")
    app.editor_to_be.show_findings([finding_at("a: 1\nb: 2\n", "b")])
    app.editor_to_be.go_to(2, 2)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert [] == app.heard
        assert "a: 1\nb: 2\n" == app.editor.text
        assert (1, 1) == app.editor.area.cursor_location


async def test_keys_of_the_screen_pass_through_the_text() -> None:
    app = CodeStage("a: 1\n")
    async with app.run_test() as pilot:
        await pilot.press("f6", "f7")
        assert app.editor.area.selection.is_empty


async def test_who_hears_late_hears_the_present_text() -> None:
    app = CodeStage("")
    async with app.run_test() as pilot:
        for letter in "abc":
            app.editor.area.post_message(events.Key(letter, letter))
        await pilot.pause()
        assert "abc" == app.heard[-1]


async def test_half_a_character_is_shown_and_kept() -> None:
    app = CodeStage("a: $x \ud800 $y\n")
    async with app.run_test() as pilot:
        assert "a: $x \ufffd $y" in app.editor.area.render_line(0).text
        await pilot.press("end", "z")
        await pilot.pause()
        assert "a: $x \ud800 $yz\n" == app.editor.text
