"""The machine's own clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Time as this machine tells it (`ports.Clock`)."""

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let other work go on for `seconds`; at once for zero or less."""
        await asyncio.sleep(seconds)
