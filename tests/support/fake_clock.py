"""A clock that jumps to the next sleeper as soon as nothing else happens."""

from __future__ import annotations

import asyncio
import heapq
import itertools

PATIENCE = 50
"""Turns of the event loop that everything else gets before the time moves."""


class FakeClock:
    """`ports.Clock` for tests: `time` starts at 1000.0 and `slept` lists the pauses in the order of asking."""

    def __init__(self, time: float = 1000.0) -> None:
        self.time = time
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()
        self._moving = False

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, next(self._number), woken))
        if not self._moving:
            self._moving = True
            self._move(PATIENCE)
        await woken

    def _move(self, turns: int) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(self._move, turns - 1)
            return
        when, _, woken = heapq.heappop(self._sleepers)
        self.time = max(self.time, when)
        if not woken.done():
            woken.set_result(None)
        self._moving = bool(self._sleepers)
        if self._moving:
            self._move(PATIENCE)
