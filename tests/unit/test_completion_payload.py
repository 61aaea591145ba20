"""A body or item as a text of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maniple.usecases.completion.payload import (
    Form,
    explain_payload,
    findings_of,
    findings_within,
    form_of,
    formatted,
    in_form,
    payload_completions,
    payload_text,
    preview_of,
    read_payload,
)
from maniple.usecases.draft import Draft

BODY = ("add_users", "json")
ITEM = ("add_users", "item")
MANIFEST = """\
manifest: 1
slug: acme
version: 1.0.0
name: Acme
kind: list
mappings: [{name: mail, format: email}]
add_users:
  method: POST
  url: https://api.acme.test/lists/$list_id
  item: {email: $mail}
  json: BODY
"""


def draft_with(body: str) -> Draft:
    return Draft(Path("manifest.yaml"), MANIFEST.replace("BODY", body))


DRAFT = draft_with("{users: $items}")


@pytest.mark.parametrize(
    ("value", "place", "form"),
    [
        ({"a": 1}, BODY, "yaml"),
        ('{"a": $items}', BODY, "json"),
        ("$items", BODY, "json"),
        ("$mail", ITEM, "yaml"),
        ('{"email": $mail}', ITEM, "json"),
        ("<a>$mail</a>", ("add_users", "xml"), "text"),
        ("$mail\n", ("add_users", "text"), "text"),
        (None, ITEM, "yaml"),
    ],
)
def test_a_value_is_shown_in_the_form_that_it_has(value: Any, place: tuple[str, ...], form: Form) -> None:
    assert form == form_of(value, place)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ({"a": ["$items", 1], "b~": {"c": "$mail"}}, "yaml"),
        ([], "yaml"),
        ({}, "yaml"),
        ("$mail", "yaml"),
        ("12", "yaml"),
        ("a\nb", "yaml"),
        ('{"a": $items}\n', "json"),
        ("<a>$mail</a>", "text"),
    ],
)
def test_what_is_shown_reads_as_the_same_value(value: Any, form: Form) -> None:
    assert value == read_payload(payload_text(value, form), form).value


def test_a_bare_hole_is_no_error() -> None:
    assert () == findings_of(read_payload('{"users": $items, $operation: {{ now | date }}}', "json"), DRAFT)


def test_a_body_that_cannot_be_read_says_where() -> None:
    payload = read_payload('{"users": }', "json")
    assert not payload.readable
    assert [("MAN105", 10)] == [(one.code, one.span and one.span.start) for one in findings_of(payload, DRAFT)]


def test_a_name_that_nothing_declares_is_found_at_its_place() -> None:
    (found,) = findings_of(read_payload('{"users": [1, "a $itms"]}', "json"), DRAFT)
    assert "`$itms` is not declared" == found.message
    assert "did you mean `$items`?" == found.hint
    assert found.span is not None
    assert "$itms" == '{"users": [1, "a $itms"]}'[found.span.start : found.span.end]


def test_a_wrong_filter_of_yaml_is_found_at_its_place() -> None:
    text = 'a:\n  - "{{ mail | uper }}"\n'
    (found,) = findings_of(read_payload(text, "yaml"), DRAFT)
    assert found.code == "MAN206"
    assert found.span is not None
    assert "uper" == text[found.span.start : found.span.end]


def test_a_finding_of_the_draft_about_the_body_is_found_in_it() -> None:
    draft = draft_with("{users: $items, extra: [$mail]}")
    text = payload_text(draft.value(BODY), "yaml")
    found = [one for one in findings_within(draft, BODY, read_payload(text, "yaml")) if one.code == "MAN203"]
    assert ["$mail"] == [text[one.span.start : one.span.end] for one in found if one.span is not None]


def test_a_finding_about_a_body_given_as_text_is_found_in_the_text() -> None:
    draft = draft_with('|\n    {\n      "users": $items,\n      "extra": $mail\n    }')
    text = draft.value(BODY)
    found = [one for one in findings_within(draft, BODY, read_payload(text, "json")) if one.code == "MAN203"]
    assert ["$mail"] == [text[one.span.start : one.span.end] for one in found if one.span is not None]


def test_findings_elsewhere_are_not_of_the_body() -> None:
    draft = Draft(Path("manifest.yaml"), DRAFT.text.replace("$list_id", "$nothing"))
    payload = read_payload(payload_text(draft.value(BODY), "yaml"), "yaml")
    assert all(one.path[:2] == BODY for one in findings_within(draft, BODY, payload))
    assert not any("nothing" in one.message for one in findings_within(draft, BODY, payload))


@pytest.mark.parametrize(
    ("text", "place", "offered"),
    [
        ('{"users": $it', BODY, "$items"),
        ("users: $it", BODY, "$items"),
        ("$ma", ITEM, "$mail"),
        ('{"e": "{{ mail | sha2', ITEM, "sha256"),
        ("e: {{ mai", ITEM, "mail"),
    ],
)
def test_a_payload_is_completed_as_what_it_is(text: str, place: tuple[str, ...], offered: str) -> None:
    assert offered == payload_completions(DRAFT, place, text, len(text))[0].text


def test_a_mapping_has_a_value_in_an_item_and_none_in_a_body() -> None:
    assert payload_completions(DRAFT, ITEM, "$mai", 4)[0].useful
    assert not payload_completions(DRAFT, BODY, '{"a": $mai', 10)[0].useful


def test_a_hole_of_a_payload_is_explained() -> None:
    lines = explain_payload(DRAFT, BODY, '{"users": $items}', 12).split("\n")
    assert "$items: list, pre-defined" == lines[0]
    assert 'for example [{"email":"ada@example.test"}]' == lines[-1]


def test_the_preview_fills_the_holes_for_a_sample_user() -> None:
    payload = read_payload('{"users": $items, "list": $list_id}', "json")
    assert '{"users": [{"email": "ada@example.test"}], "list": "list-42"}' == preview_of(payload, DRAFT, BODY)


def test_the_preview_of_an_item_is_of_the_text_that_is_shown() -> None:
    assert '["ada@example.test"]' == preview_of(read_payload("[$mail]", "yaml"), DRAFT, ITEM)


def test_the_preview_takes_values_that_are_given() -> None:
    assert '["bob@x.test"]' == preview_of(read_payload("[$mail]", "yaml"), DRAFT, ITEM, {"mail": "bob@x.test"})


def test_what_may_be_absent_and_has_no_value_is_absent() -> None:
    assert '{"a": 1}' == preview_of(read_payload("{a: 1, b~: $mail}", "yaml"), DRAFT, ITEM, {"mail": None})


def test_plain_text_is_previewed_as_text() -> None:
    payload = read_payload("<u>$mail</u>", "text")
    assert "<u>ada@example.test</u>" == preview_of(payload, DRAFT, ("add_users", "item", "xml"))


def test_what_cannot_be_read_has_no_preview() -> None:
    assert preview_of(read_payload("{", "json"), DRAFT, BODY) is None


def test_laying_out_keeps_holes_and_figures_as_they_are() -> None:
    payload = read_payload('{"a":$items,"b":[1.50,"x $mail",{}],$operation:{{ now | date }},"c":[]}', "json")
    assert """\
{
  "a": $items,
  "b": [
    1.50,
    "x $mail",
    {}
  ],
  $operation: {{ now | date }},
  "c": []
}
""" == formatted(payload)


def test_laying_out_twice_changes_nothing_more() -> None:
    once = formatted(read_payload('{"a":[{"b":$items}]}', "json"))
    assert once == formatted(read_payload(once, "json"))


def test_yaml_with_a_comment_is_left_as_it_is() -> None:
    assert "{a: 1}   # why\n" == formatted(read_payload("{a: 1}   # why\n", "yaml"))


def test_yaml_is_laid_out_a_key_a_line() -> None:
    assert "a: 1\nb: $mail\n" == formatted(read_payload('{"a": 1, b: "$mail"}', "yaml"))


def test_yaml_turns_into_json_with_bare_holes_and_back() -> None:
    payload = read_payload("users: $items\nnote: to $mail\n", "yaml")
    text = in_form(payload, "json")
    assert '{\n  "users": $items,\n  "note": "to $mail"\n}\n' == text
    assert "users: $items\nnote: to $mail\n" == in_form(read_payload(text, "json"), "yaml")


def test_yaml_with_a_comment_does_not_turn_into_json() -> None:
    assert in_form(read_payload("a: 1  # why\n", "yaml"), "json") is None
