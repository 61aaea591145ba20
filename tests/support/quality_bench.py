"""A screen that holds the quality panel alone."""

from __future__ import annotations

from pathlib import Path

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Footer

from maniple.portal.desk import Desk
from maniple.portal.drafting import DraftScreen
from maniple.portal.quality.panel import QualityPanel
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft


class QualityScreen(DraftScreen):
    """A draft and the panel; jumps are written down."""

    def __init__(self, desk: Desk, draft: Draft) -> None:
        super().__init__(desk, draft)
        self.jumps: list[Place] = []

    def compose(self) -> ComposeResult:
        yield QualityPanel(self.desk)
        yield Footer()

    def jump(self, place: Place, *, key: bool = False) -> None:
        self.jumps.append(place)


class QualityBench(App[None]):
    """The portal, as far as the panel needs it."""

    def __init__(self, desk: Desk, path: Path, theme: str = "textual-dark") -> None:
        super().__init__()
        self.desk = desk
        self.path = path
        self.theme = theme

    def on_mount(self) -> None:
        self.push_screen(QualityScreen(self.desk, Draft(self.path, self.path.read_text())))

    @property
    def draft_screen(self) -> QualityScreen:
        """The screen with the draft."""
        found = [screen for screen in self.screen_stack if isinstance(screen, QualityScreen)]
        return found[0]

    @property
    def panel(self) -> QualityPanel:
        """The panel."""
        return self.draft_screen.query_one(QualityPanel)

    async def settle(self, pilot: Pilot[None]) -> None:
        """Wait until all is shown."""
        await pilot.pause()
        while not self.panel.settled:
            await pilot.pause(0.02)
        await self.workers.wait_for_complete()
        await pilot.pause()
