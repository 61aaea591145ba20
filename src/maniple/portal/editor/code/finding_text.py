"""Finding a text in a text, and reading a place that somebody typed."""

from __future__ import annotations

import re

MOST = 10_000
"""Places that are looked for."""
_PLACE = re.compile(r"\s*(\d{1,7})(?:\s*[:,. ]\s*(\d{1,7}))?\s*")


def places_of(query: str, text: str) -> list[int]:
    """The offsets at which `query` stands; letters of any case fit a query without capitals."""
    if not query:
        return []
    flags = re.NOFLAG if any(char.isupper() for char in query) else re.IGNORECASE
    found: list[int] = []
    for match in re.finditer(re.escape(query), text, flags):
        found.append(match.start())
        if len(found) >= MOST:
            break
    return found


def chosen_place(places: list[int], offset: int, step: int) -> int | None:
    """The index of the next place after `offset` (`step` 1), at or after it (0), or before it (-1), around the end."""
    if not places:
        return None
    if step < 0:
        return max((index for index, place in enumerate(places) if place < offset), default=len(places) - 1)
    return next((i for i, place in enumerate(places) if place > offset or (step == 0 and place == offset)), 0)


def read_place(text: str) -> tuple[int, int] | None:
    """Line and column, from 1, of `12` or `12:3`; None when it is neither."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    return max(1, int(found[1])), max(1, int(found[2] or 1))
