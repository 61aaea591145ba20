"""Every state of the review desk as a picture, in both themes, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from maniple.portal.app import DARK, LIGHT, Portal
from maniple.portal.desk import Desk
from maniple.portal.review.inbox import InboxScreen
from maniple.usecases import reviewing
from support.review_desk import Moment, author_desk, hand_in, reviewer_desk, settle, stand_still

NARROW, WIDE = (80, 24), (200, 50)
Compare = Callable[..., bool]
LOOKS = pytest.mark.parametrize(("size", "theme"), [(NARROW, DARK), (WIDE, DARK), (NARROW, LIGHT), (WIDE, LIGHT)])
PARTS = {
    "diff": (),
    "verdict": ("2",),
    "findings": ("3",),
    "evidence": ("4",),
    "requests": ("5",),
    "cases": ("6",),
    "history": ("7",),
    "comment": ("down", "down", "down", "down", "c"),
    "approve": ("a",),
    "request-changes": ("r",),
    "reject": ("x",),
}


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    return stand_still(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: Moment) -> Desk:
    """Ada's desk: a version that is live, the next one handed in an hour later, with a comment, and another integration."""
    desk = author_desk(tmp_path, monkeypatch)
    moment.seconds -= 3 * 86_400
    hand_in(desk)
    with desk.workspace() as workspace:
        reviewing.approve(workspace, "acme", reviewer="rob", why="Well done")
    moment.seconds += 86_400
    hand_in(desk, version="1.1.0", summary="Lists at Acme, of any length")
    with desk.workspace() as workspace:
        reviewing.comment(
            workspace, "acme", "Is *any* true?\nThe docs say 5M", reviewer="rob", file="manifest.yaml", line=6
        )
    moment.seconds += 2 * 86_400 - 600
    hand_in(desk, slug="bolt", name="Bolt [red]Ads[/]")
    moment.seconds += 600
    return desk


def before(theme: str, *keys: str) -> Callable[[Pilot[None]], Any]:
    """What is done before the picture is taken."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, Portal)
        app.theme = theme
        await settle(app, pilot)
        for key in keys:
            await pilot.press(key)
            await settle(app, pilot)
        app.clear_notifications()
        await settle(app, pilot)

    return run


@LOOKS
def test_the_queue(desk: Desk, snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert snap_compare(Portal(reviewer_desk(desk)), terminal_size=size, run_before=before(theme))


@LOOKS
def test_the_empty_queue(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: Moment,
    snap_compare: Compare,
    size: tuple[int, int],
    theme: str,
) -> None:
    desk = reviewer_desk(author_desk(tmp_path, monkeypatch))
    assert snap_compare(Portal(desk), terminal_size=size, run_before=before(theme))


@LOOKS
@pytest.mark.parametrize("part", PARTS)
def test_a_submission(desk: Desk, snap_compare: Compare, part: str, size: tuple[int, int], theme: str) -> None:
    keys = ("enter", *PARTS[part])
    assert snap_compare(Portal(reviewer_desk(desk)), terminal_size=size, run_before=before(theme, *keys))


@LOOKS
def test_a_submission_that_is_approved(desk: Desk, snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    with desk.workspace() as workspace:
        reviewing.approve(workspace, "acme", reviewer="rob")
    keys = ("f", "end", "up", "enter", "7")
    assert snap_compare(Portal(reviewer_desk(desk)), terminal_size=size, run_before=before(theme, *keys))


@LOOKS
def test_notices(desk: Desk, snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    app = Portal(desk)

    async def run(pilot: Pilot[None]) -> None:
        app.push_screen(InboxScreen(desk))
        await before(theme)(pilot)

    assert snap_compare(app, terminal_size=size, run_before=run)
