"""Rate windows: how often requests may start."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maniple.delivery.rate import Pace, RateLimiter, Window, next_start
from maniple.errors import UsageError
from support.fake_clock import FakeClock

WINDOWS = st.lists(st.builds(Window, st.integers(1, 6), st.floats(0.01, 100, allow_nan=False)), min_size=1, max_size=3)


async def starts_of(count: int, limiter: RateLimiter, clock: FakeClock) -> list[float]:
    starts: list[float] = []
    for _ in range(count):
        await limiter.acquire()
        starts.append(clock.time)
    return starts


def test_the_first_requests_of_a_window_start_at_once() -> None:
    assert next_start(5.0, [4.0, 4.5], [Window(3, 1.0)]) == 5.0


def test_one_more_than_the_count_waits_until_the_oldest_leaves_the_window() -> None:
    assert next_start(5.0, [4.2, 4.4, 4.6], [Window(3, 1.0)]) == 5.2


def test_of_several_windows_the_strictest_decides() -> None:
    assert next_start(5.0, [4.0, 4.9], [Window(1, 0.5), Window(2, 10.0)]) == 14.0


def test_an_old_history_holds_nothing_up() -> None:
    assert next_start(500.0, [1.0, 2.0, 3.0], [Window(3, 1.0)]) == 500.0


@pytest.mark.parametrize(("count", "seconds"), [(0, 1.0), (-1, 1.0), (1, 0.0), (1, -1.0), (1, float("nan"))])
def test_a_rate_that_lets_nothing_through_is_refused(count: int, seconds: float) -> None:
    with pytest.raises(UsageError):
        Window(count, seconds)


@given(WINDOWS, st.lists(st.floats(0, 50, allow_nan=False), max_size=60))
def test_no_window_ever_holds_more_starts_than_its_count(windows: list[Window], pauses: list[float]) -> None:
    now, starts = 0.0, list[float]()
    for pause in pauses:
        now = next_start(now + pause, starts, windows)
        starts.append(now)

    for window in windows:
        for first, beyond in zip(starts, starts[window.count :], strict=False):
            assert first + window.seconds <= beyond


@given(WINDOWS, st.integers(1, 30))
def test_nothing_waits_longer_than_it_must(windows: list[Window], count: int) -> None:
    starts: list[float] = []
    for _ in range(count):
        starts.append(next_start(0.0, starts, windows))

    for number, start in enumerate(starts):
        binding = [starts[number - w.count] + w.seconds for w in windows if number >= w.count]
        assert start == max(binding, default=0.0)


async def test_a_limiter_lets_each_window_through_and_waits_between() -> None:
    clock = FakeClock(time=0.0)

    starts = await starts_of(7, RateLimiter([Window(2, 1.0), Window(5, 10.0)], clock), clock)

    assert starts == [0.0, 0.0, 1.0, 1.0, 2.0, 10.0, 10.0]


async def test_without_windows_nothing_waits() -> None:
    clock = FakeClock()

    await starts_of(100, RateLimiter([], clock), clock)

    assert clock.slept == []


async def test_requests_start_in_the_order_they_asked() -> None:
    clock = FakeClock(time=0.0)
    limiter = RateLimiter([Window(1, 1.0)], clock)
    order: list[tuple[int, float]] = []

    async def ask(number: int) -> None:
        await limiter.acquire()
        order.append((number, clock.time))

    await asyncio.gather(*(ask(number) for number in range(4)))

    assert order == [(0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0)]


async def test_who_gives_up_waiting_takes_no_place() -> None:
    clock = FakeClock(time=0.0)
    limiter = RateLimiter([Window(1, 1.0)], clock)
    await limiter.acquire()
    impatient = asyncio.create_task(limiter.acquire())
    patient = asyncio.create_task(limiter.acquire())
    await asyncio.sleep(0)
    impatient.cancel()

    await patient

    assert clock.time == 1.0


async def test_throttling_holds_back_those_who_already_wait() -> None:
    clock = FakeClock(time=0.0)
    limiter = RateLimiter([Window(1, 1.0)], clock)
    await limiter.acquire()
    waiting = asyncio.create_task(limiter.acquire())
    await asyncio.sleep(0)
    limiter.throttle(30.0)

    await waiting

    assert clock.time == 30.0


async def test_the_windows_hold_after_throttling_too() -> None:
    clock = FakeClock(time=0.0)
    limiter = RateLimiter([Window(2, 1.0)], clock)
    limiter.throttle(30.0)

    assert await starts_of(4, limiter, clock) == [30.0, 30.0, 31.0, 31.0]


async def test_a_shorter_throttle_does_not_end_a_longer_one() -> None:
    clock = FakeClock(time=0.0)
    limiter = RateLimiter([], clock)
    limiter.throttle(30.0)
    limiter.throttle(10.0)

    assert await starts_of(1, limiter, clock) == [30.0]


async def test_shared_rates_count_all_calls_together_and_a_calls_own_that_call() -> None:
    clock = FakeClock(time=0.0)
    pace = Pace([(2, 1.0)], clock)
    create, add = pace.of("create_list", []), pace.of("add_users", [(1, 10.0)])

    assert await starts_of(1, create, clock) == [0.0]
    assert await starts_of(1, add, clock) == [0.0]
    assert await starts_of(1, create, clock) == [1.0]
    assert await starts_of(1, pace.of("add_users", [(1, 10.0)]), clock) == [10.0]


async def test_calls_that_wait_for_the_same_shared_place_get_it_one_after_another() -> None:
    clock = FakeClock(time=0.0)
    pace = Pace([(1, 1.0)], clock)
    order: list[float] = []

    async def ask(call: str) -> None:
        await pace.of(call, []).acquire()
        order.append(clock.time)

    await asyncio.gather(*(ask(f"call {number}") for number in range(4)))

    assert order == [0.0, 1.0, 2.0, 3.0]
