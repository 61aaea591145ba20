"""Laws of templates: what is compiled means what a plain interpreter says, and no value changes a structure."""

from __future__ import annotations

import json
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.template.compile import ColumnTemplate, ScalarTemplate
from maniple.template.operations import ABSENT
from maniple.template.parse import Reading
from support.interpreter import interpret
from support.trees import GIVEN, NAMES, ROWS, nodes, scalars, texts, values

scopes = st.fixed_dictionaries({name: values for name in NAMES})
rows = st.lists(st.fixed_dictionaries({name: values for name in ROWS}), max_size=5)
text_rows = st.lists(st.fixed_dictionaries({name: texts for name in ROWS}), max_size=5)


def same(left: Any, right: Any) -> bool:
    """Equal with types: `True` is not `1`."""
    if left is ABSENT or right is ABSENT:
        return left is right
    return json.dumps(left, sort_keys=True, default=repr) == json.dumps(right, sort_keys=True, default=repr)


@given(nodes, scopes)
def test_a_compiled_template_is_what_the_interpreter_says(node: Any, scope: dict[str, Any]) -> None:
    assert same(interpret(node, scope), ScalarTemplate(node).render(scope))


@given(nodes, rows, st.fixed_dictionaries({name: values for name in GIVEN}))
@settings(max_examples=300)
def test_a_column_template_is_the_interpreter_for_every_row(
    node: Any, users: list[dict[str, Any]], scope: dict[str, Any]
) -> None:
    columns = {name: [user[name] for user in users] for name in ROWS}

    rendered = ColumnTemplate(node, frozenset(ROWS)).render(columns, scope, len(users))

    expected = [interpret(node, {**scope, **user}) for user in users]
    assert len(expected) == len(rendered)
    assert all(same(left, right) for left, right in zip(expected, rendered, strict=True))


@given(nodes, text_rows, st.fixed_dictionaries({name: values for name in GIVEN}))
@settings(max_examples=300)
def test_the_fast_form_for_columns_of_text_means_the_same(
    node: Any, users: list[dict[str, str]], scope: dict[str, Any]
) -> None:
    columns = {name: [user[name] for user in users] for name in ROWS}

    rendered = ColumnTemplate(node, frozenset(ROWS)).render(columns, scope, len(users))

    expected = [interpret(node, {**scope, **user}) for user in users]
    assert all(same(left, right) for left, right in zip(expected, rendered, strict=True))


@given(nodes, text_rows, st.fixed_dictionaries({name: values for name in GIVEN}))
@settings(max_examples=300)
def test_a_template_that_says_nothing_is_absent_has_nothing_absent(
    node: Any, users: list[dict[str, str]], scope: dict[str, Any]
) -> None:
    columns = {name: [user[name] for user in users] for name in ROWS}

    rendered, complete = ColumnTemplate(node, frozenset(ROWS)).render_checked(columns, scope, len(users))

    assert not complete or all(element is not ABSENT and element is not None for element in rendered)


@given(scalars)
def test_a_leaf_that_is_only_a_hole_keeps_the_type(value: Any) -> None:
    node = Reading(lambda name, key: False).tree({"v": "$value"}, ())

    assert same({"v": value}, ScalarTemplate(node).render({"value": value}))


@given(texts)
def test_no_text_breaks_out_of_a_json_body(value: str) -> None:
    node = Reading(lambda name, key: False).tree({"to": "$v", "hello": "Dear $v!", "list": ["$v"]}, ())

    body = orjson.loads(orjson.dumps(ScalarTemplate(node).render({"v": value})))

    assert {"to": value, "hello": f"Dear {value}!", "list": [value]} == body


@given(st.text(max_size=60))
def test_reading_any_text_ends_in_a_template_or_a_fault(text: str) -> None:
    reading = Reading(lambda name, key: False)

    node = reading.text(text, ())

    assert reading.faults or isinstance(ScalarTemplate(node).text({}), str)


@given(st.text(alphabet="${}ab|. ~'\"()[],+-*/<>=!%", max_size=40))
def test_every_fault_has_a_place_inside_the_text(text: str) -> None:
    reading = Reading(lambda name, key: False)

    reading.text(text, ())

    assert all(0 <= fault.start < fault.end <= max(1, len(text)) for _, _, fault in reading.faults)
