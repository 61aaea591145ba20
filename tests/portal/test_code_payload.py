"""The payload field: a body or item as JSON with holes or YAML."""

from __future__ import annotations

from pathlib import Path

from maniple.usecases.draft import Draft
from support.code_stage import ACME, PayloadStage, settle

BODY = ("add_users", "json")
ITEM = ("add_users", "item")


async def test_a_tree_is_written_as_yaml_and_told_as_a_tree() -> None:
    app = PayloadStage({"users": "$items"}, BODY)
    async with app.run_test() as pilot:
        assert "users: $items\n" == app.payload.editor.text
        await pilot.press("ctrl+end", *"a: 1")
        await pilot.pause()
        assert {"users": "$items", "a": 1} == app.heard[-1]


async def test_json_text_stays_text() -> None:
    app = PayloadStage('{"users": $items}', BODY)
    async with app.run_test() as pilot:
        await pilot.press("end", "space")
        await pilot.pause()
        assert ['{"users": $items} '] == app.heard


async def test_a_bare_hole_is_no_finding() -> None:
    app = PayloadStage('{"users": $items}', BODY)
    async with app.run_test():
        assert () == app.payload.editor.marks


async def test_yaml_that_cannot_be_read_is_not_told_but_marked() -> None:
    app = PayloadStage({"users": "$items"}, BODY)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+end", *"a: [")
        await settle(pilot)
        assert {"users": "$items", "a": None} == app.heard[-1]
        assert ["MAN101"] == [mark.finding.code for mark in app.payload.editor.marks]
        assert "nothing to preview: the text cannot be read" == app.preview


async def test_a_finding_of_the_draft_is_marked_in_the_payload() -> None:
    draft = Draft(Path("acme/manifest.yaml"), ACME)
    app = PayloadStage(draft.value(BODY), BODY)
    async with app.run_test():
        marked = [app.payload.editor.text[mark.start : mark.end] for mark in app.payload.editor.marks]
        assert ["$itms"] == marked


async def test_the_preview_follows_what_is_typed() -> None:
    app = PayloadStage('{"list": $list_id}', BODY)
    async with app.run_test() as pilot:
        assert 'for a sample user: {"list": "c7k2m9"}' == app.preview
        app.payload.editor.go_to(1, 18)
        await pilot.press(*', "n": 1')
        await settle(pilot)
        assert 'for a sample user: {"list": "c7k2m9", "n": 1}' == app.preview


async def test_the_text_is_laid_out_anew_with_its_holes() -> None:
    app = PayloadStage('{"users":$items,"n":1.50}', BODY)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert '{\n  "users": $items,\n  "n": 1.50\n}\n' == app.payload.editor.text
        assert [app.payload.editor.text] == app.heard


async def test_yaml_turns_into_json_text_and_back() -> None:
    app = PayloadStage({"users": "$items"}, BODY)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert '{\n  "users": $items\n}\n' == app.payload.editor.text
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert ['{\n  "users": $items\n}\n', {"users": "$items"}] == app.heard


async def test_laying_out_can_be_undone() -> None:
    app = PayloadStage('{"users":$items}', BODY)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+l", "ctrl+z")
        await pilot.pause()
        assert '{"users":$items}' == app.payload.editor.text
        assert '{"users":$items}' == app.heard[-1]


async def test_a_value_that_is_shown_is_not_told() -> None:
    app = PayloadStage({"a": 1}, BODY)
    async with app.run_test() as pilot:
        app.payload.show_value('{"b": $items}')
        await pilot.pause()
        assert [] == app.heard
        assert '{"b": $items}' == app.payload.editor.text
        assert "json" == app.payload.editor.area.language


async def test_a_value_that_is_shown_already_leaves_the_text_alone() -> None:
    app = PayloadStage({"a": 1}, BODY)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+end", *"b:  2   # why")
        await pilot.pause()
        app.payload.show_value({"a": 1, "b": 2})
        assert "a: 1\nb:  2   # why" == app.payload.editor.text


async def test_a_dollar_offers_what_has_a_value_in_an_item() -> None:
    app = PayloadStage({"e": "x"}, ITEM)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+end", *"f: $us", "enter")
        await pilot.pause()
        assert "e: x\nf: $user_email" == app.payload.editor.text


async def test_a_hole_is_explained_as_what_it_is_there() -> None:
    app = PayloadStage('{"users": $items}', ("remove_users", "json"))
    async with app.run_test(size=(120, 20)) as pilot:
        app.payload.editor.go_to(1, 13)
        await settle(pilot)
        assert "$items: list, pre-defined" in str(app.query_one("#code-note").render())


async def test_an_empty_payload_begins_empty() -> None:
    app = PayloadStage(None, ITEM)
    async with app.run_test() as pilot:
        assert "" == app.payload.editor.text
        await pilot.press(*"$user_email")
        await pilot.pause()
        assert "$user_email" == app.heard[-1]
