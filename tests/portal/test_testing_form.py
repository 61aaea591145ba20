"""The testing panel: form, users and variables follow the draft and what is filled in."""

from __future__ import annotations

from pathlib import Path

from test_testing_calls import MANIFEST
from test_testing_panel import SIZE, acme, files_with, shown
from textual.widgets import DataTable, Input, Select, Static

from maniple.usecases.rehearsal_setup import read_setup


async def test_what_is_filled_in_is_kept_with_its_secrets_sealed(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test", settings={})
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        app.panel.query_one("#field-bearer_token").focus()
        await pilot.press(*"s3cret-77")
        await app.settle(pilot)
        app.panel.query_one("#field-base").focus()
        await pilot.press(*"https://a.test")
        await app.settle(pilot)

    kept = read_setup(app.desk.home, "acme")
    assert kept.settings == {"base": "https://a.test", "bearer_token": "s3cret-77"}
    assert files_with(tmp_path, b"s3cret-77") == []


async def test_a_wrong_value_is_told_under_its_field(tmp_path: Path) -> None:
    app = acme(tmp_path, "http://not-safe.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)

        assert shown(app, "#problem-base") == "✗ `base` must be a URL that begins with `https://`"
        assert shown(app, "#trouble").startswith("✗ `base` must be a URL")


async def test_a_missing_value_is_told_as_needed(tmp_path: Path) -> None:
    app = acme(tmp_path, "", settings={})
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)

        assert shown(app, "#problem-bearer_token") == "○ needed for a test"


async def test_a_change_of_the_draft_changes_form_variables_and_requests(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        text = MANIFEST.replace("label: Token", "label: Key of Acme").replace(
            "json: {name: $amp_cohort_name}", "json: {title: $amp_cohort_name}"
        )
        app.bench.change(app.bench.draft.changed(text))
        await app.settle(pilot)

        labels = [str(one.content) for one in app.panel.query("#setup-form .label").results(Static)]
        assert labels == ["Address *", "Key of Acme *", "User ID *"]
        assert '"title": "Power users"' in shown(app, "#request")


async def test_while_the_manifest_cannot_be_read_the_form_stays_and_the_problem_is_told(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        app.bench.change(
            app.bench.draft.changed(
                MANIFEST.replace("$bearer_token", "x").replace("item: $user_key", "item: $user_kay", 1)
            )
        )
        await app.settle(pilot)

        assert app.panel.query("#field-bearer_token")
        assert shown(app, "#trouble").startswith("✗ `$user_kay` is not declared")
        await pilot.press("j")
        assert app.bench.jumps == [("add_users", "item")]


async def test_enter_on_a_variable_with_a_problem_goes_to_its_place(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test", MANIFEST.replace("item: $user_key", "item: $user_kay", 1))
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("3")
        await app.settle(pilot)
        table = app.panel.query_one("#variables-table", DataTable)
        cells = [str(cell) for cell in table.get_row_at(0)]
        await pilot.press("enter")

        assert cells == ["$user_kay", "✗ used, but not declared", "– no", "✓ yes", "– no", "add_users.item"]
        assert app.bench.jumps == [("add_users", "item")]


async def test_regenerate_makes_other_users(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        before = app.panel.study.users
        await pilot.press("r")
        await app.settle(pilot)

        assert app.panel.study.users != before
        assert shown(app, "#users-told") == "10 users made from seed 2: 7 enter, 3 leave"


async def test_users_come_from_a_csv_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("operation,user_key\nadd,u1\nremove,u2\n")
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("2")
        await app.settle(pilot)
        box = app.panel.query_one("#users-file", Input)
        box.focus()
        box.value = str(tmp_path / "mine.csv")
        await pilot.press("enter")
        await app.settle(pilot)

        assert shown(app, "#users-told") == "2 users from mine.csv: 1 enter, 1 leave"
        assert app.panel.query_one("#users-table", DataTable).row_count == 2


async def test_a_csv_file_beside_the_manifest_is_found_by_its_name_and_read_again_on_enter(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    (app.path.parent / "mine.csv").write_text("operation,user_key\nadd,u1\n")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("2")
        await app.settle(pilot)
        app.panel.query_one("#users-file").focus()
        await pilot.press(*"mine.csv", "enter")
        await app.settle(pilot)
        assert shown(app, "#users-told") == "1 user from mine.csv: 1 enter, 0 leave"
        (app.path.parent / "mine.csv").write_text("operation,user_key\nadd,u1\nremove,u2\n")
        await pilot.press("enter")
        await app.settle(pilot)
        assert shown(app, "#users-told") == "2 users from mine.csv: 1 enter, 1 leave"


async def test_a_csv_file_that_is_not_there_is_told_beside_its_name(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test", users="nowhere.csv")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)

        assert shown(app, "#users-told") == "✗ there is no file `nowhere.csv`"


async def test_users_are_saved_beside_the_manifest_and_used_from_there(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        before = app.panel.study.users
        await pilot.press("2", "w")
        await app.settle(pilot)

        assert app.panel.study.users == before
        assert app.panel.setup.users.endswith("acme/users.csv")


async def test_a_mapping_chosen_in_the_form_is_what_requests_are_made_of(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("suggest: [user_id]", "suggest: [user_id, email]")
    app = acme(tmp_path, "https://acme.test", manifest)
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        app.panel.query_one("#mapping-user_key", Select).value = "email"
        await app.settle(pilot)
        await pilot.press("4", "down")
        await app.settle(pilot)

        assert "@example.com" in shown(app, "#request")
        assert "user-001" not in shown(app, "#request")


async def test_a_button_group_is_pressed_with_the_arrow_keys(tmp_path: Path) -> None:
    field = "  - {name: region, type: buttons, label: Region, help: Where, default: us, options: [{label: US, value: us}, {label: EU, value: eu}]}\nmappings:"
    manifest = MANIFEST.replace("mappings:", field).replace(
        "{name: $amp_cohort_name}", "{name: $amp_cohort_name, region: $region}"
    )
    app = acme(tmp_path, "https://acme.test", manifest)
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        app.panel.query_one("#field-region").focus()
        await pilot.press("right")
        await app.settle(pilot)

        assert app.panel.setup.settings["region"] == "eu"
        assert '"region": "eu"' in shown(app, "#request")
