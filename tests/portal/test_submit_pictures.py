"""Every state of handing in as a picture, in both themes, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from maniple.portal.app import DARK, LIGHT, Portal
from maniple.portal.desk import Desk
from maniple.usecases import reviewing, submissions
from support.review_desk import author_desk, hand_in, settle, stand_still
from support.submitted import write_integration

NARROW, WIDE = (80, 24), (200, 60)
Compare = Callable[..., bool]
LOOKS = pytest.mark.parametrize(("size", "theme"), [(NARROW, DARK), (WIDE, DARK), (NARROW, LIGHT), (WIDE, LIGHT)])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    stand_still(monkeypatch)
    return author_desk(tmp_path, monkeypatch)


def draft(desk: Desk) -> Path:
    return write_integration(desk.folder) / "manifest.yaml"


def blocked(desk: Desk) -> Path:
    return write_integration(desk.folder, None) / "manifest.yaml"


def changes_requested(desk: Desk) -> Path:
    path = hand_in(desk)
    with desk.workspace() as workspace:
        reviewing.comment(workspace, "acme", "Is it?", reviewer="rob", file="manifest.yaml", line=6)
        reviewing.request_changes(workspace, "acme", "Say what lists are", reviewer="rob")
    return path


def approved(desk: Desk) -> Path:
    path = hand_in(desk)
    with desk.workspace() as workspace:
        reviewing.approve(workspace, "acme", reviewer="rob", why="Well done")
    return path


def released(desk: Desk) -> Path:
    path = draft(desk)
    with desk.workspace() as workspace:
        submissions.release_internally(workspace, path, author="ada")
    return path


STATES: dict[str, tuple[Callable[[Desk], Path], tuple[str, ...]]] = {
    "draft": (draft, ()),
    "blocked": (blocked, ()),
    "submit": (draft, ("s",)),
    "release": (draft, ("i",)),
    "released": (released, ()),
    "submitted": (hand_in, ()),
    "withdraw": (hand_in, ("w",)),
    "changes-requested": (changes_requested, ()),
    "answer": (changes_requested, ("a",)),
    "approved": (approved, ()),
}


@LOOKS
@pytest.mark.parametrize("state", STATES)
def test_handing_in(desk: Desk, snap_compare: Compare, state: str, size: tuple[int, int], theme: str) -> None:
    prepare, keys = STATES[state]
    path = prepare(desk)
    app = Portal(desk)

    async def run(pilot: Pilot[None]) -> Any:
        app.theme = theme
        app.open_submission(path)
        await settle(app, pilot)
        for key in keys:
            await pilot.press(key)
            await settle(app, pilot)

    assert snap_compare(app, terminal_size=size, run_before=run)
