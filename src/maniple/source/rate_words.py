"""How often an API may be called, in the words of its documentation."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = {
    "s": "s",
    "sec": "s",
    "m": "min",
    "min": "min",
    "h": "h",
    "hr": "h",
    "hour": "h",
    "d": "day",
    "day": "day",
}
_RATE = re.compile(
    r"(?<![\w.,])(?P<count>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,6})`?\s*"
    r"(?P<what>(?:api\s+)?(?:requests?|calls?|reqs?|queries|hits)\s*)?"
    r"(?P<every>/|per|an?|each|every|in)\s*`?(?P<times>[1-9][0-9]{0,3}\s*)?"
    r"(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b",
    re.IGNORECASE,
)
_LIMITS = re.compile(r"rate|limit|quota|throttl|burst|steady", re.IGNORECASE)
_MOST: Final = 4


def rates_in(text: str) -> tuple[str, ...]:
    """The rates that a text names, as `limits.rate` writes them, the shortest period first.

    >>> rates_in("Burst: `10/s`, steady: `150/m`"), rates_in("at most 1,000 requests per hour"), rates_in("500 users a call")
    (('10/s', '150/min'), ('1000/h',), ())
    """
    found: dict[str, str] = {}
    limits = _LIMITS.search(text) is not None
    for match in _RATE.finditer(text[:20_000]):
        word = match["unit"].lower()
        unit = _UNITS.get(word if len(word) == 1 else word.rstrip("s").removesuffix("ond").removesuffix("ute"), "")
        # A bare `5 a day` may be about anything; the word for calls makes it a rate, or a slash where limits are spoken of.
        if not unit or not (match["what"] or (match["every"] == "/" and limits)):
            continue
        times = (match["times"] or "").strip()
        count = match["count"].replace(",", "")
        found.setdefault(unit, f"{count}/{times if times != '1' else ''}{unit}")
    return tuple(found[unit] for unit in ("s", "min", "h", "day") if unit in found)[:_MOST]
