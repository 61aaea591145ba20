"""The advice of `lint` beyond the examples of the rule pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.diagnostics.codes import CODES
from maniple.diagnostics.model import Diagnostic
from maniple.manifest.load import load_manifest
from maniple.review.lint import CHECKS, lint, lint_files
from maniple.runtime.compile import try_compile

INTEGRATIONS = Path(__file__).parents[2] / "integrations"
DESTINATIONS = sorted(INTEGRATIONS.glob("*/manifest.yaml"))
GOOD = """\
manifest: 1
slug: acme
version: 1.0.0
name: Acme
category: messaging
summary: Lists.
maintainer: {name: Acme, support: "https://acme.test"}
sources: ["https://docs.acme.test, read 2026-11-20"]
kind: property
auth: {kind: AUTH}
fields:
  - FIELD
headers: {X-Field: $field}
mappings:
  - {name: email, label: E-mail}
update_users:
  method: POST
  url: https://api.acme.test/users
  json: {users: $items, add: $membership}
  item: $email
limits: {parallel: 1}
errors:
  - ERROR
"""
FIELD = "{name: field, label: Field, help: Settings}"
ERROR = "{status: [401, 429], reason: Key or rate, message: Look.}"


def advice(text: str) -> list[Diagnostic]:
    loaded = load_manifest("manifest.yaml", text.encode())
    assert loaded.manifest is not None, loaded.diagnostics
    assert loaded.document is not None
    program = try_compile(loaded.manifest, loaded.document).program
    assert program is not None
    return lint(loaded.manifest, loaded.document, program)


def codes(
    *, auth: str = "bearer", field: str = FIELD, error: str = ERROR, change: tuple[str, str] = ("", "")
) -> list[str]:
    text = GOOD.replace("AUTH", auth).replace("ERROR", error).replace("- FIELD", f"- {field}")
    return [each.code for each in advice(text.replace(*change) if change[0] else text)]


def test_a_manifest_with_all_that_is_asked_for_has_no_advice() -> None:
    assert codes() == []


@pytest.mark.parametrize("path", DESTINATIONS, ids=lambda path: path.parent.name)
def test_the_destinations_of_the_catalogue_need_no_advice(path: Path) -> None:
    # Amplitude's own destination names a Mailchimp tag exactly as the cohort, and users look for it by that.
    known = ["MAN608"] if path.parent.name == "mailchimp" else []
    assert [found.code for found in advice(path.read_text())] == known
    document = load_manifest("manifest.yaml", path.read_bytes()).document
    assert document is not None
    assert lint_files(document, [each.name for each in path.parent.iterdir()]) == []


def test_advice_never_blocks() -> None:
    assert {code.severity for name, code in CODES.items() if name.startswith("MAN6")} == {"warning", "note"}
    assert len(CHECKS) == len([name for name in CODES if name.startswith("MAN6")]) - 1, "lint_files has MAN609"


def test_without_a_secret_nobody_asks_for_a_rule_about_credentials() -> None:
    assert codes(auth="none", error="{status: 429, reason: Rate, message: Wait.}") == []


@pytest.mark.parametrize("status", ["403", "4xx", "[400, 401]"])
def test_any_rule_that_speaks_of_401_or_403_will_do(status: str) -> None:
    assert "MAN601" not in codes(error=f"{{status: {status}, reason: Key, message: Look.}}")


def test_the_calls_without_a_rule_are_named() -> None:
    text = GOOD.replace("AUTH", "bearer").replace("- FIELD", f"- {FIELD}")
    text = text.replace("ERROR", "{status: [401, 429], calls: [create_list], reason: Key, message: Look.}")
    text += "create_list:\n  {method: POST, url: https://api.acme.test/lists, json: {id: $amp_cohort_id}, list_id: {response: id}}\n"
    assert [each.message for each in advice(text)] == [
        "no error rule says what a 401 or 403 means in `update_users`",
        "no error rule says what a 429 means in `update_users`",
    ]


def test_limits_of_one_call_are_limits() -> None:
    assert codes(change=("limits: {parallel: 1}\n", "")) == ["MAN603"]
    assert codes(change=("limits: {parallel: 1}\n", "  limits: {rate: 1/s}\n"), error=ERROR) == []


def test_a_rule_that_makes_an_answer_a_success_needs_no_message() -> None:
    assert codes(error=ERROR + "\n  - {status: 409, then: treat_as_success}") == []


@pytest.mark.parametrize("name", ["api_key", "apikey", "rest_api_key", "access_token", "client_secret", "password"])
def test_a_field_with_the_name_of_a_credential_should_be_secret(name: str) -> None:
    text = ("$field", f"${name}")
    assert codes(field=FIELD.replace("name: field", f"name: {name}"), change=text) == ["MAN607"]
    secret = FIELD.replace("name: field", f"name: {name}, type: secret")
    assert codes(field=secret, change=text) == []


@pytest.mark.parametrize("name", ["site_id", "key_type", "token_name", "monkey", "keyword"])
def test_a_field_that_is_about_a_credential_is_no_credential(name: str) -> None:
    assert codes(field=FIELD.replace("name: field", f"name: {name}"), change=("$field", f"${name}")) == []


@pytest.mark.parametrize("more", ["optional: true", "default: x"])
def test_a_field_that_may_stay_as_it_is_needs_no_help(more: str) -> None:
    assert codes(field=f"{{name: field, label: Field, {more}}}") == []
    assert codes(field="{name: field, label: Field}") == ["MAN610"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{name: $amp_cohort_name}", ["MAN608"]),
        ("{name: '{{ cohort_name | upper }}'}", ["MAN608"]),
        ("{name: ' $amp_cohort_name '}", ["MAN608"]),
        ("'[{\"name\": $cohort_name}]'", ["MAN608"]),
        ("{name: '[A] $amp_cohort_name'}", []),
        ("{name: $amp_cohort_name, note: $amp_cohort_id}", []),
        ("{name: $amp_cohort_id}", []),
        ("{about: fixed}", []),
    ],
)
def test_a_list_name_must_tell_where_the_list_comes_from(body: str, expected: list[str]) -> None:
    call = f"create_list:\n  method: POST\n  url: https://api.acme.test/lists\n  json: {body}\n  list_id: {{response: id}}\n"
    assert codes(change=("update_users:", call + "update_users:")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("form: {name: $amp_cohort_name}", ["MAN608"]),
        ("xml: {list: {name: $amp_cohort_name}}", ["MAN608"]),
        ("xml: {list: {name: 'A $amp_cohort_name'}}", []),
        ("xml: '<list><name>A $amp_cohort_name</name></list>'", []),
        ("text: 'A $amp_cohort_name'", []),
        ("multipart: [{name: name, value: $amp_cohort_name}]", ["MAN608"]),
    ],
)
def test_a_list_name_is_looked_at_in_bodies_of_every_format(body: str, expected: list[str]) -> None:
    call = f"create_list:\n  method: POST\n  url: https://api.acme.test/lists\n  {body}\n  list_id: {{value: x}}\n"
    assert codes(change=("update_users:", call + "update_users:")) == expected


def test_a_list_name_in_a_step_is_looked_at() -> None:
    call = (
        "create_list:\n  steps:\n    - method: POST\n      url: https://api.acme.test/lists\n"
        "      json: {name: $amp_cohort_name}\n      save: {list_id: id}\n"
    )
    assert codes(change=("update_users:", call + "update_users:")) == ["MAN608"]


def test_a_prefix_for_all_list_names_is_enough() -> None:
    call = (
        "cohort_name: {prefix: 'A: '}\ncreate_list:\n  method: POST\n  url: https://api.acme.test/lists\n"
        "  json: {name: $amp_cohort_name}\n  list_id: {response: id}\n"
    )
    assert codes(change=("update_users:", call + "update_users:")) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ('status == "ok"', ["MAN612"]),
        ('contains(status, "ok")', ["MAN612"]),
        ("\"list-id\" == 'ok'", []),
        ('status == "other-key".name', []),
        ("status == `1`", []),
    ],
)
def test_a_name_in_double_quotes_where_a_text_belongs_is_found(path: str, expected: list[str]) -> None:
    assert codes(change=("limits:", f"success: |-\n  {path}\nlimits:")) == expected


def test_paths_of_rules_and_rejects_are_looked_at_too() -> None:
    error = ERROR + '\n  - {status: 400, where: code == "x", reason: Code, message: Look.}'
    assert codes(error=error) == ["MAN612"]
    rejects = '  rejects: {rows: errors, where: code == "x", by: index}\nlimits:'
    assert codes(change=("limits:", rejects)) == ["MAN612"]


@pytest.mark.parametrize(
    "change",
    [
        ("category: messaging\n", ""),
        ("category: messaging", "category: crm"),
        ("summary: Lists.\n", ""),
        ("{name: email, label: E-mail}", "{name: email}"),
    ],
    ids=["no category", "category of one's own", "no summary", "no label"],
)
def test_what_the_catalogue_and_the_form_show_may_be_missing_and_is_asked_for(change: tuple[str, str]) -> None:
    assert codes(change=change) == ["MAN613"]


def test_a_field_without_label_is_shown_by_its_name() -> None:
    text = GOOD.replace("AUTH", "bearer").replace("ERROR", ERROR).replace("$field", "$api_url")
    found = advice(text.replace("FIELD", "{name: api_url, type: url}"))

    assert [one.message for one in found if one.code == "MAN613"] == [
        "`api_url` has no `label`; the form shows `API URL`"
    ]
