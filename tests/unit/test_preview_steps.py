"""Previews of calls of several steps: whom a run would leave out is shown as left out."""

from __future__ import annotations

from typing import Any

from maniple.runtime.program import Cohort
from maniple.usecases import users
from maniple.usecases.preview import Preview, preview, start_trial
from support.manifests import program

STEPS: list[dict[str, Any]] = [
    {
        "name": "import",
        "method": "POST",
        "url": "https://api.acme.test/jobs",
        "json": {"people": "$items"},
        "item": {"phone~": "$phone"},
        "save": {"job_id": "id"},
    },
    {"name": "wait", "method": "GET", "url": "https://api.acme.test/jobs/$job_id"},
]


def previewed(*rows: dict[str, Any]) -> Preview:
    trial = start_trial(
        program(
            mappings=[{"name": "user_key", "label": "ID"}, {"name": "phone", "label": "Phone", "optional": True}],
            add_users={"steps": STEPS},
        ),
        settings={"bearer_token": "t"},
        mappings={"user_key": "user_id", "phone": "phone"},
        users=users.TestUsers(rows, ("add",) * len(rows), ("user_id", "phone"), told=True),
        cohort=Cohort("c", "c1"),
        now="2026-11-20T10:00:00Z",
        call="add_users",
        list_id="7",
    )
    return preview(trial)


def test_a_user_without_an_item_is_shown_as_skipped() -> None:
    shown = previewed({"user_id": "u1", "phone": "+1555"}, {"user_id": "u2"})

    assert [request.body for request in shown.requests] == [b'{"people":[{"phone":"+1555"}]}', None]
    assert shown.skipped == (("u2", "unresolved mapping"),)


def test_when_nobody_is_left_no_step_is_shown() -> None:
    shown = previewed({"user_id": "u1"}, {"user_id": "u2"})

    assert shown.requests == ()
    assert shown.skipped == (("u1", "unresolved mapping"), ("u2", "unresolved mapping"))
