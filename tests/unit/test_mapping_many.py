"""`many` on a mapping: any number of user properties, sent as a map."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import maniple
from maniple.errors import SettingsError
from maniple.runtime.program import Program
from maniple.runtime.properties import join_properties, split_properties
from maniple.runtime.settings import check_mappings
from maniple.wire import Reply
from support.manifests import BASE, SETTINGS, program
from support.scripted_sender import ScriptedSender

USER_KEY = BASE["mappings"][0]
TRAITS: dict[str, Any] = {"name": "traits", "label": "Traits", "suggest": ["plan", "city"], "many": True}


def traited(optional: bool = True, **changes: Any) -> Program:
    traits = {**TRAITS, "optional": optional, **changes.pop("traits", {})}
    return program(
        mappings=[USER_KEY, traits], **{"add_users__item": {"id": "$user_key", "traits~": "$traits"}, **changes}
    )


def items(of: Program, rows: list[dict[str, Any]], traits: Any = "plan,city") -> list[Any]:
    plan = maniple.plan(of, rows, settings=SETTINGS, mappings={"user_key": "user_id", "traits": traits})
    return [item for request in plan.preview()[1:] for item in orjson.loads(request.body or b"")["users"]]


def test_the_value_is_a_map_of_the_properties_that_have_one() -> None:
    rows = [{"user_id": "u1", "plan": "pro", "city": ""}, {"user_id": "u2", "plan": 3, "city": "Ulm"}]

    assert items(traited(), rows) == [
        {"id": "u1", "traits": {"plan": "pro"}},
        {"id": "u2", "traits": {"plan": 3, "city": "Ulm"}},
    ]


def test_without_any_value_there_is_no_map() -> None:
    assert items(traited(), [{"user_id": "u1", "plan": None, "city": ""}]) == [{"id": "u1"}]


def test_a_user_without_any_value_is_skipped_when_one_is_needed() -> None:
    plan = maniple.plan(
        traited(optional=False),
        [{"user_id": "u1", "plan": ""}],
        settings=SETTINGS,
        mappings={"user_key": "user_id", "traits": "plan"},
    )

    assert plan.skipped == (("u1", "unresolved mapping"),)


def test_each_value_is_normalized_and_one_that_does_not_fit_is_left_out() -> None:
    of = traited(traits={"format": "integer", "normalize": "{{ value | trim }}"})
    rows = [{"user_id": "u1", "plan": " 7 ", "city": "Ulm"}]

    assert items(of, rows) == [{"id": "u1", "traits": {"plan": "7"}}]


def test_a_user_of_whom_no_value_fits_is_skipped_when_one_is_needed() -> None:
    of = traited(optional=False, traits={"format": "integer"})
    mappings = {"user_key": "user_id", "traits": "plan"}
    plan = maniple.plan(of, [{"user_id": "u1", "plan": "pro"}], settings=SETTINGS, mappings=mappings)

    assert plan.skipped == (("u1", "invalid format"),)


def test_a_key_of_the_map_may_be_read() -> None:
    of = traited(add_users__item={"id": "$user_key", "plan~": "$traits.plan"})

    assert items(of, [{"user_id": "u1", "plan": "pro"}]) == [{"id": "u1", "plan": "pro"}]


def test_the_properties_may_be_a_list() -> None:
    rows = [{"user_id": "u1", "a,b": "x", 'say "c"': "y"}]

    assert items(traited(), rows, ["a,b", 'say "c"']) == [{"id": "u1", "traits": {"a,b": "x", 'say "c"': "y"}}]


def test_mapped_properties_do_not_travel_with_the_user_besides() -> None:
    of = traited(add_users__item={"id": "$user_key", "traits": "$traits", "rest~": "$user"})

    rows = [{"user_id": "u1", "plan": "pro", "city": "Ulm", "age": 3}]
    assert items(of, rows, "plan") == [{"id": "u1", "traits": {"plan": "pro"}, "rest": {"city": "Ulm", "age": 3}}]


def test_all_suggestions_that_are_there_are_taken_when_nobody_chose() -> None:
    chosen = check_mappings(traited(), {}, ["user_id", "city", "plan"])

    assert chosen == {"user_key": "user_id", "traits": "plan,city"}


def test_a_mapping_of_one_property_takes_no_list() -> None:
    with pytest.raises(SettingsError, match="`user_key` takes one user property"):
        check_mappings(traited(), {"user_key": ["a", "b"]})


def test_a_mapping_of_one_property_takes_a_name_with_a_comma() -> None:
    assert check_mappings(traited(), {"user_key": "last, first"}) == {"user_key": "last, first"}


def test_more_properties_than_anybody_needs_are_refused() -> None:
    names = [f"p{number}" for number in range(501)]

    with pytest.raises(SettingsError, match="`traits` has 501 user properties; 500 are the most"):
        check_mappings(traited(), {"user_key": "user_id", "traits": names})


def test_positional_rows_are_made_of_the_other_mappings() -> None:
    of = traited(
        add_users__json={"schema": "$targets", "rows": "$items", "kind": "x"},
        add_users__item={"row": "$values", "traits": "$traits"},
        remove_users__item="$values",
    )
    mappings = {"user_key": "user_id", "traits": "plan"}
    plan = maniple.plan(of, [{"user_id": "u1", "plan": "pro"}], settings=SETTINGS, mappings=mappings)

    assert orjson.loads(plan.preview()[1].body or b"") == {
        "schema": ["user_key"],
        "rows": [{"row": ["u1"], "traits": {"plan": "pro"}}],
        "kind": "x",
    }


def changed(of: Program, before: Any, after: Any) -> list[str]:
    """The calls that are made after a user's `plan` has changed."""
    given: dict[str, Any] = {"settings": SETTINGS, "mappings": {"user_key": "user_id", "traits": "plan"}}
    first = maniple.plan(of, [{"user_id": "u1", "plan": before}], **given)
    report = maniple.run_blocking(first, sender=ScriptedSender(Reply(200, body=b'{"id": 7}'), Reply(200)))
    second = maniple.plan(of, [{"user_id": "u1", "plan": after}], accepted=report.accepted, **given)
    return [request.call for request in second.preview()]


def test_a_changed_value_is_sent_again() -> None:
    assert changed(traited(), "pro", "free") == ["add_users"]


def test_the_same_values_are_not_sent_again() -> None:
    assert changed(traited(), {"b": [1]}, {"b": [1]}) == []


def test_a_map_that_identifies_the_member_is_removed_as_it_was() -> None:
    of = traited(remove_users__item={"id": "$user_key", "traits": "$traits"})

    assert of.identity == ("user_key", "traits")
    assert changed(of, "pro", "free") == ["remove_users", "add_users"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b", ["a", "b"]),
        (" a , b ", ["a", "b"]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""hi""", c', ['say "hi"', "c"]),
        ('5" screen,c', ['5" screen', "c"]),
        ("a,,a,", ["a"]),
        ('" a"', [" a"]),
        ("", []),
    ],
)
def test_a_text_of_properties_is_cut_at_its_commas(text: str, names: list[str]) -> None:
    assert split_properties(text) == names
    assert split_properties(join_properties(names)) == names
