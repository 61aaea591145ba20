"""When a flow gives its place to the next one, and what is safe by then."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from maniple.delivery.driver import drive_many
from maniple.wire import Flow, Record, Reply, Request
from support.fake_clock import FakeClock


class Ledger:
    """Makes records safe one after another, each when the test or a turn of the loop says so."""

    def __init__(self) -> None:
        self.given: list[tuple[int, str | None]] = []
        self.safe: list[tuple[int, str | None]] = []
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def keep(self, place: int, outcome: str | None) -> None:
        self.given.append((place, outcome))
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting
        self.safe.append((place, outcome))

    def commit(self, most: int) -> None:
        for _ in range(min(most, len(self._waiting))):
            self._waiting.popleft().set_result(None)


class Partner:
    """Accepts every request in a turn of the loop."""

    def __init__(self, ledger: Ledger) -> None:
        self.asked: list[int] = []
        self.most_unsafe = 0
        self._ledger = ledger

    async def send(self, request: Request) -> Reply:
        self.asked.append(int(request.url))
        safe = [place for place, outcome in self._ledger.safe if outcome is not None]
        self.most_unsafe = max(self.most_unsafe, len(self.asked) - len(safe))
        await asyncio.sleep(0)
        return Reply(200)

    async def close(self) -> None: ...


def flows(count: int) -> Iterator[tuple[int, Callable[[], Flow[int]]]]:
    for number in range(count):
        yield number, lambda number=number: _flow(number)  # type: ignore[misc]


def _flow(number: int) -> Flow[int]:
    yield Record(number)
    yield Request("POST", str(number))
    yield Record(number, "delivered")
    return number


async def turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def deliver(count: int, parallel: int, ledger: Ledger, partner: Partner) -> list[int]:
    landed = drive_many(flows(count), parallel=parallel, sender=partner, clock=FakeClock(), keep=ledger.keep)
    return [key async for key, _ in landed]


async def test_a_flow_gives_its_place_to_the_next_when_it_hands_over_its_outcome() -> None:
    ledger = Ledger()
    partner = Partner(ledger)
    delivering = asyncio.create_task(deliver(2, 1, ledger, partner))
    await turns()
    ledger.commit(1)
    await turns()

    assert [(0, None), (0, "delivered"), (1, None)] == ledger.given
    assert [0] == partner.asked
    for _ in range(3):
        ledger.commit(1)
        await turns()
    assert [0, 1] == await delivering


async def test_nothing_is_sent_while_as_many_requests_as_there_are_places_have_no_safe_outcome() -> None:
    ledger = Ledger()
    partner = Partner(ledger)
    delivering = asyncio.create_task(deliver(40, 3, ledger, partner))
    while not delivering.done():
        await turns()
        ledger.commit(6)

    assert 3 == partner.most_unsafe
    assert list(range(40)) == sorted(await delivering)


async def test_a_flow_that_records_nothing_keeps_its_place_to_its_end() -> None:
    def silent(number: int) -> Flow[int]:
        reply = yield Request("POST", str(number))
        return int(reply.status)

    ledger = Ledger()
    partner = Partner(ledger)
    ways = [(number, lambda number=number: silent(number)) for number in range(3)]  # type: ignore[misc]
    landed = drive_many(ways, parallel=1, sender=partner, clock=FakeClock())

    assert [(0, 200), (1, 200), (2, 200)] == [entry async for entry in landed]
