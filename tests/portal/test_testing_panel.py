"""The testing panel, driven with the keyboard."""

from __future__ import annotations

import asyncio
from pathlib import Path

from test_testing_calls import MANIFEST, TOKEN, kindly
from textual.widgets import DataTable, Input, OptionList, Select, Static, TabbedContent

from maniple.portal.testing.calls import CallsPane
from maniple.portal.testing.reply_tree import ReplyTree
from maniple.portal.testing.segments import Segments
from maniple.usecases.draft import Draft
from maniple.usecases.rehearsal_setup import Setup, keep_setup, read_setup
from support.live_partner import Answer, Asked, LivePartner
from support.panel_bench import Bench, bench, case_settings, make_desk

SIZE = (90, 40)


def shown(app: Bench, selector: str) -> str:
    """The text that a widget shows."""
    return str(app.panel.query_one(selector, Static).content)


def call_lines(app: Bench) -> list[str]:
    options = app.panel.query_one("#call-list", OptionList)
    return [str(options.get_option_at_index(place).prompt) for place in range(options.option_count)]


def files_with(folder: Path, text: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


def acme(folder: Path, base: str, manifest: str = MANIFEST, **setup: object) -> Bench:
    """An application with a small integration whose partner listens at `base`."""
    desk = make_desk(folder, {"MANIPLE_ALLOW_PRIVATE_HOSTS": "1"})
    path = desk.folder / "acme" / "manifest.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(manifest)
    given = {"settings": {"base": base, "bearer_token": TOKEN}, "simulated": False, **setup}
    keep_setup(desk.home, "acme", Setup(**given), frozenset({"bearer_token"}))  # type: ignore[arg-type]
    return Bench(desk, path)


async def test_an_end_to_end_test_against_the_simulator_shows_every_call_as_delivered(tmp_path: Path) -> None:
    app = bench(tmp_path, "iterable")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("e")
        await app.settle(pilot)

        assert [line.split("  ")[:2] for line in call_lines(app)] == [
            ["✓ create_list", "delivered"],
            ["✓ add_users", "delivered"],
            ["✓ remove_users", "delivered"],
        ]
        assert shown(app, "#status").startswith(
            "✓ 3 calls made, 0 failed\n– delete_list was not made: the manifest declares"
        )
        assert app.panel.query_one("#list-id", Input).value == "1001"


async def test_one_call_is_tested_with_t_and_its_list_id_goes_into_the_next(tmp_path: Path) -> None:
    with LivePartner(kindly) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)
            assert app.panel.query_one("#list-id", Input).value == "7"
            await pilot.press("down", "t")
            await app.settle(pilot)

    assert [one.path for one in partner.received] == ["/lists", "/lists/7/add"]


async def test_a_typed_list_id_is_the_one_that_calls_go_to(tmp_path: Path) -> None:
    with LivePartner(kindly) as partner:
        app = acme(tmp_path, partner.url, list_id=7)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "x")
            app.panel.query_one("#list-id").focus()
            await pilot.press(*"ab9", "tab", "tab", "down", "enter")
            await app.settle(pilot)

    assert [one.path for one in partner.received] == ["/lists/ab9/add"]


async def test_without_a_list_an_add_says_what_to_do_and_is_not_made(tmp_path: Path) -> None:
    with LivePartner(kindly) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "down", "t")
            await app.settle(pilot)

            assert shown(app, "#status") == (
                "✗ `add_users` goes to a list, and none is known\n  test `create_list` first, or type a list id"
            )
    assert partner.received == []


async def test_a_result_shows_request_reply_reading_and_rule(tmp_path: Path) -> None:
    with LivePartner(lambda _: Answer(401, {"token": "abc"})) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)

            lines = shown(app, "#result").split("\n")
    assert "✗ create_list: Bad token · partner · 2026-11-24T10:00:00Z" in lines
    assert "  Acme refused the token abc" in lines
    assert f"> POST {partner.url}/lists" in lines
    assert "> Authorization: Bearer ***" in lines
    assert "= ✗ refused: Bad token (rule errors[0])" in lines
    assert any(line.startswith("< 401  ") and line.endswith(" ms · 16 bytes") for line in lines)


async def test_escape_stops_a_call_that_does_not_end(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    came, release = asyncio.Event(), asyncio.Event()

    def slowly(_: Asked) -> Answer:
        loop.call_soon_threadsafe(came.set)
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5)
        return Answer(200, {"id": 7})

    with LivePartner(slowly) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("e")
            await came.wait()
            await pilot.press("escape")
            await app.settle(pilot)
            release.set()

            assert shown(app, "#status") == "! Cancelled: the partner may have acted on the last request"
            assert [(call.call, call.result) for call in app.panel.history] == [("create_list", "cancelled")]


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


