"""Numbers and moments as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

from maniple.usecases.words import count, octets, plural

__all__ = ["MARKS", "ago", "count", "lasting", "moment", "octets", "plural", "rate", "utc"]
LAST_MOMENT = 253_370_764_800.0
"""The first day of the year 9999."""
MARKS = {
    "succeeded": ("✓", "green"),
    "succeeded_with_skips": ("!", "yellow"),
    "failed": ("✗", "red"),
    "running": ("·", "cyan"),
    "interrupted": ("!", "yellow"),
    "paused": ("!", "yellow"),
}
"""The mark and the colour of a run's status; the status is always said in words too."""


def moment(seconds: float) -> str:
    """A moment (seconds since the Unix epoch) in local time, to the minute."""
    return datetime.fromtimestamp(_within(seconds)).astimezone().strftime("%Y-%m-%d %H:%M")


def utc(seconds: float | None) -> str | None:
    """A moment for programs: ISO 8601 in UTC, to the second; None for None."""
    return None if seconds is None else datetime.fromtimestamp(_within(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _within(seconds: float) -> float:
    """A moment that a calendar can show, whatever a clock once said."""
    return min(max(seconds, 0.0), LAST_MOMENT)


def ago(seconds: float) -> str:
    """How long ago something was, from its age in seconds: `3 min ago`."""
    for size, unit in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            amount = int(seconds // size)
            return f"{amount} {unit}{'s' * (unit == 'day' and amount > 1)} ago"
    return "just now"


def lasting(seconds: float) -> str:
    """A length of time: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600:,} h {whole % 3_600 // 60} min"


def rate(users_per_second: float) -> str:
    """A speed in users a second."""
    return f"{users_per_second:,.0f} users/s" if users_per_second >= 10 else f"{users_per_second:.1f} users/s"
