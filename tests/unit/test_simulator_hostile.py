"""Partners who behave badly, always in the same way for a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from maniple.delivery.driver import drive
from maniple.delivery.httpx_sender import HttpxSender
from maniple.errors import UsageError
from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Delivered, Failed, Outcome
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Operation, Program
from maniple.testing.simulator.app import Simulator, simulator_app
from maniple.testing.simulator.hostile import PROFILES, hostility_named, is_chosen
from support.fake_clock import FakeClock
from support.manifests import context, manifest, program

GONE = {"status": 404, "reason": "List is gone", "then": "recreate_list"}
NAMED = {"rows": "errors.failed", "by": "value", "at": "value[]", "item": "$user_key", "reason": "key"}
USERS = [f"user{number}" for number in range(400)]


class Sync:
    """A list at a hostile partner, changed through the real sender."""

    def __init__(self, of: Program, hostile: str, seed: int = 1) -> None:
        self.of = of
        self.simulator: Simulator = simulator_app([of], hostile, seed)
        self.clock = FakeClock()
        self.context = context(of)

    @asynccontextmanager
    async def sender(self) -> AsyncIterator[HttpxSender]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.simulator)) as client:  # type: ignore[arg-type]
            yield HttpxSender(client)

    async def create(self) -> Outcome:
        assert self.of.create is not None
        async with self.sender() as sender:
            outcome = await drive(
                create_list(self.of.create, self.context, lambda: 0.0), sender=sender, clock=self.clock
            )
        if isinstance(outcome, Delivered):
            self.context = self.context.with_list(outcome.saved)
        return outcome

    async def send(self, operation: Operation, users: list[str]) -> list[Outcome]:
        call = self.of.call_for(operation)
        outcomes: list[Outcome] = []
        async with self.sender() as sender:
            for index, start in enumerate(range(0, len(users), call.items)):
                part = users[start : start + call.items]
                batch = Batch(operation, index, {"user_key": part, "amplitude_id": part}, len(part))
                for prepared in prepare(call, self.context, batch):
                    flow = deliver(call, prepared, lambda: 0.0)
                    outcomes.append(await drive(flow, sender=sender, clock=self.clock))
        return outcomes

    @property
    def state(self) -> Any:
        return self.simulator.shown()["partners"]["acme"]

    @property
    def members(self) -> list[list[Any]]:
        return [one["members"] for one in self.state["lists"].values()]


@pytest.mark.parametrize("profile", ["throttle", "flaky", "lossy", "none"])
async def test_trouble_with_requests_leaves_exactly_the_members_that_were_sent(profile: str) -> None:
    sync = Sync(program(batch={"items": 4}), profile)
    assert isinstance(await sync.create(), Delivered)
    outcomes = [*await sync.send("add", USERS), *await sync.send("remove", USERS[:100])]
    assert {type(outcome) for outcome in outcomes} == {Delivered}
    assert sync.members == [sorted(USERS[100:])]


async def test_a_throttling_partner_answers_429_and_says_how_long_to_wait() -> None:
    sync = Sync(program(batch={"items": 4}), "throttle")
    await sync.create()
    retries = sum(outcome.retries for outcome in await sync.send("add", USERS))
    assert sync.state["refused"] == {"429": retries}
    assert retries > 0
    assert set(sync.clock.slept) <= {0.0, 1.0}


async def test_a_flaky_partner_answers_with_several_kinds_of_5xx() -> None:
    sync = Sync(program(batch={"items": 2}), "flaky")
    await sync.create()
    await sync.send("add", USERS)
    assert len(sync.state["refused"]) > 1
    assert set(sync.state["refused"]) <= {"500", "502", "503", "504"}


async def test_a_lossy_partner_gets_some_batches_twice_and_holds_every_member_once() -> None:
    sync = Sync(program(batch={"items": 4}), "lossy")
    await sync.create()
    outcomes = await sync.send("add", USERS)
    assert sum(outcome.retries for outcome in outcomes) > sync.state["batches_seen"]["repeated"] > 0
    assert sync.members == [sorted(USERS)]


async def test_a_list_whose_answer_was_lost_is_not_made_twice() -> None:
    outcomes = []
    for seed in range(40):
        sync = Sync(program(), "lossy", seed)
        outcomes.append(await sync.create())
        assert len(sync.state["lists"]) == 1
    assert {type(outcome) for outcome in outcomes} == {Delivered}
    assert sum(outcome.retries for outcome in outcomes) > 0


async def test_a_slow_partner_takes_its_time_and_does_what_is_asked() -> None:
    sync = Sync(program(), "slow")
    await sync.create()
    await sync.send("add", USERS)
    assert sync.members == [sorted(USERS)]


async def test_refused_users_are_named_and_are_not_members() -> None:
    sync = Sync(program(add_users__rejects=NAMED, batch={"items": 100}), "rejects")
    await sync.create()
    outcomes = await sync.send("add", USERS)
    refused = [
        USERS[number * 100 + verdict.row] for number, outcome in enumerate(outcomes) for verdict in outcome.verdicts
    ]
    assert 0 < len(refused) < 40
    assert sync.members == [sorted(set(USERS) - set(refused))]
    assert [user for user in USERS if is_chosen(1, 0.02, user)] == refused


async def test_a_partner_of_single_users_refuses_them_by_its_own_error() -> None:
    rule = {"status": 404, "reason": "Unknown user", "then": "reject_items"}
    change = {"method": "PATCH", "url": "https://api.acme.test/users/$user_key/$amp_cohort_id", "batch": {"items": 1}}
    acme = program(
        kind="property",
        create_list=None,
        add_users=None,
        remove_users=None,
        set_property={**change, "json": {"on": True}},
        unset_property={**change, "json": {"on": False}},
        errors=[rule],
    )
    sync = Sync(acme, "rejects")
    outcomes = await sync.send("add", USERS)
    refused = [user for user, outcome in zip(USERS, outcomes, strict=True) if outcome.verdicts]
    assert {verdict.reason for outcome in outcomes for verdict in outcome.verdicts} == {"Unknown user"}
    assert sync.members == [sorted(set(USERS) - set(refused))]


async def test_a_list_vanishes_once_and_can_be_made_again() -> None:
    sync = Sync(program(batch={"items": 200}, errors=[GONE]), "list-gone")
    await sync.create()
    first, second = await sync.send("add", USERS)
    assert isinstance(first, Delivered)
    assert isinstance(second, Failed)
    assert second.why.action == "recreate_list"
    assert sync.state["lists"] == {}
    await sync.create()
    await sync.send("add", USERS)
    assert sync.members == [sorted(USERS)]


async def test_a_partner_who_is_down_does_nothing() -> None:
    sync = Sync(program(), "down")
    outcome = await sync.create()
    assert isinstance(outcome, Failed)
    assert (outcome.requests, sync.state["lists"], sync.state["refused"]) == (9, {}, {"503": 9})


SEEDLESS = ("none", "list-gone", "expiry", "down")


@pytest.mark.parametrize("profile", [name for name in PROFILES if name not in ("slow", "uneven")])
async def test_the_same_seed_brings_the_same_trouble(profile: str) -> None:
    seen = []
    for seed in (1, 1, 2):
        sync = Sync(
            program(batch={"items": 4}, add_users__rejects=NAMED, success="!error", errors=[GONE]), profile, seed
        )
        await sync.create()
        await sync.send("add", USERS[:80] if profile == "down" else USERS)
        seen.append((sync.state, sync.clock.slept))
    assert seen[0] == seen[1]
    assert (seen[0] != seen[2]) == (profile not in SEEDLESS)


async def test_a_token_is_good_for_twenty_requests_and_a_sign_in_brings_a_new_one() -> None:
    oauth = {"kind": "oauth2_client_credentials", "token_url": "https://api.acme.test/token"}
    # The calls are those of a bearer token; what counts is that the manifest says where one is got.
    simulator = simulator_app([replace(program(), manifest=manifest(auth=oauth))], "expiry")
    headers = {"Authorization": "Bearer token-1"}
    state = simulator.partners["acme"].state
    statuses = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator)) as client:  # type: ignore[arg-type]
        for number in range(22):
            if number == 21:
                state.calls["auth"] += 1
            answer = await client.post("https://api.acme.test/lists", json={"name": "Buyers"}, headers=headers)
            statuses.append(answer.status_code)
    assert statuses == [200] * 20 + [401, 200]
    assert state.troubles == {"expiry": 1}


async def test_a_clock_that_goes_wrong_is_told_in_the_date_and_in_when_to_come_back() -> None:
    simulator = simulator_app([program(batch={"items": 4})], "skew", seed=1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator)) as client:  # type: ignore[arg-type]
        answers = [
            await client.post("https://api.acme.test/lists", json={"name": f"Buyers {number}"}) for number in range(60)
        ]
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert throttled
    for answer in throttled:
        date, after = (parsedate_to_datetime(answer.headers[name]) for name in ("Date", "Retry-After"))
        assert 0 <= (after - date).total_seconds() <= 2
        assert int(answer.headers["X-RateLimit-Reset"]) == after.timestamp()


def test_several_profiles_act_together() -> None:
    hostility = hostility_named("slow, throttle,slow", seed=1)
    came: Counter[tuple[str, bytes]] = Counter()
    befallen = [hostility.befall(str(number).encode(), came) for number in range(200)]
    assert {seconds for seconds, _, _ in befallen} == {0.1}
    assert {name for _, name, _ in befallen} == {"", "throttle"}


def test_a_profile_that_cannot_do_anything_to_a_partner_says_so() -> None:
    assert simulator_app([program()], "rejects").notes == [
        "`rejects` does nothing to acme: no answer of its names a refused user"
    ]
    assert simulator_app([program()], "list-gone").notes == [
        "`list-gone` does nothing to acme: its manifest has no `recreate_list` rule"
    ]
    assert simulator_app([program(errors=[GONE])], "list-gone").notes == []
    assert simulator_app([program()], "errors-inside,expiry").notes == [
        "`errors-inside` does nothing to acme: its manifest reads no 200 as a failure",
        "`expiry` does nothing to acme: its manifest gets no token that can expire",
    ]


def test_an_unknown_profile_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="there is no hostile profile `flakey`") as caught:
        simulator_app([program()], "flakey")
    assert "flaky" in str(caught.value.hint)
