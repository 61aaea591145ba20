"""An integration that may be submitted, and the people who submit and review it."""

from __future__ import annotations

import copy
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from maniple.store.control.submission_rows import SubmissionRow
from maniple.usecases import reviewing, submissions
from maniple.wiring import Workspace
from support.manifests import BASE

MANIFEST: dict[str, Any] = {**BASE, "maintainer": {"name": "Acme", "support": "https://acme.test/help"}}
"""Good enough for bronze, with the cases below."""
_HEADERS = {"Authorization": "Bearer token-1"}
CASES: dict[str, Any] = {
    "settings": {"bearer_token": "token-1"},
    "mappings": {"user_key": "user_id"},
    "list": {"list_id": 7},
    "cases": [
        {
            "name": "a list is created",
            "call": "create_list",
            "requests": [
                {
                    "method": "POST",
                    "url": "https://api.acme.test/lists",
                    "headers": _HEADERS,
                    "body": {"name": "Golden cohort"},
                }
            ],
            "replies": [{"status": 200, "body": {"id": 7}}],
            "outcome": {"result": "delivered", "list_id": 7},
        },
        *(
            {
                "name": f"a user is sent to {path}",
                "call": call,
                "users": [{"user_id": "u1"}],
                "requests": [
                    {"method": "POST", "url": f"https://api.acme.test/lists/7/{path}", "body": {"users": ["u1"]}}
                ],
                "replies": [{"status": 200}],
                "outcome": {"result": "delivered"},
            }
            for call, path in (("add_users", "add"), ("remove_users", "remove"))
        ),
    ],
}
EVIDENCE: dict[str, Any] = {
    "evidence": 1,
    "calls": [
        {"call": call, "target": "simulator", "result": "delivered", "at": "2026-11-20T10:00:00Z"}
        for call in ("create_list", "add_users", "remove_users")
    ],
}


def png(width: int = 128, height: int = 128) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def write_integration(folder: Path, cases: Mapping[str, Any] | None = CASES, **changes: Any) -> Path:
    """An integration's folder, its manifest changed at the top level; None takes a key away."""
    manifest = copy.deepcopy({name: value for name, value in {**MANIFEST, **changes}.items() if value is not None})
    folder = folder / str(manifest["slug"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")
    if cases is not None:
        (folder / "cases.yaml").write_text(yaml.safe_dump(dict(cases), sort_keys=False), encoding="utf-8")
    (folder / "README.md").write_text("# Acme\n\nWhere to find the token, and what it may do.\n", encoding="utf-8")
    return folder


@dataclass
class House:
    """A home in which Ada writes integrations and Rob reviews them."""

    folder: Path
    workspace: Workspace

    def write(self, cases: Mapping[str, Any] | None = CASES, **changes: Any) -> Path:
        """Ada writes an integration."""
        return write_integration(self.folder / "work", cases, **changes)

    def submit(self, note: str = "", **changes: Any) -> SubmissionRow:
        """Ada hands it in."""
        path = self.write(**changes)
        done = submissions.submit(self.workspace, path, author="ada", note=note, evidence=EVIDENCE)
        return done.submission

    def approve(self, word: str = "acme") -> SubmissionRow:
        """Rob lets it in."""
        return reviewing.approve(self.workspace, word, reviewer="rob").submission

    @property
    def live(self) -> dict[str, Any] | None:
        """The manifest that the catalogue holds for `acme`."""
        path = self.workspace.home.integrations / "acme" / "manifest.yaml"
        return yaml.safe_load(path.read_text()) if path.exists() else None


@contextmanager
def house(folder: Path, **environ: str) -> Iterator[House]:
    """A home in `folder`; the catalogue is the home's own."""
    with Workspace.open({**os.environ, "MANIPLE_HOME": str(folder / "home"), **environ}) as workspace:
        yield House(folder, workspace)
