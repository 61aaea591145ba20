"""Findings about variables and templates: one mistake gives one finding, at its place, with what to type."""

from __future__ import annotations

import pytest
from changed_base import add_users, found_in, summaries, underlined

FIELDS = "fields:\n  - {name: api_key, type: secret, label: API Key, help: Settings}\n"


def test_a_misspelt_name_does_not_make_the_meant_one_unused() -> None:
    found = found_in("auth: {kind: header, name: X-Key, value: $api_kye}\n" + FIELDS)
    assert [(each.code, each.hint) for each in found] == [("MAN201", "did you mean `$api_key`?")]


def test_a_template_that_cannot_be_read_does_not_make_its_variables_unused() -> None:
    found = found_in('mappings:\n  - {name: email, label: E-mail}\nheaders: {X-Key: "{{ api_key"}\n')
    assert [each.code for each in found] == ["MAN204"]


def test_json_text_with_a_fault_gives_no_finding_about_its_items() -> None:
    assert [each.code for each in found_in(add_users("json: '{\"emails\": [$items}'", "item: $email"))] == ["MAN105"]


def test_json_text_as_item_with_a_fault_is_not_also_the_same_for_every_user() -> None:
    found = found_in(add_users("json: {users: $items}", "item: '{\"email\": $email,}'"))
    assert [each.code for each in found] == ["MAN105"]


def test_the_caret_of_a_variable_in_json_text_is_on_the_variable() -> None:
    (found,) = found_in(add_users("json: |", '  {"emails": $items, "list": "no $lst_id"}', "item: $email"))
    assert (found.code, underlined(found)) == ("MAN201", "$lst_id")


def test_the_caret_in_a_bare_condition_is_on_the_variable() -> None:
    (found,) = found_in(FIELDS + "  - {name: plan, label: Plan, help: x, when: api_kee == 'x'}\nheaders: {X: $plan}\n")
    assert (found.code, underlined(found)) == ("MAN201", "api_kee")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            add_users("json: {emails: $items, one: $email}", "item: $email"),
            "`$email` is one user's value, and has none in `add_users.json`",
        ),
        (
            add_users("json: {emails: $items, one: $user}", "item: $email"),
            "`$user` is one user's value, and has none in `add_users.json`",
        ),
        ('define: {a: "$b", b: "1"}\nheaders: {X: $a}\n', "`$b` is defined below, and has no value yet"),
        (
            'define: {a: "1"}\nmappings:\n  - {name: email, label: E, normalize: "{{ value ~ a }}"}\n',
            "`$a` comes from `define`, and has no value in `mappings`",
        ),
        ("headers: {X: $items}\n", "`$items` has no value here: the call has no `item`"),
        ("headers: {X: $batch_id}\n", "`$batch_id` has no value in `headers`"),
    ],
)
def test_a_variable_without_value_says_where_it_has_one(change: str, message: str) -> None:
    assert f"MAN203: {message}" in summaries(change)


def test_a_list_id_that_nothing_gives_is_said_so_at_each_use() -> None:
    assert summaries("headers: {X: y}\n", remove=("create_list",)) == [
        "MAN509: `$list_id` is used, and nothing gives it a value",
        "MAN509: `$list_id` is used, and nothing gives it a value",
    ]


def test_replies_of_steps_have_no_value_in_a_call_without_steps() -> None:
    found = summaries(add_users("json: {users: $items}", "item: {a: $email, b: $steps}"))
    assert found == ["MAN203: `$steps` has no value in `add_users.item`"]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("${email}", "write `$email`"),
        ("${email | lower}", "write `{{ email | lower }}`"),
        ("${", "write `$name`, or `{{ name | filter }}`"),
    ],
)
def test_braces_after_a_dollar_get_what_to_type(written: str, hint: str) -> None:
    (found,) = found_in(add_users("json: {users: $items}", f"item: {{a: '{written}', b: $email}}"))
    assert (found.code, underlined(found), found.hint) == ("MAN204", written, hint)


