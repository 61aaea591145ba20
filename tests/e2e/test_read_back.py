"""Lists read back: who is there, who was dropped in silence, and what becomes of a list besides its members."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maniple.errors import DeliveryError, UsageError
from maniple.runtime.outcome import Delivered, Failed
from maniple.usecases.forget import delete_list, forget_sync
from maniple.usecases.reconcile import Reconciliation, reconcile
from maniple.usecases.verify import verify_connection
from maniple.wire import Reply, Request
from maniple.wiring import Workspace
from support.story import Answer, Story, accepting

MakeStory = Callable[..., Story]
LISTS = "https://api.acme.test/lists"
LIST_MEMBERS = {
    "method": "GET",
    "url": f"{LISTS}/$list_id/members",
    "match": {"rows": "people", "by": "value", "at": "key", "item": "$user_key"},
    "paginate": {"next": "next"},
}
COUNT = {"method": "GET", "url": f"{LISTS}/$list_id", "save": {"members": "size"}}


class Partner:
    """A list that drops some users without a word."""

    def __init__(self, *dropped: str) -> None:
        self.dropped = set(dropped)
        self.members: list[str] = []

    def __call__(self, request: Request, body: Any) -> Any:
        match request.call:
            case "create_list":
                return {"id": 7}
            case "add_users":
                self.members += [user for user in body["users"] if user not in self.dropped | set(self.members)]
            case "remove_users":
                self.members = [user for user in self.members if user not in body["users"]]
            case "list_members":
                first = 0 if "page=2" not in request.url else 2
                page = [{"key": user} for user in self.members[first : first + 2]]
                more = len(self.members) > first + 2
                return {"people": page, "next": "/lists/7/members?page=2" if more else None}
            case "count_members":
                return {"size": len(self.members)}
        return {}


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[MakeStory]:
    """Makes a story with a changed manifest."""
    with Workspace.open({"MANIPLE_HOME": str(tmp_path / "home")}) as workspace:

        def make(answer: Answer = accepting, **changes: Any) -> Story:
            return Story(workspace, tmp_path, answer, changes)

        yield make


def read_back(story: Story, *, repair: bool = False) -> Reconciliation:
    (sync,) = story.workspace.store.list_syncs()
    story.sent.clear()
    return asyncio.run(reconcile(story.workspace, sync, repair=repair, tools=story.tools))


def test_a_list_that_has_everybody_agrees(tell: MakeStory) -> None:
    story = tell(Partner(), list_members=LIST_MEMBERS)
    story.sync("a", "b", "c")

    found = read_back(story)

    assert found.agrees
    assert found.difference is not None
    assert (found.difference.held, found.difference.missing, found.difference.unexpected) == (3, 0, 0)
    assert [path for _, path, _ in story.sent] == ["/lists/7/members", "/lists/7/members?page=2"]


def test_users_who_were_dropped_in_silence_are_found(tell: MakeStory) -> None:
    story = tell(Partner("b"), list_members=LIST_MEMBERS)
    story.sync("a", "b", "c")

    found = read_back(story)

    assert not found.agrees
    assert found.difference is not None
    assert (found.difference.missing, found.difference.missing_examples) == (1, ("id-b",))


def test_who_is_on_the_list_and_was_not_synced_is_told_and_left_alone(tell: MakeStory) -> None:
    partner = Partner()
    story = tell(partner, list_members=LIST_MEMBERS)
    story.sync("a")
    partner.members.append("stranger")

    found = read_back(story, repair=True)

    assert found.agrees
    assert found.difference is not None
    assert (found.difference.unexpected, found.difference.unexpected_examples) == (1, ("stranger",))
    assert "stranger" in partner.members


def test_an_answer_in_another_case_is_the_same_member(tell: MakeStory) -> None:
    partner = Partner()
    story = tell(partner, list_members=LIST_MEMBERS)
    story.sync("Ann@Acme.test")
    partner.members = ["ann@acme.test"]

    assert read_back(story).agrees


def test_a_repair_sends_exactly_the_missing_again(tell: MakeStory) -> None:
    partner = Partner("b")
    story = tell(partner, list_members=LIST_MEMBERS)
    story.sync("a", "b", "c")
    partner.dropped.clear()

    found = read_back(story, repair=True)

    assert [body for call, _, body in story.sent if call == "add_users"] == [{"users": ["b"]}]
    assert found.repair is not None
    assert (found.repair.status, found.repair.kept, found.repair.added, found.repair.members) == ("succeeded", 1, 0, 3)
    assert sorted(partner.members) == ["a", "b", "c"]
    assert read_back(story).agrees


def test_after_a_repair_syncs_go_on_as_before(tell: MakeStory) -> None:
    partner = Partner("b")
    story = tell(partner, list_members=LIST_MEMBERS)
    story.sync("a", "b")
    partner.dropped.clear()
    read_back(story, repair=True)

    report = story.sync("b", "c")

    assert (report.added, report.removed, report.unchanged) == (1, 1, 1)
    assert sorted(partner.members) == ["b", "c"]


def test_a_count_alone_tells_how_many_are_there(tell: MakeStory) -> None:
    story = tell(Partner("b"), count_members=COUNT)

    report = story.sync("a", "b")

    assert (report.members, report.matched) == (2, 1)
    found = read_back(story)
    assert (found.counted, found.agrees, found.difference) == (1, False, None)


def test_a_partner_that_cannot_be_read_back_says_so(tell: MakeStory) -> None:
    story = tell()
    story.sync("a")

    with pytest.raises(UsageError, match="cannot be read back"):
        read_back(story)


def test_a_refused_reading_is_a_failure_in_the_partners_words(tell: MakeStory) -> None:
    partner = Partner()
    refuses = [{"status": 403, "reason": "Not allowed", "message": "The key may not read lists."}]
    story = tell(
        lambda request, body: Reply(403) if request.call == "list_members" else partner(request, body),
        list_members={**LIST_MEMBERS, "errors": refuses},
    )
    story.sync("a")

    with pytest.raises(DeliveryError, match="The key may not read lists"):
        read_back(story)


RENAME = {"method": "PATCH", "url": f"{LISTS}/$list_id", "json": {"name": "$amp_cohort_name"}}


def test_a_renamed_cohort_renames_its_list_once(tell: MakeStory) -> None:
    story = tell(rename_list=RENAME)
    story.sync("a", cohort_id="c1")

    story.sync("a", cohort_id="c1", cohort_name="Best buyers")
    assert story.sent == [("rename_list", "/lists/7", {"name": "Best buyers"})]

    story.sync("a", cohort_id="c1", cohort_name="Best buyers")
    assert story.sent == []


def test_a_refused_new_name_keeps_nobody_from_being_sent(tell: MakeStory) -> None:
    story = tell(
        lambda request, body: Reply(400) if request.call == "rename_list" else accepting(request, body),
        rename_list=RENAME,
    )
    story.sync("a", cohort_id="c1")

    report = story.sync("a", "b", cohort_id="c1", cohort_name="Best buyers")

    assert (report.status, report.added, report.unsent) == ("failed", 1, 0)


DELETE = {"method": "DELETE", "url": f"{LISTS}/$list_id"}


def test_a_forgotten_sync_leaves_nothing_behind_and_its_list_goes_if_asked(tell: MakeStory) -> None:
    story = tell(delete_list=DELETE)
    story.sync("a")
    (sync,) = story.workspace.store.list_syncs()
    story.sent.clear()

    outcome = asyncio.run(delete_list(story.workspace, sync, story.tools))
    forget_sync(story.workspace, sync)

    assert isinstance(outcome, Delivered)
    assert [(call, path) for call, path, _ in story.sent] == [("delete_list", "/lists/7")]
    assert story.workspace.store.list_syncs() == []
    assert not story.workspace.home.sync_dir(sync.id).exists()


def test_a_list_that_no_call_deletes_stays(tell: MakeStory) -> None:
    story = tell()
    story.sync("a")
    (sync,) = story.workspace.store.list_syncs()

    with pytest.raises(UsageError, match="cannot delete the list"):
        asyncio.run(delete_list(story.workspace, sync, story.tools))


@pytest.mark.parametrize(("status", "result"), [(200, Delivered), (401, Failed)])
def test_credentials_are_verified_where_the_partner_has_a_way(tell: MakeStory, status: int, result: type) -> None:
    story = tell(lambda *_: Reply(status), verify={"method": "GET", "url": "https://api.acme.test/me"})

    outcome = asyncio.run(
        verify_connection(story.workspace, story.workspace.store.find_connection("acme"), story.tools)
    )

    assert isinstance(outcome, result)
    assert [path for _, path, _ in story.sent] == ["/me"]


def test_nothing_is_verified_where_the_partner_has_no_way(tell: MakeStory) -> None:
    story = tell()

    connection = story.workspace.store.find_connection("acme")
    assert asyncio.run(verify_connection(story.workspace, connection, story.tools)) is None
