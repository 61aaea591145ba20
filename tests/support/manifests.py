"""A small manifest for tests, and programs made from it."""

from __future__ import annotations

import copy
from typing import Any

from maniple.manifest.model import Manifest
from maniple.runtime.compile import compile_program
from maniple.runtime.program import Cohort, Program, RunContext, run_context
from maniple.runtime.settings import check_settings

BASE: dict[str, Any] = {
    "manifest": 1,
    "slug": "acme",
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
    "add_users": {
        "method": "POST",
        "url": "https://api.acme.test/lists/$list_id/add",
        "json": {"users": "$items"},
        "item": "$user_key",
    },
    "remove_users": {
        "method": "POST",
        "url": "https://api.acme.test/lists/$list_id/remove",
        "json": {"users": "$items"},
        "item": "$user_key",
    },
}
SETTINGS = {"bearer_token": "token-1"}


def manifest(**changes: Any) -> Manifest:
    """The base manifest with top-level keys replaced; None takes a key away. `call__key` changes a key of a call."""
    data = copy.deepcopy(BASE)
    for name, value in changes.items():
        owner, _, key = name.partition("__")
        target, field = (data[owner], key) if key else (data, owner)
        if value is None:
            target.pop(field, None)
        else:
            target[field] = value
    return Manifest.model_validate(data)


def program(**changes: Any) -> Program:
    """The program of `manifest(**changes)`."""
    return compile_program(manifest(**changes))


def context(
    of: Program, *, settings: dict[str, Any] | None = None, name: str = "My cohort", **saved: Any
) -> RunContext:
    """A run's constants with the list created."""
    checked = check_settings(of, SETTINGS if settings is None else settings)
    cohort = Cohort(name, "c1", "https://cohorts.test/c1")
    return run_context(
        of, settings=checked, cohort=cohort, run_id="run_1", now="2026-11-20T10:00:00Z", saved={"list_id": 7, **saved}
    )
