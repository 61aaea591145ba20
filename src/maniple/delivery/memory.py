"""Tokens of one connection, kept in the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maniple.ports import Clock


@dataclass(frozen=True, slots=True)
class Kept:
    """A remembered value. `expires` is in seconds since the Unix epoch; None: it lasts until it is replaced."""

    value: Any = field(repr=False)
    expires: float | None = None


class TokenMemory:
    """What the flows of one connection remember (`ports.Memory`).

    `kept` is what is known at the start. `write` is awaited with every value before the flow that remembers it goes
    on, so that a token the partner has rotated is stored before it is used.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        kept: Mapping[str, Kept] | None = None,
        write: Callable[[str, Kept], Awaitable[None]] | None = None,
    ) -> None:
        self._clock = clock
        self._kept = dict(kept or {})
        self._write = write

    async def recall(self, key: str) -> Any:
        """The value last remembered under `key`, or None when there is none or its time is over."""
        kept = self._kept.get(key)
        if kept is None or (kept.expires is not None and kept.expires <= self._clock.now()):
            return None
        return kept.value

    async def remember(self, key: str, value: Any, seconds: float | None) -> None:
        """Keep `value` under `key` for `seconds` (None: until it is replaced)."""
        expires = None if seconds is None else self._clock.now() + seconds
        self._kept[key] = kept = Kept(value, expires)
        if self._write is not None:
            await self._write(key, kept)
