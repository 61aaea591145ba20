"""Reading a reply: which rule fits, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from jmespath.exceptions import JMESPathError

from maniple.runtime.outcome import Action, Classification
from maniple.runtime.retry import WORTH_RETRYING
from maniple.template.compile import ScalarTemplate
from maniple.wire import Reply

UNCLASSIFIED = "unclassified"
UNCLASSIFIED_MESSAGE = (
    "This cohort sync met an unidentified kind of error for this integration. "
    "Ask the support contact of the integration, and give them the run's id."
)
UNREACHED = "No answer from the partner"


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

    def fits(self, reply: Reply) -> bool:
        """True when status, fragment and condition all hold."""
        if not self.any_status and reply.status not in self.statuses and reply.status // 100 not in self.classes:
            return False
        if self.has_body and not contains(reply.tree, self.body):
            return False
        return self.where is None or bool(search(self.where, reply.tree))


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


def contains(tree: Any, fragment: Any) -> bool:
    """Is `fragment` contained in `tree` as PostgreSQL's jsonb `@>` contains?

    Objects by their keys, arrays as sets of contained elements, scalars by equality of value and kind; an array
    may contain a scalar directly.

    >>> contains({"error": {"code": 1000, "text": "full"}}, {"error": {"code": 1000}})
    True
    >>> contains({"codes": [1, 2, {"a": 1, "b": 2}]}, {"codes": [{"a": 1}, 2]}), contains({"a": 1}, {"a": True})
    (True, False)
    """
    if isinstance(fragment, Mapping):
        return isinstance(tree, dict) and all(
            key in tree and contains(tree[key], value) for key, value in fragment.items()
        )
    if isinstance(fragment, list):
        return isinstance(tree, list) and all(any(contains(element, wanted) for element in tree) for wanted in fragment)
    return isinstance(tree, bool) == isinstance(fragment, bool) and bool(tree == fragment)


def search(expression: Any, tree: Any) -> Any:
    """What a compiled JMESPath finds; null when it cannot be applied to this reply."""
    try:
        return expression.search(tree)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None


def classify(rules: Sequence[RuleProgram], success: Any, reply: Reply, scope: Mapping[str, Any]) -> Reading:
    """Transport failures first, then the rules in order, then 2xx with `success`; the rest is unclassified."""
    if reply.status == 0:
        words = reply.failure or "the connection failed"
        return Refused(Classification(UNREACHED, f"The partner could not be reached: {words}"), retry=True)
    for rule in rules:
        if rule.fits(reply):
            return _by_rule(rule, reply, scope)
    ok = 200 <= reply.status < 300
    if ok and (success is None or search(success, reply.tree)):
        return Accepted()
    why = Classification(UNCLASSIFIED, UNCLASSIFIED_MESSAGE, None, reply.status)
    return Refused(why, retry=reply.status in WORTH_RETRYING)


def _by_rule(rule: RuleProgram, reply: Reply, scope: Mapping[str, Any]) -> Reading:
    if rule.action == "treat_as_success":
        return Accepted()
    message = rule.message.text({**scope, "reply": reply.tree}) if rule.message else rule.reason
    why = Classification(rule.reason, message[:2_000], rule.place, reply.status, rule.action)
    default = reply.status in WORTH_RETRYING and rule.action == "fail"
    return Refused(why, default if rule.retry is None else rule.retry, rule.retry_after)
