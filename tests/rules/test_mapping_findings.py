"""Findings about mappings that are a choice, depend on fields, or take many properties."""

from __future__ import annotations

import pytest
from changed_base import add_users, found_in, summaries, underlined

CHOICE = "mappings:\n  - {name: email, label: E-mail, one_of: [{target: MAIL}, {target: SHA, hash: sha256}]%s}\n"


def test_a_target_may_stand_in_items_outside_of_them_and_where_the_list_is_created() -> None:
    create = (
        "create_list:\n  method: POST\n  url: https://api.acme.test/v2/lists\n"
        "  json: {name: '[Amplitude] $amp_cohort_name', type: $email.target}\n  list_id: {response: id}\n"
    )
    call = add_users("json: {type: $email.target, users: $items}", 'item: {"$email.target": $email}')
    assert summaries(CHOICE % "" + create + call) == []


@pytest.mark.parametrize("rule", ["target: X", "format: email", 'normalize: "{{ value | trim }}"', "hash: md5"])
def test_the_rules_of_a_choice_stand_in_the_choices(rule: str) -> None:
    key = rule.partition(":")[0]
    (found,) = found_in(CHOICE % f", {rule}")
    assert (found.code, found.message) == ("MAN406", f"a mapping with `one_of` has no `{key}` of its own")
    assert underlined(found) == key


def test_a_choice_is_of_one_property() -> None:
    found, *_ = found_in(CHOICE % ", many: true")
    assert (found.code, found.hint) == ("MAN406", "leave it out")


def test_a_target_is_named_once() -> None:
    (found,) = found_in("mappings:\n  - {name: email, label: E-mail, one_of: [{target: A}, {target: a}]}\n")
    assert (found.code, found.message) == ("MAN508", "two choices have the target `a`")


def test_a_target_alone_says_nobody() -> None:
    found = found_in(CHOICE % "" + add_users("json: {users: $items}", "item: $email.target"))
    assert [each.message for each in found] == ["this `item` is the same for every user"]


def test_a_target_does_not_make_a_host() -> None:
    call = add_users("json: {users: $items}", "item: $email")
    found = found_in(CHOICE % "" + call.replace("https://api.acme.test", "https://$email.target"))
    assert [each.code for each in found if each.severity == "error"] == ["MAN301"]


def test_a_condition_of_a_mapping_reads_fields_only() -> None:
    (found,) = found_in("mappings:\n  - {name: email, label: E-mail, when: \"list_id == 'x'\"}\n")
    assert found.code == "MAN203"


def test_a_mapping_without_choices_has_no_target() -> None:
    found = found_in(add_users("json: {users: $items}", 'item: {a: "$email.target"}'))
    assert found == []


def test_a_misspelt_target_is_told() -> None:
    (found,) = found_in(CHOICE % "" + add_users("json: {users: $items}", 'item: {a: "$email.tagret", b: $email}'))
    assert (found.message, found.hint) == ("no choice of `email` carries `tagret`", "did you mean `$email.target`?")
