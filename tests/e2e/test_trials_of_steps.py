"""`maniple test` and `maniple simulate` with calls of several steps."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from maniple.errors import UsageError
from maniple.runtime.program import Cohort
from maniple.runtime.retry import RetryPolicy
from maniple.testing.simulator.shape import shapes_of
from maniple.usecases.preview import preview, start_trial
from maniple.usecases.trial_calls import try_calls
from maniple.usecases.users import TestUsers as Users
from maniple.usecases.users import read_users
from maniple.wire import Reply, Request
from support.fake_clock import FakeClock
from support.manifests import SETTINGS, program

STEPS = [
    {"name": "open", "method": "POST", "url": "https://api.acme.test/uploads", "save": {"upload": "id"}},
    {"method": "PUT", "url": "https://api.acme.test/uploads/$upload", "json": {"ids": "$items"}, "item": "$user_key"},
]


class Partner:
    """Accepts everything, and makes uploads with the id u9."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, request: Request) -> Reply:
        self.sent.append((request.method, request.url.removeprefix("https://api.acme.test")))
        return Reply(200, body=json.dumps({"id": "u9"}).encode())

    async def close(self) -> None:
        return None


def users(folder: Path) -> Users:
    path = folder / "users.csv"
    path.write_text("user_id\na\nb\n")
    return read_users(path)


def trial(folder: Path, **changes: Any) -> Any:
    return start_trial(
        program(add_users={"steps": STEPS}, **changes),
        settings=SETTINGS,
        mappings={"user_key": "user_id"},
        users=users(folder),
        cohort=Cohort("Buyers", "c1"),
        now="2026-11-24T10:00:00Z",
        call="add_users",
        list_id=7,
    )


def test_a_test_makes_every_step_with_what_the_one_before_answered(tmp_path: Path) -> None:
    partner = Partner()

    report = asyncio.run(try_calls(trial(tmp_path), sender=partner, clock=FakeClock(), policy=RetryPolicy(0)))

    assert partner.sent == [("POST", "/uploads"), ("PUT", "/uploads/u9")]
    assert [len(call.exchanges) for call in report.calls] == [2]
    assert not report.failed


def test_a_preview_shows_every_step_with_a_mark_for_what_only_a_reply_gives(tmp_path: Path) -> None:
    shown = preview(trial(tmp_path))

    assert [(request.step, request.url.removeprefix("https://api.acme.test")) for request in shown.requests] == [
        ("open", "/uploads"),
        ("", "/uploads/upload_from_open"),
    ]


def test_the_simulator_says_that_it_does_not_play_an_exchange_of_several_requests() -> None:
    with pytest.raises(UsageError, match="`add_users` is an exchange of several requests"):
        shapes_of(program(add_users={"steps": STEPS}))
