"""What the runner of golden cases says about cases that do not pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.errors import UsageError
from maniple.manifest.cases import Cases
from maniple.manifest.load import load_manifest, read_named, validate
from maniple.runtime.compile import compile_program
from maniple.runtime.program import Program
from maniple.testing.golden import run_case, run_cases

MANIFEST = """
manifest: 1
slug: acme
version: 1.0.0
name: Acme
category: other
summary: Lists.
kind: list
auth: {kind: bearer, token: $token}
fields:
  - {name: token, type: secret, label: Token}
mappings:
  - {name: email, label: E-mail, format: email}
create_list:
  method: POST
  url: https://api.acme.test/lists
  json: {name: $amp_cohort_name}
  list_id: {response: id}
add_users:
  method: POST
  url: https://api.acme.test/lists/$list_id/add
  json: {users: $items, total: 1, first: true}
  item: {email: $email, more~: $user}
  batch: {items: 2}
remove_users:
  method: POST
  url: https://api.acme.test/lists/$list_id/remove
  json: {users: $items}
  item: {email: $email}
count_members:
  method: GET
  url: https://api.acme.test/lists/$list_id
  save: {members: size}
list_members:
  method: GET
  url: https://api.acme.test/lists/$list_id/members
  paginate: {next: next}
  match: {rows: people, by: value, at: email, item: $email}
errors:
  - {status: 400, reason: Bad request, message: Acme said no., then: recreate_list}
