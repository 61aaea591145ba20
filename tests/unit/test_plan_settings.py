"""What an end user fills in, checked against the destination's form."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.errors import SettingsError
from maniple.runtime.program import Program
from maniple.runtime.settings import check_mappings, check_settings
from support.manifests import program

REGION = {
    "name": "region",
    "type": "select",
    "label": "Region",
    "default": "us",
    "options": [
        {"label": "US", "value": "us", "host": "api.acme.test"},
        {"label": "EU", "value": "eu", "host": "api.eu.acme.test"},
    ],
}


def form(*fields: dict[str, Any]) -> Program:
    used = {f"x_{field['name']}": f"${field['name']}" for field in fields}
    call = {"method": "POST", "url": "https://api.acme.test/add", "json": {"u": "$items", **used}, "item": "$user_key"}
    return program(auth={"kind": "none"}, fields=list(fields), create_list=None, add_users=call, remove_users=call)


def problem(of: Program, given: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as caught:
        check_settings(of, given)
    return caught.value.message


def test_defaults_fill_what_is_left_out() -> None:
    assert {"region": "us"} == check_settings(form(REGION), {})


def test_a_missing_required_field_is_named_with_its_label() -> None:
    assert "`key` (API key) is missing" == problem(form({"name": "key", "label": "API key"}), {})


def test_all_that_is_wrong_is_said_at_once() -> None:
    fields = [{"name": "a", "label": "A"}, {"name": "n", "label": "N", "type": "integer"}]

    assert "`a` (A) is missing; `n` must be a whole number" == problem(form(*fields), {"n": "x"})


def test_an_unknown_field_gets_the_likely_name() -> None:
    assert "did you mean `region`?" in problem(form(REGION), {"regoin": "us"})


def test_a_choice_must_be_one_of_its_options() -> None:
    assert "`region` is `asia`, and can be `us`, `eu`" in problem(form(REGION), {"region": "asia"})


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.test/x",
        "https://user:pw@hooks.test/",
        "ftp://hooks.test",
        "hooks.test",
        "https://hooks.test/#x",
        "https://hooks.test/a b",
        "https:///x",
    ],
)
def test_a_url_must_be_https_with_a_host_and_no_credentials(url: str) -> None:
    assert "`url`" in problem(form({"name": "url", "label": "URL", "type": "url"}), {"url": url})


def test_plain_http_is_allowed_to_this_machine_only() -> None:
    made = form({"name": "url", "label": "URL", "type": "url"})

    assert {"url": "http://127.0.0.1:8080/x"} == check_settings(made, {"url": "http://127.0.0.1:8080/x"})


@pytest.mark.parametrize("value", ["a.b", "acme.evil.test/", "-a", "a_b", "https://x", "a" * 64, "a@b"])
def test_a_subdomain_is_one_dns_label(value: str) -> None:
    assert "`tenant` must be one name" in problem(
        form({"name": "tenant", "label": "Tenant", "type": "subdomain"}), {"tenant": value}
    )


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX-Evil: 1", "a\x00"])
def test_control_characters_are_refused(value: str) -> None:
    assert "control character" in problem(form({"name": "key", "label": "Key"}), {"key": value})


def test_a_field_that_is_not_shown_is_not_asked_for() -> None:
    extra = {"name": "tenant", "label": "Tenant", "when": "region == 'eu'"}

    assert {"region": "us", "tenant": None} == check_settings(form(REGION, extra), {})
    assert "`tenant` (Tenant) is missing" == problem(form(REGION, extra), {"region": "eu"})


def test_a_pattern_must_match_the_whole_value() -> None:
    made = form({"name": "account", "label": "Account", "pattern": "[0-9]{4}"})

    assert {"account": "1234"} == check_settings(made, {"account": "1234"})
    assert "does not have the form" in problem(made, {"account": "12345"})


def test_a_required_mapping_must_be_given_when_nothing_can_be_chosen() -> None:
    with pytest.raises(SettingsError) as caught:
        check_mappings(program(), {})

    assert "add `--map user_key=user_id`" == caught.value.hint


def test_a_mapping_takes_the_column_named_like_it_then_the_first_suggestion() -> None:
    assert {"user_key": "user_key"} == check_mappings(program(), {}, ["user_id", "user_key"])
    assert {"user_key": "user_id"} == check_mappings(program(), {}, ["email", "user_id"])


def test_an_unknown_mapping_gets_the_likely_name() -> None:
    with pytest.raises(SettingsError) as caught:
        check_mappings(program(), {"user_kye": "user_id"})

    assert "did you mean `user_key`?" == caught.value.hint


@pytest.mark.parametrize(
    ("columns", "hint"),
    [
        (None, "add `--map user_key=user_id`"),
        (["User_Key", "b"], "add `--map user_key=User_Key`; the users have `User_Key` and `b`"),
        (["a", "b"], "add `--map user_key=PROPERTY`; the users have `a` and `b`"),
    ],
)
def test_a_mapping_that_nobody_made_is_told_with_the_properties_there_are(columns: list[str] | None, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_mappings(form(), {}, columns)
    assert hint == caught.value.hint
