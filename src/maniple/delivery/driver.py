"""Runs flows: performs the effects they ask for and sends them the answers."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, assert_never

from maniple.delivery.memory import TokenMemory
from maniple.delivery.rate import RateLimiter
from maniple.ports import Clock, Memory, Sender
from maniple.wire import (
    SIGN_IN,
    Conceal,
    Effect,
    Flow,
    Hold,
    Moment,
    Nonce,
    Recall,
    Record,
    Release,
    Remember,
    Reply,
    Request,
    Wait,
)

T = TypeVar("T")
K = TypeVar("K")
Observe: TypeAlias = Callable[[Request, Reply], None]
Keep: TypeAlias = Callable[[Any, Any], Awaitable[None]]
"""Takes the place and the outcome of a `Record`; comes back when they are safe."""
Flows: TypeAlias = Iterable[tuple[K, Callable[[], Flow[T]]]] | AsyncIterable[tuple[K, Callable[[], Flow[T]]]]


@dataclass(frozen=True, slots=True)
class Edge:
    """The world that flows act on. `limiter` paces their requests, `observe` sees every exchange."""

    sender: Sender
    clock: Clock
    memory: Memory
    limiter: RateLimiter | None
    observe: Observe | None
    keep: Keep | None = None
    nonce: Callable[[int], str] = secrets.token_hex

    async def perform(self, effect: Effect) -> Any:
        """Do what `effect` asks for and return its answer."""
        match effect:
            case Request():
                return await self._exchange(effect)
            case Wait(seconds, why):
                if why == "throttled" and self.limiter is not None:
                    self.limiter.throttle(self.clock.monotonic() + seconds)
                return await self.clock.sleep(seconds)
            case Recall(key):
                return await self.memory.recall(key)
            case Remember(key, value, seconds):
                return await self.memory.remember(key, value, seconds)
            case Record(place, outcome):
                return await self.keep(place, outcome) if self.keep is not None else None
            case Moment():
                return self.clock.now()
            case Nonce(octets):
                return self.nonce(octets)
            case Hold(key):
                return await self.memory.hold(key)
            case Release(key, word):
                return self.memory.release(key, word)
            case Conceal(texts):
                return self.memory.conceal(texts)
            case _:
                assert_never(effect)

    async def _exchange(self, request: Request) -> Reply:
        if self.limiter is not None and request.call != SIGN_IN:
            await self.limiter.acquire()
        reply = await self.sender.send(request)
        if self.observe is not None:
            self.observe(request, reply)
        return reply


class Started(Generic[T]):
    """A flow that has run up to its first effect: the body of its first request is rendered."""

    __slots__ = ("_effect", "_flow", "_result")

    def __init__(self, flow: Flow[T]) -> None:
        self._flow = flow
        self._effect: Effect | None = None
        try:
            self._effect = next(flow)
        except StopIteration as end:
            self._result: T = end.value

    async def finish(self, edge: Edge, leave: Callable[[], None] = lambda: None) -> T:
        """Perform the flow's effects to its end and return its result.

        `leave` is called when the flow has an outcome to record: by then it has sent all that it will send.
        """
        effect = self._effect
        if effect is None:
            return self._result
        held: set[str] = set()
        try:
            while True:
                if isinstance(effect, Record) and effect.outcome is not None:
                    leave()
                try:
                    answer = await edge.perform(effect)
                    if isinstance(effect, Hold):
                        held.add(effect.key)
                    elif isinstance(effect, Release):
                        held.discard(effect.key)
                except Exception as error:
                    effect = self._flow.throw(error)
                else:
                    effect = self._flow.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            for key in held:
                edge.memory.release(key)
            self._flow.close()

    def drop(self) -> None:
        """Give the flow up before anything was done for it."""
        self._flow.close()


async def drive(
    flow: Flow[T],
    *,
    sender: Sender,
    clock: Clock,
    memory: Memory | None = None,
    limiter: RateLimiter | None = None,
    observe: Observe | None = None,
    keep: Keep | None = None,
) -> T:
    """Run `flow` to its end and return its result. `keep` is given what the flow records.

    A wait for being throttled holds back everything that `limiter` paces. Without `memory` values are remembered for
    this flow only. What the sender raises (ForbiddenAddress) is raised inside the flow, and here unless the flow
    catches it. Cancelling closes the flow.
    """
    edge = Edge(sender, clock, memory or TokenMemory(clock), limiter, observe, keep)
    return await Started(flow).finish(edge)


async def drive_many(
    flows: Flows[K, T],
    *,
    parallel: int,
    sender: Sender,
    clock: Clock,
    memory: Memory | None = None,
    limiter: RateLimiter | None = None,
    observe: Observe | None = None,
    keep: Keep | None = None,
    drain: bool = True,
) -> AsyncIterator[tuple[K, T]]:
    """Run many flows, at most `parallel` at a time, and yield each key with its result, in the order they finish.

    `flows` is pulled one flow ahead of what is in flight, so that a request is rendered while others are under way and
    memory stays bounded by `parallel` + 1 batches. To stop early and still learn what became of the flows in flight,
    end `flows`.

    A flow leaves its place to the next one when it hands its outcome to `keep`, so that both are written down together.
    `keep` must make safe what it is given in the order it is given it: then the next flow, which waits for its own
    record, sends nothing before that outcome is safe, and never are more than `parallel` requests without one.

    The first exception, of a flow or of `flows`, starts nothing more. With `drain` the flows in flight then run to
    their end and their results are yielded before the exception is raised; without it they are cancelled, and what the
    partner did with their requests stays unknown. Leaving the iteration (`aclose`, which `contextlib.aclosing` calls
    in time) drains or cancels them in the same way, their results unseen. Cancelling the caller always cancels them.
    """
    edge = Edge(sender, clock, memory or TokenMemory(clock), limiter, observe, keep)
    flight = Flight(flows, edge, parallel=parallel, drain=drain)
    try:
        while (landed := await flight.next_landed()) is not None:
            yield landed
    except GeneratorExit:
        if drain:
            await flight.settle()
        raise
    finally:
        await flight.cancel()


class Flight(Generic[K, T]):
    """The flows under way, the one prepared to follow them, and the results nobody has taken yet."""

    def __init__(self, flows: Flows[K, T], edge: Edge, *, parallel: int, drain: bool) -> None:
        self._source = in_turn(flows)
        self._edge = edge
        self._parallel = parallel
        self._drain = drain
        self._running: dict[asyncio.Task[T], K] = {}
        self._placed: set[asyncio.Task[Any] | None] = set()
        """The running flows that have not left their place."""
        self._pull: asyncio.Task[tuple[K, Started[T]] | None] | None = None
        self._prepared: tuple[K, Started[T]] | None = None
        self._landed: deque[tuple[K, T]] = deque()
        self._over = False
        self._error: BaseException | None = None
        self._changed = asyncio.Event()

    async def next_landed(self) -> tuple[K, T] | None:
        """The next result, or None when all flows have ended. Raises the first exception once no result is left."""
        self._launch()
        while not self._landed:
            if not self._running and self._pull is None:
                if self._error is not None:
                    raise self._error
                return None
            await self._change()
        landed = self._landed.popleft()
        self._launch()
        return landed

    async def settle(self) -> None:
        """Start nothing more and let the flows under way run to their end."""
        self._over = True
        while self._running:
            await self._change()

    async def cancel(self) -> None:
        """Give up whatever is still under way."""
        self._over = True
        tasks: list[asyncio.Task[Any]] = [*self._running, *([self._pull] if self._pull else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._source.aclose()
        if self._prepared is not None:
            self._prepared[1].drop()

    async def _change(self) -> None:
        """Wait until a flow has ended or the next one is prepared."""
        self._changed.clear()
        await self._changed.wait()

    def _launch(self) -> None:
        """Take a free place, also while the caller is busy, and have the next flow prepared.

        A caller who falls behind by as many results as there are places stops the launching.
        """
        if self._over:
            return
        if self._prepared is not None and max(len(self._placed), len(self._landed)) < self._parallel:
            (key, started), self._prepared = self._prepared, None
            task = asyncio.create_task(started.finish(self._edge, self._leave))
            self._running[task] = key
            self._placed.add(task)
            task.add_done_callback(self._land)
        if self._prepared is None and self._pull is None:
            self._pull = asyncio.create_task(self._prepare())
            self._pull.add_done_callback(self._take_over)

    def _leave(self) -> None:
        """Give the place of the flow that runs now to the next one."""
        self._placed.discard(asyncio.current_task())
        self._launch()

    async def _prepare(self) -> tuple[K, Started[T]] | None:
        # The flow just launched needs two turns of the loop to get its request out; rendering comes after that.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        following = await anext(self._source, None)
        return None if following is None else (following[0], Started(following[1]()))

    def _take_over(self, pull: asyncio.Task[tuple[K, Started[T]] | None]) -> None:
        self._pull = None
        self._changed.set()
        if pull.cancelled():
            return
        if (error := pull.exception()) is not None:
            self._stop(error)
        elif (prepared := pull.result()) is None:
            self._over = True
        else:
            self._prepared = prepared
            self._launch()

    def _land(self, task: asyncio.Task[T]) -> None:
        key = self._running.pop(task)
        self._placed.discard(task)
        self._changed.set()
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._stop(error)
        else:
            self._landed.append((key, task.result()))
            self._launch()

    def _stop(self, error: BaseException) -> None:
        self._error = self._error or error
        self._over = True
        if self._pull is not None:
            self._pull.cancel()
        if not self._drain:
            for task in self._running:
                task.cancel()


async def in_turn(flows: Flows[K, T]) -> AsyncGenerator[tuple[K, Callable[[], Flow[T]]], None]:
    """`flows` as an asynchronous iterator, whichever kind it is."""
    if isinstance(flows, AsyncIterable):
        async for flow in flows:
            yield flow
    else:
        for flow in flows:
            yield flow
