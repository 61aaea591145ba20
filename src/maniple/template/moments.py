"""Filters on times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from maniple.template.text import text_of


def _instant(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
        moment = datetime.fromisoformat(text_of(value).strip()[:40].replace("Z", "+00:00"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def date(value: Any, form: Any = "%Y-%m-%d") -> str | None:
    """An ISO time or epoch (s or ms) as a UTC date, `form` as in strftime.

    >>> date("2026-11-20T10:00:00Z"), date(1763632800, "%d/%m/%Y")
    ('2026-11-20', '20/11/2025')
    """
    moment = _instant(value)
    try:
        return moment.strftime(text_of(form)[:64]) if moment else None
    except ValueError:
        # A form with a character that no clock can write, which includes half a character.
        return None


def epoch(value: Any) -> int | None:
    """An ISO time as whole seconds since 1970.

    >>> epoch("2026-11-20T10:00:00Z")
    1795168800
    """
    moment = _instant(value)
    return int(moment.timestamp()) if moment else None


def epoch_ms(value: Any) -> int | None:
    """An ISO time as milliseconds since 1970.

    >>> epoch_ms("2026-11-20T10:00:00.5Z")
    1795168800500
    """
    moment = _instant(value)
    return round(moment.timestamp() * 1000) if moment else None
