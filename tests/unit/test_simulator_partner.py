"""A simulated partner keeps exactly the members that it was told of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from maniple.delivery.driver import drive
from maniple.delivery.httpx_sender import HttpxSender
from maniple.errors import UsageError
from maniple.runtime.flow import converse, create_list, deliver
from maniple.runtime.outcome import Delivered, Failed, Outcome
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Operation, Program, RunContext
from maniple.testing.simulator.app import Simulator, simulator_app
from support.fake_clock import FakeClock
from support.manifests import context, program

ITEM = {"id": "$user_key", "source": "cohort", "more~": "$user"}
UPDATE = {"method": "POST", "url": "https://api.acme.test/members", "item": "$user_key"}


class Client:
    """Sends with the real sender into a simulator, and looks at what it holds."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(simulator))  # type: ignore[arg-type]
        self.clock = FakeClock()

    async def create(self, of: Program, **names: Any) -> RunContext:
        made = context(of, **names)
        assert of.create is not None
        outcome = await drive(
            create_list(of.create, made, lambda: 0.0), sender=HttpxSender(self.http), clock=self.clock
        )
        assert isinstance(outcome, Delivered)
        return made.with_list(outcome.saved)

    async def send(
        self, of: Program, operation: Operation, ids: list[Any], made: RunContext | None = None, **columns: Any
    ) -> list[Outcome]:
        call = of.call_for(operation)
        outcomes: list[Outcome] = []
        for index, start in enumerate(range(0, len(ids), call.items)):
            part = ids[start : start + call.items]
            rows = {"amplitude_id": part, "user_key": part, "user": [None] * len(part), **columns}
            for prepared in prepare(call, made or context(of), Batch(operation, index, rows, len(part))):
                flow = deliver(call, prepared, lambda: 0.0)
                outcomes.append(await drive(flow, sender=HttpxSender(self.http), clock=self.clock))
        return outcomes

    async def state(self, slug: str = "acme", query: str = "") -> Any:
        answer = await self.http.get(f"http://simulator/__state{query}")
        return answer.json()["partners"][slug]


@asynccontextmanager
async def client(*programs: Program, hostile: str | None = None) -> AsyncIterator[Client]:
    one = Client(simulator_app(programs, hostile))
    try:
        yield one
    finally:
        await one.http.aclose()


async def test_adds_and_removes_leave_exactly_the_members_that_stayed() -> None:
    acme = program(batch={"items": 2})
    async with client(acme) as partner:
        made = await partner.create(acme, name="My cohort")
        await partner.send(acme, "add", ["u1", "u2", "0042", "é/ü"], made)
        await partner.send(acme, "remove", ["u2", "u9"], made)
        assert await partner.state() == {
            "lists": {"1001": {"name": "My cohort", "members": ["0042", "u1", "é/ü"]}},
            "requests": 4,
            "calls": {"add_users": 2, "create_list": 1, "remove_users": 1},
            "refused": {},
            "troubles": {},
            "batches_seen": {"different": 3, "repeated": 0, "needless": 0, "largest": 2, "users": 6},
        }


async def test_a_member_is_known_by_what_its_value_is_to_the_partner_too() -> None:
    identifier = {"name": "user_key", "label": "Id", "one_of": [{"target": "TDID"}, {"target": "UID2"}]}
    keyed = {"$user_key.target": "$user_key"}
    acme = program(mappings=[identifier], add_users__item=keyed, remove_users__item=keyed)
    targets = {"user_key.target": ["TDID", "UID2"]}
    async with client(acme) as partner:
        made = await partner.create(acme, name="one")
        await partner.send(acme, "add", ["u1", "u1"], made, **targets)
        await partner.send(acme, "remove", ["u1"], made, **{"user_key.target": ["UID2"]})
        members = (await partner.state())["lists"]["1001"]["members"]
        assert members == [{"user_key.target": "TDID", "user_key": "u1"}]


async def test_each_list_that_is_made_has_an_id_and_members_of_its_own() -> None:
    acme = program()
    async with client(acme) as partner:
        for name, user in (("one", "u1"), ("two", "u2")):
            await partner.send(acme, "add", [user], await partner.create(acme, name=name))
        assert (await partner.state())["lists"] == {
            "1001": {"name": "one", "members": ["u1"]},
            "1002": {"name": "two", "members": ["u2"]},
        }


async def test_the_state_can_be_asked_for_counts_and_forgotten() -> None:
    acme = program()
    async with client(acme) as partner:
        await partner.send(acme, "add", ["u1", "u2"], await partner.create(acme, name="one"))
        assert (await partner.state(query="?members=count"))["lists"]["1001"]["members"] == 2
        assert (await partner.http.post("http://simulator/__reset")).status_code == 204
        assert (await partner.state())["lists"] == {}


