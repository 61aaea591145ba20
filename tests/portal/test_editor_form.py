"""The form of the editor: what is worked on in it stands in the text, comments and all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.widgets import Button, Checkbox, Input, RadioButton, Select, Static

from maniple.portal.editor.code import PayloadEditor
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.rows import ErrorsControl, Row, RowsControl
from maniple.portal.editor.screen import EditorScreen
from support.editing import SMALL, editing, settled


def control(screen: EditorScreen, *place: Any) -> Control:
    """The innermost control of a place."""
    found = [each for each in screen.query(Control) if each.place == place]
    return found[-1]


def rows_of(screen: EditorScreen, *place: Any) -> RowsControl:
    return next(each for each in screen.query(RowsControl) if each.place == place)


async def test_typing_into_a_field_changes_the_text_and_keeps_its_comment(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        control(screen, "summary").query_one(Input).focus()
        await pilot.press("end", "!")
        await settled(screen, pilot)
        assert screen.draft.text == SMALL.replace("Push messages.  #", "Push messages.!  #")


@pytest.mark.parametrize("place", [("maintainer", "support"), ("maintainer", "name"), ("version",), ("description",)])
async def test_what_is_typed_faster_than_it_is_written_stays_in_its_order(
    tmp_path: Path, place: tuple[str, ...]
) -> None:
    async with editing(tmp_path) as (screen, pilot):
        entry = next(iter(control(screen, *place).query("Input, TextArea")))
        before = entry.value if isinstance(entry, Input) else ""
        entry.focus()
        await pilot.pause()
        for character in "1.23/help":
            screen.app.post_message(Key(character, character))
        await settled(screen, pilot)
        screen.app.post_message(Key("!", "!"))
        await settled(screen, pilot)
        assert f"{before}1.23/help!" == screen.draft.value(place)


async def test_an_emptied_field_leaves_its_key_out_when_it_is_left(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        field = control(screen, "summary").query_one(Input)
        field.focus()
        field.value = ""
        await pilot.press("tab")
        await settled(screen, pilot)
        assert screen.draft.value(("summary",), "nothing") == "nothing"


async def test_a_new_key_stands_in_canonical_position(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        control(screen, "maintainer", "name").query_one(Input).value = "Acme Inc"
        await settled(screen, pilot)
        assert "maintainer: {name: Acme Inc}\n\nkind: list" in screen.draft.text
        assert screen.draft.in_form().text == screen.draft.text


async def test_choosing_an_auth_kind_brings_its_fields_and_takes_those_of_the_one_before(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("auth")
        await settled(screen, pilot)
        screen.query_one(".auth-kind", Select).value = "basic"
        await settled(screen, pilot)
        assert [
            {"name": "api_key", "type": "secret", "label": "API Key"},
            {"name": "api_secret", "type": "secret", "label": "API Secret", "optional": True},
        ] == screen.draft.value(("fields",))[:2]
        assert "bearer_token" not in screen.draft.text
        assert "# Where the account lives." in screen.draft.text


async def test_every_auth_kind_of_the_language_can_be_chosen(tmp_path: Path) -> None:
    from maniple.portal.editor.form.slots import auth_kinds

    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("auth")
        await settled(screen, pilot)
        for kind in auth_kinds():
            screen.query_one(".auth-kind", Select).value = kind
            await settled(screen, pilot)
            assert kind == screen.draft.value(("auth", "kind"), "none")


async def test_a_row_is_added_with_a_name_that_is_free(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("fields")
        await settled(screen, pilot)
        rows_of(screen, "fields").query_one(".add-row", Button).press()
        await settled(screen, pilot)
        assert {"name": "field_1", "type": "string", "label": "New field"} == screen.draft.value(("fields",))[-1]
        assert isinstance(screen.focused, Input)
        assert "field_1" == screen.focused.value


async def test_a_row_is_deleted_with_its_comment_and_comes_back_with_undo(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("fields")
        await settled(screen, pilot)
        rows_of(screen, "fields").rows[0].heading.focus()
        await pilot.press("delete")
        await settled(screen, pilot)
        assert "# Where the account lives." not in screen.draft.text
        assert ["bearer_token"] == [row["name"] for row in screen.draft.value(("fields",))]
        await pilot.press("ctrl+z")
        await settled(screen, pilot)
        assert SMALL == screen.draft.text


async def test_a_row_moves_with_its_comment_and_keeps_the_focus(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("fields")
        await settled(screen, pilot)
        rows_of(screen, "fields").rows[0].heading.focus()
        await pilot.press("shift+down")
        await settled(screen, pilot)
        assert ["bearer_token", "region"] == [row["name"] for row in screen.draft.value(("fields",))]
        assert "label: Token}\n  # Where the account lives.\n  - name: region" in screen.draft.text
        assert isinstance(screen.focused.parent, Row)
        assert ("fields", 1) == screen.focused.parent.place


async def test_options_of_a_choice_have_rows_of_their_own(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.reveal(("fields", 0, "options", 1, "value"))
        await settled(screen, pilot)
        assert ("fields", 0, "options", 1, "value") == screen.focused.parent.parent.place
        await pilot.press("end", "2")
        await settled(screen, pilot)
        assert "- {label: EU, value: eu2}" in screen.draft.text


async def test_a_header_is_written_when_its_name_and_value_are_typed(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("headers")
        await settled(screen, pilot)
        control(screen, "headers").query_one(".add-row", Button).press()
        await settled(screen, pilot)
        await pilot.press(*"X-A", "enter", *"b")
        await settled(screen, pilot)
        assert {"X-A": "b"} == screen.draft.value(("headers",))


async def test_the_kind_decides_which_calls_there_are(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("setup")
        await settled(screen, pilot)
        next(button for button in screen.query(RadioButton) if button.name == "snapshot").value = True
        await settled(screen, pilot)
        assert "snapshot" == screen.draft.value(("kind",))
        assert "replace_users" in screen.form.folds


async def test_the_slugify_switch_is_offered_only_when_the_name_variable_is_used(tmp_path: Path) -> None:
    async with editing(tmp_path, SMALL.replace("$amp_cohort_name", "cohort")) as (screen, pilot):
        await screen.form.open_section("cohort_name")
        await settled(screen, pilot)
        assert not screen.form.folds["cohort_name"].form.display


async def test_the_slugify_switch_has_a_live_example(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("cohort_name")
        await settled(screen, pilot)
        control(screen, "cohort_name", "slugify").query_one(Checkbox).value = True
        await settled(screen, pilot)
        assert {"slugify": True} == screen.draft.value(("cohort_name",))
        example = screen.query_one(".example", Static)
        assert "Saturday's cohort & héllo  →  Saturday-s-cohort-he-llo" == str(example.content)


async def test_a_body_changed_in_the_payload_editor_stands_in_the_text(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.reveal(("create_list", "json"))
        await settled(screen, pilot)
        payload = control(screen, "create_list", "json").query_one(PayloadEditor)
        payload.editor.area.insert(" ", location=(0, 0))
        await settled(screen, pilot)
        assert ' {"name": "$amp_cohort_name", "region": "$region"}\n' == screen.draft.value(("create_list", "json"))


async def test_another_body_format_begins_with_what_such_a_call_sends(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.reveal(("add_users", "json"))
        await settled(screen, pilot)
        screen.query(".body-format").last(Select).value = "form"
        await settled(screen, pilot)
        assert {"users": "$items"} == screen.draft.value(("add_users", "form"))
        assert screen.draft.value(("add_users", "json")) is None


async def test_the_list_id_may_be_in_the_request_instead_of_the_response(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.reveal(("create_list", "list_id"))
        await settled(screen, pilot)
        control(screen, "create_list", "list_id").query_one(Select).value = "request"
        await settled(screen, pilot)
        assert "list_id: {request: id}" in screen.draft.text


async def test_errors_are_copied_from_another_call(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("remove_users")
        await settled(screen, pilot)
        errors = next(each for each in screen.query(ErrorsControl) if each.place == ("remove_users", "errors"))
        errors.query_one(".copy-errors", Select).value = "add_users"
        await settled(screen, pilot)
        assert {"same_as": "add_users"} == screen.draft.value(("remove_users", "errors"))
        assert 1 == len(errors.rows)


async def test_a_setting_that_is_not_written_is_picked_and_filled_in(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("add_users")
        await settled(screen, pilot)
        form = screen.form.folds["add_users"].form
        form.query_children(".setting-picker").first(Select).value = "limits"
        await settled(screen, pilot)
        control(screen, "add_users", "limits", "parallel").query_one(Input).value = "2"
        await settled(screen, pilot)
        assert {"parallel": 2} == screen.draft.value(("add_users", "limits"))


async def test_a_call_becomes_steps(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("add_users")
        await settled(screen, pilot)
        form = screen.form.folds["add_users"].form
        form.query_children(".setting-picker").first(Select).value = "steps"
        await settled(screen, pilot)
        call = screen.draft.value(("add_users",))
        assert ["steps"] == list(call)
        assert "https://acme.test/lists/$list_id/add" == call["steps"][0]["url"]
        assert 1 == len(rows_of(screen, "add_users", "steps").rows)


async def test_a_further_call_is_begun(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.open_section("further")
        await settled(screen, pilot)
        next(button for button in screen.query(".add-call").results(Button) if button.name == "verify").press()
        await settled(screen, pilot)
        assert {"method": "POST", "url": "https://"} == screen.draft.value(("verify",))
        assert "verify" in screen.form.folds


async def test_a_number_that_is_none_is_said_and_not_written(tmp_path: Path) -> None:
    async with editing(tmp_path) as (screen, pilot):
        await screen.form.reveal(("limits", "parallel"))
        await settled(screen, pilot)
        await pilot.press(*"four")
        await settled(screen, pilot)
        assert screen.draft.value(("limits",)) is None
        problem = control(screen, "limits", "parallel").query_one(".control-problem", Static)
        assert "✖ `four` is not a number" == str(problem.content)


async def test_a_key_that_is_missing_is_said_where_it_would_stand(tmp_path: Path) -> None:
    text = SMALL.replace("create_list:\n  method: POST\n", "create_list:\n")
    async with editing(tmp_path, text) as (screen, pilot):
        await screen.form.open_section("create_list")
        await settled(screen, pilot)
        problem = control(screen, "create_list", "method").query_one(".control-problem", Static)
        assert "✖ the call needs `method`" == str(problem.content)
