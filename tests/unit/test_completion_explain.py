"""What stands at a place of a manifest, in words: `¦` is the cursor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maniple.usecases.completion import explain
from maniple.usecases.draft import Draft

ACME = """\
manifest: 1
kind: list
auth: {kind: basic}
fields:
  - {name: region, type: select, label: Region, options: [{label: EU, value: eu, host: eu.test}]}
  - {name: token, type: secret, label: Token}
  - {name: account, label: Account, pattern: "[0-9]{3}-[0-9]{3}|[0-9]{6}"}
define:
  base: https://$region.host/v2
mappings:
  - {name: mail, label: Mail, target: emailAddress, format: email, normalize: "{{ value | upper }}"}
  - {name: hashed, format: email, hash: md5}
add_users:
  method: POST
"""


def said(text: str, sample: dict[str, Any] | None = None) -> list[str]:
    """The lines of what is said at `¦`."""
    draft = Draft(Path("manifest.yaml"), text.replace("¦", ""))
    return explain(draft, text.index("¦"), sample).split("\n")


def test_a_variable_has_its_declaration_its_type_and_a_value() -> None:
    assert [
        "$region: choice, declared in fields[0]",
        "Region: the end user fills it in",
        "for example eu",
    ] == said(ACME + "  url: https://$reg¦ion")


def test_what_an_option_carries_has_its_value() -> None:
    assert "`.host`: such as eu.test, here eu.test" == said(ACME + "  url: https://$region.ho¦st")[1]


def test_a_constant_has_the_value_that_its_holes_give() -> None:
    assert "for example https://eu.test/v2" == said(ACME + "  url: $ba¦se/x")[-1]


def test_a_secret_is_masked() -> None:
    assert "for example ***, which is secret" == said(ACME + "  url: $tok¦en")[-1]


def test_a_value_fits_the_pattern_of_its_field() -> None:
    assert "for example 123456" == said(ACME + "  url: $acc¦ount")[-1]


def test_a_mapping_has_the_value_that_is_sent() -> None:
    assert "for example ADA@EXAMPLE.TEST" == said(ACME + "  item: $ma¦il")[-1]


def test_a_hashed_mapping_has_a_hash() -> None:
    assert "for example 28ae5bf8fa0cde12855e61ac303859cc" == said(ACME + "  item: $has¦hed")[-1]


def test_items_are_what_the_item_makes_of_the_sample_user() -> None:
    text = ACME + "  item: {e: $mail}\n  json: {users: $it¦ems}"
    assert 'for example [{"e":"ADA@EXAMPLE.TEST"}]' == said(text)[-1]


def test_joined_items_are_one_text() -> None:
    assert "for example ADA@EXAMPLE.TEST" == said(ACME + "  item: $mail\n  join: ','\n  text: $it¦ems")[-1]


def test_values_that_are_given_take_the_place_of_made_up_ones() -> None:
    assert "for example https://us.test/v2" == said(ACME + "  url: $ba¦se", {"region.host": "us.test"})[-1]


def test_a_pre_defined_variable_says_what_it_is() -> None:
    assert [
        "$now: text, pre-defined",
        "the run's start, ISO 8601 in UTC; the same when a request is sent again",
    ] == said(ACME + "  url: $no¦w")[:2]


def test_a_name_that_nothing_declares_says_so() -> None:
    assert ["$nobody: nothing of this name is declared"] == said(ACME + "  url: $nob¦ody")


def test_a_variable_in_an_expression_has_its_value_and_that_of_the_hole() -> None:
    assert "for example eu; the whole hole gives EU" == said(ACME + '  url: "{{ reg¦ion | upper }}"')[-1]


def test_a_condition_says_whether_it_is_true() -> None:
    assert "for example eu; the whole hole gives true" == said(ACME + "  when: reg¦ion == 'eu'")[-1]


def test_a_filter_has_its_docs_its_example_and_what_comes_of_it() -> None:
    assert [
        "filter upper: The text in upper case.",
        "example: 'us' | upper gives 'US'",
        "here the whole hole gives EU",
    ] == said(ACME + '  url: "{{ region | upp¦er }}"')


def test_an_expression_over_several_lines_is_one_hole() -> None:
    text = ACME + "  json:\n    a: >-\n      {{ region |\n      upp¦er }}\n"
    assert "filter upper: The text in upper case." == said(text)[0]


def test_a_key_has_the_sentence_of_the_schema() -> None:
    assert ["method: one of some words", "The HTTP method.", "one of GET, POST, PUT, PATCH, DELETE"] == said(
        ACME.replace("method:", "met¦hod:")
    )


def test_a_value_speaks_of_its_key() -> None:
    assert "How often syncs may run." == said("cadences: [da¦ily]")[1]


def test_a_word_with_a_sentence_of_its_own_says_that() -> None:
    assert ["kind: none", "Sends no credentials."] == said("auth: {kind: no¦ne}")


def test_a_key_of_a_body_says_nothing() -> None:
    assert [""] == said(ACME + "  json:\n    us¦ers: 1")


@pytest.mark.parametrize("text", ["¦", "# no¦te", "\n¦\n", "unknown: ¦x", "a: [¦"])
def test_where_there_is_nothing_to_say_nothing_is_said(text: str) -> None:
    assert [""] == said(text)


def test_a_long_value_is_cut() -> None:
    line = said(ACME + "  url: $acc¦ount", {"account": "x" * 900})[-1]
    assert line.endswith("x…")
    assert len("for example ") + 400 == len(line)
