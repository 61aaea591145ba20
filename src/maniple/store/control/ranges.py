"""Sets of plan rows as half-open ranges."""

from __future__ import annotations

from collections.abc import Iterable

from maniple.store.control.rows import Ranges


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same rows as sorted ranges that neither overlap nor touch; empty ones are left out."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if start >= stop:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return tuple(joined)


def without(ranges: Ranges, others: Ranges) -> Ranges:
    """The rows of `ranges` that are not in `others`; both are merged, and so is the answer."""
    left: list[tuple[int, int]] = []
    first = 0
    for start, stop in ranges:
        while first < len(others) and others[first][1] <= start:
            first += 1
        at, free = first, start
        while at < len(others) and others[at][0] < stop:
            if free < others[at][0]:
                left.append((free, others[at][0]))
            free = others[at][1]
            at += 1
        if free < stop:
            left.append((free, stop))
    return tuple(left)
