"""Reading a reply: which rule fits, and what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from maniple.diagnostics.cells import visible
from maniple.markup import TEXT
from maniple.runtime.outcome import Action, Classification
from maniple.runtime.retry import WORTH_RETRYING
from maniple.runtime.search import Budget, Exhausted, search
from maniple.template.compile import ScalarTemplate
from maniple.template.text import text_of
from maniple.wire import Reply

UNCLASSIFIED = "unclassified"
UNCLASSIFIED_MESSAGE = (
    "This cohort sync has encountered an unidentified kind of error for this integration. Please contact support or "
    "your CSM to create a ticket and ask for help in solving this issue."
)
"""The standing text of the system that manifests were first written for."""
UNREACHED = "No answer from the partner"
NOTHING_DONE = frozenset({501, 503, 505, 511})
"""Statuses from 500 up that say that nothing was done: not known, not now, not this way, not from here (RFC 9110, 15.6;
RFC 6585, 6)."""
LONGEST_REASON = 200
LONGEST_MESSAGE = 2_000
"""Characters of a message that are kept."""


@dataclass(frozen=True)
class RuleProgram:
    """An error rule, compiled. `place` is where it stands in the manifest."""

    place: str
    statuses: frozenset[int]
    classes: frozenset[int]
    any_status: bool
    body: Any
    has_body: bool
    where: Any
    reason: str
    message: ScalarTemplate | None
    retry: bool | None
    retry_after: float | None
    action: Action

    def fits(self, reply: Reply, budget: Budget | None = None) -> bool:
        """True when status, fragment and condition all hold; what `budget` does not suffice for holds not."""
        if not self.any_status and reply.status not in self.statuses and reply.status // 100 not in self.classes:
            return False
        budget = budget or Budget()
        try:
            within = contains_in_xml if reply.is_xml else contains
            if self.has_body and not within(reply.tree, self.body, budget):
                return False
        except Exhausted:
            return False
        return self.where is None or bool(search(self.where, reply.tree, budget))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A 2xx that means what it says."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Anything else. `retry`: worth trying again; `after`: seconds a rule asks for."""

    why: Classification
    retry: bool
    after: float | None = None


Reading: TypeAlias = Accepted | Refused


def contains(tree: Any, fragment: Any, budget: Budget | None = None) -> bool:
    """Is `fragment` contained in `tree` as PostgreSQL's jsonb `@>` contains?

    Objects by their keys, arrays as sets of contained elements, scalars by equality of value and kind; an array
    may contain a scalar directly. Raises Exhausted when that takes more steps than `budget` has.

    >>> contains({"error": {"code": 1000, "text": "full"}}, {"error": {"code": 1000}})
    True
    >>> contains({"codes": [1, 2, {"a": 1, "b": 2}]}, {"codes": [{"a": 1}, 2]}), contains({"a": 1}, {"a": True})
    (True, False)
    """
    budget = budget or Budget()
    budget.spend(1)
    if isinstance(fragment, Mapping):
        return isinstance(tree, dict) and all(
            key in tree and contains(tree[key], value, budget) for key, value in fragment.items()
        )
    if isinstance(fragment, list):
        return isinstance(tree, list) and all(
            any(contains(element, wanted, budget) for element in tree) for wanted in fragment
        )
    return isinstance(tree, bool) == isinstance(fragment, bool) and bool(tree == fragment)


def contains_in_xml(tree: Any, fragment: Any, budget: Budget | None = None) -> bool:
    """The same for data that was XML: values are compared as text, and an element that is there once is like a list
    of one.

    >>> tree = {"errors": {"error": [{"@id": "1", "code": "7"}, {"code": {"@of": "x", "#text": "8"}}]}}
    >>> contains_in_xml(tree, {"errors": {"error": {"code": 8}}}), contains_in_xml(tree, {"errors": [{"error": 7}]})
    (True, False)
    """
    budget = budget or Budget()
    budget.spend(1)
    elements = tree if isinstance(tree, list) else [tree]
    if isinstance(fragment, list):
        return all(any(contains_in_xml(element, wanted, budget) for element in elements) for wanted in fragment)
    if isinstance(fragment, Mapping):
        return any(
            isinstance(element, dict)
            and all(key in element and contains_in_xml(element[key], value, budget) for key, value in fragment.items())
            for element in elements
        )
    texts = [element.get(TEXT) if isinstance(element, dict) else element for element in elements]
    return any(isinstance(text, str) and text == text_of(fragment) for text in texts)


def classify(rules: Sequence[RuleProgram], success: Any, reply: Reply, scope: Mapping[str, Any]) -> Reading:
    """Transport failures first, then the rules in order, then 2xx with `success`; the rest is unclassified."""
    if reply.status == 0:
        words = reply.failure or "the connection failed"
        return Refused(Classification(UNREACHED, f"The partner could not be reached: {words}"), retry=True)
    budget = Budget()
    for rule in rules:
        if rule.fits(reply, budget):
            return _by_rule(rule, reply, scope)
    ok = 200 <= reply.status < 300
    if ok and (success is None or search(success, reply.tree, budget)):
        return Accepted()
    why = Classification(UNCLASSIFIED, UNCLASSIFIED_MESSAGE, None, reply.status)
    return Refused(why, retry=reply.status in WORTH_RETRYING)


def _by_rule(rule: RuleProgram, reply: Reply, scope: Mapping[str, Any]) -> Reading:
    if rule.action == "treat_as_success":
        return Accepted()
    message = rule.message.text({**scope, "reply": reply.tree}) if rule.message else rule.reason
    why = Classification(rule.reason, told(message, LONGEST_MESSAGE), rule.place, reply.status, rule.action)
    default = reply.status in WORTH_RETRYING and rule.action == "fail"
    return Refused(why, default if rule.retry is None else rule.retry, rule.retry_after)


def leaves_doubt(reading: Reading, reply: Reply) -> bool:
    """Whether the partner may have done what it was asked, although `reply` does not say so.

    That is so when no answer came to a request that was sent, when the partner or a gateway before it broke down over
    the request (a 5xx, whatever a rule makes of it), and when a 2xx is no success only because it cannot be read.
    """
    if reply.in_doubt or (500 <= reply.status < 600 and reply.status not in NOTHING_DONE):
        return True
    if isinstance(reading, Accepted) or reading.why.rule is not None or not 200 <= reply.status < 300:
        return False
    return reply.tree is None or reply.is_broken


def told(text: str, most: int) -> str:
    """A partner's `text` as one line without characters that a terminal would obey, in about `most` characters.

    What was cut ends with `…`, by which the redactor knows it.
    """
    kept = text if len(text) <= most else f"{text[: most - 1]}…"
    return kept if kept.isprintable() else visible(re.sub(r"[\r\n]+", " ", kept))
