"""How the code field looks: its findings, completion and payload, dark and light, narrow and wide."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from support.code_stage import ACME, CodeStage, PayloadStage, settle

THEMES = ["textual-dark", "textual-light"]
SIZES = {"narrow": (80, 24), "wide": (160, 40)}
BODY = """\
{
  "users": $items,
  "list": {"id": $list_id, "name": "for $amp_cohort_name"},
  "count": 1.50
}
"""


@pytest.mark.parametrize("theme", THEMES)
def test_a_finding_with_its_message_and_hint(snap_compare: Any, theme: str) -> None:
    async def go(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("f8")
        await settle(pilot)

    assert snap_compare(CodeStage(findings=True, theme=theme), run_before=go, terminal_size=SIZES["narrow"])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_variables_are_offered_at_the_cursor(snap_compare: Any, theme: str, size: tuple[int, int]) -> None:
    async def go(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app = pilot.app
        assert isinstance(app, CodeStage)
        app.editor.go_to(21, 16)
        await pilot.press("$", "u", "s")
        await settle(pilot)

    text = ACME + "  query: {who: }\n"
    assert snap_compare(CodeStage(text, theme=theme), run_before=go, terminal_size=size)


@pytest.mark.parametrize("theme", THEMES)
def test_filters_are_offered_with_an_example(snap_compare: Any, theme: str) -> None:
    async def go(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app = pilot.app
        assert isinstance(app, CodeStage)
        app.editor.go_to(2, 14)
        await pilot.press("|", "down", "down")
        await settle(pilot)

    app = CodeStage('define:\n  a: "{{ now  }}"\n', theme=theme)
    assert snap_compare(app, run_before=go, terminal_size=SIZES["narrow"])


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_under_the_cursor_with_a_selected_place(snap_compare: Any, theme: str) -> None:
    async def go(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("ctrl+f", *"$region", "enter")
        await settle(pilot)

    assert snap_compare(CodeStage(theme=theme), run_before=go, terminal_size=SIZES["narrow"])


@pytest.mark.parametrize("theme", THEMES)
def test_a_payload_with_its_preview(snap_compare: Any, theme: str) -> None:
    async def go(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app = pilot.app
        assert isinstance(app, PayloadStage)
        app.payload.editor.go_to(2, 14)
        await settle(pilot)

    app = PayloadStage(BODY, ("remove_users", "json"), theme=theme)
    assert snap_compare(app, run_before=go, terminal_size=SIZES["narrow"])


def test_an_empty_text(snap_compare: Any) -> None:
    assert snap_compare(CodeStage(""), run_before=settle, terminal_size=SIZES["narrow"])
