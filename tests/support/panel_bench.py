"""A screen with a draft and nothing but the testing panel, for tests of the panel."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Footer, Input

from maniple.delivery.clock import SystemClock
from maniple.portal.desk import Desk
from maniple.portal.drafting import DraftScreen
from maniple.portal.testing.panel import TestingPanel
from maniple.source.text import Path as Place
from maniple.store.home import Home
from maniple.usecases.draft import Draft
from maniple.usecases.rehearsal_setup import Setup, keep_setup
from maniple.usecases.witness import TestCall

INTEGRATIONS = Path(__file__).resolve().parents[2] / "integrations"
NOW = 1_795_514_400.0
"""2026-11-24, 10:00 in UTC."""


class NoonClock(SystemClock):
    """The machine's clock on a day that does not change."""

    def now(self) -> float:
        return NOW


class BenchScreen(DraftScreen):
    """The panel alone; remembers where it was sent to."""

    jumps: list[Place]

    def compose(self) -> ComposeResult:
        self.jumps = []
        yield TestingPanel(self.desk)
        yield Footer()

    def jump(self, place: Place, *, key: bool = False) -> None:
        del key
        self.jumps.append(place)


class Bench(App[None]):
    """An application that shows one draft's testing panel."""

    def __init__(self, desk: Desk, path: Path, theme: str = "textual-dark") -> None:
        super().__init__()
        self.desk = desk
        self.path = path
        self.theme = theme
        self.animation_level = "none"

    def on_mount(self) -> None:
        self.push_screen(BenchScreen(self.desk, Draft(self.path, self.path.read_text())))

    @property
    def panel(self) -> TestingPanel:
        return self.screen.query_one(TestingPanel)

    @property
    def bench(self) -> BenchScreen:
        assert isinstance(self.screen, BenchScreen)
        return self.screen

    async def settle(self, pilot: Pilot[None]) -> None:
        """Wait until the draft has been looked at with what is filled in, and nothing is under way."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            await pilot.pause()
            if self.screen.query(TestingPanel) and self.panel.is_settled:
                await pilot.pause()
                # A picture shows a cursor that blinks now and then only.
                for box in self.screen.query(Input):
                    box.cursor_blink = False
                return
            await pilot.pause(0.01)
        raise AssertionError("the panel did not settle")


def make_desk(folder: Path, environ: Mapping[str, str] | None = None) -> Desk:
    """A desk in a folder, with a home of its own."""
    return Desk(folder / "desk", Home(folder / "home"), NoonClock(), "author", dict(environ or {}))


def bench(
    folder: Path,
    slug: str,
    settings: Mapping[str, Any] | None = None,
    *,
    setup: Setup | None = None,
    environ: Mapping[str, str] | None = None,
    change: tuple[str, str] = ("", ""),
    theme: str = "textual-dark",
) -> Bench:
    """An application with a copy of an integration of the catalogue; `change` is a replacement in its manifest.

    `settings` are those that were filled in before; without any, those of its golden cases.
    """
    desk = make_desk(folder, environ)
    path = copy_of(slug, desk.folder, change)
    given = Setup(settings=settings if settings is not None else case_settings(slug)) if setup is None else setup
    keep_setup(desk.home, slug, given, frozenset())
    return Bench(desk, path, theme)


def copy_of(slug: str, folder: Path, change: tuple[str, str] = ("", "")) -> Path:
    """The path of the manifest of a copy of an integration."""
    shutil.copytree(INTEGRATIONS / slug, folder / slug)
    path = folder / slug / "manifest.yaml"
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change) if change[0] else text)
    return path


def case_settings(slug: str) -> dict[str, Any]:
    """The settings of an integration's golden cases."""
    from maniple.testing.destination import read_cases

    cases = read_cases(INTEGRATIONS / slug / "cases.yaml").cases
    assert cases is not None
    return json.loads(json.dumps(cases.settings))


def timeless(call: TestCall) -> TestCall:
    """A test call as if every reply had taken 12 ms and had no date, so that it looks the same each time."""
    exchanges = tuple(
        replace(each, ms=12.0, reply_headers=tuple(pair for pair in each.reply_headers if pair[0].lower() != "date"))
        for each in call.exchanges
    )
    return replace(call, exchanges=exchanges)
