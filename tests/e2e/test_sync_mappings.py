"""Syncs whose mappings depend on settings, are a choice of the partner's identifiers, or take many properties."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maniple.runtime.retry import RetryPolicy
from maniple.sources.source import FileSource
from maniple.usecases.connect import connect, destination_for
from maniple.usecases.export import export_run
from maniple.usecases.report import RunReport
from maniple.usecases.request import SyncRequest
from maniple.usecases.setting import SyncTools
from maniple.usecases.sync import estimate_sync, sync_cohort
from maniple.wire import Reply, Request
from maniple.wiring import Workspace
from support.fake_clock import FakeClock
from support.manifests import BASE, SETTINGS

IDENTIFIER: dict[str, Any] = {
    "name": "ident",
    "label": "Identifier",
    "one_of": [{"target": "TDID", "normalize": "{{ value | lower }}"}, {"target": "UID2"}],
}


class Partner:
    """Accepts everything."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    async def send(self, request: Request) -> Reply:
        if request.call == "create_list":
            return Reply(200, body=b'{"id": 7}')
        self.sent.append((request.call, json.loads(request.body or b"")["users"]))
        return Reply(200)

    async def close(self) -> None:
        return None


class Story:
    """A workspace with a connection whose mappings can be changed between runs."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace = workspace
        self.folder = folder
        self.partner = Partner()

    def connect(
        self, chosen: dict[str, str], settings: dict[str, Any] = SETTINGS, *, item: Any, **changes: Any
    ) -> None:
        path = self.folder / "acme.json"
        calls = {name: {**BASE[name], "item": item} for name in ("add_users", "remove_users")}
        path.write_text(json.dumps({**BASE, **calls, **changes}))
        destination = destination_for(self.workspace, str(path))
        connect(self.workspace, destination, name="acme", settings=settings, mappings=chosen)

    def remap(self, mappings: dict[str, str]) -> None:
        connection = self.workspace.store.find_connection("acme")
        self.workspace.store.update_connection(connection.id, mappings=mappings)

    def request(self, *lines: str, name: str = "cohort.csv") -> SyncRequest:
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return SyncRequest("acme", FileSource(path), "Buyers")

    def sync(self, *lines: str, name: str = "cohort.csv") -> RunReport:
        self.partner.sent.clear()
        tools = SyncTools(sender=self.partner, clock=FakeClock(), dice=lambda: 0.0, policy=RetryPolicy(0))
        return asyncio.run(sync_cohort(self.workspace, self.request(*lines, name=name), tools))

    def exported(self) -> list[str]:
        export_run(self.workspace, "latest", self.folder / "run.csv")
        return (self.folder / "run.csv").read_text().splitlines()


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Workspace.open({"MANIPLE_HOME": str(tmp_path / "home")}) as workspace:
        yield Story(workspace, tmp_path)


def test_the_target_is_kept_with_the_connection_and_sent(story: Story) -> None:
    story.connect({"ident": "uid"}, mappings=[IDENTIFIER], item={"$ident.target": "$ident"})

    story.sync("user_id,uid", "1,A", "2,b")
    assert story.partner.sent == [("add_users", [{"TDID": "a"}, {"TDID": "b"}])]
    assert story.workspace.store.find_connection("acme").mappings == {"ident": "uid", "ident.target": "TDID"}


def test_another_target_removes_members_as_they_were_sent_and_adds_them_anew(story: Story) -> None:
    story.connect({"ident": "uid"}, mappings=[IDENTIFIER], item={"$ident.target": "$ident"})
    story.sync("user_id,uid", "1,A", "2,b")

    story.remap({"ident": "uid", "ident.target": "UID2"})
    report = story.sync("user_id,uid", "1,A", "2,b")
    assert story.partner.sent == [
        ("remove_users", [{"TDID": "a"}, {"TDID": "b"}]),
        ("add_users", [{"UID2": "A"}, {"UID2": "b"}]),
    ]
    assert (report.drifted, report.members) == (2, 2)
    assert story.sync("user_id,uid", "1,A", "2,b").unchanged == 2


def test_members_that_leave_after_another_run_are_removed_by_the_target_they_were_added_by(story: Story) -> None:
    story.connect({"ident": "uid", "ident.target": "UID2"}, mappings=[IDENTIFIER], item={"$ident.target": "$ident"})
    story.sync("user_id,uid", "1,A", "2,b")

    story.sync("user_id,uid", "2,b")
    assert story.partner.sent == [("remove_users", [{"UID2": "A"}])]


def test_the_export_tells_the_target(story: Story) -> None:
    story.connect({"ident": "uid"}, mappings=[IDENTIFIER], item={"$ident.target": "$ident"})
    story.sync("user_id,uid", "1,A", "2,")

    assert story.exported() == [
        "amplitude_id,operation,ident,ident.target,skip_detected,skip_reason",
        "1,added,a,TDID,false,",
        "2,added,,,true,unresolved mapping",
    ]


def test_a_group_of_which_one_is_mapped_suffices(story: Story) -> None:
    both = [{"name": name, "label": name, "optional": True} for name in ("email", "phone")]
    item = {"email~": "$email", "phone~": "$phone"}
    story.connect({"email": "mail"}, mappings=both, require=[["email", "phone"]], item=item)

    report = story.sync("user_id,mail", "1,a@x.test", "2,")
    assert story.partner.sent == [("add_users", [{"email": "a@x.test"}])]
    assert report.skipped_by_reason == {"unresolved mapping": 1}


def test_a_mapping_that_the_settings_do_not_ask_for_is_not_sent(story: Story) -> None:
    fields = [{"name": "bearer_token", "type": "secret", "label": "Token"}, {"name": "kind", "label": "Kind"}]
    mappings = [
        {"name": "email", "label": "E-mail", "when": "kind == 'email'"},
        {"name": "phone", "label": "Phone", "when": "kind != 'email'"},
    ]
    item = {"kind": "$kind", "email~": "$email", "phone~": "$phone"}
    settings = {**SETTINGS, "kind": "email"}
    story.connect({"email": "mail"}, settings, fields=fields, mappings=mappings, item=item)

    story.sync("user_id,mail,phone", "1,a@x.test,5")
    assert story.partner.sent == [("add_users", [{"kind": "email", "email": "a@x.test"}])]
    assert estimate_sync(story.workspace, story.request("user_id,mail,phone", "1,a@x.test,5", "2,b@x.test,6")).adds == 1


TRAITS: dict[str, Any] = {"name": "traits", "label": "Traits", "many": True, "optional": True}
TRAITED = {"id": "$user_key", "traits~": "$traits"}


def test_many_properties_are_sent_as_a_map_of_those_that_have_a_value(story: Story) -> None:
    mappings = [BASE["mappings"][0], TRAITS]
    story.connect({"user_key": "user_id", "traits": "plan,city"}, mappings=mappings, item=TRAITED)

    story.sync("user_id,plan,city", "1,pro,", "2,,", "3,free,Ulm")
    assert story.partner.sent == [
        (
            "add_users",
            [
                {"id": "1", "traits": {"plan": "pro"}},
                {"id": "2"},
                {"id": "3", "traits": {"city": "Ulm", "plan": "free"}},
            ],
        )
    ]
    assert story.exported()[1:] == [
        '1,added,1,"{""plan"":""pro""}",false,',
        "2,added,2,,false,",
        '3,added,3,"{""city"":""Ulm"",""plan"":""free""}",false,',
    ]


def test_only_users_with_a_changed_value_are_sent_again(story: Story) -> None:
    story.connect({"user_key": "user_id", "traits": "plan,city"}, mappings=[BASE["mappings"][0], TRAITS], item=TRAITED)
    story.sync("user_id,plan,city", "1,pro,", "2,free,Ulm")

    story.remap({"user_key": "user_id", "traits": "city,plan"})
    story.sync("user_id,plan,city", "1,pro,", "2,free,Bonn")
    assert story.partner.sent == [
        ("remove_users", [{"id": "2", "traits": {"city": "Ulm", "plan": "free"}}]),
        ("add_users", [{"id": "2", "traits": {"city": "Bonn", "plan": "free"}}]),
    ]


def test_values_keep_their_types_and_long_numbers_their_digits(story: Story) -> None:
    story.connect({"user_key": "user_id", "traits": "n,l,t"}, mappings=[BASE["mappings"][0], TRAITS], item=TRAITED)

    story.sync('{"user_id": 1, "n": 123456789012345678901234567890, "l": [1, "a"], "t": true}', name="cohort.jsonl")
    assert story.partner.sent == [
        ("add_users", [{"id": 1, "traits": {"l": [1, "a"], "n": 123456789012345678901234567890, "t": True}}])
    ]