"""
DEFAULTS = """
settings: {token: T}
mappings: {email: email}
list: {list_id: 7}
"""
ANN = "{user_id: u1, email: ann@x.test}"
URL = "https://api.acme.test/lists/7/add"
BODY = "{users: [{email: ann@x.test}], total: 1, first: true}"


def program() -> Program:
    loaded = load_manifest("manifest.yaml", MANIFEST.encode())
    assert loaded.manifest is not None
    return compile_program(loaded.manifest, loaded.document)


def problems(case: str) -> list[str]:
    document, _ = read_named("cases.yaml", f"{DEFAULTS}cases:\n  - {{name: it, {case}}}".encode())
    assert document is not None
    cases, findings = validate(document, Cases)
    assert findings == []
    return run_case(program(), cases, cases.cases[0])


def test_a_case_that_is_sent_and_read_as_it_says_has_no_problems() -> None:
    request = f"{{method: POST, url: '{URL}', headers: {{authorization: Bearer T}}, body: {BODY}}}"
    case = f"call: add_users, users: [{ANN}], requests: [{request}], replies: [{{status: 200}}]"
    assert problems(f"{case}, outcome: {{result: delivered, retries: 0}}") == []


def test_a_whole_number_is_not_a_boolean_nor_a_decimal_number() -> None:
    for total, first in (("true", "true"), ("1.0", "true"), ("1", "1")):
        body = f"{{users: [{{email: ann@x.test}}], total: {total}, first: {first}}}"
        [problem] = problems(
            f"call: add_users, users: [{ANN}], requests: [{{method: POST, url: '{URL}', body: {body}}}]"
        )
        assert problem.startswith("request 1: the body differs: `")


def test_a_wrong_method_url_header_and_body_are_each_named() -> None:
    request = "{method: PUT, url: 'https://x.test/', headers: {Authorization: T, X-A: b}, body: {users: []}}"
    assert problems(f"call: add_users, users: [{ANN}], requests: [{request}]") == [
        "request 1: the method is `POST`, and the case says `PUT`",
        f"request 1: the URL is `{URL}`, and the case says `https://x.test/`",
        "request 1: the header `Authorization` is `Bearer T`, and the case says `T`",
        "request 1: the header `X-A` is missing",
        "request 1: the body differs: `total` is there, and the case does not have it",
    ]


def test_users_are_cut_into_batches_as_the_call_says() -> None:
    users = "{user_id: u1, email: a@x.test}, {user_id: u2, email: b@x.test}, {user_id: u3, email: c@x.test}"
    [problem] = problems(f"call: add_users, users: [{users}], requests: []")
    assert problem == f"the number of requests is 2, and the case says 0: `POST {URL}`, `POST {URL}`"


def test_the_other_properties_of_a_user_travel_in_user() -> None:
    body = "{users: [{email: ann@x.test, more: {plan: pro}}], total: 1, first: true}"
    request = f"{{method: POST, url: '{URL}', body: {body}}}"
    user = "{user_id: u1, email: ann@x.test, plan: pro, age: null}"
    assert problems(f"call: add_users, users: [{user}], requests: [{request}]") == []


def test_a_user_without_the_mapped_property_is_skipped_and_must_be_named() -> None:
    case = (
        f"call: add_users, users: [{ANN}, {{user_id: u2}}, {{user_id: u3, email: nobody}}], replies: [{{status: 200}}]"
    )
    assert problems(case) == [
        "the user `u2` is skipped (`unresolved mapping`), and the case does not say so",
        "the user `u3` is skipped (`invalid format`), and the case does not say so",
    ]
    skipped = "skipped: [{id: u2, reason: unresolved mapping}, {id: u3, reason: invalid format}]"
    assert problems(f"{case}, {skipped}") == []


def test_a_reply_too_few_and_a_reply_too_many_are_problems() -> None:
    call = f"call: add_users, users: [{ANN}]"
    assert problems(f"{call}, replies: [{{status: 500}}], outcome: {{result: failed}}") == [
        f"the case has 1 reply, and `POST {URL}` is sent after that"
    ]
    assert problems(f"{call}, replies: [{{status: 200}}, {{status: 200}}]") == [
        "the case has 2 replies, and 1 would do"
    ]


def test_a_failure_is_compared_by_reason_message_and_action() -> None:
    case = f"call: add_users, users: [{ANN}], replies: [{{status: 400}}]"
    right = "{result: failed, reason: Bad request, message: Acme said no., action: recreate_list}"
    assert problems(f"{case}, outcome: {right}") == []
    assert problems(f"{case}, outcome: {{result: delivered}}") == [
        "the result is `failed` (`Bad request`), and the case says `delivered`"
    ]
    assert problems(f"{case}, outcome: {{result: failed, reason: No, action: pause_sync}}") == [
        "the reason is `Bad request`, and the case says `No`",
        "the action is `recreate_list`, and the case says `pause_sync`",
    ]


def test_the_created_list_id_is_compared_with_its_type() -> None:
    case = "call: create_list, replies: [{status: 200, body: {id: 5}}]"
    assert problems(f"{case}, outcome: {{result: delivered, list_id: 5}}") == []
    assert problems(f"{case}, outcome: {{result: delivered, list_id: '5'}}") == [
        'the list id differs: it is `5` (an integer), and the case says `"5"` (text)'
    ]


def test_the_number_of_members_is_compared_as_the_sync_would_read_it() -> None:
    case = "call: count_members, replies: [{status: 200, body: {size: '5'}}]"
    assert problems(f"{case}, outcome: {{result: delivered, members: 5}}") == []
    assert problems(f"{case}, outcome: {{result: delivered, members: 4}}") == [
        "the members differ: it is `5`, and the case says `4`"
    ]


def test_the_members_are_compared_over_all_pages() -> None:
    first = "{status: 200, body: {people: [{email: a@x.test}, {email: null}], next: /lists/7/members?page=2}}"
    case = f"call: list_members, replies: [{first}, {{status: 200, body: {{people: [{{email: b@x.test}}]}}}}]"
    assert problems(f"{case}, outcome: {{result: delivered, members: [a@x.test, b@x.test]}}") == []
    assert problems(f"{case}, outcome: {{result: delivered, members: [a@x.test]}}") == [
        "the members differ: it has 2 elements, and the case says 1"
    ]


def test_settings_that_do_not_fit_the_form_are_a_problem() -> None:
    assert problems("call: create_list, settings: {}") == ["nothing can be sent: `token` (Token) is missing"]


def test_a_call_that_the_manifest_does_not_have_is_a_problem() -> None:
    assert problems("call: set_property") == ["the manifest has no call `set_property`"]


def test_a_folder_is_run_and_each_case_knows_its_line(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    (tmp_path / "cases.yaml").write_text(
        f"{DEFAULTS.strip()}\ncases:\n  - {{name: one, call: create_list}}\n  - {{name: two, call: unset_property}}\n"
    )
    report = run_cases(tmp_path)
    assert [(result.name, result.line, len(result.problems)) for result in report.results] == [
        ("one", 5, 0),
        ("two", 6, 1),
    ]
    assert not report.passed


def test_a_fault_in_the_cases_is_a_finding_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    (tmp_path / "cases.yaml").write_text("cases:\n  - {name: one, calls: create_list}\n")
    report = run_cases(tmp_path)
    assert not report.passed
    assert {finding.position[0] for finding in report.diagnostics} == {2}


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    with pytest.raises(UsageError, match=r"has no `cases\.yaml`"):
        run_cases(tmp_path)
