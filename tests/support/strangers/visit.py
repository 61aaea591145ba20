"""A connection to a stranger, and syncs of it over real connections.

with Groups() as partner:
    visit = Visit(workspace, folder, "groups", partner)
    visit.sync("a", "b")
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from maniple.runtime.retry import RetryPolicy
from maniple.sources.source import FileSource
from maniple.usecases.connect import connect, destination_for
from maniple.usecases.report import RunReport
from maniple.usecases.request import SyncRequest
from maniple.usecases.setting import SyncTools
from maniple.usecases.sync import sync_cohort
from maniple.wiring import Workspace
from support.strangers.stranger import Stranger

MANIFESTS = Path(__file__).resolve().parents[2] / "data" / "strangers"


class Visit:
    """A connection by the manifest `name`; the user's identifier is the property `user_id`."""

    def __init__(
        self,
        workspace: Workspace,
        folder: Path,
        name: str,
        partner: Stranger,
        *,
        settings: Mapping[str, Any],
        mappings: Mapping[str, str] | None = None,
        retries: int = 0,
    ) -> None:
        self.workspace = workspace
        self.folder = folder
        self.partner = partner
        self.tools = SyncTools(policy=RetryPolicy(retries), dice=lambda: 0.0)
        destination = destination_for(workspace, str(MANIFESTS / f"{name}.yaml"))
        connect(
            workspace,
            destination,
            name="prod",
            settings=settings,
            mappings=mappings or {"user_key": "user_id"},
            via=partner.url,
            allow_private=True,
        )

    def sync(
        self, users: Sequence[str] | set[str] = (), *, rows: Sequence[Mapping[str, str]] = (), name: str = "Buyers"
    ) -> RunReport:
        """Sync a cohort of users, or of rows with the column `amplitude_id`."""
        lines = rows or [{"amplitude_id": f"id {user}", "user_id": user} for user in sorted(users)]
        path = self.folder / "cohort.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
        return asyncio.run(sync_cohort(self.workspace, SyncRequest("prod", FileSource(path), name), self.tools))
