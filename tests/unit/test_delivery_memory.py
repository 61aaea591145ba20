"""What the flows of a connection remember."""

from __future__ import annotations

from maniple.delivery.memory import Kept, TokenMemory
from support.fake_clock import FakeClock


async def test_what_was_remembered_is_recalled() -> None:
    memory = TokenMemory(FakeClock())
    await memory.remember("token", {"access": "t"}, None)

    assert await memory.recall("token") == {"access": "t"}


async def test_what_was_never_remembered_is_none() -> None:
    assert await TokenMemory(FakeClock()).recall("token") is None


async def test_a_value_is_forgotten_when_its_time_is_over() -> None:
    clock = FakeClock(time=1000.0)
    memory = TokenMemory(clock)
    await memory.remember("token", "t", 60.0)

    clock.time = 1059.9
    just_before = await memory.recall("token")
    clock.time = 1060.0

    assert (just_before, await memory.recall("token")) == ("t", None)


async def test_a_value_without_a_time_stays() -> None:
    clock = FakeClock()
    memory = TokenMemory(clock)
    await memory.remember("token", "t", None)
    clock.time += 1e9

    assert await memory.recall("token") == "t"


async def test_a_value_is_replaced() -> None:
    memory = TokenMemory(FakeClock())
    await memory.remember("token", "old", 60.0)
    await memory.remember("token", "new", None)

    assert await memory.recall("token") == "new"


async def test_values_kept_from_before_are_known() -> None:
    clock = FakeClock(time=1000.0)
    memory = TokenMemory(clock, kept={"fresh": Kept("a", 1001.0), "stale": Kept("b", 1000.0)})

    assert (await memory.recall("fresh"), await memory.recall("stale")) == ("a", None)


async def test_every_value_is_written_through_with_the_time_it_expires() -> None:
    written: list[tuple[str, Kept]] = []

    async def write(key: str, kept: Kept) -> None:
        written.append((key, kept))

    memory = TokenMemory(FakeClock(time=1000.0), write=write)
    await memory.remember("token", "t", 60.0)
    await memory.remember("refresh", "r", None)

    assert written == [("token", Kept("t", 1060.0)), ("refresh", Kept("r", None))]


def test_a_kept_value_is_not_shown() -> None:
    assert "t0ken" not in repr(Kept("t0ken", 1.0))
