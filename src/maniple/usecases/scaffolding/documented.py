"""Error rules made from the failures that an API documents."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from maniple.usecases.scaffolding.declarations import escape
from maniple.usecases.scaffolding.draft import DraftRule
from maniple.usecases.scaffolding.sample import Sample

_GENERAL: Final = {"401", "403", "404", "429"}
"""Statuses for which a manifest has a rule anyway."""
_MOST: Final = 6
_LONGEST: Final = 160


def documented_rules(samples: list[Sample]) -> tuple[DraftRule, ...]:
    """A rule for each documented status of the calls that has none by itself; server errors are tried again anyway."""
    meanings: dict[str, str] = {}
    for sample in samples:
        for failure in sample.failures:
            if failure.status not in _GENERAL and not failure.status.startswith("5"):
                meanings[failure.status] = meanings.get(failure.status) or _sentence(failure.meaning)
    ordered = sorted(meanings, key=lambda status: (status.endswith("XX"), status))
    return tuple(_rule(status, meanings[status]) for status in ordered[:_MOST])


def _rule(status: str, meaning: str) -> DraftRule:
    reason = _reason(status)
    # The status line's own words say nothing to an end user.
    words = meaning if meaning and meaning.lower().rstrip(".") != reason.lower() else reason
    return DraftRule(status.lower() if status.endswith("XX") else int(status), reason, escape(words))


def _reason(status: str) -> str:
    if status.endswith("XX"):
        return "Request not accepted"
    try:
        phrase = HTTPStatus(int(status)).phrase
    except ValueError:
        return f"Status {status}"
    return phrase[0] + phrase[1:].lower()


def _sentence(text: str) -> str:
    """The first sentence of a description, without mark-up."""
    plain = re.sub(r"<[^<>]*>|[`*_#|]|\[([^\]]*)\]\([^)]*\)", lambda found: found[1] or "", text)
    first = re.split(r"(?<=[.!?])\s|\n", " ".join(plain.split()), maxsplit=1)[0]
    return first[:_LONGEST].rstrip(" .:;,-")
