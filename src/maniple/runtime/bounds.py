"""How much of everything a manifest may have: work grows with these numbers, and nobody needs more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maniple.manifest.answers import ErrorRule, ErrorRules, RetryAfter
from maniple.manifest.base import seconds
from maniple.manifest.call import Exchange, Poll
from maniple.manifest.model import Manifest
from maniple.source.text import Path

MAX_FIELDS = 200
MAX_OPTIONS = 1_000
MAX_DEFINES = 500
MAX_MAPPINGS = 100
MAX_CHOICES = 100
"""Identifiers that one mapping may be."""
MAX_GROUPS = 100
MAX_RULES = 200
"""Error rules of one list, copies included."""
MAX_PAIRS = 200
"""Headers of one call, and as many query parameters."""
MAX_VALUES = 1_000
"""Values of one query parameter."""
MAX_RATES = 20
TIMEOUTS = (0.1, 3_600.0)
"""Seconds that an answer may be waited for."""
POLLS = (0.1, 3_600.0)
"""Seconds between two questions about a job."""
LONGEST_PAUSE = 86_400.0

Finding = tuple[str, str, Path, dict[str, Any]]
"""Code, message, path, further arguments of `finding`."""


def beyond_bounds(manifest: Manifest) -> Iterator[Finding]:
    """What the manifest has too much of."""
    yield from _too_many(manifest.fields, MAX_FIELDS, "fields", ("fields",))
    for position, form_field in enumerate(manifest.fields):
        yield from _too_many(form_field.options, MAX_OPTIONS, "options", ("fields", position, "options"))
    yield from _too_many(manifest.define, MAX_DEFINES, "constants", ("define",))
    yield from _too_many(manifest.mappings, MAX_MAPPINGS, "mappings", ("mappings",))
    for position, mapping in enumerate(manifest.mappings):
        yield from _too_many(mapping.one_of, MAX_CHOICES, "choices", ("mappings", position, "one_of"))
    yield from _too_many(manifest.require, MAX_GROUPS, "groups", ("require",))
    for position, group in enumerate(manifest.require):
        yield from _too_many(group, MAX_MAPPINGS, "mappings", ("require", position))
    yield from _pairs(manifest.headers, manifest.query, ())
    yield from _too_many(manifest.limits.rates, MAX_RATES, "rates", ("limits", "rate"))
    yield from _rules(manifest.errors, ("errors",))
    for name, call in manifest.calls.items():
        if call.limits is not None:
            yield from _too_many(call.limits.rates, MAX_RATES, "rates", (name, "limits", "rate"))
        yield from _exchange(call, (name,))
        for position, step in enumerate(call.steps or ()):
            yield from _exchange(step, (name, "steps", position))


def _exchange(exchange: Exchange, path: Path) -> Iterator[Finding]:
    yield from _pairs(exchange.headers, exchange.query, path)
    yield from _rules(exchange.errors, (*path, "errors"))
    if not TIMEOUTS[0] <= seconds(exchange.timeout) <= TIMEOUTS[1]:
        yield "MAN401", "an answer is waited for from 100ms to 1h", (*path, "timeout"), {"hint": "write `60s`"}
    if exchange.poll is not None:
        yield from _poll(exchange.poll, (*path, "poll"))


def _poll(poll: Poll, path: Path) -> Iterator[Finding]:
    if not POLLS[0] <= seconds(poll.every) <= POLLS[1]:
        yield "MAN401", "a job is asked about every 100ms to 1h", (*path, "every"), {"hint": "write `2s`"}
    if seconds(poll.at_most) > LONGEST_PAUSE:
        yield "MAN401", "a job is waited for up to 24h", (*path, "at_most"), {"hint": "write `10min`"}


def _too_many(found: Sequence[Any] | Mapping[Any, Any], most: int, what: str, path: Path) -> Iterator[Finding]:
    if len(found) > most:
        yield "MAN104", f"there are {len(found):,} {what} here; {most:,} are the most", path, {"key": bool(path)}


def _pairs(headers: Mapping[str, Any], query: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    yield from _too_many(headers, MAX_PAIRS, "headers", (*path, "headers"))
    yield from _too_many(query, MAX_PAIRS, "query parameters", (*path, "query"))
    for name, values in query.items():
        if isinstance(values, list):
            yield from _too_many(values, MAX_VALUES, "values", (*path, "query", name))


def _rules(rules: ErrorRules, path: Path) -> Iterator[Finding]:
    if not isinstance(rules, list):
        return
    yield from _too_many(rules, MAX_RULES, "error rules", path)
    for position, rule in enumerate(rules):
        if not isinstance(rule, ErrorRule):
            continue
        if isinstance(rule.status, list):
            yield from _too_many(rule.status, MAX_RULES, "statuses", (*path, position, "status"))
        if isinstance(rule.retry, RetryAfter) and seconds(rule.retry.after) > LONGEST_PAUSE:
            place = (*path, position, "retry", "after")
            yield "MAN401", "a call is tried again within 24h", place, {"hint": "write `10min`"}
