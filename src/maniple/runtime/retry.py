"""When to try again. Pure: time comes in the reply, chance comes as an argument."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from maniple.wire import Reply, read_tree

if TYPE_CHECKING:
    from maniple.manifest.limits import LimitHeader

Dice = Callable[[], float]
"""A number from 0 to 1, for jitter."""

MAX_RETRIES = 8
"""Tries after the first: the original system's figure."""
FIRST_PAUSE = 1.0
MAX_PAUSE = 128.0
"""Seconds: eight doublings from 1 s end just over two minutes, as in the original system."""
JITTER = 0.1
MAX_THROTTLED = 3_600.0
"""Seconds a batch waits in all for a partner that throttles, before it fails and the next run goes on."""
EPOCH_IN_MS = 100_000_000_000
"""A moment above this is in milliseconds: as seconds it would be in the year 5138."""
WORTH_RETRYING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that are tried again unless a rule says otherwise."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried again."""

    retries: int = MAX_RETRIES


DEFAULT_POLICY = RetryPolicy()


def pause_before(retry: int, jitter: float) -> float:
    """Seconds before retry number `retry` (from 0); `jitter` from 0 to 1 makes it up to a tenth longer.

    >>> [pause_before(n, 0.0) for n in (0, 1, 7, 12)]
    [1.0, 2.0, 128.0, 128.0]
    """
    return float(min(MAX_PAUSE, FIRST_PAUSE * 2 ** min(retry, 16)) * (1 + JITTER * jitter))


def retry_after(reply: Reply) -> float | None:
    """Seconds the partner asks to wait (RFC 9110, section 10.2.3), from 0 to a day; None when it does not ask.

    A date is read against the reply's own `Date`.
    """
    value = (reply.header("Retry-After") or "").strip()
    if not value:
        return None
    try:
        return max(0.0, min(float(value), 86_400.0)) if value.replace(".", "", 1).isdigit() else _until(value, reply)
    except (ValueError, TypeError, OverflowError):
        return None


def _until(value: str, reply: Reply) -> float | None:
    now = reply.header("Date")
    if not now:
        return None
    moment = parsedate_to_datetime(value) - parsedate_to_datetime(now)
    return max(0.0, min(moment.total_seconds(), 86_400.0))


def asked_pause(reply: Reply, waits: Sequence[LimitHeader] = ()) -> float | None:
    """Seconds the partner asks to wait: by `Retry-After`, else by the first of the manifest's limit headers that says so.

    A moment (`as: epoch`) is read against the reply's own `Date`, so that a clock that goes wrong does no harm.
    """
    after = retry_after(reply)
    if after is not None:
        return after
    found = (_by_header(reply, wait) for wait in waits)
    return next((seconds for seconds in found if seconds is not None), None)


def _by_header(reply: Reply, wait: LimitHeader) -> float | None:
    number = _number_in(reply.header(wait.header), wait.path)
    if number is None:
        return None
    match wait.as_:
        case "seconds":
            seconds = number
        case "ms":
            seconds = number / 1_000
        case "epoch":
            here = _date_of(reply)
            if here is None:
                return None
            seconds = (number / 1_000 if number > EPOCH_IN_MS else number) - here
    return max(0.0, min(seconds, 86_400.0))


def _number_in(text: str | None, path: str | None) -> float | None:
    """The number that a header's value is, or that stands at a dotted path of its JSON."""
    value: object = text
    if text is not None and path is not None:
        value = read_tree(text.encode())
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
    try:
        number = float(str(value)) if value is not None and not isinstance(value, bool) else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _date_of(reply: Reply) -> float | None:
    try:
        return parsedate_to_datetime(reply.header("Date") or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def is_throttled(reply: Reply) -> bool:
    """The partner says *slower*, not *wrong*: waiting for it uses up no tries."""
    return reply.status == 429 or (reply.status in WORTH_RETRYING and retry_after(reply) is not None)
