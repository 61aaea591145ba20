"""Every state of home as a picture, in both themes, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from maniple.portal.app import DARK, LIGHT, Portal
from maniple.portal.desk import Desk
from maniple.usecases.workshop import autosave, read
from support.desks import CHECKOUT, fill, open_desk

NARROW, WIDE = (80, 24), (160, 48)
KNOWN = ("braze", "facebook-ads", "iterable", "mailchimp", "amazon-s3", "launchdarkly")
Compare = Callable[..., bool]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with three integrations and a catalogue that stays as it is."""
    desk = open_desk(tmp_path, monkeypatch)
    shelf = tmp_path / "catalogue"
    shelf.mkdir()
    for slug in KNOWN:
        (shelf / slug).symlink_to(CHECKOUT / "integrations" / slug)
    monkeypatch.setattr(Desk, "catalogue_folders", lambda _: [shelf])
    return desk


@pytest.fixture
def filled(desk: Desk) -> Desk:
    fill(desk)
    path = desk.folder / "bolt" / "manifest.yaml"
    autosave(desk.home, read(desk.home, path), "typed", 1.0)
    return desk


def settled(theme: str, *keys: str) -> Callable[[Pilot[None]], Any]:
    """What is done before the picture is taken."""

    async def run(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            # What opens is laid out after the key was dealt with.
            await pilot.pause(0.1)
        pilot.app.screen.set_focus(pilot.app.screen.focused)

    return run


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_home_with_integrations(snap_compare: Compare, filled: Desk, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(Portal(filled), run_before=settled(theme), terminal_size=size)


@pytest.mark.parametrize(("theme", "size"), [(DARK, NARROW), (LIGHT, WIDE)], ids=["dark-narrow", "light-wide"])
def test_home_without_integrations(snap_compare: Compare, desk: Desk, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(Portal(desk), run_before=settled(theme), terminal_size=size)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_catalogue(snap_compare: Compare, filled: Desk, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(Portal(filled), run_before=settled(theme, "2", "right"), terminal_size=size)


@pytest.mark.parametrize(("theme", "size"), [(DARK, NARROW), (LIGHT, WIDE)], ids=["dark-narrow", "light-wide"])
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(("slash", *"bolt", "enter"), id="searching"),
        pytest.param(("slash", *"nothing", "enter"), id="nothing-found"),
        pytest.param(("end",), id="broken-one"),
        pytest.param(("d",), id="confirm"),
        pytest.param(("c", "tab"), id="clone"),
        pytest.param(("f1",), id="help"),
        pytest.param(("2", "enter"), id="entry"),
        pytest.param(("2", "f", "enter"), id="categories"),
    ],
)
def test_what_is_done_at_home(
    snap_compare: Compare, filled: Desk, theme: str, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    assert snap_compare(Portal(filled), run_before=settled(theme, *keys), terminal_size=size)
