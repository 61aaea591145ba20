"""Names of user properties as one text, for mappings that take any number of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_PROPERTIES = 500
"""Properties of one mapping; each is a column of the cohort that is read."""

_NAME = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"\s*|(?P<plain>[^,]*))(?:,|$)')
_NEEDS_QUOTES = re.compile(r'[,"]|^\s|\s$')


def split_properties(text: str) -> list[str]:
    """The names in `text`, each once. Commas separate them; one that has a comma, or white space at an end, stands in
    double quotes, in which a quote is written twice.

    >>> split_properties('plan, "city, state",plan')
    ['plan', 'city, state']
    """
    names: dict[str, None] = {}
    at = 0
    while at < len(text) and (found := _NAME.match(text, at)):
        quoted = found["quoted"]
        name = found["plain"].strip() if quoted is None else quoted.replace('""', '"')
        if name:
            names[name] = None
        at = found.end()
    return list(names)


def join_properties(names: Iterable[str]) -> str:
    """The text for which `split_properties` gives these names.

    >>> join_properties(["plan", "city, state"])
    'plan,"city, state"'
    """
    return ",".join('"' + name.replace('"', '""') + '"' if _NEEDS_QUOTES.search(name) else name for name in names)
