"""Runs flows: performs the effects they ask for and sends them the answers."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import (
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
)
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
Keep: TypeAlias = Callable[[Any, Any], None]
"""Takes the place and the outcome of a `Record`; they are safe when it comes back."""


Flows: TypeAlias = Iterable[tuple[K, Callable[[], Flow[T]]]]


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
                return self.keep(place, outcome) if self.keep is not None else None
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

    async def finish(self, edge: Edge) -> T:
        """Perform the flow's effects to its end and return its result."""
        effect = self._effect
        if effect is None:
            return self._result
        held: set[str] = set()
        flow, keep = self._flow, edge.keep
        try:
            while True:
                try:
                    if isinstance(effect, Record) and keep is not None:
                        keep(effect.place, effect.outcome)
                        answer = None
                    else:
                        answer = await edge.perform(effect)
                        if isinstance(effect, Hold):
                            held.add(effect.key)
                        elif isinstance(effect, Release):
                            held.discard(effect.key)
                except Exception as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            for key in held:
                edge.memory.release(key)
            flow.close()

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
    end `flows`. `keep` takes what flows record; a flow's place is taken by the next one only after its outcome is kept.

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
    """A worker for each place, the flow prepared to follow those under way, and the results nobody has taken yet."""

    def __init__(self, flows: Flows[K, T], edge: Edge, *, parallel: int, drain: bool) -> None:
        self._source = iter(flows)
        self._edge = edge
        self._parallel = parallel
        self._drain = drain
        self._workers: set[asyncio.Task[None]] | None = None
        self._idle: deque[asyncio.Future[None]] = deque()
        """Workers that wait for a flow."""
        self._prepared: tuple[K, Started[T]] | None = None
        self._landed: deque[tuple[K, T]] = deque()
        self._exhausted = False
        self._stopped = False
        self._error: BaseException | None = None
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()

    async def next_landed(self) -> tuple[K, T] | None:
        """The next result, or None when all flows have ended. Raises the first exception once no result is left."""
        if self._workers is None:
            self._workers = {asyncio.create_task(self._work()) for _ in range(self._parallel)}
        while not self._landed:
            if not self._workers:
                if self._error is not None:
                    raise self._error
                return None
            await self._change()
        landed = self._landed.popleft()
        self._wake()
        return landed

    async def settle(self) -> None:
        """Start nothing more and let the flows under way run to their end."""
        self._stop(None)
        while self._workers:
            await self._change()

    async def cancel(self) -> None:
        """Give up whatever is still under way."""
        self._stop(None)
        tasks = list(self._workers or ())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(self._source, Generator):
            self._source.close()
        if self._prepared is not None:
            self._prepared[1].drop()

    async def _change(self) -> None:
        """Wait until a flow or a worker has ended."""
        self._changed.clear()
        await self._changed.wait()

    async def _work(self) -> None:
        """Carry out one flow after another."""
        try:
            while not self._stopped:
                if (taken := self._take()) is not None:
                    # Called when this worker's request has gone out, or at least has begun to.
                    self._loop.call_soon(self._prepare)
                    self._landed.append((taken[0], await taken[1].finish(self._edge)))
                    self._changed.set()
                elif self._exhausted:
                    return
                else:
                    idle = self._loop.create_future()
                    self._idle.append(idle)
                    await idle
        except Exception as error:
            self._stop(error)
        finally:
            if (task := asyncio.current_task()) is not None and self._workers is not None:
                self._workers.discard(task)
            self._changed.set()

    def _take(self) -> tuple[K, Started[T]] | None:
        """The next flow. None when there is none now, or its caller falls behind by as many results as are places."""
        if len(self._landed) >= self._parallel:
            return None
        if self._prepared is None:
            self._prepare()
        taken, self._prepared = self._prepared, None
        return taken

    def _prepare(self) -> None:
        """Run the next flow up to its first effect, unless one is waiting."""
        if self._prepared is not None or self._stopped or self._exhausted:
            return
        try:
            following = next(self._source, None)
            if following is None:
                self._exhausted = True
                self._wake_all()
            else:
                self._prepared = following[0], Started(following[1]())
                self._wake()
        except Exception as error:
            self._stop(error)

    def _wake(self) -> None:
        """Have a worker look whether there is something to do."""
        while self._idle:
            idle = self._idle.popleft()
            if not idle.done():
                idle.set_result(None)
                return

    def _wake_all(self) -> None:
        while self._idle:
            self._wake()

    def _stop(self, error: BaseException | None) -> None:
        """Start nothing more."""
        self._error = self._error or error
        self._stopped = True
        self._wake_all()
        if error is not None and not self._drain:
            own = asyncio.current_task()
            for task in self._workers or ():
                if task is not own:
                    task.cancel()
