"""From an author's folder to a sync: submit, comment, request changes, amend, resubmit, approve."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.portal.app import Portal
from maniple.sources.source import FileSource
from maniple.testing.simulator.app import simulator_app
from maniple.testing.simulator.serve import running
from maniple.usecases.connect import connect
from maniple.usecases.destinations import catalogue, load_file
from maniple.usecases.request import SyncRequest
from maniple.usecases.sync import sync_cohort
from support.review_desk import author_desk, listed, reviewer_desk, settle, shown, told
from support.submitted import write_integration

SIZE = (120, 40)


async def test_what_is_submitted_amended_and_approved_is_in_the_catalogue_and_syncs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = author_desk(tmp_path, monkeypatch)
    rob = reviewer_desk(ada)
    path = write_integration(ada.folder) / "manifest.yaml"

    app = Portal(ada)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        await pilot.press("s")
        await pilot.pause()
        await pilot.press("y")
        await settle(app, pilot)
        assert shown(app, "#standing").startswith("◔ under review  round 1, version 1.0.0, handed in by ada")

    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("]", "]", "down", "down", "c")
        await pilot.pause()
        await pilot.press(*"Is this right?", "ctrl+s")
        await settle(app, pilot)
        await pilot.press("r")
        await pilot.pause()
        await pilot.press(*"Say more", "ctrl+s")
        await settle(app, pilot)
        assert told(app)[-2:] == ["commented on manifest.yaml:1", "Acme 1.0.0 is sent back for changes"]

    app = Portal(ada)
    async with app.run_test(size=SIZE) as pilot:
        app.open_submission(path)
        await settle(app, pilot)
        assert [line.splitlines()[0].partition("  ")[0] for line in listed(app, "#thread")] == [
            "✎ rob asked for changes",
            "✎ rob commented on manifest.yaml:1",
            "→ ada submitted it",
        ]
        await pilot.press("a")
        await pilot.pause()
        await pilot.press(*"Yes", "ctrl+s")
        await settle(app, pilot)
        write_integration(ada.folder, summary="Lists at Acme, of any length")
        await pilot.press("s")
        await pilot.pause()
        await pilot.press("y")
        await settle(app, pilot)
        assert shown(app, "#standing").startswith("◔ under review  round 2")

    app = Portal(rob)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("a")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert told(app)[-1] == "Acme 1.0.0 is approved; it is in the catalogue"

    [entry] = catalogue([ada.home.integrations])
    assert entry.slug == "acme"
    assert await synced(ada, entry.path) == 2


async def synced(desk: object, manifest: Path) -> int:
    """The number of users that a sync of what is published adds at a simulated partner."""
    destination = load_file(manifest)
    cohort = desk.folder / "cohort.csv"  # type: ignore[attr-defined]
    cohort.write_text("user_id\nu1\nu2\n")
    with running(simulator_app([destination.usable()])) as port, desk.workspace() as workspace:  # type: ignore[attr-defined]
        via = f"http://127.0.0.1:{port}"
        connect(
            workspace,
            destination,
            name="acme",
            settings={"bearer_token": "token-1"},
            mappings={"user_key": "user_id"},
            via=via,
            allow_private=True,
        )
        report = await sync_cohort(
            workspace, SyncRequest("acme", FileSource(cohort), "Power users", id_column="user_id")
        )
    return report.added