async def test_a_list_that_was_never_made_is_not_found() -> None:
    acme = program()
    async with client(acme) as partner:
        [outcome] = await partner.send(acme, "add", ["u1"])
        assert isinstance(outcome, Failed)
        assert outcome.why.status == 404


async def test_a_missing_list_looks_as_the_manifest_says_it_does() -> None:
    rule = {"status": 400, "body": {"code": "GONE"}, "reason": "List is gone", "then": "recreate_list"}
    acme = program(errors=[{"status": 400, "body": {"code": "BAD"}, "reason": "Bad"}, rule])
    async with client(acme) as partner:
        [outcome] = await partner.send(acme, "remove", ["u1"])
        assert isinstance(outcome, Failed)
        assert (outcome.why.reason, outcome.why.status) == ("List is gone", 400)


@pytest.mark.parametrize("list_id", [{"response": "data.lists[0].id"}, {"header": "X-List"}, {"request": "name"}])
async def test_the_id_of_a_new_list_is_where_the_manifest_looks_for_it(list_id: dict[str, str]) -> None:
    acme = program(create_list__list_id=list_id)
    async with client(acme) as partner:
        made = await partner.create(acme, name="My cohort")
        await partner.send(acme, "add", ["u1"], made)
        lists = (await partner.state())["lists"]
        assert lists == {str(made.scope["list_id"]): {"name": "My cohort", "members": ["u1"]}}


async def test_what_create_list_saves_is_in_its_answer() -> None:
    acme = program(
        create_list__save={"folder": "data.folder"},
        add_users__json={"users": "$items", "folder": "$folder"},
        remove_users__json={"users": "$items", "folder": "$folder"},
    )
    async with client(acme) as partner:
        made = await partner.create(acme)
        assert made.scope["folder"] == "folder-1001"
        [outcome] = await partner.send(acme, "add", ["u1"], made)
        assert isinstance(outcome, Delivered)


async def test_success_is_answered_as_the_manifest_reads_it() -> None:
    acme = program(success="status == 'ok' && !errors")
    async with client(acme) as partner:
        [outcome] = await partner.send(acme, "add", ["u1"], await partner.create(acme))
        assert isinstance(outcome, Delivered)


async def test_members_are_known_by_what_the_remove_call_says_of_them() -> None:
    acme = program(add_users__item=ITEM, remove_users__item={"id": "$user_key"})
    async with client(acme) as partner:
        made = await partner.create(acme)
        await partner.send(acme, "add", ["u1", "u2", 3], made, user=[{"plan": "pro"}, None, {"plan": "free"}])
        await partner.send(acme, "remove", ["u1"], made)
        assert (await partner.state())["lists"]["1001"]["members"] == ["u2", 3]


async def test_members_known_by_several_values_are_shown_with_their_names() -> None:
    item = {"id": "$user_key", "own": "$amplitude_id"}
    acme = program(add_users__item=item, remove_users__item=item)
    async with client(acme) as partner:
        made = await partner.create(acme)
        await partner.send(acme, "add", ["u1"], made, amplitude_id=["a1"])
        assert (await partner.state())["lists"]["1001"]["members"] == [{"user_key": "u1", "amplitude_id": "a1"}]


@pytest.mark.parametrize(
    ("json", "item"),
    [
        ({"add": "$membership", "users": "$items", "cohort": "$amp_cohort_id"}, "$user_key"),
        ({"do": "{{ operation | upper }}", "users": "$items", "cohort": "$amp_cohort_id"}, "$user_key"),
        ({"users": "$items"}, {"id": "$user_key", "value": "$membership", "cohort": "$amp_cohort_id"}),
        (
            {"cohort": "$amp_cohort_id", "users": "$items", "id": "$batch_id/{{ 'in' if membership else 'out' }}"},
            "$user_key",
        ),
    ],
)
async def test_one_call_for_both_is_told_apart_by_what_it_says(json: Any, item: Any) -> None:
    update = {**UPDATE, "json": json, "item": item}
    acme = program(update_users=update, create_list=None, add_users=None, remove_users=None)
    async with client(acme) as partner:
        await partner.send(acme, "add", ["u1", "u2"])
        await partner.send(acme, "remove", ["u1"])
        assert (await partner.state())["lists"] == {"c1": {"name": None, "members": ["u2"]}}


async def test_a_property_is_a_list_of_the_users_who_have_it() -> None:
    change = {"method": "PATCH", "url": "https://api.acme.test/users/$user_key", "batch": {"items": 1}}
    acme = program(
        kind="property",
        create_list=None,
        add_users=None,
        remove_users=None,
        set_property={**change, "json": {"tags": {"cohort_$amp_cohort_id": "1"}}},
        unset_property={**change, "json": {"tags": {"cohort_$amp_cohort_id": ""}}},
    )
    async with client(acme) as partner:
        await partner.send(acme, "add", ["a/b?c", "50%", "é"])
        await partner.send(acme, "remove", ["50%"])
        assert (await partner.state())["lists"] == {"cohort_c1": {"name": None, "members": ["a/b?c", "é"]}}


