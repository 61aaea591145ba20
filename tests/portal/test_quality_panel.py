"""The quality panel, driven with the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static, TabbedContent

from maniple.portal.docs import DocsScreen
from maniple.portal.quality import panel as quality_panel
from maniple.portal.quality.lines import Lines
from support.desks import open_desk
from support.quality_bench import QualityBench
from support.submitted import CASES, write_integration

SIZE = (90, 40)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality_panel, "PAUSE", 0.01)
    monkeypatch.setattr(quality_panel, "LONG_PAUSE", 0.05)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(cases: Any = CASES, **changes: Any) -> QualityBench:
        desk = open_desk(tmp_path, monkeypatch)
        path = write_integration(desk.folder, cases, **changes)
        return QualityBench(desk, path / "manifest.yaml")

    return make


def shown(app: QualityBench, selector: str) -> str:
    return str(app.panel.query_one(selector, Static).content)


def lines(app: QualityBench, selector: str) -> list[str]:
    return [line.content.plain for line in app.panel.query_one(selector, Lines).lines]


FAILING: dict[str, Any] = {**CASES, "cases": [*CASES["cases"][:2], {**CASES["cases"][2], "replies": [{"status": 500}]}]}


async def test_the_tier_is_shown_with_what_the_next_one_needs(bench: Any) -> None:
    app = bench()
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)

        assert shown(app, "#tier") == "★ bronze  13 things to silver"
        assert shown(app, "#ladder") == "★ bronze ✓  →  ★★ silver needs 13  →  ★★★ gold needs 5"
        assert (
            lines(app, "#missing")[0] == "★★ silver needs 13 things; it was tried, and tells its users what goes wrong"
        )


async def test_enter_goes_to_the_place_of_what_is_missing(bench: Any) -> None:
    app = bench(cases=None)
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("1", "enter")
        await pilot.pause()

        assert app.draft_screen.jumps == [("create_list",)]


async def test_a_finding_leads_to_its_place_and_to_its_page(bench: Any) -> None:
    app = bench()
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("2", "end", "enter", "d")
        await pilot.pause()

        assert app.draft_screen.jumps == [("create_list", "json", "name")]
        assert isinstance(app.screen, DocsScreen)
        assert app.screen.page.path.name == "MAN608.md"


async def test_a_case_that_fails_shows_the_difference_and_leads_to_its_call(bench: Any) -> None:
    app = bench(cases=FAILING)
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("3", "end", "enter")
        await pilot.pause()

        assert lines(app, "#case-list")[2] == (
            "✗ fails  a user is sent to remove  remove_users  line 38\n"
            "  the case has 1 reply, and `POST https://api.acme.test/lists/7/remove` is sent after that"
        )
        assert app.draft_screen.jumps == [("remove_users",)]


async def test_cases_are_run_again_from_their_file_with_r(bench: Any) -> None:
    app = bench(cases=FAILING)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await app.settle(pilot)
        write_integration(app.desk.folder, CASES)
        await pilot.press("3", "r")
        await app.settle(pilot)

        assert [note.message for note in app._notifications] == ["3 golden cases, all pass"]
        assert str(app.panel.query_one(TabbedContent).get_tab("cases").label) == "3 Cases (3)"


async def test_what_is_typed_is_looked_at_when_typing_pauses(bench: Any) -> None:
    app = bench()
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        screen = app.draft_screen
        screen.change(screen.draft.changed("name: [\n"))
        await app.settle(pilot)

        assert shown(app, "#tier") == "✗ no tier: the manifest cannot be read"
        assert app.panel.query_one(TabbedContent).active == "tiers"
        assert lines(app, "#found")[0].startswith("✗ error MAN10")


async def test_a_manifest_without_cases_is_told_how_to_get_some(bench: Any) -> None:
    app = bench(cases=None)
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("3")

        assert shown(app, "#no-cases").startswith("no golden cases yet")
        assert app.panel.query_one("#no-cases").display


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
@pytest.mark.parametrize("tab", ["1", "2", "3"])
def test_the_panel_looks_as_it_did(bench: Any, snap_compare: Any, theme: str, size: tuple[int, int], tab: str) -> None:
    app = bench(cases=FAILING)
    app.theme = theme

    async def show(pilot: Any) -> None:
        await app.settle(pilot)
        await pilot.press(tab)
        await pilot.pause()

    assert snap_compare(app, run_before=show, terminal_size=size)


@pytest.mark.parametrize(
    ("key", "value", "place"), [("maintainer", None, "maintainer"), ("category", None, "category")]
)
async def test_enter_goes_where_that_which_is_not_there_belongs(bench: Any, key: str, value: Any, place: str) -> None:
    app = bench(**{key: value})
    async with app.run_test(size=SIZE) as pilot:
        await app.settle(pilot)
        await pilot.press("1", "enter")
        await pilot.pause()

        assert app.draft_screen.jumps == [(place,)]
