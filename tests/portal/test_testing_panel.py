"""The testing panel, driven with the keyboard."""

from __future__ import annotations

import asyncio
from pathlib import Path

from test_testing_calls import MANIFEST, TOKEN, kindly
from textual.widgets import Input, OptionList, Static, TabbedContent

from maniple.portal.testing.calls import CallsPane
from maniple.portal.testing.reply_tree import ReplyTree
from maniple.portal.testing.segments import Segments
from maniple.usecases.draft import Draft
from maniple.usecases.rehearsal_setup import Setup, keep_setup
from support.live_partner import Answer, Asked, LivePartner
from support.panel_bench import Bench, bench, case_settings, make_desk
from support.raw_partner import RawPartner

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


async def test_an_end_to_end_test_deletes_its_list_where_that_is_declared(tmp_path: Path) -> None:
    app = bench(tmp_path, "iterable")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("e")
        await app.settle(pilot)

        assert {
            "· verify": "not tested",
            "✓ create_list": "delivered",
            "✓ add_users": "delivered",
            "✓ remove_users": "delivered",
            "✓ delete_list": "delivered",
            "· count_members": "not tested",
        } == dict(line.split("  ")[:2] for line in call_lines(app))
        assert shown(app, "#status").startswith("✓ 4 calls made, 0 failed")


async def test_an_end_to_end_test_against_the_simulator_shows_every_call_as_delivered(tmp_path: Path) -> None:
    app = bench(tmp_path, "infobip")
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


async def test_a_secret_is_never_on_the_screen(tmp_path: Path) -> None:
    app = acme(tmp_path, "https://acme.test")
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        for tab in "12345":
            await pilot.press(tab)
            await app.settle(pilot)
            assert TOKEN not in app.export_screenshot()


async def test_a_test_without_settings_goes_to_the_form(tmp_path: Path) -> None:
    app = acme(tmp_path, "", settings={})
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("4", "t")
        await app.settle(pilot)

        assert app.panel.query_one("#testing-tabs", TabbedContent).active == "form"


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


async def test_a_destination_with_settings_of_its_own_cases_has_no_trouble(tmp_path: Path) -> None:
    app = bench(tmp_path, "facebook-ads", case_settings("facebook-ads"))
    async with app.run_test(size=(50, 24)) as pilot:
        await app.settle(pilot)

        assert app.panel.study.troubles == ()
        assert isinstance(app.bench.draft, Draft)
        assert app.panel.query_one(CallsPane).call == "create_list"


async def test_a_reply_that_is_no_tree_says_why(tmp_path: Path) -> None:
    with RawPartner(lambda _: (200, b"OK")) as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)

            assert shown(app, "#reply-note") == "The reply is neither JSON nor XML: no path finds anything in it"


async def test_a_reply_in_xml_is_a_tree_as_the_paths_of_the_manifest_see_it(tmp_path: Path) -> None:
    with RawPartner(lambda _: (200, b"<list><id>7</id></list>"), "Content-Type: application/xml") as partner:
        app = acme(tmp_path, partner.url)
        async with app.run_test(size=SIZE) as pilot:
            await app.settle(pilot)
            await pilot.press("4", "t")
            await app.settle(pilot)
            await pilot.press("p")
            await app.settle(pilot)
            await pilot.press("down", "down", "enter")
            await app.settle(pilot)

            assert app.bench.draft.value(("create_list", "list_id")) == {"response": "list.id"}
