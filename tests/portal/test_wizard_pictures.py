"""What the steps of the wizard look like: in both themes, and in a small and a large terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.wizard import WizardApp, go_to, prepare, settle, still

SMALL, LARGE = (80, 24), (130, 42)
Compare = Callable[..., bool]
State = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalogue and an API's description."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def connection(pilot: Pilot[None]) -> None:
    await go_to(pilot, "connection")


async def taken(pilot: Pilot[None]) -> None:
    await settle(pilot)
    await pilot.press(*"Acme", "ctrl+n")
    await settle(pilot)


async def kind(pilot: Pilot[None]) -> None:
    await go_to(pilot, "kind")


async def templates(pilot: Pilot[None]) -> None:
    await go_to(pilot, "start", "template")


async def copies(pilot: Pilot[None]) -> None:
    await go_to(pilot, "start", "copy")
    await pilot.press("enter", *"acm")
    await settle(pilot)


async def curl(pilot: Pilot[None]) -> None:
    await go_to(pilot, "start", "curl")


async def file(pilot: Pilot[None]) -> None:
    await go_to(pilot, "start", "file")
    await pilot.press("enter", *"nowhere.yaml", "enter")
    await settle(pilot)


async def operations(pilot: Pilot[None]) -> None:
    await go_to(pilot, "operations")


async def picking(pilot: Pilot[None]) -> None:
    await go_to(pilot, "operations")
    await pilot.press("tab", "enter")
    await settle(pilot)


async def review(pilot: Pilot[None]) -> None:
    await go_to(pilot, "review")
    await pilot.press("k", "down")
    await settle(pilot)


async def change(pilot: Pilot[None]) -> None:
    await go_to(pilot, "review")
    await pilot.press("enter")
    await settle(pilot)


async def scratch(pilot: Pilot[None]) -> None:
    await go_to(pilot, "review", "scratch")


async def leaving(pilot: Pilot[None]) -> None:
    await go_to(pilot, "kind")
    await pilot.press("escape")
    await settle(pilot)


@pytest.mark.parametrize(("size", "theme"), [(SMALL, "textual-light"), (LARGE, "textual-dark")], ids=["small", "large"])
@pytest.mark.parametrize(
    "state",
    [connection, taken, kind, templates, copies, curl, file, operations, picking, review, change, scratch, leaving],
    ids=lambda state: state.__name__,
)
def test_a_state_looks_as_it_did(
    folder: Path, snap_compare: Compare, state: State, size: tuple[int, int], theme: str
) -> None:
    assert snap_compare(WizardApp(folder, theme), terminal_size=size, run_before=still(state))


@pytest.mark.parametrize("state", [operations, review], ids=lambda state: state.__name__)
def test_a_large_terminal_with_a_light_theme(folder: Path, snap_compare: Compare, state: State) -> None:
    assert snap_compare(WizardApp(folder, "textual-light"), terminal_size=LARGE, run_before=still(state))


@pytest.mark.parametrize("state", [operations, review], ids=lambda state: state.__name__)
def test_a_small_terminal_with_a_dark_theme(folder: Path, snap_compare: Compare, state: State) -> None:
    assert snap_compare(WizardApp(folder, "textual-dark"), terminal_size=SMALL, run_before=still(state))
