"""Driving many flows at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing

import pytest

from maniple.delivery.driver import drive_many
from maniple.errors import ForbiddenAddress, OperatorError
from maniple.wire import Flow, Record, Reply, Request
from support.fake_clock import FakeClock


class Partner:
    """A sender whose answers the test lets go one by one, by the last part of the URL."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.cancelled: list[int] = []
        self.most_at_once = 0
        self._gates: dict[int, asyncio.Future[Reply]] = {}
        self._open = 0

    async def send(self, request: Request) -> Reply:
        number = int(request.url)
        self.asked.append(number)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            return await self._gate(number)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        finally:
            self._open -= 1

    async def close(self) -> None: ...

    def answer(self, *numbers: int) -> None:
        for number in numbers:
            self._gate(number).set_result(Reply(200))

    def fail(self, number: int) -> None:
        self._gate(number).set_exception(ForbiddenAddress(f"no {number}"))

    def _gate(self, number: int) -> asyncio.Future[Reply]:
        return self._gates.setdefault(number, asyncio.get_running_loop().create_future())


class Batches:
    """Flows of one request each, numbered from 0; notes what was pulled, rendered and closed."""

    def __init__(self, count: int, unrenderable: int | None = None) -> None:
        self.count = count
        self.unrenderable = unrenderable
        self.pulled: list[int] = []
        self.rendered: list[int] = []
        self.closed: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, Callable[[], Flow[int]]]]:
        for number in range(self.count):
            self.pulled.append(number)
            yield number, lambda number=number: self._flow(number)

    def _flow(self, number: int) -> Flow[int]:
        if number == self.unrenderable:
            raise ZeroDivisionError
        self.rendered.append(number)
        try:
            reply = yield Request("POST", str(number))
            return int(reply.status) + number
        finally:
            self.closed.append(number)


async def turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def outcomes(
    batches: Batches, partner: Partner, *, parallel: int, drain: bool = True
) -> AsyncIterator[tuple[int, int]]:
    return drive_many(batches, parallel=parallel, sender=partner, clock=FakeClock(), drain=drain)


async def collect(flights: AsyncIterator[tuple[int, int]], into: list[tuple[int, int]]) -> None:
    async for landed in flights:
        into.append(landed)


async def test_every_flow_is_driven_and_keyed() -> None:
    partner = Partner()
    partner.answer(*range(5))

    landed = [entry async for entry in outcomes(Batches(5), partner, parallel=2)]

    assert sorted(landed) == [(0, 200), (1, 201), (2, 202), (3, 203), (4, 204)]


async def test_no_flows_give_no_outcomes() -> None:
    assert [entry async for entry in outcomes(Batches(0), Partner(), parallel=2)] == []


async def test_no_more_than_the_given_number_is_under_way() -> None:
    partner, batches = Partner(), Batches(10)
    landed: list[tuple[int, int]] = []
    consuming = asyncio.create_task(collect(outcomes(batches, partner, parallel=3), landed))
    await turns()
    under_way = list(partner.asked)
    partner.answer(*range(10))
    await consuming

    assert (under_way, partner.most_at_once, len(landed)) == ([0, 1, 2], 3, 10)


async def test_one_flow_beyond_those_under_way_is_rendered_and_no_more_are_pulled() -> None:
    partner, batches = Partner(), Batches(10)
    consuming = asyncio.create_task(collect(outcomes(batches, partner, parallel=3), []))
    await turns()

    assert (batches.rendered, batches.pulled) == ([0, 1, 2, 3], [0, 1, 2, 3])
    partner.answer(*range(10))
    await consuming


async def test_outcomes_come_in_the_order_they_finish() -> None:
    partner = Partner()
    landed: list[tuple[int, int]] = []
    consuming = asyncio.create_task(collect(outcomes(Batches(3), partner, parallel=3), landed))
    for number in (2, 0, 1):
        await turns()
        partner.answer(number)
    await consuming

    assert [key for key, _ in landed] == [2, 0, 1]


async def test_a_free_place_is_taken_while_the_consumer_is_busy_with_an_outcome() -> None:
    partner = Partner()
    partner.answer(0)
    async with aclosing(outcomes(Batches(3), partner, parallel=1)) as flights:  # type: ignore[type-var]
        await anext(flights)
        await turns()
        asked = list(partner.asked)
        partner.answer(1, 2)

    assert asked == [0, 1]


async def test_after_an_exception_the_flows_under_way_run_to_their_end_and_are_reported() -> None:
    partner, batches = Partner(), Batches(10)
    landed: list[tuple[int, int]] = []
    consuming = asyncio.create_task(collect(outcomes(batches, partner, parallel=3), landed))
    await turns()
    partner.fail(1)
    await turns()
    partner.answer(0, 2)
    with pytest.raises(ForbiddenAddress, match="no 1"):
        await consuming

    assert landed == [(0, 200), (2, 202)]
    assert (partner.asked, batches.closed) == ([0, 1, 2], [1, 0, 2, 3])


