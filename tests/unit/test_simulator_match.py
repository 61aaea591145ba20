"""Template trees read backwards."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.template.ast import Const, Node, Object
from maniple.template.parse import Reading
from maniple.testing.simulator.fold import fold
from maniple.testing.simulator.match import unify


def tree(written: Any) -> Node:
    reading = Reading(lambda name, key: False, frozenset({"user"}))
    node = reading.tree(written, (), 0)
    assert reading.faults == []
    return node


def test_a_hole_gives_its_value_with_its_type() -> None:
    assert unify(tree({"id": "$a", "n": "$b"}), {"id": "0042", "n": 7}) == {"a": "0042", "b": 7}


@pytest.mark.parametrize(
    ("written", "value"),
    [({"a": 1}, {"a": True}), ({"a": 1}, {"a": 1.0}), ({"a": "1"}, {"a": 1}), ({"a": None}, {}), (["x"], ["x", "x"])],
)
def test_constants_must_be_equal_with_their_types(written: Any, value: Any) -> None:
    assert unify(tree(written), value) is None
    assert unify(tree(written), written) == {}


def test_a_key_too_many_or_too_few_does_not_fit() -> None:
    assert unify(tree({"id": "$a", "x": 1}), {"id": "u"}) is None
    assert unify(tree({"id": "$a"}), {"id": "u", "x": 1}) is None


def test_a_hole_inside_text_gives_the_text_around_which_the_rest_stands() -> None:
    assert unify(tree("[Amplitude] $name: $id"), "[Amplitude] a: b: c") == {"name": "a", "id": "b: c"}
    assert unify(tree("[Amplitude] $name"), "Amplitude x") is None
    assert unify(tree("a\n$name"), "a\n\nb") == {"name": "\nb"}


def test_the_same_hole_has_one_value_everywhere() -> None:
    assert unify(tree(["$a", "$a"]), ["x", "x"]) == {"a": "x"}
    assert unify(tree(["$a", "$a"]), ["x", "y"]) is None
    assert unify(tree("$a-$a"), "b-c-b-c") == {"a": "b-c"}


def test_a_typed_value_and_its_text_are_one_value_and_the_type_is_kept() -> None:
    assert unify(tree({"text": "list $a", "number": "$a"}), {"text": "list 7", "number": 7}) == {"a": 7}
    assert unify(tree({"text": "list $a", "number": "$a"}), {"text": "list 7", "number": 8}) is None
    assert unify(tree({"one": "$a", "two": "$a"}), {"one": "7", "two": 7}) is None


def test_an_expression_is_kept_under_what_is_written() -> None:
    assert unify(tree({"e": "{{ email | lower }}"}), {"e": "a@x.test"}) == {"email | lower": "a@x.test"}
    assert unify(tree({"e": "{{ a if b == 1 else c ~ 'x' }}"}), {"e": 1}) == {'a if (b == 1) else (c ~ "x")': 1}
    assert unify(tree("{{ a == true }}/{{ a == 1 }}"), "true/false") == {"a == true": "true", "a == 1": "false"}


def test_an_optional_entry_that_is_not_there_says_that_its_hole_is_null() -> None:
    node = tree({"id": "$a", "email~": "$email"})
    assert unify(node, {"id": "u"}) == {"a": "u", "email": None}
    assert unify(node, {"id": "u", "email": "e"}) == {"a": "u", "email": "e"}


def test_an_optional_part_with_several_holes_says_nothing_when_it_is_not_there() -> None:
    assert unify(tree({"id": "$a", "more~": {"x": "$b", "y": "$c"}}), {"id": "u"}) == {"a": "u"}


def test_a_container_emptied_by_its_optional_parts_may_be_missing() -> None:
    assert unify(tree({"id": "$a", "keys": {"e~": "$e", "p~": "$p"}}), {"id": "u"}) == {"a": "u"}
    assert unify(tree({"id": "$a", "keys": {"e~": "$e", "p~": "$p"}}), {"id": "u", "keys": {"p": "1"}}) == {
        "a": "u",
        "e": None,
        "p": "1",
    }
    assert unify(tree({"id": "$a", "keys": {}}), {"id": "u"}) is None


def test_optional_elements_are_left_out_from_the_left_as_few_as_possible() -> None:
    node = tree(["$a~", "$b~", 3])
    assert unify(node, [1, 2, 3]) == {"a": 1, "b": 2}
    assert unify(node, [1, 3]) == {"a": 1, "b": None}
    assert unify(node, [3]) == {"a": None, "b": None}
    assert unify(node, [1, 2]) is None


def test_a_key_with_a_hole_takes_the_key_that_nothing_else_takes() -> None:
    node = tree({"id": "$a", "cohort_$c": True})
    assert unify(node, {"cohort_x": True, "id": "u"}) == {"a": "u", "c": "x"}
    assert unify(node, {"segment_x": True, "id": "u"}) is None


def test_several_keys_with_holes_are_told_apart_by_their_values() -> None:
    node = tree({"$k": {"on": "$v"}, "$l": 1})
    assert unify(node, {"x": 1, "y": {"on": 2}}) == {"k": "y", "v": 2, "l": "x"}


def test_a_case_is_the_first_branch_that_fits_and_says_its_selector() -> None:
    node = tree({"$case": "$kind", "mail": {"e": "$a"}, "phone": {"p": "$a"}, "else": "$a"})
    assert unify(node, {"p": "1"}) == {"kind": "phone", "a": "1"}
    assert unify(node, "x") == {"a": "x"}


def test_what_was_found_before_must_agree() -> None:
    assert unify(tree("$a"), 1, {"a": 1, "b": 2}) == {"a": 1, "b": 2}
    assert unify(tree("$a"), 1, {"a": 2}) is None


def test_known_variables_become_constants() -> None:
    node = tree({"on": "$membership", "id": "$b::{{ 'in' if membership else 'out' }}", "x": "$x"})
    folded = fold(node, {"membership": True, "operation": "add"})
    assert isinstance(folded, Object)
    assert folded.entries[0].value == Const(True)
    assert unify(folded, {"on": True, "id": "7::in", "x": 1}) == {"b": "7", "x": 1}
    assert unify(folded, {"on": True, "id": "7::out", "x": 1}) is None
    assert unify(folded, {"on": 1, "id": "7::in", "x": 1}) is None


def test_a_case_on_a_known_variable_is_its_branch() -> None:
    node = tree({"do": {"$case": "$operation", "add": {"put": "$a"}, "remove": {"drop": "$a"}}})
    assert unify(fold(node, {"operation": "remove"}), {"do": {"drop": 1}}) == {"a": 1}
    assert unify(fold(node, {"operation": "remove"}), {"do": {"put": 1}}) is None


def test_a_case_that_chose_nothing_does_not_say_that_its_selector_is_null() -> None:
    node = tree([{"$case": "$kind", "mail": "$a"}, "$kind"])
    assert unify(node, ["phone"]) == {"kind": "phone"}
