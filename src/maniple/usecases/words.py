"""Numbers and moments in words."""

from __future__ import annotations

from datetime import UTC, datetime


def count(number: int) -> str:
    """`number` with a comma between thousands."""
    return f"{number:,}"


def plural(number: int, noun: str, many: str | None = None) -> str:
    """`number` and its noun: `1 user`, `1,200 users`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def octets(number: int) -> str:
    """A size: `46 bytes`, `12.3 kB`, `4.0 MB`."""
    if number < 10_000:
        return plural(number, "byte")
    return f"{number / 1_000:,.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:,.1f} MB"


def iso_time(moment: float) -> str:
    """A moment in ISO 8601, UTC."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
