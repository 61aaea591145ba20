"""The portal with an author and a reviewer at one home, for tests of submitting and reviewing."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from maniple.portal.app import Portal
from maniple.portal.desk import Desk
from maniple.portal.quality.lines import Lines
from maniple.store.control.store import ControlStore
from maniple.usecases.submissions import submit
from maniple.wiring import Workspace
from support.desks import NOW, open_desk
from support.submitted import EVIDENCE, write_integration


def author_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **environ: str) -> Desk:
    """Ada's desk, with nothing in the catalogue but what is published."""
    desk = open_desk(tmp_path, monkeypatch)
    monkeypatch.setattr(Desk, "catalogue_folders", lambda _: [])
    monkeypatch.setattr("maniple.wiring.integration_folders", lambda *_: [])
    return replace(desk, environ={**desk.environ, **environ})


def reviewer_desk(desk: Desk, author: str = "rob") -> Desk:
    """Rob's desk in the same home."""
    return replace(desk, author=author, reviewer=True)


@dataclass
class Moment:
    """What the control plane's clock says."""

    seconds: float = NOW


def stand_still(monkeypatch: pytest.MonkeyPatch) -> Moment:
    """The control plane's clock stands, and its ids are the same every time; the answer moves the clock."""
    moment, dice = Moment(), random.Random(4)

    def open_workspace(desk: Desk) -> Workspace:
        return Workspace(desk.home, ControlStore.open(desk.home, now=lambda: moment.seconds, dice=dice))

    monkeypatch.setattr(Desk, "workspace", open_workspace)
    return moment


def hand_in(desk: Desk, **changes: Any) -> Path:
    """Ada writes an integration and submits it, with test calls as evidence; the answer is its manifest."""
    folder = write_integration(desk.folder, **changes)
    with desk.workspace() as workspace:
        submit(workspace, folder, author=desk.author, note="Please look at the limits", evidence=EVIDENCE)
    return folder / "manifest.yaml"


async def settle(app: Portal, pilot: Pilot[None]) -> None:
    """Wait until the screen shows how things are."""
    await pilot.pause()
    while not getattr(app.screen, "settled", True):
        await pilot.pause(0.02)
    await app.workers.wait_for_complete()
    await pilot.pause()


def shown(app: Portal, selector: str) -> str:
    """The text of a widget."""
    return str(app.screen.query_one(selector, Static).content)


def listed(app: Portal, selector: str) -> list[str]:
    """The lines of a list."""
    return [line.content.plain for line in app.screen.query_one(selector, Lines).lines]


def told(app: Portal) -> list[str]:
    """What was notified."""
    return [note.message for note in app._notifications]
