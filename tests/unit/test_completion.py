"""What can be typed at a place of a manifest: `¦` is the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.usecases.completion import Completion, completions
from maniple.usecases.draft import Draft

ACME = """\
manifest: 1
auth: {kind: basic}
fields:
  - {name: region, type: select, options: [{label: US, value: us, host: us.test}]}
  - name: api_token
    type: secret
    label: API token
define:
  base: https://$region.host/v2
mappings:
  - {name: user_email, format: email, hash: sha256}
create_list:
  method: POST
  save: {folder: data.folder}
add_users:
  method: POST
  item: {id: $user_email}
"""


def offers(text: str, name: str = "manifest.yaml", last_good: str | None = None) -> list[Completion]:
    """What is offered at `¦`."""
    path = Path(name)
    draft = Draft(path, text.replace("¦", ""))
    return completions(draft, text.index("¦"), last_good=Draft(path, last_good) if last_good else None)


def texts(text: str, name: str = "manifest.yaml", last_good: str | None = None) -> list[str]:
    return [one.text for one in offers(text, name, last_good)]


def one(text: str, label: str) -> Completion:
    """The offer with this label."""
    return next(offer for offer in offers(text) if offer.label == label)


# Variables


def test_a_dollar_offers_what_is_declared_before_what_is_pre_defined() -> None:
    assert ["$region", "$api_token", "$api_key"] == texts(ACME + "  url: $¦")[:3]


def test_every_kind_of_declaration_is_offered() -> None:
    found = texts(ACME + "  json: {a: $¦}")
    assert {"$region", "$base", "$user_email", "$folder", "$api_key", "$items", "$now"} <= set(found)


def test_a_variable_says_its_type_and_where_it_comes_from() -> None:
    text = ACME + "  url: $¦"
    assert "secret text · field" == one(text, "$api_token").detail
    assert "API token: the end user fills it in" == one(text, "$api_token").docs
    assert "text · define" == one(text, "$base").detail
    assert "value · saved" == one(text, "$folder").detail
    assert "secret text · auth" == one(text, "$api_key").detail


def test_a_variable_without_a_value_here_says_so_and_comes_last() -> None:
    found = offers(ACME + "  url: $¦")
    assert "sha256 hash · mapping · no value here" == one(ACME + "  url: $¦", "$user_email").detail
    useful = [offer.useful for offer in found]
    assert useful == sorted(useful, reverse=True)


def test_in_an_item_a_mapping_has_a_value() -> None:
    assert "sha256 hash · mapping" == one(ACME + "remove_users:\n  item: {a: $¦}", "$user_email").detail


def test_items_have_no_value_where_the_list_is_created() -> None:
    text = ACME.replace("  save: {folder: data.folder}", "  json: {a: $¦}")
    assert not one(text, "$items").useful


def test_what_a_step_saves_has_a_value_only_after_it() -> None:
    steps = "add_users:\n  steps:\n    - {name: a, url: $%s, save: {job: id}}\n    - {name: b, url: $%s}\n"
    assert not one(steps % ("¦", "x"), "$job").useful
    assert one(steps % ("x", "¦"), "$job").useful


def test_typing_narrows_to_names_that_begin_so() -> None:
    assert ["$amp_cohort_name", "$amp_cohort_id", "$amp_cohort_url"] == texts(ACME + "  url: $amp¦")[:3]


def test_a_later_word_of_a_name_is_found_too() -> None:
    assert "$user_email" == texts(ACME + "  item: $ema¦")[0]


def test_letters_in_order_are_found_after_everything_else() -> None:
    assert "$api_token" == texts(ACME + "  url: $aptok¦")[0]


def test_another_name_of_a_pre_defined_variable_finds_it() -> None:
    assert ["$amp_cohort_name"] == texts(ACME + "  url: $amplitude_cohort_n¦")


def test_a_name_that_is_complete_offers_nothing_more() -> None:
    assert [] == texts(ACME + "  url: $base¦")


def test_a_dot_offers_what_the_options_carry() -> None:
    assert ["host"] == texts(ACME + "  url: https://$region.¦")


def test_a_choice_of_identifiers_carries_its_target() -> None:
    text = "mappings:\n  - {name: ident, one_of: [{target: A}, {target: B}]}\nadd_users:\n  item: {t: $ident.¦}"
    assert ["target"] == texts(text)


def test_the_replies_of_steps_are_offered_by_name() -> None:
    text = 'add_users:\n  steps:\n    - {name: find}\n    - when: "{{ steps.¦ }}"\n'
    assert ["find"] == texts(text)


@pytest.mark.parametrize("before", ["$$", "a $$", "$$$$"])
def test_a_doubled_dollar_is_a_dollar(before: str) -> None:
    assert [] == texts(f"{ACME}  url: {before}¦")


def test_an_offer_takes_the_place_of_what_is_typed() -> None:
    text = ACME + "  url: https://$reg¦/x"
    assert text.rindex("$reg") == offers(text)[0].replace_from


def test_nothing_is_offered_in_the_middle_of_a_word() -> None:
    assert [] == texts(ACME + "  url: $reg¦ion")


def test_nothing_is_offered_in_a_comment() -> None:
    assert [] == texts(ACME + "  # $¦")


def test_nothing_is_offered_where_no_template_stands() -> None:
    assert [] == texts(ACME + "  batch: {items: $¦}")


# Texts that cannot be read


BROKEN = ACME + '  headers: {a: "b\n  url: $¦'


def test_a_text_that_cannot_be_read_offers_what_can_be_seen() -> None:
    assert {"$region", "$api_token", "$base", "$user_email"} <= set(texts(BROKEN))


def test_a_text_that_cannot_be_read_offers_what_the_last_good_one_declared() -> None:
    assert "$gone" in texts("fields: [{name\nadd_users:\n  url: $¦", last_good="fields: [{name: gone}]\n")


def test_a_text_that_can_be_read_does_not_bring_back_what_was_deleted() -> None:
    assert "$gone" not in texts("add_users:\n  url: $¦", last_good="fields: [{name: gone}]\n")


@pytest.mark.parametrize(
    "junk", ["fields: 3", "fields: [1, {name: 4}]", "mappings: {a: b}", "add_users: [x]", "auth: 7"]
)
def test_parts_of_a_wrong_shape_declare_nothing_and_do_no_harm(junk: str) -> None:
    assert "$now" in texts(f"{junk}\ncreate_list:\n  url: $¦")


def test_windows_line_ends_do_not_move_what_is_replaced() -> None:
    text = (ACME + "  url: $reg¦").replace("\n", "\r\n")
    assert text.rindex("$reg") == offers(text)[0].replace_from


def test_a_body_given_as_text_offers_variables_too() -> None:
    assert "$items" == texts(ACME + '  json: |\n    {\n      "a": $it¦\n    }')[0]


# Expressions


def test_names_in_an_expression_have_no_dollar() -> None:
    assert "api_token" == texts(ACME + '  url: "{{ api_t¦ }}"')[0]


def test_after_an_operator_a_name_is_offered() -> None:
    assert "region" == texts(ACME + "  url: \"{{ 'a' ~ ¦ }}\"")[0]


def test_a_condition_is_an_expression_without_braces() -> None:
    assert "region" == texts(ACME + "  when: reg¦")[0]


def test_a_bar_offers_every_filter() -> None:
    found = texts(ACME + '  url: "{{ base |¦ }}"')
    assert ["lower", "upper", "trim"] == found[:3]
    assert 36 == len(found)


def test_a_filter_has_its_docs_and_an_example_as_it_is_written() -> None:
    found = one(ACME + '  url: "{{ base | tr¦ }}"', "truncate([length])")
    assert "The first `length` characters, cut plainly" == found.detail
    assert "The first `length` characters, cut plainly.\nexample: 'abcdef' | truncate(3) gives 'abc'" == found.docs


def test_a_filter_that_needs_values_leaves_the_cursor_where_they_go() -> None:
    found = one(ACME + '  url: "{{ base | repl¦ }}"', "replace(old, [new])")
    assert ("replace('')", 2) == (found.text, found.back)


def test_quotes_of_a_filter_are_not_those_of_its_text() -> None:
    assert 'default("")' == one(ACME + "  url: '{{ base | def¦ }}'", "default(other)").text


def test_nothing_is_offered_inside_quotes_of_an_expression() -> None:
    assert [] == texts(ACME + "  url: \"{{ base | replace('¦') }}\"")


def test_no_filter_is_offered_outside_of_an_expression() -> None:
    assert [] == texts(ACME + "  url: a |¦")


# Keys and words


def test_a_key_offers_what_the_schema_allows_there() -> None:
    assert ["batch:\n    ", "first_batch: "] == texts(ACME + "  b¦")


def test_keys_that_are_written_are_not_offered_again() -> None:
    assert "method: " not in texts(ACME + "  ¦")
    assert "item: " not in texts(ACME + "  ¦")


def test_keys_below_the_cursor_count_as_written() -> None:
    assert "label: " not in texts("fields:\n  - name: a\n    ¦\n    label: A\n")


def test_a_key_has_its_docs() -> None:
    found = one(ACME + "  ur¦", "url")
    assert "text with holes" == found.detail
    assert found.docs.startswith("Where the call goes; values are percent-encoded by position.")


def test_a_key_that_must_be_there_says_so() -> None:
    assert "text · must be there" == one("manifest: 1\n¦", "slug").detail


def test_a_map_begins_a_line_below_its_key() -> None:
    assert "cohort_name:\n  " == texts("coh¦")[0]


def test_a_list_of_maps_begins_with_a_dash() -> None:
    assert "fields:\n  - " == texts("fie¦")[0]


def test_between_brackets_a_key_stays_in_its_line() -> None:
    assert "username: " in texts("auth: {kind: basic, ¦}")


def test_a_key_before_a_colon_is_only_its_name() -> None:
    assert ["timeout"] == texts(ACME + "  tim¦: 60s")


def test_the_first_key_of_a_list_item_is_offered_after_its_dash() -> None:
    assert ["status: ", "body: "] == texts("errors:\n  - ¦")[:2]


def test_further_keys_of_a_list_item_are_offered_below_it() -> None:
    assert ["then: "] == texts("errors:\n  - status: 400\n    the¦")


def test_the_keys_of_an_auth_are_those_of_its_kind() -> None:
    assert ["when: ", "username: ", "password: "] == texts("auth:\n  kind: basic\n  ¦")


def test_no_key_is_offered_in_a_body() -> None:
    assert [] == texts(ACME + "  json:\n    us¦")


def test_a_body_offers_a_choice_of_shapes_after_a_dollar() -> None:
    assert "$case: $" == texts(ACME + "  json:\n    $ca¦")[0]


def test_a_value_offers_the_words_of_its_list() -> None:
    assert ["list", "property", "snapshot"] == texts("kind: ¦")


def test_an_auth_kind_has_its_own_sentence() -> None:
    assert "Sends no credentials." == one("auth:\n  kind: ¦", "none").docs


def test_words_that_a_list_has_are_not_offered_again() -> None:
    assert ["hourly", "realtime"] == texts("cadences: [once, daily, ¦]")


def test_words_are_offered_in_a_list_of_lines() -> None:
    assert ["daily"] == texts("cadences:\n  - once\n  - da¦")


def test_true_and_false_are_words() -> None:
    assert ["true", "false"] == texts("fields:\n  - name: a\n    optional: ¦")


def test_mappings_are_offered_where_they_are_named() -> None:
    assert ["user_email"] == texts(ACME + "require: [[¦]]")


# JSON


def test_json_keys_have_quotes() -> None:
    assert '"slug": ' == texts('{"manifest": 1, ¦}', "manifest.json")[0]


def test_a_json_key_that_is_begun_is_closed() -> None:
    assert 'kind": ' == texts('{"ki¦', "manifest.json")[0]


def test_json_values_offer_words_inside_their_quotes() -> None:
    assert ["list", "property", "snapshot"] == texts('{"kind": "¦"}', "manifest.json")


def test_json_offers_variables() -> None:
    assert "$key" == texts('{"fields": [{"name": "key"}], "create_list": {"url": "https://$¦"}}', "manifest.json")[0]
