"""A workspace with one connection to a partner that is written down as a function, and syncs of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import yaml

from maniple.runtime.retry import RetryPolicy
from maniple.sources.source import FileSource
from maniple.usecases.connect import connect, destination_for
from maniple.usecases.report import RunReport
from maniple.usecases.request import SyncRequest
from maniple.usecases.setting import SyncTools
from maniple.usecases.sync import sync_cohort
from maniple.wire import Reply, Request
from maniple.wiring import Workspace
from support.fake_clock import FakeClock
from support.manifests import BASE, SETTINGS

Answer = Callable[[Request, Any], Any]
"""Answers a request with its JSON body: a Reply, or the JSON of a 200."""


def accepting(request: Request, body: Any) -> Any:
    """A partner who accepts everything; the list it makes is 7."""
    return {"id": 7}


class Story:
    """One connection, `acme`, with the base manifest changed, and everything it sends as (call, path, body)."""

    def __init__(
        self, workspace: Workspace, folder: Path, answer: Answer = accepting, changes: dict[str, Any] | None = None
    ) -> None:
        self.workspace = workspace
        self.folder = folder
        self.answer = answer
        self.sent: list[tuple[str, str, Any]] = []
        self.clock = FakeClock()
        merged = {**BASE, **(changes or {})}
        manifest = folder / "acme.yaml"
        manifest.write_text(
            yaml.safe_dump({name: value for name, value in merged.items() if value is not None}, sort_keys=False)
        )
        destination = destination_for(workspace, str(manifest))
        connect(workspace, destination, name="acme", settings=SETTINGS, mappings={"user_key": "user_id"})

    async def send(self, request: Request) -> Reply:
        body = orjson.loads(request.body) if request.body else None
        self.sent.append((request.call, request.url.removeprefix("https://api.acme.test"), body))
        answered = self.answer(request, body)
        return answered if isinstance(answered, Reply) else Reply(200, body=orjson.dumps(answered))

    async def close(self) -> None:
        return None

    @property
    def tools(self) -> SyncTools:
        """What syncs are given instead of the real edges."""
        return SyncTools(sender=self, clock=self.clock, dice=lambda: 0.0, policy=RetryPolicy(0))

    def sync(self, *users: str, rows: Sequence[str] | None = None, **request: Any) -> RunReport:
        """Sync a cohort of users, or of rows of CSV with a header; `sent` then holds what that run sent."""
        path = self.folder / "cohort.csv"
        lines = rows or ["amplitude_id,user_id", *(f"id-{user},{user}" for user in users)]
        path.write_text("\n".join(lines) + "\n")
        self.sent.clear()
        asked = SyncRequest("acme", FileSource(path), request.pop("cohort_name", "Buyers"), **request)
        return asyncio.run(sync_cohort(self.workspace, asked, self.tools))
