"""Syncs through the use case with a partner that is a set: a failed run, then exactly what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from maniple.errors import UsageError
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


class Partner:
    """A list as a set. `answers` are given to user calls in turn, before the list is touched; then it accepts."""

    def __init__(self) -> None:
        self.members: set[str] = set()
        self.answers: list[Reply] = []
        self.sent: list[tuple[str, list[str]]] = []
        self.lists = 0

    async def send(self, request: Request) -> Reply:
        if request.call == "create_list":
            self.lists += 1
            self.members = set()
            return Reply(200, body=orjson.dumps({"id": self.lists}))
        users = orjson.loads(request.body or b"")["users"]
        self.sent.append((request.call, users))
        answer = self.answers.pop(0) if self.answers else Reply(200)
        if answer.status == 200 or answer.in_doubt:
            change = self.members.union if request.call == "add_users" else self.members.difference
            self.members = set(change(users))
        return answer

    async def close(self) -> None:
        return None


class Story:
    """A workspace with one connection to a partner that takes two users a call, one call at a time."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace = workspace
        self.folder = folder
        self.partner = Partner()
        changes: dict[str, Any] = {
            name: {**BASE[name], "batch": {"items": 2}} for name in ("add_users", "remove_users")
        }
        gone = [{"status": 404, "reason": "List is gone", "message": "The list was deleted.", "then": "recreate_list"}]
        manifest = folder / "acme.yaml"
        manifest.write_text(
            yaml.safe_dump({**BASE, **changes, "limits": {"parallel": 1}, "errors": gone}, sort_keys=False)
        )
        destination = destination_for(workspace, str(manifest))
        connect(workspace, destination, name="acme", settings=SETTINGS, mappings={"user_key": "user_id"})

    def sync(self, *users: str, answers: list[Reply] | None = None) -> RunReport:
        path = self.folder / "cohort.csv"
        path.write_text("amplitude_id,user_id\n" + "".join(f"id-{user},{user}\n" for user in users))
        self.partner.answers = list(answers or ())
        self.partner.sent.clear()
        tools = SyncTools(sender=self.partner, clock=FakeClock(), dice=lambda: 0.0, policy=RetryPolicy(0))
        return asyncio.run(sync_cohort(self.workspace, SyncRequest("acme", FileSource(path), "Buyers"), tools))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Workspace.open({"MANIPLE_HOME": str(tmp_path / "home")}) as workspace:
        yield Story(workspace, tmp_path)


def test_the_first_run_creates_the_list_and_sends_all(story: Story) -> None:
    report = story.sync("a", "b", "c")

    assert [("add_users", ["a", "b"]), ("add_users", ["c"])] == story.partner.sent
    assert ("succeeded", 3, 1, True) == (report.status, report.added, report.list_id, report.list_created)


def test_a_later_run_sends_only_who_left_then_who_entered(story: Story) -> None:
    story.sync("a", "b", "c")

    report = story.sync("b", "c", "d")

    assert [("remove_users", ["a"]), ("add_users", ["d"])] == story.partner.sent
    assert (1, 1, 2, 3) == (report.added, report.removed, report.unchanged, report.members)


def test_after_a_failed_batch_the_next_run_sends_exactly_what_is_missing(story: Story) -> None:
    failed = story.sync("a", "b", "c", answers=[Reply(400)])

    report = story.sync("a", "b", "c")

    assert ("failed", 1, 2) == (failed.status, failed.added, failed.unsent)
    assert [("add_users", ["a", "b"])] == story.partner.sent
    assert "succeeded" == report.status
    assert {"a", "b", "c"} == story.partner.members


def test_a_batch_without_an_answer_is_in_doubt_and_is_sent_again(story: Story) -> None:
    silent = Reply.unreached("no answer within 60 s", in_doubt=True)

    doubted = story.sync("a", "b", "c", answers=[silent])
    story.sync("a", "b", "c")

    assert ("failed", 2, 1) == (doubted.status, doubted.in_doubt, doubted.added)
    assert [("add_users", ["a", "b"])] == story.partner.sent


def test_a_doubted_user_who_leaves_is_removed(story: Story) -> None:
    story.sync("a", "b", answers=[Reply.unreached("no answer within 60 s", in_doubt=True)])

    story.sync("b")

    assert {"b"} == story.partner.members


def test_an_authentication_error_stops_the_run_at_once(story: Story) -> None:
    report = story.sync(*"abcdefgh", answers=[Reply(401)] * 4)

    assert 1 == len(story.partner.sent)
    assert ("failed", 8) == (report.status, report.unsent)


def test_three_failures_in_a_row_leave_the_rest_for_the_next_run(story: Story) -> None:
    report = story.sync(*"abcdefghijkl", answers=[Reply(400)] * 6)

    assert 3 == len(story.partner.sent)
    assert 12 == report.unsent


def test_a_list_that_is_gone_is_made_again_and_filled(story: Story) -> None:
    story.sync("a", "b", "c")

    report = story.sync("a", "b", "c", "d", answers=[Reply(404)])

    assert ("succeeded", 4, 2) == (report.status, report.added, report.list_id)
    assert {"a", "b", "c", "d"} == story.partner.members


def test_a_member_who_loses_the_property_is_skipped_and_stays(story: Story) -> None:
    story.sync("a", "b")
    (story.folder / "cohort.csv").write_text("amplitude_id,user_id\nid-a,\nid-b,b\n")

    tools = SyncTools(sender=story.partner, clock=FakeClock())
    report = asyncio.run(
        sync_cohort(story.workspace, SyncRequest("acme", FileSource(story.folder / "cohort.csv"), "Buyers"), tools)
    )

    assert ("succeeded_with_skips", {"unresolved mapping": 1}) == (report.status, report.skipped_by_reason)
    assert {"a", "b"} == story.partner.members


def test_a_leaver_goes_by_the_identifier_it_was_sent_as(story: Story) -> None:
    story.sync("a", "b")
    (story.folder / "cohort.csv").write_text("amplitude_id,user_id\nid-b,b2\n")

    tools = SyncTools(sender=story.partner, clock=FakeClock())
    report = asyncio.run(
        sync_cohort(story.workspace, SyncRequest("acme", FileSource(story.folder / "cohort.csv"), "Buyers"), tools)
    )

    assert {"b2"} == story.partner.members
    assert (2, 1, 1) == (report.removed, report.added, report.drifted)


def test_a_run_that_would_remove_most_members_is_asked_about_and_can_be_refused(story: Story) -> None:
    story.sync(*"abcdefghijkl")
    (story.folder / "cohort.csv").write_text("amplitude_id,user_id\nid-a,a\n")
    asked: list[tuple[int, int]] = []

    def refuse(removes: int, members: int) -> bool:
        asked.append((removes, members))
        return False

    tools = SyncTools(sender=story.partner, clock=FakeClock(), agree=refuse)
    with pytest.raises(UsageError, match="11 of 12 members"):
        asyncio.run(
            sync_cohort(story.workspace, SyncRequest("acme", FileSource(story.folder / "cohort.csv"), "Buyers"), tools)
        )

    assert [(11, 12)] == asked
    assert set("abcdefghijkl") == story.partner.members
    assert "succeeded" == story.sync(*"abcdefghijkl").status
