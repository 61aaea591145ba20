"""What a person sees before anything is sent: the portal's own example, users files of every form, masked secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.command import Command

CONTEXT = '"context": {"integration": {"name": "Amplitude Cohort Sync", "version": "1.0.0"}}'
TYPED_FROM_THE_PORTAL = f"""\
manifest: 1
slug: module-apps
version: 1.0.0
name: ModuleApps
kind: list
auth: {{kind: custom, headers: {{Authorization: App $api_key}}}}
fields:
  - {{name: api_key, type: secret, label: API Key}}
mappings:
  - {{name: user_id_field_amplitude, label: User ID Mapping, target: User ID}}
create_list:
  method: POST
  url: https://api.example.test/saas/amplitude/1/lists
  json: |
    {{"name": "[Amplitude] $amp_cohort_name", {CONTEXT}}}
  list_id: {{response: listId}}
add_users:
  method: POST
  url: https://api.example.test/saas/amplitude/1/lists/$list_Id/add
  json: |
    {{"userIds": $items, {CONTEXT}}}
  item: |
    "$user_id_field_amplitude"
  batch: {{items: 10000}}
remove_users:
  method: POST
  url: https://api.example.test/saas/amplitude/1/lists/$listId/remove
  json: |
    {{"userIds": $items, {CONTEXT}}}
  item: "$user_id_field_amplitude"
  batch: {{items: 10000}}
"""
INTEGRATION = {"integration": {"name": "Amplitude Cohort Sync", "version": "1.0.0"}}
BASE = "https://api.example.test/saas/amplitude/1/lists"


@pytest.fixture
def maniple(tmp_path: Path) -> Command:
    command = Command(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    command.write("elsewhere/acme.yaml", TYPED_FROM_THE_PORTAL)
    command.write("settings.json", json.dumps({"api_key": "KEY-1"}))
    return command


def preview(maniple: Command, *more: str) -> Any:
    words = ("preview", "elsewhere/acme.yaml", "--users", "users.csv", "--settings", "settings.json", "--json")
    return maniple(*words, *more).json


def test_the_portals_own_example_previews_to_exactly_its_requests(maniple: Command) -> None:
    maniple.write("users.csv", "operation,user_id_field_amplitude", "add,u1", 'add,"o""neil"', "remove,+15551234")
    shown = preview(maniple, "--cohort-name", "Power users", "--list-id", "2568", "--show-secrets")

    assert [(one["call"], one["method"], one["url"], one["body"]) for one in shown["requests"]] == [
        ("create_list", "POST", BASE, {"name": "[Amplitude] Power users", "context": INTEGRATION}),
        ("add_users", "POST", f"{BASE}/2568/add", {"userIds": ["u1", 'o"neil'], "context": INTEGRATION}),
        ("remove_users", "POST", f"{BASE}/2568/remove", {"userIds": ["+15551234"], "context": INTEGRATION}),
    ]
    assert all(
        {"Content-Type": "application/json", "Authorization": "App KEY-1"}.items() <= one["headers"].items()
        for one in shown["requests"]
    )
    assert shown["skipped"] == []


def test_without_a_list_id_a_placeholder_stands_for_it(maniple: Command) -> None:
    maniple.write("users.csv", "user_id", "u1")
    (request,) = preview(maniple, "--map", "user_id_field_amplitude=user_id", "--call", "add_users")["requests"]

    assert request["url"] == f"{BASE}/list_id_from_create_list/add"
    assert request["headers"]["Authorization"] == "App ***"


@pytest.mark.parametrize(
    ("lines", "calls"),
    [
        (["user_id", "u1"], ["create_list", "add_users"]),
        (["user_id,operation", "u1,remove"], ["create_list", "remove_users"]),
        (["user_id,operation", "u1,", "u2,remove"], ["create_list", "add_users", "remove_users"]),
        (["user_id,operation"], ["create_list"]),
    ],
    ids=["no operation", "only removes", "empty is add", "nobody"],
)
def test_every_call_that_has_users_is_previewed_and_creation_too(
    maniple: Command, lines: list[str], calls: list[str]
) -> None:
    maniple.write("users.csv", *lines)
    shown = preview(maniple, "--map", "user_id_field_amplitude=user_id")

    assert [request["call"] for request in shown["requests"]] == calls


def test_the_columns_of_the_portals_sample_file_name_the_cohort(maniple: Command) -> None:
    maniple.write("users.csv", "operation,user_id_field_amplitude,amp_cohort_name,amp_cohort_id", "add,u1,VIPs,c7")

    assert preview(maniple)["requests"][0]["body"]["name"] == "[Amplitude] VIPs"
    assert preview(maniple, "--cohort-name", "Mine")["requests"][0]["body"]["name"] == "[Amplitude] Mine"


def test_a_secret_in_a_query_is_masked_as_plainly_as_elsewhere(maniple: Command) -> None:
    text = TYPED_FROM_THE_PORTAL.replace("headers: {Authorization: App $api_key}", "query: {key: $api_key}")
    maniple.write("elsewhere/acme.yaml", text)
    maniple.write("users.csv", "user_id_field_amplitude", "u1")

    assert preview(maniple, "--call", "create_list")["requests"][0]["url"] == f"{BASE}?key=***"


def test_users_who_cannot_be_sent_are_listed_with_the_reason(maniple: Command) -> None:
    text = TYPED_FROM_THE_PORTAL.replace("target: User ID}", "target: User ID, format: email}")
    maniple.write("elsewhere/acme.yaml", text)
    maniple.write("users.csv", "user_id,email", "u1,a@b.test", "u2,", "u3,nonsense")

    assert preview(maniple, "--map", "user_id_field_amplitude=email")["skipped"] == [
        {"id": "u2", "reason": "unresolved mapping"},
        {"id": "u3", "reason": "invalid format"},
    ]
