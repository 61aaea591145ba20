"""How many calls a partner allows a day, and how many of them are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from maniple.manifest.limits import RateWindow, windows_in
from maniple.runtime.outcome import Classification

USED_UP = "The daily budget is used up"


@dataclass
class DailyBudget:
    """Calls that may still be made today. `limit` is in calls a day; None means that nothing limits them."""

    limit: int | None
    used: int = 0

    def take(self, calls: int) -> bool:
        """Set `calls` aside if they are left."""
        if self.limit is not None and self.used + calls > self.limit:
            return False
        self.used += calls
        return True

    @property
    def why(self) -> Classification:
        """Why a run stops."""
        message = (
            f"The partner allows {self.limit:,} of these calls a day, and they are made. "
            "What is left goes out with the first run after midnight (UTC)."
        )
        return Classification(USED_UP, message)


def daily_budget(window: RateWindow | None, scope: Mapping[str, Any], used: int) -> DailyBudget:
    """The budget of a call, of which `used` calls were made today."""
    found = windows_in([window], scope) if window is not None else ()
    return DailyBudget(found[0][0] if found else None, used)


def day_began(now: float) -> float:
    """Seconds since the epoch at which the day of `now` began, in UTC."""
    return datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
