"""How often requests may start: sliding windows, all of them kept at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from maniple.errors import UsageError
from maniple.manifest.limits import RateWindow, windows_in
from maniple.ports import Clock


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` requests start in any `seconds` seconds.

    Raises UsageError for a count below 1 or for no time at all.
    """

    count: int
    seconds: float

    def __post_init__(self) -> None:
        if self.count < 1 or not self.seconds > 0:
            raise UsageError(
                f"a rate of `{self.count}/{self.seconds:g}s` lets no request through",
                hint="write at least 1 request and more than 0 seconds",
            )


def next_start(now: float, history: Sequence[float], windows: Iterable[Window]) -> float:
    """The earliest time, `now` or later, at which one more request may start.

    `history` holds the starts so far, oldest first: at least as many as the largest count, if there were so many.
    """
    earliest = now
    for window in windows:
        if len(history) >= window.count:
            earliest = max(earliest, history[-window.count] + window.seconds)
    return earliest


class RateLimiter:
    """Lets requests start in the order they asked, no faster than every window allows, those of `within` included.

    Its memory is one number per request of the largest count.
    """

    def __init__(self, windows: Iterable[Window], clock: Clock, within: RateLimiter | None = None) -> None:
        self._windows = tuple(windows)
        self._within = within
        self._clock = clock
        self._starts: deque[float] = deque(maxlen=max((window.count for window in self._windows), default=0))
        self._held_until = float("-inf")
        self._turn = asyncio.Lock()

    async def acquire(self) -> None:
        """Wait until one request may start, and count it as started."""
        if self.is_free:
            return
        # Only the first in line sleeps; asyncio's lock hands the turn on in the order of asking.
        async with self._turn:
            now = self._clock.monotonic()
            # Nothing is awaited between the last look and the counting, so nobody else within starts in between.
            while (start := self._earliest(now)) > now:
                await self._clock.sleep(start - now)
                now = self._clock.monotonic()
            self._count(now)

    @property
    def is_free(self) -> bool:
        """There is no window to keep to, and nothing was ever held back."""
        own = not self._windows and self._held_until == float("-inf")
        return own and (self._within is None or self._within.is_free)

    def throttle(self, until: float) -> None:
        """Let nothing start before `until`, in the clock's monotonic seconds, those who already wait included."""
        self._held_until = max(self._held_until, until)

    def _earliest(self, now: float) -> float:
        own = max(self._held_until, next_start(now, self._starts, self._windows))
        return own if self._within is None else max(own, self._within._earliest(now))

    def _count(self, now: float) -> None:
        self._starts.append(now)
        if self._within is not None:
            self._within._count(now)


class Pace:
    """How fast a partner is called: the `shared` rates count all calls together, a call's own rates count that call.

    A rate is `(count, seconds)`; a count that is a name comes from `scope`, the connection's settings.
    """

    def __init__(
        self, shared: Iterable[RateWindow], clock: Clock, scope: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        self._clock = clock
        self._scope = scope
        self._all = RateLimiter([Window(*rate) for rate in windows_in(shared, scope)], clock)
        self._calls: dict[str, RateLimiter] = {}

    def of(self, call: str, rates: Iterable[RateWindow]) -> RateLimiter:
        """The limiter of a call; the same one each time, so that it remembers."""
        if call not in self._calls:
            own = [Window(*rate) for rate in windows_in(rates, self._scope)]
            self._calls[call] = RateLimiter(own, self._clock, self._all)
        return self._calls[call]
