"""Scaffolds made from samples, looked at in every way in which each of them must be good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from maniple.manifest.load import load_manifest
from maniple.runtime.program import Cohort
from maniple.testing.golden import run_cases
from maniple.usecases.check import check
from maniple.usecases.destinations import load_file
from maniple.usecases.form import form
from maniple.usecases.preview import preview, request_json, start_trial
from maniple.usecases.scaffold import scaffold
from maniple.usecases.scaffolding.draft import Kind
from maniple.usecases.users import read_users

SECRET = "s3cr3t-0f-the-sample"


def previewed(folder: Path) -> list[tuple[str, str, object]]:
    """Call, URL and body of each request for the scaffold's own users and settings."""
    trial = start_trial(
        load_file(folder / "manifest.yaml").usable(),
        settings=json.loads((folder / "settings.example.json").read_text()),
        mappings={},
        users=read_users(folder / "users.csv"),
        cohort=Cohort("Buyers", "c1", ""),
        now="2026-01-31T10:00:00Z",
    )
    shown = [request_json(request) for request in preview(trial).requests]
    return [(each["call"], each["url"], each["body"]) for each in shown]


def guessed(folder: Path, curl: str, kind: Kind = "list") -> dict[str, Any]:
    """The manifest as plain data, after everything that must hold for each was looked at."""
    files = scaffold("acme", kind, curl, folder)
    (checked,) = check([files[0]])
    assert not checked.blocked, [finding.message for finding in checked.findings]
    assert run_cases(files[0].parent).passed
    assert previewed(folder / "acme")
    assert not form([files[0]])[0].changed
    assert not any(SECRET in path.read_text() for path in files)
    loaded = load_manifest("manifest.yaml", files[0].read_bytes())
    assert loaded.document is not None
    data: dict[str, Any] = loaded.document.data
    return data


def adding(path: str = "/lists/7/users", body: object = None, options: str = "") -> str:
    """A command that adds users."""
    written = json.dumps({"users": ["u1"]} if body is None else body).replace("'", "'\\''")
    return f"curl -X POST https://api.acme.test/v1{path} -d '{written}' {options}"
