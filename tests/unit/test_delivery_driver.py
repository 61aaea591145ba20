"""Driving one flow."""

from __future__ import annotations

import asyncio

import pytest

from maniple.delivery.driver import drive
from maniple.delivery.memory import TokenMemory
from maniple.delivery.rate import RateLimiter, Window
from maniple.errors import ForbiddenAddress
from maniple.wire import Flow, Recall, Record, Remember, Reply, Request, Wait
from support.fake_clock import FakeClock
from support.scripted_sender import ScriptedSender

FIRST = Request("POST", "https://acme.test/1")
SECOND = Request("POST", "https://acme.test/2")


def exchange(*requests: Request) -> Flow[list[int]]:
    statuses = []
    for request in requests:
        reply = yield request
        statuses.append(reply.status)
    return statuses


async def test_every_request_is_answered_with_its_reply() -> None:
    sender = ScriptedSender(Reply(503), Reply(200))

    statuses = await drive(exchange(FIRST, SECOND), sender=sender, clock=FakeClock())

    assert (statuses, sender.sent) == ([503, 200], [FIRST, SECOND])


async def test_a_flow_that_asks_for_nothing_has_its_result() -> None:
    assert await drive(exchange(), sender=ScriptedSender(), clock=FakeClock()) == []


async def test_a_wait_takes_its_time() -> None:
    clock = FakeClock(time=0.0)

    def flow() -> Flow[float]:
        yield Wait(7.5)
        return clock.time

    assert await drive(flow(), sender=ScriptedSender(), clock=clock) == 7.5


async def test_a_recall_is_answered_from_the_memory() -> None:
    memory = TokenMemory(FakeClock())
    await memory.remember("token", "t", None)

    def flow() -> Flow[object]:
        return (yield Recall("token"))

    assert await drive(flow(), sender=ScriptedSender(), clock=FakeClock(), memory=memory) == "t"


async def test_what_a_flow_remembers_outlives_it() -> None:
    memory = TokenMemory(FakeClock())

    def flow() -> Flow[None]:
        yield Remember("token", "t", 60.0)

    await drive(flow(), sender=ScriptedSender(), clock=FakeClock(), memory=memory)

    assert await memory.recall("token") == "t"


async def test_without_a_memory_a_flow_still_remembers_for_itself() -> None:
    def flow() -> Flow[object]:
        yield Remember("token", "t")
        return (yield Recall("token"))

    assert await drive(flow(), sender=ScriptedSender(), clock=FakeClock()) == "t"


async def test_a_record_without_anyone_to_keep_it_is_passed_over() -> None:
    def flow() -> Flow[str]:
        yield Record("batch 1")
        return "done"

    assert await drive(flow(), sender=ScriptedSender(), clock=FakeClock()) == "done"


async def test_every_exchange_is_observed_in_order() -> None:
    seen: list[tuple[Request, Reply]] = []
    replies = (Reply(429), Reply(200))

    await drive(
        exchange(FIRST, SECOND),
        sender=ScriptedSender(*replies),
        clock=FakeClock(),
        observe=lambda request, reply: seen.append((request, reply)),
    )

    assert seen == [(FIRST, replies[0]), (SECOND, replies[1])]


async def test_every_request_takes_its_turn_at_the_limiter() -> None:
    clock = FakeClock(time=0.0)
    limiter = RateLimiter([Window(1, 10.0)], clock)

    await drive(exchange(FIRST, SECOND), sender=ScriptedSender(Reply(200), Reply(200)), clock=clock, limiter=limiter)

    assert clock.time == 10.0


@pytest.mark.parametrize(("why", "free_at"), [("throttled", 30.0), ("retry", 0.0), ("poll", 0.0)])
async def test_only_being_throttled_holds_back_the_whole_connection(why: str, free_at: float) -> None:
    clock = FakeClock(time=0.0)
    limiter = RateLimiter([], clock)

    def flow() -> Flow[None]:
        yield Wait(30.0, why)  # type: ignore[arg-type]

    waiting = asyncio.create_task(drive(flow(), sender=ScriptedSender(), clock=clock, limiter=limiter))
    await asyncio.sleep(0)
    await limiter.acquire()
    acquired_at = clock.time
    await waiting

    assert acquired_at == free_at


async def test_what_the_sender_raises_passes_through_the_flow() -> None:
    closed: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield FIRST
        finally:
            closed.append("closed")

    with pytest.raises(ForbiddenAddress):
        await drive(flow(), sender=ScriptedSender(ForbiddenAddress("no")), clock=FakeClock())
    assert closed == ["closed"]


async def test_a_flow_may_catch_what_the_sender_raises_and_go_on() -> None:
    def flow() -> Flow[int]:
        try:
            yield FIRST
        except ForbiddenAddress:
            reply = yield SECOND
        return int(reply.status)

    sender = ScriptedSender(ForbiddenAddress("no"), Reply(200))

    assert await drive(flow(), sender=sender, clock=FakeClock()) == 200


async def test_what_a_flow_raises_reaches_the_caller() -> None:
    def flow() -> Flow[None]:
        yield FIRST
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await drive(flow(), sender=ScriptedSender(Reply(200)), clock=FakeClock())


async def test_cancelling_closes_the_flow() -> None:
    closed: list[str] = []
    begun = asyncio.Event()

    class NeverAnswers(ScriptedSender):
        async def send(self, request: Request) -> Reply:
            begun.set()
            await asyncio.Event().wait()
            return Reply(0)

    def flow() -> Flow[None]:
        try:
            yield FIRST
        finally:
            closed.append("closed")

    driving = asyncio.create_task(drive(flow(), sender=NeverAnswers(), clock=FakeClock()))
    await begun.wait()
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving

    assert closed == ["closed"]
