"""How the editor looks: each section, findings, the text; dark and light, narrow and wide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from maniple.portal.editor.form.control import Control
from maniple.portal.editor.screen import EditorScreen
from support.editing import SMALL, Bench, desk_with, settled

THEMES = ["textual-dark", "textual-light"]
NARROW, ROOMY = (80, 24), (109, 44)
Doing = Callable[[EditorScreen, Pilot[None]], Awaitable[None]]


async def _nothing(_screen: EditorScreen, _pilot: Pilot[None]) -> None:
    return None


class Stage(Bench):
    """The editor on a manifest, in a theme."""

    def __init__(self, folder: Path, theme: str, text: str = SMALL) -> None:
        super().__init__()
        self.shown_theme = theme
        self.editor_screen = EditorScreen.at(*desk_with(folder, text))

    def on_mount(self) -> None:
        self.theme = self.shown_theme
        self.push_screen(self.editor_screen)


def _doing(stage: Stage, do: Doing) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def run(pilot: Pilot[None]) -> None:
        await settled(stage.editor_screen, pilot)
        await do(stage.editor_screen, pilot)
        await settled(stage.editor_screen, pilot)
        await pilot.pause(0.1)
        # A cursor would be on or off.
        stage.editor_screen.set_focus(None)
        await pilot.pause()

    return run


def _section(name: str) -> Doing:
    async def do(screen: EditorScreen, pilot: Pilot[None]) -> None:
        await screen.form.open_section(name)

    return do


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [NARROW, ROOMY], ids=["narrow", "roomy"])
def test_the_top_of_the_form(snap_compare: Any, tmp_path: Path, theme: str, size: tuple[int, int]) -> None:
    stage = Stage(tmp_path, theme)
    assert snap_compare(stage, run_before=_doing(stage, _nothing), terminal_size=size)


@pytest.mark.parametrize(
    "name",
    [
        "setup",
        "auth",
        "fields",
        "headers",
        "mappings",
        "cohort_name",
        "create_list",
        "add_users",
        "further",
        "defaults",
    ],
)
def test_a_section(snap_compare: Any, tmp_path: Path, name: str) -> None:
    stage = Stage(tmp_path, "textual-dark")
    assert snap_compare(stage, run_before=_doing(stage, _section(name)), terminal_size=ROOMY)


@pytest.mark.parametrize("theme", THEMES)
def test_an_open_row(snap_compare: Any, tmp_path: Path, theme: str) -> None:
    async def do(screen: EditorScreen, pilot: Pilot[None]) -> None:
        await screen.form.reveal(("fields", 0, "options", 0, "label"))

    stage = Stage(tmp_path, theme)
    assert snap_compare(stage, run_before=_doing(stage, do), terminal_size=ROOMY)


@pytest.mark.parametrize("theme", THEMES)
def test_findings_in_the_form(snap_compare: Any, tmp_path: Path, theme: str) -> None:
    async def do(screen: EditorScreen, pilot: Pilot[None]) -> None:
        field = next(each for each in screen.query(Control) if each.place == ("version",))
        field.query_one(Input).value = "one"

    stage = Stage(tmp_path, theme)
    assert snap_compare(stage, run_before=_doing(stage, do), terminal_size=ROOMY)


@pytest.mark.parametrize("theme", THEMES)
def test_findings_in_the_text(snap_compare: Any, tmp_path: Path, theme: str) -> None:
    async def do(screen: EditorScreen, pilot: Pilot[None]) -> None:
        await screen.show_pane("text")
        await settled(screen, pilot)
        await pilot.press("f8")

    stage = Stage(tmp_path, theme, SMALL.replace("1.0.0", "one"))
    assert snap_compare(stage, run_before=_doing(stage, do), terminal_size=ROOMY)


def test_a_text_that_cannot_be_read_rests_the_form(snap_compare: Any, tmp_path: Path) -> None:
    stage = Stage(tmp_path, "textual-dark", SMALL.replace("name: Acme", "name: [Acme"))
    assert snap_compare(stage, run_before=_doing(stage, _nothing), terminal_size=NARROW)


def test_the_list_of_sections(snap_compare: Any, tmp_path: Path) -> None:
    stage = Stage(tmp_path, "textual-dark")

    async def run(pilot: Pilot[None]) -> None:
        await settled(stage.editor_screen, pilot)
        await pilot.press("ctrl+g")
        await pilot.pause(0.1)
        stage.screen.set_focus(None)
        await pilot.pause()

    assert snap_compare(stage, run_before=run, terminal_size=NARROW)
