"""Whatever a template renders, it reads back."""

from __future__ import annotations

import orjson
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from maniple.template.ast import Array, Case, Const, Node, Object, Text
from maniple.template.compile import ScalarTemplate
from maniple.template.operations import ABSENT
from maniple.testing.simulator.fold import fold
from maniple.testing.simulator.match import unify
from support.trees import NAMES, nodes, scalars

scopes = st.fixed_dictionaries({name: scalars for name in NAMES})
LAW = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def tells_apart(node: Node) -> bool:
    """No two keys of one object can be the same, of which only one would be sent, and no text has two holes."""
    match node:
        case Text(parts):
            return sum(not isinstance(part, str) for part in parts) < 2
        case Object(entries):
            fixed = [entry.key.value for entry in entries if isinstance(entry.key, Const)]
            apart = len(set(fixed)) == len(fixed) >= len(entries) - 1
            apart = apart and not any(str(key).startswith("k_") for key in fixed)
            return apart and all(tells_apart(entry.value) for entry in entries)
        case Array(elements):
            return all(map(tells_apart, elements))
        case Case(_, branches, otherwise):
            # Two branches that look the same do not tell which one was taken.
            every = [branch for _, branch in branches] + ([otherwise] if otherwise is not None else [])
            values = [orjson.dumps(branch.value) for branch in every if isinstance(branch, Const)]
            return len(set(values)) == len(every)
    return True


@given(nodes.filter(tells_apart), scopes)
@LAW
def test_what_a_template_renders_is_read_back(node: Node, scope: dict[str, object]) -> None:
    rendered = ScalarTemplate(node).render(scope)
    assume(rendered is not ABSENT)
    assert unify(node, orjson.loads(orjson.dumps(rendered))) is not None


@given(nodes, scopes, st.sets(st.sampled_from(NAMES)))
@LAW
def test_folding_known_variables_changes_nothing_of_what_is_rendered(
    node: Node, scope: dict[str, object], names: set[str]
) -> None:
    known = {name: scope[name] for name in names}
    assert repr(ScalarTemplate(fold(node, known)).render(scope)) == repr(ScalarTemplate(node).render(scope))
