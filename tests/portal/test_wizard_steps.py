"""The wizard leads from a name to files that the editor opens, with the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Select, Static, TextArea

from maniple.portal.confirm import Confirm
from maniple.portal.wizard.dialogs import ChangeDialog
from maniple.portal.wizard.pane import Row
from maniple.portal.wizard.review import ReviewPane
from maniple.testing.golden import run_cases
from maniple.usecases.destinations import load_file
from support.wizard import WizardApp, go_to, prepare, settle

CURL = """curl https://api.acme.test/v1/lists/7/users -H 'X-Acme-Signing: <your key>' -d '{"users": ["u1"]}'"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WizardApp:
    """The wizard in a folder with a catalogue and an API's description."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    return WizardApp(tmp_path)


def said(app: WizardApp, field: str) -> str:
    """The line below a field."""
    row = next(row for row in app.wizard.query(Row) if row.field.id == field)
    return str(row.query_one(".row-note", Static).content)


def problem(app: WizardApp) -> str:
    return str(app.wizard.query_one("#wizard-problem", Static).content)


async def test_the_name_has_the_focus_and_the_slug_follows_it(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(*"Zoe", "space", *"Mail!")
        assert app.wizard.query_one("#slug", Input).value == "zoe-mail"
        assert said(app, "slug") == "The folder: zoe-mail/manifest.yaml"


async def test_a_slug_that_was_typed_no_longer_follows_the_name(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("Z", "tab", "y", "shift+tab", "o")
        assert app.wizard.query_one("#slug", Input).value == "y"


async def test_a_name_of_the_catalogue_is_refused_at_its_place_and_by_next(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(*"aCME")
        await pilot.press("ctrl+n")
        assert said(app, "name") == "✗ `Acme` is there already: `acme`, in the catalogue"
        assert problem(app) == "✗ `Acme` is there already: `acme`, in the catalogue"
        assert app.wizard.step == "connection"
        assert app.wizard.query_one("#slug", Input).value == "acme-2"


async def test_a_slug_that_cannot_be_one_is_refused_with_what_to_type(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("Z", "tab", *"A_b")
        assert said(app, "slug") == "✗ Lower-case letters, digits and single hyphens; type `a-b`"


async def test_enter_leads_through_the_fields_and_on(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(*"Zoe", "enter", "enter", "tab", *"Mails.", "enter")
        await settle(pilot)
        assert app.wizard.step == "kind"
        assert app.wizard.plan.summary == "Mails."


async def test_one_can_go_back_and_nothing_is_lost(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "kind")
        await pilot.press("down", "ctrl+b")
        await settle(pilot)
        assert app.wizard.query_one("#name", Input).value == "New Acme"
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert app.wizard.query_one("#kinds", OptionList).highlighted == 1
        assert app.wizard.plan.kind == "property"


async def test_templates_are_those_of_the_kind(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "kind")
        await pilot.press("down", "ctrl+n", "down")
        await settle(pilot)
        templates = app.wizard.query_one("#templates", OptionList)
        assert [option.id for option in templates.options] == ["user-property"]
        assert app.wizard.plan.template == "user-property"


async def test_the_operations_of_a_file_are_ranked_and_picked(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "operations")
        picked = {select.id: select.value for select in app.wizard.query(Select) if select.id != "category"}
        assert picked == {
            "pick-create_list": "createAudience",
            "pick-add_users": "addMembers",
            "pick-remove_users": "removeMembers",
            "pick-rename_list": Select.NULL,
            "pick-delete_list": Select.NULL,
            "pick-verify": Select.NULL,
        }
        assert said(app, "pick-remove_users").startswith("Removes users · guessed: the body has an array of users")


async def test_another_operation_can_be_picked(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "operations")
        await pilot.press("tab", "tab", "tab", "tab", "tab", "enter", "down", "enter")
        await settle(pilot)
        assert app.wizard.plan.picks["verify"] == "whoami"


async def test_a_file_that_is_no_description_is_said_below_its_path(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "start")
        await pilot.press("enter")
        app.wizard.query_one("#path", Input).value = "integrations/acme/manifest.json"
        await pilot.press("enter")
        await settle(pilot)
        shown = str(app.wizard.query_one("#said", Static).content)
        assert shown.startswith(
            "✗ `integrations/acme/manifest.json` is neither OpenAPI or Swagger nor a Postman collection"
        )
        assert app.wizard.step == "start"


async def test_a_path_is_completed_from_the_list_below_it(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "start")
        await pilot.press("enter")
        await settle(pilot)
        assert [option.id for option in app.wizard.query_one("#paths", OptionList).options] == [
            "docs/",
            "integrations/",
            "mine/",
            "api.json",
        ]
        await pilot.press("down", "down", "enter")
        await settle(pilot)
        assert app.wizard.query_one("#path", Input).value == "integrations/"
        await pilot.press("down", "up")
        assert app.focused is app.wizard.query_one("#path", Input)


async def test_nothing_is_written_before_the_last_step_and_then_the_editor_opens(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "review")
        assert list(app.desk.folder.iterdir()) == []
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert app.opened == app.desk.folder / "new-acme" / "manifest.yaml"
        assert len(app.screen_stack) == 1
    destination = load_file(app.desk.folder / "new-acme" / "manifest.yaml")
    assert destination.usable().manifest.name == "New Acme"
    assert run_cases(app.desk.folder / "new-acme").passed


async def test_a_guess_is_kept_with_one_key_and_the_next_comes(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "review")
        await pilot.press("k", "k")
        rows = app.wizard.query_one(ReviewPane).rows
        assert [row.state for row in rows[:3]] == ["kept", "kept", "open"]
        assert rows[2].place == ("create_list", "url")


async def test_a_guess_is_changed_and_the_text_with_it(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "review")
        rows = app.wizard.query_one(ReviewPane).rows
        at = [row.place for row in rows].index(("add_users", "batch"))
        await pilot.press(*["down"] * at, "enter")
        assert isinstance(app.screen, ChangeDialog)
        app.screen.query_one("#value", Input).value = "{items: 7}"
        await pilot.press("enter")
        await settle(pilot)
        row = app.wizard.query_one(ReviewPane).rows[at]
        assert (row.place, row.value, row.state) == (("add_users", "batch"), {"items": 7}, "changed")
        assert "  batch: {items: 7}" in app.wizard.query_one("#manifest", TextArea).text


async def test_a_value_that_cannot_stand_there_is_refused(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "review")
        await pilot.press("enter", "ctrl+a", "ctrl+k", *"[", "enter")
        assert isinstance(app.screen, ChangeDialog)
        assert str(app.screen.query_one("#refused", Static).content).startswith("✗ ")
        await pilot.press("ctrl+a", "ctrl+k", "7", "enter")
        await settle(pilot)
        assert problem(app) == "✗ `auth` cannot be this; write it as in the manifest"


async def test_pasted_commands_become_calls_and_an_unknown_header_a_secret(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "start", "curl")
        await pilot.press("enter")
        app.wizard.query_one("#curl", TextArea).text = CURL
        await settle(pilot)
        await pilot.press("ctrl+n")
        await settle(pilot)
        text = app.wizard.query_one("#manifest", TextArea).text
        assert "auth: {kind: header, name: X-Acme-Signing, value: $acme_signing}" in text
        assert "  - name: acme_signing\n    type: secret\n" in text


async def test_commands_in_which_nothing_is_found_are_refused_at_the_review(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "start", "curl")
        await pilot.press("ctrl+n")
        assert problem(app) == "✗ Paste a curl command first"
        await pilot.press("enter", *"wget", "ctrl+n")
        await settle(pilot)
        assert str(app.wizard.query_one("#about", Static).content).startswith("✗ there is no `curl` command with a URL")
        await pilot.press("ctrl+n")
        assert problem(app) == "✗ The manifest cannot be made like this; go back and change it"


async def test_a_copy_is_found_by_a_part_of_its_name(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "start", "copy")
        await pilot.press("enter", *"bol", "enter")
        await settle(pilot)
        assert app.wizard.plan.source.endswith("integrations/bolt/manifest.json")
        await pilot.press("enter")
        await settle(pilot)
        assert app.wizard.step == "review"


async def test_escape_leaves_at_once_when_nothing_was_typed(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


async def test_escape_asks_when_something_was_typed(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("Z", "escape")
        assert isinstance(app.screen, Confirm)
        await pilot.press("escape")
        assert app.screen_stack[-1] is app.wizard
        await pilot.press("escape", "y")
        await settle(pilot)
        assert len(app.screen_stack) == 1


async def test_a_folder_that_came_in_between_is_not_overwritten(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, "review", "scratch")
        place = app.desk.folder / "new-acme"
        place.mkdir()
        (place / "README.md").write_text("mine")
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert "exists already" in problem(app)
        assert (place / "README.md").read_text() == "mine"
        assert app.opened is None


async def test_a_name_with_markup_and_control_characters_is_shown_as_it_is(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        app.wizard.query_one("#name", Input).value = "[red]Zo[/red] \x1b[2J"
        await settle(pilot)
        await pilot.press("ctrl+n", "ctrl+n", "ctrl+n")
        await settle(pilot)
        assert app.wizard.step == "review"
        assert "\\u001b[2J" in app.wizard.query_one("#manifest", TextArea).text
