"""What the flows of one connection share: its tokens, and whose turn it is to get a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from maniple.ports import Clock


@dataclass(frozen=True, slots=True)
class Kept:
    """A remembered value. `expires` is in seconds since the Unix epoch; None: it lasts until it is replaced."""

    value: Any = field(repr=False)
    expires: float | None = None


Unlock: TypeAlias = Callable[[], None]


class TokenMemory:
    """What the flows of one connection remember (`ports.Memory`), within one event loop.

    `kept` is what is known at the start. `write` is awaited with every value before the flow that remembers it goes
    on, so that a token the partner has rotated is stored before it is used. `lock` keeps other processes out while a
    key is held, and `read` is awaited then, for what they have written meanwhile. `learn` is given what must be shown
    nowhere.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        kept: Mapping[str, Kept] | None = None,
        write: Callable[[str, Kept], Awaitable[None]] | None = None,
        read: Callable[[], Awaitable[Mapping[str, Kept]]] | None = None,
        lock: Callable[[], Awaitable[Unlock]] | None = None,
        learn: Callable[[Iterable[str]], None] | None = None,
    ) -> None:
        self._clock = clock
        self._kept = dict(kept or {})
        self._write = write
        self._read = read
        self._lock = lock
        self._learn = learn
        self._turns: dict[str, _Turn] = {}
        self._concealed: set[str] = set()

    async def recall(self, key: str) -> Any:
        """The value last remembered under `key`, or None when there is none or its time is over."""
        kept = self._kept.get(key)
        if kept is None or (kept.expires is not None and kept.expires <= self._clock.now()):
            return None
        return kept.value

    async def remember(self, key: str, value: Any, seconds: float | None) -> None:
        """Keep `value` under `key` for `seconds` (None: until it is replaced)."""
        expires = None if seconds is None else self._clock.now() + seconds
        kept = Kept(value, expires)
        if self._write is not None:
            await self._write(key, kept)
        self._kept[key] = kept

    async def hold(self, key: str) -> Any:
        """Wait until nobody else holds `key`; the word of who released it last meanwhile, else None."""
        turn = self._turns.setdefault(key, _Turn())
        before = turn.number
        await turn.lock.acquire()
        try:
            if self._lock is not None:
                turn.unlock = await self._lock()
            if self._read is not None:
                self._kept.update(await self._read())
        except BaseException:
            self.release(key)
            raise
        return turn.word if turn.number > before else None

    def release(self, key: str, word: Any = None) -> None:
        """Let the next one have `key`, and tell those who wait `word`."""
        turn = self._turns[key]
        unlock, turn.unlock = turn.unlock, None
        if unlock is not None:
            unlock()
        turn.number += 1
        turn.word = word
        turn.lock.release()

    def conceal(self, texts: tuple[str, ...]) -> None:
        """Tell `learn` of the texts that it does not know yet."""
        fresh = set(texts) - self._concealed
        if fresh and self._learn is not None:
            self._learn(fresh)
        self._concealed |= fresh


@dataclass
class _Turn:
    """Who may have a key. `number` counts the releases, `word` is what the last one said."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    number: int = 0
    word: Any = field(default=None, repr=False)
    unlock: Unlock | None = None
