"""The hostile partner, in a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

SLUG = "acme"
PARALLEL = 4
ITEMS = 5
HOSTILE = "throttle,throttle-bare,flaky,lossy,reset,duplicate,uneven"


def _change(verb: str) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": f"https://api.acme.test/lists/$list_id/{verb}",
        "json": {"users": "$items"},
        "item": "$user_key",
        "batch": {"items": ITEMS},
    }


MANIFEST: dict[str, Any] = {
    "manifest": 1,
    "slug": SLUG,
    "version": "1.0.0",
    "name": "Acme",
    "category": "messaging",
    "summary": "Lists at Acme",
    "kind": "list",
    "auth": {"kind": "bearer"},
    "mappings": [{"name": "user_key", "label": "User ID", "suggest": ["user_id"]}],
    "create_list": {
        "method": "POST",
        "url": "https://api.acme.test/lists",
        "json": {"name": "$amp_cohort_name"},
        "list_id": {"response": "id"},
    },
    "add_users": _change("add"),
    "remove_users": _change("remove"),
    "limits": {"parallel": PARALLEL},
}


@dataclass(frozen=True)
class Seen:
    """What the partner has seen since it was emptied."""

    requests: int
    needless: int
    """Requests for nothing but what an answer had said was done."""
    most_at_once: int
    lists: dict[str, set[str]]


class PartnerProcess:
    """`maniple simulate` in `folder`, running while it is entered."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.manifest = folder / "acme.json"
        self.manifest.write_text(json.dumps(MANIFEST))
        self._seed = seed

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "maniple", "simulate", str(self.manifest), "--hostile", HOSTILE]
        self._process = subprocess.Popen(
            [*command, "--seed", str(self._seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NO_COLOR": "1"},
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self._connection = http.client.HTTPConnection(urlsplit(self.url).netloc)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._process.kill()
        self._process.communicate()

    def empty(self) -> None:
        """Forget everything."""
        self._ask("POST", "/__reset")

    def requests(self) -> int:
        """How many requests have come."""
        return int(json.loads(self._ask("GET", "/__state?members=count"))["partners"][SLUG]["requests"])

    def seen(self) -> Seen:
        """Everything that has come."""
        state = json.loads(self._ask("GET", "/__state"))
        acme = state["partners"][SLUG]
        lists = {key: set(one["members"]) for key, one in acme["lists"].items()}
        return Seen(acme["requests"], acme["batches_seen"]["needless"], state["most_at_once"], lists)

    def _ask(self, method: str, path: str) -> bytes:
        self._connection.request(method, path)
        return self._connection.getresponse().read()
