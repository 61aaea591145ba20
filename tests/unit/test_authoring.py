"""Edits of a draft that have a meaning."""

from __future__ import annotations

from pathlib import Path

from maniple.usecases.authoring import (
    begun_row,
    calls_of,
    choose_auth,
    choose_body,
    copy_errors,
    into_steps,
    uses_cohort_name,
)
from maniple.usecases.draft import Draft

PATH = Path("acme.yaml")


def draft(text: str) -> Draft:
    return Draft(PATH, text)


def test_the_calls_of_a_kind_are_shown_though_they_are_not_written() -> None:
    assert ["create_list", "add_users", "remove_users"] == calls_of(draft("kind: list\n"))
    assert ["set_property", "unset_property"] == calls_of(draft("kind: property\n"))
    assert ["replace_users", "verify"] == calls_of(draft("kind: snapshot\nverify: {}\n"))


def test_one_call_for_both_takes_the_place_of_two() -> None:
    assert ["update_users"] == calls_of(draft("kind: property\nupdate_users: {}\n"))


def test_a_field_of_the_auth_kind_before_stays_while_something_uses_it() -> None:
    text = "auth: {kind: bearer}\nfields:\n  - {name: bearer_token, type: secret}\nheaders: {X: $bearer_token}\n"
    changed = choose_auth(draft(text), ("auth",), "header")
    assert ["api_key", "bearer_token"] == [row["name"] for row in changed.value(("fields",))]


def test_no_authentication_is_not_written() -> None:
    assert "name: a\n" == choose_auth(draft("name: a\nauth: {kind: bearer}\n"), ("auth",), "none").text


def test_a_body_gives_way_to_another() -> None:
    changed = choose_body(draft("add_users:\n  method: POST\n  json: {a: 1}\n"), ("add_users",), "csv")
    assert {"method": "POST", "csv": {"columns": {"user_id": "$user_id"}}} == changed.value(("add_users",))


def test_a_call_without_errors_takes_those_of_another_whole() -> None:
    assert {"same_as": "add_users"} == copy_errors(
        draft("remove_users: {}\n"), ("remove_users", "errors"), "add_users"
    ).value(("remove_users", "errors"))


def test_a_call_with_errors_takes_those_of_another_after_its_own() -> None:
    text = "remove_users:\n  errors:\n    - {status: 404, reason: Gone}\n"
    changed = copy_errors(draft(text), ("remove_users", "errors"), "add_users")
    assert [{"status": 404, "reason": "Gone"}, {"same_as": "add_users"}] == changed.value(("remove_users", "errors"))


def test_the_request_of_a_call_becomes_its_first_step_and_batch_stays() -> None:
    text = "add_users:\n  method: POST\n  url: $base\n  json: $items\n  batch: {items: 10}\n"
    assert {
        "batch": {"items": 10},
        "steps": [{"method": "POST", "url": "$base", "json": "$items"}],
    } == into_steps(draft(text), "add_users").value(("add_users",))


def test_a_new_field_has_a_name_that_nothing_has() -> None:
    text = "fields: [{name: field_1}]\ndefine: {field_2: x}\n"
    assert "field_3" == begun_row(draft(text), ("fields",), "FormField")["name"]


def test_the_cohort_name_is_found_in_texts_of_both_kinds() -> None:
    assert uses_cohort_name(draft("a: for $amp_cohort_name\n"))
    assert uses_cohort_name(draft("a: '{{ cohort_name | upper }}'\n"))
    assert not uses_cohort_name(draft("a: cohort_name\n"))
