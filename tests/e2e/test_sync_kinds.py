"""Syncs to partners who want the whole cohort, forget members, cap calls a day, or take users with the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maniple.errors import SettingsError
from maniple.wire import Reply, Request
from maniple.wiring import Workspace
from support.manifests import BASE
from support.story import Answer, Story, accepting

MakeStory = Callable[..., Story]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[MakeStory]:
    """Makes a story with a changed manifest."""
    with Workspace.open({"MANIPLE_HOME": str(tmp_path / "home")}) as workspace:

        def make(answer: Answer = accepting, **changes: Any) -> Story:
            return Story(workspace, tmp_path, answer, changes)

        yield make


SNAPSHOT = {
    "kind": "snapshot",
    "create_list": None,
    "add_users": None,
    "remove_users": None,
    "replace_users": {
        "method": "PUT",
        "url": "https://api.acme.test/members",
        "json": {"users": "$items"},
        "item": "$user_key",
        "batch": {"items": "all"},
    },
}


def test_a_snapshot_sends_the_whole_cohort_each_run(tell: MakeStory) -> None:
    story = tell(**SNAPSHOT)
    first = story.sync("a", "b")

    second = story.sync("b", "c")

    assert story.sent == [("replace_users", "/members", {"users": ["c", "b"]})]
    assert (first.added, second.added, second.kept, second.removed, second.members) == (2, 1, 1, 1, 2)
    assert second.status == "succeeded"


def test_a_failed_snapshot_leaves_everybody_as_they_were(tell: MakeStory) -> None:
    replies: list[Any] = [{}, Reply(400)]
    story = tell(lambda *_: replies.pop(0), **SNAPSHOT)
    story.sync("a", "b")

    failed = story.sync("b", "c")

    assert (failed.status, failed.added, failed.removed, failed.members) == ("failed", 0, 0, 2)


def test_an_empty_snapshot_is_told_where_the_partner_has_a_way(tell: MakeStory) -> None:
    replace = {**SNAPSHOT["replace_users"], "batch": {"items": "all", "empty": "send"}}  # type: ignore[dict-item]
    story = tell(**{**SNAPSHOT, "replace_users": replace})
    story.sync("a")

    report = story.sync()

    assert story.sent == [("replace_users", "/members", {"users": []})]
    assert (report.status, report.removed, report.members) == ("succeeded", 1, 0)


def test_an_empty_snapshot_that_nobody_can_be_told_about_fails(tell: MakeStory) -> None:
    story = tell(**SNAPSHOT)
    story.sync("a")

    report = story.sync()

    assert story.sent == []
    assert (report.status, report.reason, report.members) == ("failed", "Nobody to send", 1)


def test_a_partner_who_forgets_gets_everybody_again_once_the_time_is_over(tell: MakeStory) -> None:
    story = tell(keep_users={"every": "25d"})
    story.workspace.store.now = lambda: 1_000.0  # type: ignore[method-assign]
    story.sync("a", "b")
    quiet = story.sync("a", "b")
    assert (story.sent, quiet.kept) == ([], 0)

    story.workspace.store.now = lambda: 1_000.0 + 25 * 86_400  # type: ignore[method-assign]
    report = story.sync("a", "b", "c")

    assert story.sent == [("add_users", "/lists/7/add", {"users": ["c", "a", "b"]})]
    assert (report.added, report.kept, report.unchanged, report.members) == (1, 2, 2, 3)

    story.workspace.store.now = lambda: 1_000.0 + 26 * 86_400  # type: ignore[method-assign]
    assert story.sync("a", "b", "c").kept == 0


def test_a_partner_who_wants_an_existing_file_gets_everybody_each_run(tell: MakeStory) -> None:
    story = tell(keep_users={"every": "run"})
    story.sync("a")

    report = story.sync("a", "b")

    assert story.sent == [("add_users", "/lists/7/add", {"users": ["b", "a"]})]
    assert (report.added, report.kept) == (1, 1)


def test_a_daily_budget_stops_the_run_and_the_next_day_goes_on(tell: MakeStory) -> None:
    add = {**BASE["add_users"], "batch": {"items": 1}, "json": {"user": "$user_key"}, "limits": {"budget": "2/day"}}
    add.pop("item")
    story = tell(add_users=add)
    story.workspace.store.now = lambda: 1_000.0  # type: ignore[method-assign]
    story.clock.time = 1_000.0

    first = story.sync("a", "b", "c")
    again = story.sync("a", "b", "c")

    assert (first.status, first.reason, first.added, first.unsent) == ("failed", "The daily budget is used up", 2, 1)
    assert (again.added, again.reason, story.sent) == (0, "The daily budget is used up", [])

    story.workspace.store.now = lambda: 90_000.0  # type: ignore[method-assign]
    story.clock.time = 90_000.0
    assert story.sync("a", "b", "c").status == "succeeded"
    assert [body for _, _, body in story.sent] == [{"user": "c"}]


def test_a_list_is_created_with_its_first_users(tell: MakeStory) -> None:
    create = {
        "method": "POST",
        "url": "https://api.acme.test/lists",
        "json": {"name": "$amp_cohort_name", "users": "$items"},
        "item": "$user_key",
        "first_batch": True,
        "list_id": {"response": "id"},
    }
    add = {**BASE["add_users"], "batch": {"items": 2}}
    story = tell(create_list=create, add_users=add)

    report = story.sync("a", "b", "c")
    assert [(call, body["users"]) for call, _, body in story.sent] == [
        ("create_list", ["a", "b"]),
        ("add_users", ["c"]),
    ]
    assert (report.status, report.added, report.members, report.requests) == ("succeeded", 3, 3, 2)

    story.sync("a", "b", "c", "d")
    assert [(call, body["users"]) for call, _, body in story.sent] == [("add_users", ["d"])]


def test_the_rest_of_a_first_batch_goes_out_as_further_parts(tell: MakeStory) -> None:
    create = {
        "method": "POST",
        "url": "https://api.acme.test/lists",
        "json": {"users": "$items"},
        "item": "$user_key",
        "first_batch": True,
        "batch": {"bytes": 20},
        "list_id": {"response": "id"},
    }
    story = tell(create_list=create, add_users={**BASE["add_users"], "headers": {"X-Batch": "$batch_id"}})

    report = story.sync("aaaa", "bbbb", "cccc")

    sent = [user for _, _, body in story.sent for user in body["users"]]
    assert sorted(sent) == ["aaaa", "bbbb", "cccc"]
    assert (report.status, report.added) == ("succeeded", 3)


def test_batches_are_made_even_so_that_the_last_has_enough(tell: MakeStory) -> None:
    story = tell(add_users={**BASE["add_users"], "batch": {"items": 4, "min_items": 2}})

    story.sync(*"abcde")

    assert [body["users"] for call, _, body in story.sent if call == "add_users"] == [["a", "b", "c"], ["d", "e"]]


def test_fewer_users_than_the_partner_takes_wait_for_more(tell: MakeStory) -> None:
    story = tell(add_users={**BASE["add_users"], "batch": {"items": 4, "min_items": 2}})

    report = story.sync("a")

    assert (report.status, report.reason, report.unsent) == ("failed", "Too few users for a call", 1)
    assert story.sync("a", "b").added == 2


PROPERTY = {
    "kind": "property",
    "create_list": None,
    "add_users": None,
    "remove_users": None,
    "update_users": {
        "method": "POST",
        "url": "https://api.acme.test/users",
        "json": {"users": "$items"},
        "item": {"id": "$user_key", "name": "$property_name", "value": "$property_value"},
    },
}


def test_a_property_says_whether_the_user_is_a_member(tell: MakeStory) -> None:
    story = tell(**PROPERTY)
    story.sync("a")
    assert story.sent[0][2] == {"users": [{"id": "a", "name": "Buyers", "value": True}]}

    story.sync("b")
    assert [body["users"][0] for _, _, body in story.sent] == [
        {"id": "a", "name": "Buyers", "value": False},
        {"id": "b", "name": "Buyers", "value": True},
    ]


def test_a_property_sync_sends_each_users_value_and_later_only_those_that_changed(tell: MakeStory) -> None:
    story = tell(**PROPERTY)
    head = "amplitude_id,user_id,score"
    story.sync(rows=[head, "1,a,10", "2,b,20"], property="score")
    assert [body["users"] for _, _, body in story.sent] == [
        [{"id": "a", "name": "score", "value": "10"}, {"id": "b", "name": "score", "value": "20"}]
    ]

    report = story.sync(rows=[head, "1,a,10", "2,b,25"], property="score")

    assert [body["users"] for _, _, body in story.sent] == [[{"id": "b", "name": "score", "value": "25"}]]
    assert (report.added, report.unchanged, report.members) == (1, 1, 2)


def test_a_destination_without_a_place_for_a_value_says_so(tell: MakeStory) -> None:
    story = tell()

    with pytest.raises(SettingsError, match="no place for the value of a property"):
        story.sync(rows=["amplitude_id,user_id,score", "1,a,10"], property="score")


def test_a_step_that_fails_midway_leaves_the_batch_in_doubt_and_it_is_sent_again(tell: MakeStory) -> None:
    def answer(request: Request, body: Any) -> Any:
        if request.step == "apply":
            return Reply(500) if not story.sent[:-1] or failing else {}
        return {"id": 7, "job": "j1"}

    failing = True
    steps = [
        {"name": "load", "method": "POST", "url": "https://api.acme.test/jobs", "json": "$items", "item": "$user_key"}
        | {"save": {"job": "job"}},
        {"name": "apply", "method": "POST", "url": "https://api.acme.test/jobs/$job/apply"},
    ]
    story = tell(answer, add_users={"steps": steps})
    doubted = story.sync("a")
    failing = False

    report = story.sync("a")

    assert (doubted.status, doubted.in_doubt) == ("failed", 1)
    assert [path for _, path, _ in story.sent] == ["/jobs", "/jobs/j1/apply"]
    assert (report.status, report.members) == ("succeeded", 1)
