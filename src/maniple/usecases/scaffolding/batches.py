"""How many users one call may carry, as far as an API's description says."""

from __future__ import annotations

import re
from dataclasses import replace

from maniple.usecases.scaffolding.draft import DraftCall
from maniple.usecases.scaffolding.identifiers import IDENTIFIERS, PEOPLE, bare
from maniple.usecases.scaffolding.sample import Sample

_THINGS = PEOPLE | {
    "items",
    "records",
    "ids",
    "entries",
    "objects",
    "rows",
    "identifiers",
    "elements",
    "emails",
    "keys",
}
_SAID = re.compile(
    r"(?:up to|at most|no more than|not more than|a maximum of|maximum of|maximum is|max(?:imum)?\.?:?|limit of|"
    r"limited to|limit is|exceed)\s+(?:of\s+|a\s+total\s+of\s+)?`?"
    r"(?P<count>[1-9][0-9]{0,2}(?:[, ][0-9]{3})+|[1-9][0-9]{0,6})`?\s+(?P<thing>[A-Za-z]+(?:\s+[A-Za-z]+)?)",
    re.IGNORECASE,
)
_BYTES = frozenset({"kb", "mb", "bytes", "characters", "chars"})


def with_batch(call: DraftCall, sample: Sample, most: int | None) -> DraftCall:
    """The call with its batch size; `most` is what the schema says of the array of users."""
    if most is not None:
        why = f"the schema allows {most:,} in the array (`maxItems`)"
        return replace(call, batch=most, guesses={**call.guesses, "batch": why})
    said = most_said(sample.words)
    if said is None:
        return call
    count, words = said
    return replace(call, batch=count, guesses={**call.guesses, "batch": f'the description says "{words}"'})


def most_said(text: str) -> tuple[int, str] | None:
    """The most users a text allows, and its words.

    >>> most_said("Accepts up to 10,000 profiles per request."), most_said("at most 5 MB")
    ((10000, 'up to 10,000 profiles'), None)
    """
    for found in _SAID.finditer(text[:20_000]):
        words = [bare(word) for word in found["thing"].split()]
        if any(word in _BYTES for word in words):
            continue
        if any(word in _THINGS or any(word in each.keys for each in IDENTIFIERS) for word in words):
            thing = found["thing"].split()
            last = next(place for place, word in enumerate(words) if word in _THINGS or place == len(words) - 1)
            shown = found[0][: found.start("thing") - found.start()] + " ".join(thing[: last + 1])
            return int(re.sub(r"[, ]", "", found["count"])), " ".join(shown.split())
    return None
