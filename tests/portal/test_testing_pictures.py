"""What the testing panel looks like: every part of it, in both themes, on narrow and wide terminals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from test_testing_calls import MANIFEST
from test_testing_panel import acme
from textual.pilot import Pilot

from maniple.usecases.draft import Draft
from maniple.usecases.rehearsal import Rehearsal
from maniple.usecases.rehearsal_history import keep_call
from maniple.usecases.rehearsal_setup import Setup, read_setup
from maniple.usecases.stand_in import StandIn
from maniple.usecases.study import study
from maniple.usecases.trying import try_all
from support.panel_bench import Bench, NoonClock, bench, timeless

NARROW, PANEL, WIDE = (80, 24), (60, 36), (200, 60)
Compare = Callable[..., bool]


def after(app: Bench, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press keys, waiting after each until the panel is settled."""

    async def press(pilot: Pilot[None]) -> None:
        await app.settle(pilot)
        for key in keys:
            await pilot.press(key)
            await app.settle(pilot)

    return press


def with_history(app: Bench) -> Bench:
    """The application with a history of one end-to-end test against the simulator."""
    setup = read_setup(app.desk.home, app.path.parent.name)
    draft = Draft(app.path, app.path.read_text())
    found = study(draft, setup, app.desk.home, {}, "2026-11-24T10:00:00Z")

    async def rehearsed() -> Rehearsal:
        stand_in = StandIn(NoonClock(), {})
        try:
            return await try_all(found, setup, stand_in, lambda _: None)
        finally:
            await stand_in.close()

    for call in asyncio.run(rehearsed()).calls:
        keep_call(app.desk.home, app.path.parent.name, timeless(call))
    return app


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_the_form(theme: str, tmp_path: Path, snap_compare: Compare) -> None:
    app = bench(tmp_path, "customer-io", theme=theme)
    assert snap_compare(app, terminal_size=PANEL, run_before=after(app))


def test_the_form_of_nothing_filled_in_on_a_narrow_terminal(tmp_path: Path, snap_compare: Compare) -> None:
    app = bench(tmp_path, "customer-io", setup=Setup())
    assert snap_compare(app, terminal_size=NARROW, run_before=after(app, "1"))


def test_the_form_with_button_groups_and_a_wrong_value(tmp_path: Path, snap_compare: Compare) -> None:
    field = (
        "  - {name: region, type: buttons, label: Region, help: Where your account is, default: us, "
        "options: [{label: United States, value: us}, {label: '[EU] Europe', value: eu}]}\n"
        "  - {name: deep, type: boolean, label: Deep, help: Goes deeper, optional: true}\nmappings:"
    )
    manifest = MANIFEST.replace("mappings:", field).replace(
        "{name: $amp_cohort_name}", "{name: $amp_cohort_name, region: $region, deep: $deep}"
    )
    app = acme(tmp_path, "http://acme.test", manifest)
    assert snap_compare(app, terminal_size=PANEL, run_before=after(app, "1", "tab", "tab"))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_the_users(theme: str, tmp_path: Path, snap_compare: Compare) -> None:
    app = bench(tmp_path, "customer-io", theme=theme)
    assert snap_compare(app, terminal_size=NARROW, run_before=after(app, "2"))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_the_variables_with_problems(theme: str, tmp_path: Path, snap_compare: Compare) -> None:
    app = bench(tmp_path, "customer-io", theme=theme, change=("username: $site_id", "username: $site_idd"))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(app, "3"))


@pytest.mark.parametrize("size", [NARROW, PANEL, WIDE])
def test_the_calls_before_any_test(size: tuple[int, int], tmp_path: Path, snap_compare: Compare) -> None:
    app = bench(tmp_path, "customer-io")
    assert snap_compare(app, terminal_size=size, run_before=after(app, "4", "down"))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("view", ["result", "reply", "expected", "curl"])
def test_a_tested_call(view: str, theme: str, tmp_path: Path, snap_compare: Compare) -> None:
    app = with_history(bench(tmp_path, "customer-io", theme=theme))

    async def look(pilot: Pilot[None]) -> None:
        await after(app, "4")(pilot)
        app.panel.query_one("CallsPane").show_view(view)  # type: ignore[attr-defined]
        await app.settle(pilot)

    assert snap_compare(app, terminal_size=PANEL, run_before=look)


def test_the_history(tmp_path: Path, snap_compare: Compare) -> None:
    app = with_history(bench(tmp_path, "customer-io"))
    assert snap_compare(app, terminal_size=PANEL, run_before=after(app, "5", "down"))


def test_the_history_before_any_test(tmp_path: Path, snap_compare: Compare) -> None:
    app = bench(tmp_path, "customer-io")
    assert snap_compare(app, terminal_size=NARROW, run_before=after(app, "5"))


def test_a_manifest_that_cannot_be_read(tmp_path: Path, snap_compare: Compare) -> None:
    app = bench(tmp_path, "customer-io", change=("kind: list\n", "kind: lists\n"))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(app))


def test_a_wide_terminal(tmp_path: Path, snap_compare: Compare) -> None:
    app = with_history(bench(tmp_path, "customer-io"))
    assert snap_compare(app, terminal_size=WIDE, run_before=after(app, "4"))
