"""Many flows and one token: who gets it, who waits, and what becomes of the turn when a flow dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from maniple.delivery.driver import drive, drive_many
from maniple.delivery.memory import Kept, TokenMemory
from maniple.delivery.rate import Pace
from maniple.errors import ForbiddenAddress
from maniple.runtime.flow import deliver
from maniple.runtime.prepare import Batch, prepare
from maniple.wire import SIGN_IN, Conceal, Flow, Hold, Moment, Nonce, Release, Reply, Request
from support.fake_clock import FakeClock
from support.manifests import context, program
from support.scripted_sender import ScriptedSender

OAUTH = {"kind": "oauth2_client_credentials", "token_url": "https://auth.acme.test/token"}


class Partner:
    """Takes the newest token only. Everybody who brings another one gets a 401, after a moment."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.tokens = 0
        self.accepted: list[str] = []
        self.refused: list[str] = []
        self.taken_back = False

    async def send(self, request: Request) -> Reply:
        reply = self._reply(request)
        # Long enough for all flows to be under way.
        for _ in range(30):
            await asyncio.sleep(0)
        return reply

    def _reply(self, request: Request) -> Reply:
        if request.call == SIGN_IN:
            self.tokens += 1
            if self.refuses:
                return Reply(400, body=b'{"error": "invalid_client"}')
            return Reply(200, body=json.dumps({"access_token": f"t{self.tokens}", "expires_in": 3600}).encode())
        token = dict(request.headers)["Authorization"].removeprefix("Bearer ")
        if token != f"t{self.tokens}" or (token == "t1" and self.taken_back):
            self.refused.append(token)
            return Reply(401)
        self.accepted.append(token)
        return Reply(200)

    async def close(self) -> None:
        return None


def flows(count: int) -> Iterable[tuple[int, Any]]:
    made = program(auth=OAUTH)
    call = made.call_for("add")
    run = context(made, settings={"client_id": "id", "client_secret": "secret"})
    for index in range(count):
        (prepared,) = prepare(call, run, Batch("add", index, {"user_key": [f"u{index}"]}, 1))
        yield index, lambda prepared=prepared: deliver(call, prepared, lambda: 0.0)


async def run_all(partner: Partner, memory: TokenMemory, count: int) -> list[Any]:
    landed = drive_many(flows(count), parallel=4, sender=partner, clock=FakeClock(), memory=memory)
    return [outcome async for _, outcome in landed]


async def test_four_flows_at_once_get_one_token() -> None:
    partner = Partner()

    await run_all(partner, TokenMemory(FakeClock()), 8)

    assert (partner.tokens, partner.accepted, partner.refused) == (1, ["t1"] * 8, [])


async def test_four_flows_that_are_refused_at_once_get_one_new_token() -> None:
    partner, memory = Partner(), TokenMemory(FakeClock())
    await run_all(partner, memory, 1)
    partner.taken_back = True

    await run_all(partner, memory, 4)

    assert partner.refused == ["t1"] * 4
    assert (partner.tokens, partner.accepted) == (2, ["t1", *["t2"] * 4])


async def test_a_refusal_is_shared_by_all_who_wait_for_it() -> None:
    partner = Partner(refuses=True)

    outcomes = await run_all(partner, TokenMemory(FakeClock()), 4)

    assert partner.tokens == 1
    assert {outcome.why.reason for outcome in outcomes} == {"Sign-in refused"}


async def test_the_rate_of_a_call_does_not_hold_token_requests_back() -> None:
    clock = FakeClock()
    limiter = Pace(((1, 60.0),), clock).of("add_users", ())

    def flow() -> Flow[None]:
        yield Request("POST", "https://a.test/users", call="add_users")
        yield Request("POST", "https://a.test/token", call=SIGN_IN)
        yield Request("POST", "https://a.test/token", call=SIGN_IN)

    await drive(flow(), sender=ScriptedSender(*[Reply(200)] * 3), clock=clock, limiter=limiter)

    assert clock.slept == []


def holding(then: Exception | None = None) -> Flow[str]:
    yield Hold("k")
    if then is not None:
        yield Request("POST", "https://a.test", call=SIGN_IN)
    yield Release("k")
    return "done"


async def test_a_turn_is_given_back_when_its_flow_dies() -> None:
    memory = TokenMemory(FakeClock())
    error = ForbiddenAddress("no")

    with pytest.raises(ForbiddenAddress):
        await drive(holding(error), sender=ScriptedSender(error), clock=FakeClock(), memory=memory)

    assert await drive(holding(), sender=ScriptedSender(), clock=FakeClock(), memory=memory) == "done"


async def test_a_turn_is_given_back_when_its_flow_is_cancelled() -> None:
    class Silent(ScriptedSender):
        async def send(self, request: Request) -> Reply:
            await asyncio.Event().wait()
            raise AssertionError

    memory = TokenMemory(FakeClock())
    task = asyncio.create_task(
        drive(holding(ForbiddenAddress("no")), sender=Silent(), clock=FakeClock(), memory=memory)
    )
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert await drive(holding(), sender=ScriptedSender(), clock=FakeClock(), memory=memory) == "done"


async def test_who_waits_is_told_the_word_of_who_had_the_turn() -> None:
    memory = TokenMemory(FakeClock())
    await memory.hold("k")
    waiting = asyncio.create_task(memory.hold("k"))
    await asyncio.sleep(0)

    memory.release("k", "refused")

    assert await waiting == "refused"
    memory.release("k")
    assert await memory.hold("k") is None


async def test_what_another_process_has_written_is_read_with_the_turn() -> None:
    async def read() -> dict[str, Kept]:
        return {"token": Kept("theirs")}

    memory = TokenMemory(FakeClock(), kept={"token": Kept("mine")}, read=read)

    assert await memory.recall("token") == "mine"
    await memory.hold("k")
    assert await memory.recall("token") == "theirs"


async def test_the_lock_of_other_processes_is_held_with_the_turn() -> None:
    log: list[str] = []

    async def lock() -> Any:
        log.append("locked")
        return lambda: log.append("unlocked")

    memory = TokenMemory(FakeClock(), lock=lock)
    await memory.hold("k")
    log.append("held")
    memory.release("k")

    assert log == ["locked", "held", "unlocked"]


async def test_a_secret_is_told_once() -> None:
    learnt: list[list[str]] = []
    memory = TokenMemory(FakeClock(), learn=lambda texts: learnt.append(sorted(texts)))

    def flow() -> Flow[None]:
        yield Conceal(("t1",))
        yield Conceal(("t1", "t2"))

    await drive(flow(), sender=ScriptedSender(), clock=FakeClock(), memory=memory)

    assert learnt == [["t1"], ["t2"]]


async def test_flows_are_told_the_time_and_given_chance() -> None:
    def flow() -> Flow[tuple[float, str, str]]:
        return (yield Moment()), (yield Nonce(4)), (yield Nonce(4))

    moment, first, second = await drive(flow(), sender=ScriptedSender(), clock=FakeClock(1234.5))

    assert moment == 1234.5
    assert len(bytes.fromhex(first)) == len(bytes.fromhex(second)) == 4
    assert first != second