@pytest.mark.parametrize(
    ("expression", "code", "place", "hint"),
    [
        ("value.lower()", "MAN205", "lower", "write `value | lower`"),
        ("value.strip()", "MAN205", "strip", "write `value | trim`"),
        ("lower(value)", "MAN205", "lower", "write `value | lower`"),
        ("value ** 2", "MAN205", "value ** 2", "allowed: names, constants, operators, `a if b else c`, filters"),
        ("value | tojson", "MAN206", "tojson", "write `json`"),
        ("value | lowr", "MAN206", "lowr", "did you mean `lower`?"),
        ("value | replace", "MAN207", "replace", "write `replace(old)` or `replace(old, new)`"),
        ("value | lower(1)", "MAN207", "lower", "write `lower`"),
        ("value | truncate(length=3)", "MAN207", "truncate", "write `truncate` or `truncate(length)`"),
    ],
)
def test_an_expression_that_is_refused_has_its_caret_and_what_to_type(
    expression: str, code: str, place: str, hint: str
) -> None:
    (found,) = found_in(f'mappings:\n  - {{name: email, label: E-mail, normalize: "{{{{ {expression} }}}}"}}\n')
    assert (found.code, underlined(found), found.hint) == (code, place, hint)


def test_statements_of_one_text_are_one_finding() -> None:
    (found,) = found_in('headers: {X: "{% if api_key %}a{% endif %}"}\n')
    assert (found.code, underlined(found)) == ("MAN205", "{% if api_key %}")


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (("json: {q: 'any($items)'}", "item: $email"), "$items"),
        (("json: {$items: 1, all: $items}", "item: $email"), "$items"),
        (("headers: {X: $items}", "json: $items", "item: $email"), "$items"),
        (("json: {a: 'x $user'}", "batch: {items: 1}"), "$user"),
        (("json: {q: 'any({{ items }})'}", "item: $email"), "{{ items }}"),
    ],
)
def test_a_list_or_map_that_would_become_part_of_a_text_is_refused(lines: tuple[str, ...], place: str) -> None:
    (found,) = found_in(add_users(*lines))
    assert (found.code, underlined(found)) == ("MAN210", place)


@pytest.mark.parametrize(
    "lines",
    [
        ("json: {q: 'any($items)'}", "item: $email", "join: ','"),
        ("json: {q: 'any({{ items | json }})'}", "item: $email"),
        ("json: $items", "item: $email"),
        ("json: {'all': $items, user~: '$amplitude_id'}", "item: $email", "batch: {items: 1}"),
    ],
)
def test_items_may_be_a_text_when_something_says_how(lines: tuple[str, ...]) -> None:
    assert summaries(add_users(*lines)) == []


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ("{rate: 1/s per $nobody}", "$nobody"),
        ("{rate: [90/s, 1/s per $nobody]}", "$nobody"),
        ("{rate: [90/s, $nobody/s]}", "$nobody"),
    ],
)
@pytest.mark.parametrize("call", [False, True], ids=["manifest", "call"])
def test_a_rate_names_only_what_is_declared(limits: str, text: str, call: bool) -> None:
    change = f"limits: {limits}"
    lines = ("json: {emails: $items}", "item: $email", change)
    (found,) = found_in(add_users(*lines) if call else f"{change}\n")
    assert (found.code, found.message, underlined(found)) == ("MAN201", f"`{text}` is not declared", text)


def test_a_rate_may_be_per_user_and_per_setting() -> None:
    per = "limits: {rate: [1/s per $email, 1/s per $amplitude_id, 9/s per $api_key, 300/min per operator]}\n"
    assert summaries(per) == []


def test_the_count_of_a_rate_is_no_users_value() -> None:
    (found,) = found_in("limits: {rate: [$email/s]}\n")
    assert (found.code, underlined(found)) == ("MAN203", "$email")