async def test_without_draining_an_exception_cancels_the_flows_under_way() -> None:
    partner, batches = Partner(), Batches(10)
    landed: list[tuple[int, int]] = []
    consuming = asyncio.create_task(collect(outcomes(batches, partner, parallel=3, drain=False), landed))
    await turns()
    partner.answer(0)
    partner.fail(1)
    with pytest.raises(ForbiddenAddress, match="no 1"):
        await consuming

    assert (landed, sorted(partner.cancelled)) == ([(0, 200)], [2, 3])
    assert sorted(batches.closed) == sorted(batches.rendered)


async def test_a_flow_that_cannot_be_rendered_stops_the_rest() -> None:
    partner = Partner()
    landed: list[tuple[int, int]] = []
    consuming = asyncio.create_task(collect(outcomes(Batches(10, unrenderable=2), partner, parallel=2), landed))
    await turns()
    partner.answer(0, 1)
    with pytest.raises(ZeroDivisionError):
        await consuming

    assert (landed, partner.asked) == ([(0, 200), (1, 201)], [0, 1])


async def test_leaving_the_iteration_drains_the_flows_under_way() -> None:
    partner, batches = Partner(), Batches(10)
    partner.answer(0)
    flights = outcomes(batches, partner, parallel=2)
    await anext(flights)
    await turns()
    leaving = asyncio.create_task(flights.aclose())  # type: ignore[attr-defined]
    await turns()
    waits = not leaving.done()
    partner.answer(1, 2)
    await leaving

    assert (waits, partner.asked, partner.cancelled) == (True, [0, 1, 2], [])
    assert sorted(batches.closed) == [0, 1, 2, 3]


async def test_without_draining_leaving_cancels_them() -> None:
    partner, batches = Partner(), Batches(10)
    partner.answer(0)
    flights = outcomes(batches, partner, parallel=2, drain=False)
    await anext(flights)
    await turns()
    await flights.aclose()  # type: ignore[attr-defined]

    assert sorted(partner.cancelled) == [1, 2]
    assert sorted(batches.closed) == [0, 1, 2, 3]


async def test_cancelling_the_consumer_cancels_the_flows_under_way() -> None:
    partner, batches = Partner(), Batches(10)
    consuming = asyncio.create_task(collect(outcomes(batches, partner, parallel=2), []))
    await turns()
    consuming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consuming

    assert (sorted(partner.cancelled), sorted(batches.closed)) == ([0, 1], [0, 1, 2])


async def test_a_source_that_ends_early_lets_the_rest_be_heard_of() -> None:
    partner, stopping = Partner(), asyncio.Event()
    batches = Batches(10)

    def until_stopped() -> Iterator[tuple[int, Callable[[], Flow[int]]]]:
        for entry in batches:
            if stopping.is_set():
                return
            yield entry

    landed: list[tuple[int, int]] = []
    flights = drive_many(until_stopped(), parallel=2, sender=partner, clock=FakeClock())
    consuming = asyncio.create_task(collect(flights, landed))
    await turns()
    stopping.set()
    partner.answer(*range(10))
    await consuming

    assert sorted(key for key, _ in landed) == [0, 1, 2]


async def test_what_a_flow_records_is_kept_before_it_goes_on_and_before_its_place_is_taken() -> None:
    story: list[str] = []

    class Listening(Partner):
        async def send(self, request: Request) -> Reply:
            story.append(f"asked {request.url}")
            return await super().send(request)

    def flow(number: int) -> Flow[int]:
        yield Record(number)
        yield Request("POST", str(number))
        yield Record(number, "delivered")
        return number

    def keep(place: int, outcome: str | None) -> None:
        story.append(f"kept {place} {outcome}")

    partner = Listening()
    partner.answer(0, 1)
    ways = [(number, lambda number=number: flow(number)) for number in range(2)]  # type: ignore[misc]
    landed = drive_many(ways, parallel=1, sender=partner, clock=FakeClock(), keep=keep)

    assert [(0, 0), (1, 1)] == [entry async for entry in landed]
    assert ["kept 0 None", "asked 0", "kept 0 delivered", "kept 1 None", "asked 1", "kept 1 delivered"] == story


async def test_what_cannot_be_kept_is_not_sent() -> None:
    def flow() -> Flow[str]:
        yield Record("batch 7")
        yield Request("POST", "7")
        return "done"

    def keep(place: str, outcome: None) -> None:
        raise OperatorError("no space left")

    partner = Partner()
    with pytest.raises(OperatorError, match="no space left"):
        await anext(drive_many([(7, flow)], parallel=1, sender=partner, clock=FakeClock(), keep=keep))

    assert [] == partner.asked