async def test_a_secret_is_never_on_the_screen(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        for tab in "12345":
            await pilot.press(tab)
            await app.settle(pilot)
            assert TOKEN not in app.export_screenshot()


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


async def test_a_test_without_settings_goes_to_the_form(tmp_path: Path) -> None:
    app = acme(tmp_path, "", settings={})
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("4", "t")
        await app.settle(pilot)

        assert app.panel.query_one("#testing-tabs", TabbedContent).active == "form"


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


async def test_y_copies_the_request_as_curl_without_secrets(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("4", "y")
        await app.settle(pilot)

        assert app.clipboard.startswith(
            "# $BEARER_TOKEN: `bearer_token`\ncurl -X POST \\\n  -g --path-as-is https://acme.test/lists"
        )
        assert shown(app, "#curl") == app.clipboard


async def test_g_makes_a_golden_case_of_the_last_test(tmp_path: Path) -> None:
    with LivePartner(kindly) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)
            await pilot.press("g")
            await app.settle(pilot)

    assert "create_list is answered 201" in (app.path.parent / "cases.yaml").read_text()


async def test_the_history_has_the_newest_call_first_and_shows_it(tmp_path: Path) -> None:
    with LivePartner(kindly) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("e")
            await app.settle(pilot)
            await pilot.press("5")
            await app.settle(pilot)

            past = app.panel.query_one("#past", OptionList)
            assert str(past.get_option_at_index(0).prompt).startswith("✓ delete_list  delivered")
            assert f"> DELETE {partner.url}/lists/7" in shown(app, "#past-text")


async def test_a_history_is_there_again_when_the_portal_is_opened_again(tmp_path: Path) -> None:
    with LivePartner(kindly) as partner:
        first = acme(tmp_path, partner.url)
        async with first.run_test(size=SIZE) as pilot:
            await first.settle(pilot)
            await pilot.press("4", "t")
            await first.settle(pilot)
        again = Bench(first.desk, first.path)
        async with again.run_test(size=SIZE) as pilot:
            await again.settle(pilot)

            assert call_lines(again)[0].startswith("✓ create_list  delivered  201")


async def test_s_goes_from_the_simulator_to_the_partner_and_forgets_the_list(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test", simulated=True, list_id=1001)
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("4", "s")
        await app.settle(pilot)

        assert app.panel.query_one("#target", Segments).value is False
        assert app.panel.query_one("#list-id", Input).value == ""


async def test_the_simulated_partner_keeps_its_lists_when_the_manifest_is_changed(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test", simulated=True)
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("4", "t")
        await app.settle(pilot)
        app.bench.change(app.bench.draft.changed(MANIFEST.replace("summary: Lists", "summary: The lists")))
        await app.settle(pilot)
        await pilot.press("down", "t")
        await app.settle(pilot)

        assert call_lines(app)[1].startswith("✓ add_users  delivered  200")


async def test_the_reply_tree_marks_the_list_id_that_the_manifest_reads(tmp_path: Path) -> None:
    with LivePartner(lambda _: Answer(200, {"meta": {"x": 1}, "id": 7})) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)

            tree = app.panel.query_one(ReplyTree)
            assert [str(node.label) for node in tree.root.children] == ["meta  1 member", "id: 7  ◀ list id"]


async def test_a_value_of_the_reply_is_picked_for_the_list_id_and_the_next_test_reads_it_there(tmp_path: Path) -> None:
    with LivePartner(lambda _: Answer(200, {"data": {"list-id": "L9"}})) as partner:
        app = acme(
            tmp_path, partner.url, MANIFEST.replace("list_id: {response: id}", "list_id: {response: id}  # where?")
        )
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)
            assert "There is no list id" not in shown(app, "#status")
            await pilot.press("p")
            await app.settle(pilot)
            await pilot.press("down", "down", "p")
            await app.settle(pilot)

            assert app.bench.draft.value(("create_list", "list_id")) == {"response": 'data."list-id"'}
            assert "# where?" in app.bench.draft.text
            await pilot.press("t")
            await app.settle(pilot)
            assert app.panel.setup.list_id == "L9"


async def test_a_refused_user_of_the_reply_is_picked_and_the_other_keys_of_rejects_stay(tmp_path: Path) -> None:
    with LivePartner(
        lambda asked: Answer(200, {"errors": [{"who": asked.body["users"][0], "why": "gone"}]})
    ) as partner:
        app = acme(tmp_path, partner.url, list_id=7)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "down", "t")
            await app.settle(pilot)
            app.panel.query_one(CallsPane).show_view("reply")
            await app.settle(pilot)
            app.panel.query_one(ReplyTree).focus()
            await pilot.press("down", "down", "down", "enter")
            await app.settle(pilot)

            assert app.bench.draft.value(("add_users", "rejects")) == {
                "rows": "errors",
                "by": "value",
                "at": "who",
                "item": "$user_key",
                "reason": "why",
            }
            await pilot.press("t")
            await app.settle(pilot)
            assert "  refused user-001-1033: gone" in shown(app, "#result").split("\n")


async def test_texts_of_a_partner_are_shown_as_they_are_and_never_as_markup(tmp_path: Path) -> None:
    with LivePartner(lambda _: Answer(401, {"token": "[red]x[/] \x1b[31m"})) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)

            assert "Acme refused the token [red]x[/] ␛[31m" in shown(app, "#result")
            tree = app.panel.query_one(ReplyTree)
            assert "[red]x[/]" in str(tree.root.children[0].label)


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


async def test_a_destination_with_settings_of_its_own_cases_has_no_trouble(tmp_path: Path) -> None:
    app = bench(tmp_path, "facebook-ads", case_settings("facebook-ads"))
    async with app.run_test(size=(50, 24)) as pilot:
        await app.settle(pilot)

        assert app.panel.study.troubles == ()
        assert isinstance(app.bench.draft, Draft)
        assert app.panel.query_one(CallsPane).call == "create_list"