async def test_joined_items_are_taken_apart_again() -> None:
    acme = program(
        add_users__json={"ids": "$items"},
        add_users__join=",",
        remove_users__json={"ids": "$items"},
        remove_users__join=",",
    )
    async with client(acme) as partner:
        made = await partner.create(acme)
        await partner.send(acme, "add", ["u1", "u2", "u3"], made)
        await partner.send(acme, "remove", ["u1", "u3"], made)
        assert (await partner.state())["lists"]["1001"]["members"] == ["u2"]


async def test_a_request_without_credentials_is_refused() -> None:
    acme = program()
    async with client(acme) as partner:
        answer = await partner.http.post("https://api.acme.test/lists", json={"name": "x"})
        assert answer.status_code == 401
        state = await partner.state()
        assert (state["lists"], state["refused"]) == ({}, {"401": 1})


async def test_a_body_of_another_shape_is_refused() -> None:
    acme = program()
    async with client(acme) as partner:
        headers = {"Authorization": "Bearer x"}
        for body in (b'{"nam": "x"}', b"{", b""):
            answer = await partner.http.post("https://api.acme.test/lists", content=body, headers=headers)
            assert answer.status_code == 400
        assert (await partner.state())["lists"] == {}


async def test_a_request_for_no_partner_is_named() -> None:
    async with client(program()) as partner:
        answer = await partner.http.post("https://api.other.test/lists?x=1", json={})
        assert answer.status_code == 404
        state = (await partner.http.get("http://simulator/__state")).json()
        assert state["unknown"] == {"POST api.other.test/lists?x=1": 1}


async def test_partners_behind_one_door_are_told_apart_by_their_hosts() -> None:
    hosts = {"slug": "region", "fields": [{"name": "region", "label": "Region", "type": "select", "default": "eu"}]}
    hosts["fields"][0]["options"] = [
        {"label": word, "value": word, "host": f"{word}.region.test"} for word in ("us", "eu")
    ]
    update = {**UPDATE, "url": "https://$region.host/members", "json": {"u": "$items", "on": "$membership"}}
    region = program(**hosts, update_users=update, create_list=None, add_users=None, remove_users=None)
    own = program(
        slug="own",
        fields=[{"name": "url", "label": "URL", "type": "url"}],
        update_users={**update, "url": "$url"},
        create_list=None,
        add_users=None,
        remove_users=None,
    )
    acme = program()
    token = {"bearer_token": "t"}
    async with client(own, region, acme) as partner:
        await partner.send(region, "add", ["r1"], context(region, settings={**token, "region": "us"}))
        await partner.send(own, "add", ["o1"], context(own, settings={**token, "url": "https://me.test/in?a=1"}))
        await partner.send(acme, "add", ["a1"], await partner.create(acme))
        members = [list((await partner.state(slug))["lists"].values()) for slug in ("region", "own", "acme")]
        assert [one[0]["members"] for one in members] == [["r1"], ["o1"], ["a1"]]


def test_two_manifests_with_one_slug_are_refused() -> None:
    with pytest.raises(UsageError, match="two manifests have the slug `acme`"):
        simulator_app([program(), program()])


def test_a_manifest_whose_success_cannot_be_answered_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot build an answer for which"):
        simulator_app([program(success="contains(errors, 'x')")])


def test_a_manifest_whose_items_go_through_a_filter_is_refused() -> None:
    with pytest.raises(UsageError, match="goes through a filter and cannot be read back"):
        simulator_app([program(add_users__json={"users": "{{ items | json }}"})])


LIST = "https://api.acme.test/lists/$list_id"
BESIDE = {
    "rename_list": {"method": "PATCH", "url": LIST, "json": {"name": "$amp_cohort_name"}},
    "delete_list": {"method": "DELETE", "url": LIST},
    "count_members": {"method": "GET", "url": LIST, "save": {"members": "data.size"}},
    "verify": {"method": "GET", "url": "https://api.acme.test/me"},
}


async def test_a_list_is_counted_until_it_is_deleted_and_a_connection_is_good() -> None:
    of = program(**BESIDE)

    async with client(of) as at:

        async def make(call: str, made: RunContext) -> Outcome:
            flow = converse(of.calls[call], made, lambda: 0.0)
            return await drive(flow, sender=HttpxSender(at.http), clock=at.clock)

        made = await at.create(of)
        await at.send(of, "add", ["u1", "u2"], made)
        kept = [await make(call, made) for call in ("verify", "rename_list", "count_members", "delete_list")]
        gone = await make("count_members", made)

    assert [type(outcome) for outcome in kept] == [Delivered] * 4
    assert isinstance(kept[2], Delivered)
    assert kept[2].saved["members"] == 2
    assert isinstance(gone, Failed)
