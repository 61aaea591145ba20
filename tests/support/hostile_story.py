"""Syncs by the real use case and the real sender to a hostile partner on loopback; only the waiting is quick."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from maniple.runtime.retry import RetryPolicy
from maniple.sources.source import FileSource
from maniple.testing.simulator.app import Simulator
from maniple.testing.simulator.serve import load_simulator, running
from maniple.usecases.connect import connect, destination_for
from maniple.usecases.report import RunReport
from maniple.usecases.request import SyncRequest
from maniple.usecases.setting import SyncTools
from maniple.usecases.sync import sync_cohort
from maniple.wiring import Workspace
from support.fake_clock import FakeClock
from support.manifests import BASE, SETTINGS

PARALLEL = 4
REJECTS = {"rows": "errors", "by": "value", "at": "user", "item": "$user_key", "reason": "why"}
GONE = {"status": 404, "reason": "List is gone", "message": "The list was deleted at Acme.", "then": "recreate_list"}
BUSY = {"status": 200, "body": {"error": "busy"}, "reason": "Acme is busy", "message": "Acme is busy; run it again."}


def acme(**changes: Any) -> dict[str, Any]:
    """A manifest that reads refusals, a lost list and an error inside a 200; answers are waited for 300 ms."""
    names = ("add_users", "remove_users")
    users = {name: {**BASE[name], "batch": {"items": 4}, "timeout": "300ms"} for name in names}
    users["add_users"] = {**users["add_users"], "rejects": REJECTS}
    create = {**BASE["create_list"], "timeout": "300ms"}
    return {
        **BASE,
        "create_list": create,
        **users,
        "limits": {"parallel": PARALLEL},
        "errors": [GONE, BUSY],
        **changes,
    }


class Story:
    """A connection `acme` to a partner, and what its cohorts bring about."""

    def __init__(self, workspace: Workspace, folder: Path, simulator: Simulator) -> None:
        self.workspace = workspace
        self.folder = folder
        self.simulator = simulator

    def sync(self, users: list[str], retries: int = 8) -> RunReport:
        path = self.folder / "cohort.csv"
        path.write_text("user_id\n" + "".join(f"{user}\n" for user in users))
        tools = SyncTools(clock=FakeClock(), dice=lambda: 0.0, policy=RetryPolicy(retries))
        return asyncio.run(sync_cohort(self.workspace, SyncRequest("acme", FileSource(path), "Buyers"), tools))

    def sync_until_done(self, users: list[str], runs: int = 20) -> tuple[RunReport, list[RunReport]]:
        """The first run that does not fail, and the failed ones before it."""
        failed: list[RunReport] = []
        for _ in range(runs):
            report = self.sync(users)
            if report.status != "failed":
                return report, failed
            failed.append(report)
        raise AssertionError(f"{runs} runs failed: {failed[-1]}")

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.simulator.shown()["partners"]["acme"]
        return found

    def members(self, report: RunReport) -> list[str]:
        """The members of the list that the sync keeps; other lists, which a lost answer can leave behind, are empty."""
        lists = {key: one["members"] for key, one in self.state["lists"].items()}
        kept: list[str] = lists.pop(str(report.list_id))
        assert [members for members in lists.values() if members] == []
        return kept


@contextmanager
def telling(
    folder: Path,
    hostile: str | None,
    seed: int = 1,
    settings: dict[str, str] = SETTINGS,
    **changes: Any,
) -> Iterator[Story]:
    """A story with a partner of `acme(**changes)` who misbehaves."""
    path = folder / "acme.json"
    path.write_bytes(orjson.dumps(acme(**changes)))
    simulator = load_simulator([path], hostile, seed)
    with running(simulator) as port, Workspace.open({"MANIPLE_HOME": str(folder / "home")}) as workspace:
        via = f"http://127.0.0.1:{port}"
        destination = destination_for(workspace, str(path))
        mappings = {"user_key": "user_id"}
        connect(
            workspace,
            destination,
            name="acme",
            settings=settings,
            mappings=mappings,
            via=via,
            allow_private=True,
        )
        yield Story(workspace, folder, simulator)
