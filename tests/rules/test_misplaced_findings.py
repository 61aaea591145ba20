"""Findings about keys that nothing reads and actions that cannot follow."""

from __future__ import annotations

import pytest
from changed_base import add_users, found_in, summaries, underlined

USERS = ("json: {emails: $items}", "item: $email")
REJECTS = "rejects: {rows: errors, by: index}"
CREATE = """create_list:
  method: POST
  url: https://api.acme.test/v2/lists
"""
SHARED = "errors:\n  - {status: [401, 429], reason: Key or rate, message: x.}\n"


def one(change: str, **options: tuple[str, ...]) -> tuple[str, str, str]:
    """The code, the text under the caret and the message of the only finding."""
    (found,) = found_in(change, **options)
    return found.code, underlined(found), found.message


def test_a_first_batch_belongs_to_the_call_that_makes_the_list() -> None:
    assert one(add_users(*USERS, "first_batch: true")) == (
        "MAN511",
        "first_batch",
        "`first_batch` belongs to `create_list`",
    )


def test_rejects_need_a_call_with_users() -> None:
    body = "  json: {name: '[Amplitude] $amp_cohort_name'}\n  list_id: {response: id}\n"
    assert one(f"{CREATE}{body}  {REJECTS}\n") == (
        "MAN511",
        "rejects",
        "`rejects` names refused users, and `create_list` carries none",
    )


def test_rejects_of_a_list_that_is_made_with_its_first_users_are_read() -> None:
    body = "  json: {name: '[Amplitude] $amp_cohort_name', emails: $items}\n  item: $email\n  first_batch: true\n"
    assert summaries(f"{CREATE}{body}  list_id: {{response: id}}\n  {REJECTS}\n") == []


def test_a_list_id_cannot_be_read_from_a_request_without_a_body() -> None:
    query = "  query: {name: '[Amplitude] $amp_cohort_name'}\n"
    assert one(f"{CREATE}{query}  list_id: {{request: name}}\n") == (
        "MAN509",
        "name",
        "the list's id is read from the request's body, and there is none",
    )


@pytest.mark.parametrize(
    ("change", "most"),
    [
        (add_users(*USERS, "batch: {items: 10, min_items: 25}"), "10"),
        (add_users(*USERS, "batch: {min_items: 20000}"), "10,000"),
    ],
)
def test_fewest_users_above_most_users_let_no_call_be_made(change: str, most: str) -> None:
    code, _, message = one(change)
    assert code == "MAN401"
    assert message.endswith(f"may have {most}: none is ever made")


def test_fewest_users_of_the_whole_manifest_are_told_once() -> None:
    change = "batch: {items: 10, min_items: 25}\n" + add_users(*USERS)
    change += add_users(*USERS).replace("add_users", "remove_users")
    assert [each[:6] for each in summaries(change)] == ["MAN401"]


@pytest.mark.parametrize("items", ["25", "all"])
def test_fewest_users_that_a_call_can_have_are_no_finding(items: str) -> None:
    assert not [
        each for each in summaries(add_users(*USERS, f"batch: {{items: {items}, min_items: 25}}")) if "MAN401" in each
    ]


def test_a_list_cannot_be_made_anew_without_the_call_for_it() -> None:
    rule = f"{SHARED}  - {{status: 404, reason: Gone, message: x., then: recreate_list}}\n"
    assert summaries(rule) == []
    assert one(f"{rule}list_id: fixed\n", remove=("create_list",)) == (
        "MAN512",
        "recreate_list",
        "`recreate_list` makes the list anew by `create_list`, and there is none",
    )


RESEND = "{status: 400, reason: Bad user, message: x., then: drop_rejected_and_resend}"
NO_REJECTS = "`drop_rejected_and_resend` leaves out whom `rejects` names, and there is no `rejects`"


@pytest.mark.parametrize(
    "change",
    [
        f"{SHARED}  - {RESEND}\n",
        add_users(*USERS, f"errors: [{RESEND}]"),
        f"{SHARED}  - {RESEND.replace('reason', 'calls: [remove_users], reason')}\n" + add_users(*USERS, REJECTS),
    ],
)
def test_nobody_can_be_left_out_whom_nothing_names(change: str) -> None:
    assert one(change) == ("MAN512", "drop_rejected_and_resend", NO_REJECTS)


@pytest.mark.parametrize(
    "change",
    [
        f"{SHARED}  - {RESEND}\n" + add_users(*USERS, REJECTS),
        add_users(*USERS, REJECTS, f"errors: [{RESEND}]"),
        f"{REJECTS}\n" + add_users(*USERS, f"errors: [{RESEND}]"),
    ],
)
def test_whom_the_rejects_of_the_call_or_the_manifest_name_can_be_left_out(change: str) -> None:
    assert summaries(change) == []


STEPS = """add_users:
  batch: {{items: 100}}
  steps:
    - method: POST
      url: https://api.acme.test/v2/lists/$list_id/add
      json: {{emails: $items}}
      item: $email
{}"""


def test_a_rule_of_a_step_needs_the_rejects_of_that_step() -> None:
    rule = f"      errors: [{RESEND}]\n"
    assert one(STEPS.format(rule)) == ("MAN512", "drop_rejected_and_resend", NO_REJECTS)
    assert summaries(STEPS.format(f"{rule}      {REJECTS}\n")) == []


def test_steps_do_not_read_the_rejects_of_the_manifest() -> None:
    (found,) = found_in(f"{REJECTS}\n" + STEPS.format(""))
    assert (found.code, found.severity, underlined(found)) == ("MAN511", "warning", "rejects")
    assert found.message == "the steps of `add_users` do not read the manifest's `rejects`"
    assert summaries(f"{REJECTS}\n" + STEPS.format(f"      {REJECTS}\n")) == []
